"""A chart of the console: days in a row, a stacked bar a day, with its legend and its table in words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language_bidi

# They keep 3:1 on the ground of either theme, and differ in lightness where they touch.
GREEN, AMBER, RED, BLUE, TEAL, VIOLET, GREY = (
    "#15a34a",
    "#d97706",
    "#dc2626",
    "#3b82f6",
    "#0d9488",
    "#8b5cf6",
    "#7b8494",
)
QUALITY = {"GREEN": GREEN, "YELLOW": AMBER, "RED": RED, "UNKNOWN": GREY}
TICKS = {"color": GREY, "font": {"size": 11}}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Series:
    """One colour of a chart. `number` stands in the legend and leads to `place`."""

    name: str
    colour: str
    values: Sequence[int]
    number: int
    place: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chart:
    """`beside` says what the numbers of the legend are."""

    key: str
    title: str
    beside: str
    place: str
    days: Sequence[date]
    series: Sequence[Series]

    @property
    def data(self) -> str:
        """What Chart.js draws."""
        bars = [
            {"label": one.name, "data": list(one.values), "backgroundColor": one.colour, "maxBarThickness": 22}
            for one in self.series
        ]
        return json.dumps({"labels": [date_format(day, "j M") for day in self.days], "datasets": bars})

    @property
    def options(self) -> str:
        return json.dumps(_options(is_from_the_right=get_language_bidi()))

    @property
    def table(self) -> list[tuple[date, list[int]]]:
        """The newest day first, days without anything left out."""
        rows = [(day, [one.values[place] for one in self.series]) for place, day in enumerate(self.days)]
        return [row for row in reversed(rows) if any(row[1])]

    @property
    def is_empty(self) -> bool:
        return not self.table


def _options(*, is_from_the_right: bool) -> dict[str, Any]:
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {
            "legend": {"display": False},
            "tooltip": {"rtl": is_from_the_right, "reverse": True, "boxPadding": 4},
        },
        "datasets": {"bar": {"categoryPercentage": 0.86, "barPercentage": 1, "borderRadius": 1}},
        "scales": {
            "x": {
                "stacked": True,
                "reverse": is_from_the_right,
                "grid": {"display": False},
                "ticks": {**TICKS, "maxTicksLimit": 6, "maxRotation": 0},
            },
            "y": {
                "stacked": True,
                "beginAtZero": True,
                "position": "right" if is_from_the_right else "left",
                "border": {"display": False},
                "grid": {"display": True},
                "ticks": {**TICKS, "maxTicksLimit": 4, "precision": 0},
            },
        },
    }
