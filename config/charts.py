"""The charts of the front page: thirty days, a bar a day, stacked; each with its list and its table in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import overview as alerts
from alerts.models import Alert
from config.places import list_of
from core.charts import AMBER, BLUE, GREY, QUALITY, RED, TEAL, VIOLET, Chart, Series
from core.days import last_days
from templates_app import charting
from templates_app.models import Template

DAYS = 30
SEVERITIES = {"CRITICAL": RED, "HIGH": AMBER, "MEDIUM": BLUE, "LOW": GREY}
TOPICS = {
    "status": (gettext_lazy("Status"), VIOLET),
    "quality": (gettext_lazy("Quality"), TEAL),
    "category": (gettext_lazy("Category"), AMBER),
    "content": (gettext_lazy("Content"), GREY),
}


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
