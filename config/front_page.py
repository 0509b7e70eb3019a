"""The console's front page: what needs somebody today, each number a link; first steps where nothing is connected."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert
from config.places import list_of, may_see
from core.matters import Severity
from core.models import Membership, Role
from core.showing import moment
from core.switching import SUPERUSERS, covers, organization_here
from providers.models import Account, ParkedEvent, WebhookCall
from templates_app import overview
from templates_app.models import Template

LINES = 8


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    context["title"] = _("What needs me today?")
    if not Account.objects.filter(last_webhook_at__isnull=False).order_by().exists():
        return context | {"steps": _first_steps(request)}
    now = timezone.now()
    critical = overview.critical(at=now)
    worst = [
        {"row": row, "place": _page(row), "action": overview.action_required(row, at=now)} for row in critical[:LINES]
    ]
    alerts = Alert.objects.filter(status__in=Alert.UNRESOLVED).order_by("-severity_rank", "-last_seen_at", "-id")
    newest = [{"row": row, "place": _page(row)} for row in alerts[:LINES]]
    return context | {
        "figures": _figures(request, critical=critical.order_by().count()),
        "worst": worst,
        "alerts": newest,
        "quiet_since": None if newest or worst else _quiet_since(),
    }


def _page(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _figures(request: HttpRequest, *, critical: int) -> list[dict[str, Any]]:
    """Each: what it counts, the number, a word beside it, the list behind it, and whether it is bad."""
    rows = Template.objects.filter(is_retired=False).order_by()
    approved, total = rows.filter(status="APPROVED").count(), rows.count()
    figures = [
        *_alert_figures(),
        _figure(_("Critical templates"), critical, list_of(Template, critical="yes"), is_bad=bool(critical)),
        _figure(_("Approved, of all"), f"{approved} / {total}", list_of(Template)),
    ]
    if may_see(request, ParkedEvent):
        parked = ParkedEvent.objects.order_by().count()
        figures.append(_figure(_("Parked events"), parked, list_of(ParkedEvent), is_bad=bool(parked)))
    return [*figures, _waiting()] if covers(request, SUPERUSERS) else figures


def _alert_figures() -> list[dict[str, Any]]:
    counted = Alert.objects.filter(status__in=Alert.UNRESOLVED).order_by().values_list("severity")
    by_severity = dict(counted.annotate(Count("id")))
    if not by_severity:
        return [_figure(_("Open alerts"), 0, list_of(Alert))]
    return [
        _figure(
            _("%(severity)s alerts") % {"severity": severity.value},
            by_severity[severity.value],
            list_of(Alert, severity__exact=severity.value),
            is_bad=severity.rank >= Severity.HIGH.rank,
        )
        for severity in sorted(Severity, key=lambda one: -one.rank)
        if severity.value in by_severity
    ]


def _waiting() -> dict[str, Any]:
    waiting = WebhookCall.objects.filter(state=WebhookCall.State.WAITING).order_by()
    found = waiting.aggregate(count=Count("id"), oldest=Min("received_at"))
    beside = moment(found["oldest"]) if found["count"] else ""
    return _figure(_("Calls waiting"), found["count"], list_of(WebhookCall, state__exact="waiting"), beside=beside)


def _figure(what: str, number: object, address: str, *, beside: object = "", is_bad: bool = False) -> dict[str, Any]:
    return {"what": what, "number": number, "address": address, "beside": beside, "is_bad": is_bad}


def _quiet_since() -> Any:
    newest = Alert.objects.filter(status=Alert.Status.RESOLVED).order_by("-resolved_at").first()
    return newest.resolved_at if newest else None


def _first_steps(request: HttpRequest) -> list[dict[str, Any]]:
    """Until the first webhook of an account came: what to do first. Each step ticks itself when it is true."""
    connect = reverse("admin:providers_account_add") if covers(request, Role.ORG_ADMIN) else ""
    members = Membership.objects.order_by().count() if organization_here() else 0
    return [
        {
            "title": _("Connect an account"),
            "text": _(
                "Give the id of your WhatsApp Business Account, and a token if Heliograph is to ask Meta itself."
            ),
            "address": connect,
            "done": Account.objects.order_by().exists(),
        },
        {
            "title": _("Send a test call"),
            "text": _("Enter this callback URL at Meta and choose Test beside a template field:"),
            "code": f"{settings.PUBLIC_URL}{reverse('installation-door')}",
            "address": "",
            "done": False,
        },
        {
            "title": _("Bring in your colleagues"),
            "text": _("Everybody who answers for templates gets a login and a role; admins get alerts by e-mail."),
            "address": list_of(Membership) if covers(request, Role.ORG_ADMIN) else "",
            "done": members > 1,
        },
    ]
