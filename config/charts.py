"""The charts of the front page: thirty days, a bar a day, stacked; each with its list and its table in words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from alerts import overview as alerts
from alerts.models import Alert
from config.places import list_of
from core.days import last_days
from templates_app import charting
from templates_app.models import Template

DAYS = 30
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
SEVERITIES = {"CRITICAL": RED, "HIGH": AMBER, "MEDIUM": BLUE, "LOW": GREY}
TOPICS = {
    "status": (gettext_lazy("Status"), VIOLET),
    "quality": (gettext_lazy("Quality"), TEAL),
    "category": (gettext_lazy("Category"), AMBER),
    "content": (gettext_lazy("Content"), GREY),
}


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


def charts(*, at: datetime) -> list[Chart]:
    days = last_days(until=at, many=DAYS)
    return [_quality(days), _facts(days), _openings(days)]


def _quality(days: Sequence[date]) -> Chart:
    told = charting.quality_by_day(days=days)
    series = [
        Series(
            name=colour,
            colour=QUALITY[colour],
            values=values,
            number=values[-1],
            place=list_of(Template, quality_score__exact=colour),
        )
        for colour, values in told.items()
    ]
    return Chart(
        key="quality",
        title=_("Quality of templates"),
        beside=_("30 days; the numbers are today's"),
        place=list_of(Template),
        days=days,
        series=series,
    )


def _facts(days: Sequence[date]) -> Chart:
    series = [
        Series(
            name=str(TOPICS[topic][0]),
            colour=TOPICS[topic][1],
            values=values,
            number=sum(values),
            place=list_of(Template),
        )
        for topic, values in charting.facts_by_day(days=days).items()
    ]
    return Chart(
        key="events",
        title=_("Events about templates"),
        beside=_("30 days, and their sums"),
        place=list_of(Template),
        days=days,
        series=series,
    )


def _openings(days: Sequence[date]) -> Chart:
    series = [
        Series(
            name=severity,
            colour=SEVERITIES[severity],
            values=values,
            number=sum(values),
            place=list_of(Alert, status="all", severity__exact=severity),
        )
        for severity, values in alerts.openings_by_day(days=days).items()
    ]
    return Chart(
        key="alerts",
        title=_("Alerts opened"),
        beside=_("30 days, and their sums"),
        place=list_of(Alert, status="all"),
        days=days,
        series=series,
    )


def _options(*, is_from_the_right: bool) -> dict[str, Any]:
    ticks = {"color": "#7b8494", "font": {"size": 11}}
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
                "ticks": {**ticks, "maxTicksLimit": 6, "maxRotation": 0},
            },
            "y": {
                "stacked": True,
                "beginAtZero": True,
                "position": "right" if is_from_the_right else "left",
                "border": {"display": False},
                "grid": {"display": True},
                "ticks": {**ticks, "maxTicksLimit": 4, "precision": 0},
            },
        },
    }
