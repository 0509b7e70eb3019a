"""The console's front page: what needs somebody today, each number a link; first steps where nothing is connected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from alerts import overview as alerts
from alerts.models import Alert
from config.charts import charts
from config.decisions import decisions
from config.first_steps import first_steps
from config.happened import happened
from config.places import list_of, may_see
from core.matters import Severity
from core.showing import moment
from core.switching import SUPERUSERS, covers
from providers.models import Account, ParkedEvent, WebhookCall
from templates_app import overview
from templates_app.models import Template

LINES = 10
DAY = timedelta(days=1)
Figure = dict[str, Any]


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    context["title"] = _("What needs me today?")
    if not Account.objects.filter(last_webhook_at__isnull=False).order_by().exists():
        return context | {"steps": first_steps(request)}
    now = timezone.now()
    needed = decisions(request, at=now)
    news, has_more_news = happened(at=now)
    return context | {
        "figures": _figures(request, at=now),
        "decisions": needed[:LINES],
        "more_decisions": max(0, len(needed) - LINES),
        "all_alerts": list_of(Alert),
        "quiet_since": None if needed else alerts.quiet_since(),
        "charts": charts(at=now),
        "news": news,
        "has_more_news": has_more_news,
    }


def _figures(request: HttpRequest, *, at: datetime) -> list[Figure]:
    """Each: what it counts, the number, a word beside it, the list behind it, and whether it is bad."""
    rows = Template.objects.filter(is_retired=False).order_by()
    approved, total = rows.filter(status="APPROVED").count(), rows.count()
    critical = overview.critical(at=at).order_by().count()
    figures = [
        _open_alerts(at=at),
        _figure(
            _("Critical templates"),
            critical,
            list_of(Template, critical="yes"),
            beside=_since_yesterday(overview.critical_change(at=at, since=at - DAY)),
            is_bad=bool(critical),
        ),
        _figure(_("Approved, of all"), f"{approved} / {total}", list_of(Template)),
    ]
    if may_see(request, ParkedEvent):
        figures.append(_parked())
    return [*figures, _waiting()] if covers(request, SUPERUSERS) else figures


def _open_alerts(*, at: datetime) -> Figure:
    by_severity = alerts.open_by_severity()
    figure = _figure(
        _("Open alerts"),
        sum(by_severity.values()),
        list_of(Alert),
        beside=_since_yesterday(alerts.change_since(since=at - DAY)),
        is_bad=any(severity.rank >= Severity.HIGH.rank for severity in by_severity),
    )
    parts = [
        {"word": severity.value, "number": count, "address": list_of(Alert, severity__exact=severity.value)}
        for severity, count in by_severity.items()
    ]
    return figure | {"parts": parts}


def _parked() -> Figure:
    found = ParkedEvent.objects.order_by().aggregate(count=Count("id"), oldest=Min("created_at"))
    count = found["count"]
    return _figure(_("Parked events"), count, list_of(ParkedEvent), beside=_oldest(found["oldest"]), is_bad=bool(count))


def _waiting() -> Figure:
    waiting = WebhookCall.objects.filter(state=WebhookCall.State.WAITING).order_by()
    found = waiting.aggregate(count=Count("id"), oldest=Min("received_at"))
    newest = WebhookCall.objects.order_by("-id").values_list("received_at", flat=True).first()
    beside = _oldest(found["oldest"]) or (format_html(_("newest {at}"), at=moment(newest)) if newest else "")
    return _figure(_("Calls waiting"), found["count"], list_of(WebhookCall, state__exact="waiting"), beside=beside)


def _oldest(at: datetime | None) -> str:
    return format_html(_("oldest {at}"), at=moment(at)) if at else ""


def _since_yesterday(change: int | None) -> str:
    if change is None:
        return ""
    return _("%(change)s since yesterday") % {"change": f"{change:+d}"} if change else _("as yesterday")


def _figure(what: str, number: object, address: str, *, beside: str = "", is_bad: bool = False) -> Figure:
    return {"what": what, "number": number, "address": address, "beside": beside, "is_bad": is_bad}
