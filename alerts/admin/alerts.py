"""The room of alerts: what is wrong, what it means and what to do, who was told; and the answers to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from alerts import words
from alerts.admin import preferences, subjects, timeline
from alerts.admin.answers import Acknowledge, Resolve, SilenceAlerts
from alerts.admin.filters import StatusFilter, SubjectFilter, TogetherFilter, TypeFilter
from alerts.admin.rooms import WHOSE, AlertRoom
from alerts.models import Alert, Silence
from core.matters import Severity
from core.models import Role
from core.showing import SEVERITY_COLOURS, badge, coloured, moment, subject_link
from core.switching import covers

STATUS_COLOURS = {"open": "danger", "acknowledged": "info", "silenced": "default", "resolved": "success"}
OTHERS = 5


@admin.register(Alert)
class AlertAdmin(AlertRoom):
    shows = "alert"
    deeds = (Acknowledge(), SilenceAlerts(), Resolve())
    ordering = ("-severity_rank", "-last_seen_at", "-id")
    list_display = ("severity_badge", "label", "status_badge", "subject", "seen")
    list_display_links = ("label",)
    list_filter = (StatusFilter, "severity", TypeFilter, SubjectFilter, TogetherFilter)
    list_before_template = "console/alert_counts.html"
    search_fields = ("title", "subject_label", "subject_id", "alert_type")
    search_help_text = gettext_lazy("Title, subject or type")
    change_form_template = "console/alert.html"
    empty_title = gettext_lazy("Nothing is wrong")
    empty_text = gettext_lazy(
        "An alert opens here by itself when a template is paused, rejected or disabled, when its quality falls, or "
        "when an account or a number gets into trouble. It closes by itself when that is over."
    )

    def get_urls(self) -> list[URLPattern]:
        mine = path("mine/", self.admin_site.admin_view(preferences.page), name="my_notifications")
        return [mine, *super().get_urls()]

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, {"counts": _counts(), **(extra_context or {})})
        return response

    @display(description=gettext_lazy("severity"), ordering="severity_rank")
    def severity_badge(self, alert: Alert) -> SafeString:
        return coloured(alert.severity, SEVERITY_COLOURS)

    @display(description=gettext_lazy("alert"), ordering="title")
    def label(self, alert: Alert) -> SafeString:
        return format_html(
            '<span class="console-wrap" lang="en" dir="auto">{}</span>'
            '<span class="block text-subtle">{} <code class="console-small">{}</code></span>',
            alert.title,
            words.name_of(alert.alert_type),
            alert.alert_type,
        )

    @display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, alert: Alert) -> SafeString:
        who = _("by %(who)s") % {"who": alert.acknowledged_by} if alert.status == "acknowledged" else ""
        return badge(alert.get_status_display(), STATUS_COLOURS.get(alert.status, "default"), why=who)

    @display(description=gettext_lazy("subject"), ordering="subject_label")
    def subject(self, alert: Alert) -> SafeString:
        about = {"kind": alert.subject_kind, "id": alert.subject_id, "label": alert.subject_label}
        shown = subject_link(about) if alert.subject_kind in subjects.SEEN_BY_ALL else about["label"]
        return format_html("<bdi>{}</bdi>", shown)

    @display(description=gettext_lazy("last seen"), ordering="last_seen_at")
    def seen(self, alert: Alert) -> SafeString:
        if alert.count == 1:
            return moment(alert.last_seen_at)
        times = ngettext("%(count)s time since", "%(count)s times since", alert.count) % {"count": alert.count}
        return format_html(
            '{}<br><span class="text-subtle">{} {}</span>',
            moment(alert.last_seen_at),
            times,
            moment(alert.first_seen_at),
        )

    # One alert

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        alert = named["obj"]
        context |= {
            "alert": alert,
            "kind": words.name_of(alert.alert_type),
            "kind_means": words.meaning_of(alert.alert_type),
            "severity_shown": self.severity_badge(alert),
            "status_shown": self.status_badge(alert),
            "subject": subjects.about(request, alert),
            "timeline": timeline.lines_of(alert),
            "deliveries": timeline.deliveries_of(alert),
            "next_step": timeline.next_step(alert),
            "others": _others(alert),
            "others_place": _others_place(alert),
            "silence_more": _silence_more(request, alert),
        }
        return super().render_change_form(request, context, **named)


def _counts() -> list[dict[str, Any]]:
    """How many of each severity hold, the worst first; each leads to the list of them."""
    counted = Alert.objects.filter(status__in=Alert.UNRESOLVED).order_by().values_list("severity").annotate(Count("id"))
    by_severity = dict(counted)
    address = reverse("admin:alerts_alert_changelist")
    return [
        {
            "badge": coloured(severity.value, SEVERITY_COLOURS),
            "count": by_severity[severity.value],
            "address": f"{address}?{urlencode({'severity__exact': severity.value})}",
        }
        for severity in sorted(Severity, key=lambda one: -one.rank)
        if severity.value in by_severity
    ]


def _others(alert: Alert) -> list[dict[str, Any]]:
    """Other alerts about the same subject, the newest first."""
    same = Alert.objects.filter(
        organization=alert.organization_id, subject_kind=alert.subject_kind, subject_id=alert.subject_id
    )
    return [
        {
            "row": row,
            "badge": coloured(row.severity, SEVERITY_COLOURS),
            "status": badge(row.get_status_display(), STATUS_COLOURS.get(row.status, "default")),
            "place": reverse("admin:alerts_alert_change", args=[row.pk]),
        }
        for row in same.exclude(pk=alert.pk).order_by("-last_seen_at", "-id")[:OTHERS]
    ]


def _others_place(alert: Alert) -> str:
    asked = urlencode({"status": "all", "q": alert.subject_id})
    return f"{reverse('admin:alerts_alert_changelist')}?{asked}"


def _silence_more(request: HttpRequest, alert: Alert) -> str:
    """The form of a silence about all of this subject, for who may fill it in."""
    is_open = alert.status != Alert.Status.RESOLVED
    if not is_open or not covers(request, Role.ORG_ADMIN):
        return ""
    whose = alert.organization.slug if alert.organization else ""
    asked = urlencode({"subject": f"{alert.subject_kind}:{alert.subject_id}", WHOSE: whose})
    return f"{reverse(f'admin:alerts_{Silence._meta.model_name}_add')}?{asked}"
