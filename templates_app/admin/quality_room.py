"""The console's page of quality: how the organization's templates fare, which fell, which need somebody first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import BLUE, QUALITY, RED, Chart, Series
from core.console import OwnedAdmin
from core.days import last_days
from core.showing import NOTHING, QUALITY_COLOURS, coloured
from templates_app import charting, quality_trends, traffic, trends
from templates_app.admin.quality import TREND_ICONS, TREND_WORDS
from templates_app.models import QualitySnapshot, Template
from templates_app.quality_words import DELIVERY, WARNING
from templates_app.rates import Rate

DAYS = 30
SHOWN = 20
LIST = "admin:templates_app_template_changelist"


@admin.register(QualitySnapshot)
class QualityRoom(OwnedAdmin):
    """One page: a single snapshot says nothing that a template's own page does not say better."""

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "",
                self.admin_site.admin_view(self.changelist_view),
                name="templates_app_qualitysnapshot_changelist",
            )
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now = timezone.now()
        together = quality_trends.together(days=DAYS, at=now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Quality"),
            "figures": _figures(together),
            "charts": _charts(now),
            "worst": [_line(template) for template in _worst()],
            "falls": [_fall(fall) for fall in quality_trends.falls(at=now, within=timedelta(days=DAYS), most=SHOWN)],
            "hits": quality_trends.early_warnings(at=now),
            "has_templates": together.templates > 0,
            "accounts": reverse("admin:providers_account_changelist"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "console/quality.html", context)


def page_of(template: Template) -> str:
    """Where a template's quality is told in full."""
    return f"{reverse('admin:templates_app_template_change', args=[template.pk])}?tab=quality"


def _figures(together: trends.Aggregate) -> list[dict[str, Any]]:
    rows = Template.objects.filter(is_retired=False).order_by()
    worse, warned, low = (
        rows.filter(condition).count()
        for condition in (Q(quality_trend=trends.DEGRADING), Q(measured__has_key=WARNING), Q(delivery_health="RED"))
    )
    days = _("%(days)s days") % {"days": DAYS}
    return [
        _figure(_("Getting worse"), worse, place="#worst", is_bad=worse > 0),
        _figure(_("Early warnings"), warned, place="#worst", is_bad=warned > 0),
        _figure(_("Low delivery"), low, place="#worst", is_bad=low > 0),
        _figure(_("Delivered"), share_shown(together.delivery), place="#chart-messages", beside=days),
        _figure(_("Read"), share_shown(together.reads), place="#chart-messages", beside=days),
    ]


def _figure(what: str, number: Any, *, place: str, is_bad: bool = False, beside: str = "") -> dict[str, Any]:
    return {"what": what, "number": number, "address": place, "is_bad": is_bad, "beside": beside}


def share_shown(rate: Rate) -> str:
    return NOTHING if rate.share is None else f"{number_format(rate.share * 100, 1)} %"


def _charts(now: Any) -> list[Chart]:
    days = last_days(until=now, many=DAYS)
    templates = reverse(LIST)
    scores = [
        Series(
            name=score,
            colour=QUALITY[score],
            values=values,
            number=values[-1],
            place=f"{templates}?quality_score__exact={score}",
        )
        for score, values in charting.quality_by_day(days=days).items()
    ]
    counted = traffic.by_day(first=days[0])
    messages = [
        Series(name=name, colour=colour, values=values, number=sum(values), place=templates)
        for name, colour, values in (
            (_("Delivered"), BLUE, [counted[day]["delivered"] if day in counted else 0 for day in days]),
            (_("Failed"), RED, [counted[day]["failed"] if day in counted else 0 for day in days]),
        )
    ]
    return [
        Chart(
            key="quality",
            title=_("Quality of templates"),
            beside=_("30 days; the numbers are today's"),
            place=templates,
            days=days,
            series=scores,
        ),
        Chart(
            key="messages",
            title=_("Messages by what became of them"),
            beside=_("30 days, and their sums"),
            place=templates,
            days=days,
            series=messages,
        ),
    ]


def _worst() -> list[Template]:
    """Those that get worse or are warned of, and those whose score or delivery is low."""
    needs_somebody = (
        Q(quality_trend=trends.DEGRADING)
        | Q(measured__has_key=WARNING)
        | Q(quality_score__in=["RED", "YELLOW"])
        | Q(delivery_health__in=["RED", "YELLOW"])
    )
    rows = Template.objects.filter(needs_somebody, is_retired=False).select_related("account")
    return list(quality_trends.worst_first(rows)[:SHOWN])


def _line(template: Template) -> dict[str, Any]:
    word, low = template.quality_trend, template.measured.get(DELIVERY)
    return {
        "template": template,
        "place": page_of(template),
        "score": coloured(template.quality_score, QUALITY_COLOURS),
        "health": coloured(template.delivery_health, QUALITY_COLOURS) if template.delivery_health else NOTHING,
        "trend": TREND_WORDS.get(word, gettext_lazy("No trend can be told yet")),
        "icon": TREND_ICONS.get(word, ""),
        "warning": template.measured.get(WARNING),
        "delivered": low and share_shown(Rate.made(low["delivered"], low["delivered"] + low["failed"])),
    }


def _fall(fall: quality_trends.Fall) -> dict[str, Any]:
    return {
        "key": f"{fall.template.pk}-{fall.at.isoformat()}",
        "fall": fall,
        "place": page_of(fall.template),
        "before": coloured(fall.before or "UNKNOWN", QUALITY_COLOURS),
        "after": coloured(fall.after, QUALITY_COLOURS),
    }
