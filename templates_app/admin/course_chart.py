"""The chart of one template's course: score in steps, delivery as a line, pauses shaded, and beneath what was sent."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from core.charts import AMBER, BLUE, RED, TEAL, TICKS, VIOLET
from core.days import day_of
from core.showing import NOTHING
from templates_app.course import FINE, Slot
from templates_app.standing import UNKNOWN

SCORES = ("GREEN", "YELLOW", "RED", UNKNOWN)  # from the top of the axis
SHADE = f"{AMBER}44"
MARK = 95  # percent: below it a template's delivery is RED


@dataclasses.dataclass(frozen=True, kw_only=True)
class CourseChart:
    slots: Sequence[Slot]

    @property
    def is_empty(self) -> bool:
        return not any(slot.score != UNKNOWN or slot.sent or slot.is_paused for slot in self.slots)

    @property
    def data(self) -> str:
        """What Chart.js draws."""
        is_fine = self.slots[0].ends - self.slots[0].begins == FINE
        return json.dumps(
            {
                "labels": [date_format(slot.begins, "j M, H:i" if is_fine else "j M") for slot in self.slots],
                "datasets": [
                    _line(_("Score at Meta"), "score", [_place(one.score) for one in self.slots], VIOLET, stepped=True),
                    _line(_("Delivered, 7 days (%)"), "share", [_percent(one) for one in self.slots], TEAL),
                    _bar(_("Failed"), "sent", [one.failed for one in self.slots], RED, width=0.5, order=1),
                    _bar(_("Sent"), "sent", [one.sent for one in self.slots], BLUE, width=0.86, order=2),
                    _bar(_("Paused"), "paused", [1 if one.is_paused else None for one in self.slots], SHADE, order=3),
                ],
            }
        )

    @property
    def options(self) -> str:
        return json.dumps(_options(self.slots, is_from_the_right=get_language_bidi()))

    @property
    def legend(self) -> list[tuple[str, str]]:
        return [
            (_("Score at Meta"), VIOLET),
            (_("Delivered, of the seven days before"), TEAL),
            (_("Sent"), BLUE),
            (_("Failed"), RED),
            (_("Paused"), SHADE),
        ]

    @property
    def table(self) -> list[list[Any]]:
        """A row a day, the newest first: day, score, share delivered, sent, failed, paused."""
        return [
            [
                slots[0].begins,
                slots[-1].score,
                NOTHING if slots[-1].delivered is None else f"{number_format(slots[-1].delivered * 100, 1)} %",
                sum(slot.sent for slot in slots),
                sum(slot.failed for slot in slots),
                _("yes") if any(slot.is_paused for slot in slots) else NOTHING,
            ]
            for slots in reversed(list(_days(self.slots)))
        ]


def _days(slots: Sequence[Slot]) -> Iterator[list[Slot]]:
    day: list[Slot] = []
    for slot in slots:
        if day and day_of(day[0].begins) != day_of(slot.begins):
            yield day
            day = []
        day.append(slot)
    if day:
        yield day


def _place(score: str) -> str:
    return score if score in SCORES else UNKNOWN


def _percent(slot: Slot) -> float | None:
    return None if slot.delivered is None else round(slot.delivered * 100, 2)


def _line(name: str, axis: str, values: Sequence[Any], colour: str, *, stepped: bool = False) -> dict[str, Any]:
    return {
        "type": "line",
        "label": name,
        "yAxisID": axis,
        "data": list(values),
        "borderColor": colour,
        "backgroundColor": colour,
        "borderWidth": 2,
        "pointRadius": 0,
        "stepped": stepped,
        "order": 0,
    }


def _bar(
    name: str, axis: str, values: Sequence[int | None], colour: str, *, width: float = 1, order: int
) -> dict[str, Any]:
    """A bar from zero; one with a lower `order` stands before the others, not beside or upon them."""
    return {
        "label": name,
        "yAxisID": axis,
        "data": list(values),
        "backgroundColor": colour,
        "categoryPercentage": width,
        "barPercentage": 1,
        "grouped": False,
        "order": order,
    }


def _options(slots: Sequence[Slot], *, is_from_the_right: bool) -> dict[str, Any]:
    hidden = {"display": False}
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {"legend": hidden, "tooltip": {"rtl": is_from_the_right, "boxPadding": 4}},
        "scales": {
            "x": {
                "reverse": is_from_the_right,
                "grid": hidden,
                "ticks": {**TICKS, "maxTicksLimit": 6, "maxRotation": 0},
            },
            **_bands(slots, side="right" if is_from_the_right else "left"),
            "paused": {"display": False, "min": 0, "max": 1},
        },
    }


def _bands(slots: Sequence[Slot], *, side: str) -> dict[str, Any]:
    """Above one another: score, delivery, what was sent. Chart.js stacks upwards, and on the right downwards."""
    least = min((slot.delivered * 100 for slot in slots if slot.delivered is not None), default=100.0)
    band = {"position": side, "stack": "bands", "border": {"display": False}}
    every = {**TICKS, "font": {"size": 10}, "autoSkip": False}
    upwards: list[tuple[str, dict[str, Any]]] = [
        ("sent", {"beginAtZero": True, "suggestedMax": 10, "ticks": {**TICKS, "maxTicksLimit": 3, "precision": 0}}),
        ("share", {"min": min(MARK - 5, int(least // 5 * 5)), "max": 100, "ticks": {**TICKS, "maxTicksLimit": 3}}),
        (
            "score",
            {"type": "category", "labels": list(SCORES), "ticks": every},
        ),
    ]
    ordered = upwards if side == "left" else reversed(upwards)
    return {name: {**band, "offset": True, "stackWeight": 1, **each} for name, each in ordered}
