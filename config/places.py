"""The places of the console: what stands in the sidebar for this person, with how much waits behind each entry."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from alerts.models import Alert, Destination, Escalation, Silence
from core.matters import Severity
from core.models import ApiKey, Membership, Organization, Role
from core.switching import covers
from providers.models import Account, FieldCount, Number, ParkedEvent, WebhookCall
from templates_app import overview
from templates_app.admin.filters import CONTESTED
from templates_app.models import QualitySnapshot, RateCard, Submission, SyncRun, Template

Entry = dict[str, Any]


def places(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what this person may open; a group without entries disappears."""
    groups = [
        _group(_("Today"), [_front(request)]),
        _group(_("Templates"), _templates(request)),
        _group(_("Alerts"), _alerts(request)),
        _group(_("Inbox"), _inbox(request)),
        _group(_("Set-up"), _set_up(request)),
        _group(_("Installation"), _installation(request)),
    ]
    return [group for group in groups if group["items"]]


def environment(request: HttpRequest) -> list[str] | None:
    """What says that this is not production."""
    if settings.DEBUG:
        return [_("Development"), "danger"]
    return None if settings.IS_HTTPS else [_("Not public"), "warning"]


def has_palette(request: HttpRequest) -> bool:
    """The theme builds its search palette for staff only."""
    return bool(request.user.is_staff)


def may_see(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site._registry[model].has_view_permission(request)


def list_of(model: type[Model], **filters: str) -> str:
    """The address of a list with these filters set."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def _group(title: str, items: list[Entry | None]) -> dict[str, Any]:
    return {"title": title, "items": [item for item in items if item is not None]}


def _front(request: HttpRequest) -> Entry:
    address = reverse("admin:index")
    return {"title": _("Front page"), "icon": "today", "link": address, "active": request.path == address}


def _templates(request: HttpRequest) -> list[Entry | None]:
    critical = overview.critical(at=timezone.now()).order_by().count()
    contested = Template.objects.filter(CONTESTED, is_retired=False).order_by().count()
    return [
        _entry(request, Template, _("All templates"), "description", but=["critical", "contested"]),
        _entry(request, Template, _("Critical"), "emergency_home", badge=critical, critical="yes"),
        _entry(request, Template, _("Contested"), "balance", badge=contested, badge_variant="warning", contested="yes"),
        _entry(request, QualitySnapshot, _("Quality"), "monitoring"),
        _entry(request, Submission, _("Submissions"), "outbox"),
        _entry(request, SyncRun, _("Syncs"), "sync"),
    ]


def _alerts(request: HttpRequest) -> list[Entry | None]:
    grave = Alert.objects.filter(status__in=Alert.UNRESOLVED, severity_rank__gte=Severity.HIGH.rank).order_by().count()
    mine = reverse("admin:my_notifications")
    is_mine = request.path == mine
    alerts = _entry(request, Alert, _("Open alerts"), "notifications", badge=grave)
    return [
        alerts and alerts | {"active": alerts["active"] and not is_mine},
        _entry(request, Destination, _("Destinations"), "send"),
        _entry(request, Escalation, _("Escalations"), "stairs"),
        _entry(request, Silence, _("Silences"), "notifications_off"),
        {"title": _("My notifications"), "icon": "person_alert", "link": mine, "active": is_mine},
    ]


def _inbox(request: HttpRequest) -> list[Entry | None]:
    parked = ParkedEvent.objects.order_by().count() if may_see(request, ParkedEvent) else 0
    return [
        _entry(request, ParkedEvent, _("Parked events"), "local_parking", badge=parked, badge_variant="warning"),
        _entry(request, WebhookCall, _("Webhook calls"), "webhook"),
        _entry(request, FieldCount, _("Unknown fields"), "help_center"),
    ]


def _set_up(request: HttpRequest) -> list[Entry | None]:
    return [
        _entry(request, Account, _("Accounts"), "storefront"),
        _entry(request, Number, _("Numbers"), "call"),
        _entry(request, Membership, _("Members"), "group"),
        _entry(request, ApiKey, _("API keys"), "key"),
        _entry(request, RateCard, _("Rate cards"), "payments"),
        _entry(request, Organization, _("Organization"), "domain"),
        _audit(request),
    ]


def _audit(request: HttpRequest) -> Entry | None:
    if not covers(request, Role.ORG_ADMIN):
        return None
    address = reverse("admin:audit")
    return {"title": _("Audit"), "icon": "policy", "link": address, "active": request.path == address}


def _installation(request: HttpRequest) -> list[Entry | None]:
    return [
        _entry(request, User, _("Logins"), "person"),
        _entry(request, Group, _("Groups"), "groups"),
        _entry(request, PeriodicTask, _("Schedule"), "schedule"),
    ]


def _entry(
    request: HttpRequest,
    model: type[Model],
    title: str,
    icon: str,
    *,
    badge: int = 0,
    badge_variant: str = "danger",
    but: list[str] | None = None,
    **filters: str,
) -> Entry | None:
    """An entry of the sidebar; `but` names filters with which another entry is the active one."""
    if not may_see(request, model):
        return None
    address = list_of(model, **filters)
    is_here = request.path.startswith(address.partition("?")[0])
    asked = parse_qs(request.META.get("QUERY_STRING", ""))
    is_filtered = all(asked.get(name) == [value] for name, value in filters.items())
    entry = {
        "title": title,
        "icon": icon,
        "link": address,
        "active": is_here and is_filtered and not any(name in asked for name in but or []),
    }
    return entry | ({"badge": badge, "badge_variant": badge_variant} if badge else {})
