"""The console's room of alerts: what is wrong, what it means and what to do; acknowledge and resolve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from alerts import answering
from alerts.models import Alert
from core.console import OwnedAdmin
from core.context import current_actor
from core.deeds import Deed
from core.models import Role
from core.showing import SEVERITY_COLOURS, badge, coloured, moment, place_of, subject_link
from core.switching import covers

STATUS_COLOURS = {"open": "danger", "acknowledged": "info", "silenced": "default", "resolved": "success"}
TIMELINE_MOST = 200


class _Answer(Deed):
    """Alerts about templates are answered by an org_admin, all others by an operator."""

    needs = Role.OPERATOR
    asks_note = True
    statuses: ClassVar[Sequence[str]] = ()

    def fits(self, request: HttpRequest, row: Any) -> bool:
        needed = Role.ORG_ADMIN if row.subject_kind == "template" else Role.OPERATOR
        return row.status in self.statuses and covers(request, needed)


class Acknowledge(_Answer):
    name = "acknowledge"
    verb = gettext_lazy("Acknowledge")
    statuses = (Alert.Status.OPEN, Alert.Status.SILENCED)

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s alert will say that you know of it. It stays in the list until what is wrong is over.",
            "%(count)s alerts will say that you know of them. They stay in the list until what is wrong is over.",
            len(rows),
        )
        return [told % {"count": len(rows)}]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, note: str) -> str:
        done = len(answering.acknowledge(rows, actor=current_actor(), note=note))
        return ngettext("%(count)s alert acknowledged.", "%(count)s alerts acknowledged.", done) % {"count": done}


class Resolve(_Answer):
    name = "resolve"
    verb = gettext_lazy("Resolve")
    statuses = tuple(Alert.UNRESOLVED)

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s alert will be closed.", "%(count)s alerts will be closed.", len(rows))
        return [
            told % {"count": len(rows)},
            _("Only something newer opens it again, even if what was wrong still holds."),
            _("Nothing changes at the provider."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, note: str) -> str:
        done = len(answering.resolve(rows, actor=current_actor(), note=note))
        return ngettext("%(count)s alert resolved.", "%(count)s alerts resolved.", done) % {"count": done}


class StatusFilter(SimpleListFilter):
    """Unless somebody asks for more, a list of alerts is a list of what still holds."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Alert.Status.choices, ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first = {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Not resolved"),
        }
        return [first, *list(super().choices(changelist))[1:]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status__in=[self.value()] if self.value() else Alert.UNRESOLVED)


@admin.register(Alert)
class AlertAdmin(OwnedAdmin):
    shows = "alert"
    deeds = (Acknowledge(), Resolve())
    ordering = ("-severity_rank", "-last_seen_at", "-id")
    list_display = ("severity_badge", "title", "status_badge", "subject", "seen")
    list_display_links = ("title",)
    list_filter = (StatusFilter, "severity", "alert_type", "subject_kind")
    search_fields = ("title", "subject_label", "subject_id")
    search_help_text = gettext_lazy("Title or subject")
    change_form_template = "console/alert.html"
    empty_title = gettext_lazy("Nothing is wrong")
    empty_text = gettext_lazy(
        "An alert opens here by itself when a template is paused, rejected or disabled, when its quality falls, or "
        "when an account or a number gets into trouble. It closes by itself when that is over."
    )

    @display(description=gettext_lazy("severity"), ordering="severity_rank")
    def severity_badge(self, alert: Alert) -> SafeString:
        return coloured(alert.severity, SEVERITY_COLOURS)

    @display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, alert: Alert) -> SafeString:
        who = _("by %(who)s") % {"who": alert.acknowledged_by} if alert.status == "acknowledged" else ""
        return badge(alert.get_status_display(), STATUS_COLOURS.get(alert.status, "default"), why=who)

    @display(description=gettext_lazy("subject"), ordering="subject_label")
    def subject(self, alert: Alert) -> SafeString:
        return subject_link(subject_of(alert))

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

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        alert = named["obj"]
        context |= {
            "alert": alert,
            "colours": {
                "severity": SEVERITY_COLOURS.get(alert.severity, "default"),
                "status": STATUS_COLOURS.get(alert.status, "default"),
            },
            "subject_place": place_of(kind=alert.subject_kind, subject_id=alert.subject_id),
            "timeline": alert.entries.order_by("-at", "-id")[:TIMELINE_MOST],
            "deliveries": alert.deliveries.order_by("-id")[:TIMELINE_MOST],
        }
        return super().render_change_form(request, context, **named)


def subject_of(alert: Alert) -> dict[str, str]:
    return {"kind": alert.subject_kind, "id": alert.subject_id, "label": alert.subject_label}
