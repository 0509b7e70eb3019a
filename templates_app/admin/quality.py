"""The tab of a template's quality: its course on one time axis, the trend in a sentence, and the early warning."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.showing import QUALITY_COLOURS, coloured
from templates_app import quality, trends, warning
from templates_app.admin.course_chart import CourseChart
from templates_app.admin.tabs import Tab
from templates_app.course import course_of
from templates_app.models import QualityWarning, Template
from templates_app.quality_words import WARNING

SPANS = (7, 30, 90)  # days
USUAL_SPAN = 30
WARNINGS_SHOWN = 10
TREND_WORDS = {
    trends.IMPROVING: gettext_lazy("Quality is getting better"),
    trends.STABLE: gettext_lazy("Quality is stable"),
    trends.DEGRADING: gettext_lazy("Quality is getting worse"),
}
TREND_ICONS = {
    trends.IMPROVING: "trending_up",
    trends.STABLE: "trending_flat",
    trends.DEGRADING: "trending_down",
}
OUTCOMES = {"came_true": "danger", "did_not": "success"}


def _quality(request: HttpRequest, template: Template) -> dict[str, Any]:
    now, asked = timezone.now(), request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in SPANS} else USUAL_SPAN
    samples = quality.samples_of([template.pk], since=now - quality.REACH, until=now)[template.pk]
    return {
        "days": days,
        "spans": [{"days": one, "place": f"?tab=quality&days={one}", "is_here": one == days} for one in SPANS],
        "chart": CourseChart(slots=course_of(template, days=days, at=now)),
        "trend": trend_shown(trends.trend(samples, at=now)),
        "outlook": warning.early_warning(samples, at=now).sentence,
        "warning": template.measured.get(WARNING),
        "health_shown": coloured(template.delivery_health, QUALITY_COLOURS) if template.delivery_health else "",
        "warnings": [_warned(one) for one in template.warnings.all()[:WARNINGS_SHOWN]],
    }


def trend_shown(trend: trends.Trend) -> dict[str, Any]:
    """A trend as a sentence with an icon; where there are too few messages it says no more than that."""
    if not trend.is_certain:
        return {"icon": "question_mark", "words": _("No trend can be told yet"), "since": None, "reason": trend.reason}
    return {
        "icon": TREND_ICONS[trend.word],
        "words": TREND_WORDS[trend.word],
        "since": trend.since,
        "reason": trend.reason,
    }


def _warned(given: QualityWarning) -> dict[str, Any]:
    return {"given": given, "outcome": outcome_shown(given)}


def outcome_shown(given: QualityWarning) -> Any:
    words = given.get_outcome_display() if given.outcome else _("Not known yet")
    return coloured(str(words), {str(words): OUTCOMES.get(given.outcome, "default")})


QUALITY = Tab(
    name="quality",
    title=gettext_lazy("Quality"),
    markup="console/template_quality.html",
    context=_quality,
)
