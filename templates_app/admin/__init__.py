"""The console's room of templates: which there are and how each stands. Nobody edits a standing: its facts make it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, FloatField, QuerySet
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from alerts import answering
from alerts.admin import Acknowledge
from core.console import AuditedAdmin
from core.showing import (
    NOTHING,
    QUALITY_COLOURS,
    SEVERITY_COLOURS,
    STATUS_COLOURS,
    badge,
    coloured,
    moment,
)
from core.switching import SUPERUSERS, covers
from templates_app import history, overview, wording
from templates_app.admin.facts import shown
from templates_app.admin.filters import Contested, Critical, Sendable
from templates_app.admin.preview import preview
from templates_app.models import Template
from templates_app.standing import Standing

TIMELINE = "timeline"
FACTS_AT_ONCE = 50
FACTS_MOST = 1000
BEING_EVALUATED = timedelta(hours=24)
FAILURE_RATE = Cast(F("failed_count"), FloatField()) / NullIf(Cast(F("sent_count"), FloatField()), 0.0)


@admin.register(Template)
class TemplateAdmin(AuditedAdmin):
    shows = "template"
    list_display = ("label", "status_badge", "quality_badge", "category_shown", "sendable", "sent", "failing", "heard")
    list_filter = ("status", "quality_score", Critical, Sendable, Contested, "category", "language", "account")
    list_select_related = ("account",)
    search_fields = ("name", "=provider_template_id")
    search_help_text = gettext_lazy("Name, or id at the provider")
    ordering = (F("last_event_at").desc(nulls_last=True), "-id")
    change_form_template = "console/template.html"
    empty_title = gettext_lazy("No templates yet")
    empty_text = gettext_lazy(
        "Each template appears here by itself, as soon as its provider says something about it: connect an account "
        "under Set-up and let its webhooks come to this installation."
    )

    @display(description=gettext_lazy("template"), ordering="name")
    def label(self, template: Template) -> SafeString:
        beside = f"{template.language or '?'} · {template.account}"
        return format_html('{}<span class="block text-subtle">{}</span>', template.name, beside)

    @display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, template: Template) -> SafeString:
        return coloured(template.status, STATUS_COLOURS)

    @display(description=gettext_lazy("quality"), ordering="quality_score")
    def quality_badge(self, template: Template) -> SafeString:
        return quality_of(template)

    @display(description=gettext_lazy("category"), ordering="category")
    def category_shown(self, template: Template) -> SafeString:
        if not template.is_contested:
            return format_html("{}", template.category.capitalize() or NOTHING)
        why = _("We plan with %(ours)s, Meta counts it as %(theirs)s.") % {
            "ours": template.category or "?",
            "theirs": template.meta_reported_category,
        }
        return format_html("{} {}", template.category.capitalize(), badge(_("contested"), "warning", why=why))

    @display(description=gettext_lazy("can be sent"))
    def sendable(self, template: Template) -> SafeString:
        if template.is_sendable:
            return format_html('<span class="console-yes">✓ {}</span>', _("Yes"))
        return format_html('<span class="console-no" title="{}">✗ {}</span>', sentence_of(template), _("No"))

    @display(description=gettext_lazy("sent"), ordering="sent_count")
    def sent(self, template: Template) -> int:
        return template.sent_count

    @display(description=gettext_lazy("failed"), ordering=FAILURE_RATE)
    def failing(self, template: Template) -> str:
        return f"{template.failure_rate:.1%}" if template.sent_count else NOTHING

    @display(description=gettext_lazy("last event"), ordering="last_event_at")
    def heard(self, template: Template) -> SafeString:
        word = template.last_event.replace("_", " ").capitalize()
        return format_html("{} {}", word, moment(template.last_event_at)) if word else SafeString(NOTHING)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account", "current_version")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        template = named["obj"]
        context |= self._top(request, template)
        is_past = request.GET.get("tab") == TIMELINE
        context |= self._past(request, template) if is_past else self._now(request, template)
        return super().render_change_form(request, context, **named)

    def _top(self, request: HttpRequest, template: Template) -> dict[str, Any]:
        """What stands above every tab."""
        tab = request.GET.get("tab", "")
        return {
            "template": template,
            "tabs": [
                {"title": _("Now"), "place": request.path, "is_here": tab != TIMELINE},
                {"title": _("Timeline"), "place": f"{request.path}?tab={TIMELINE}", "is_here": tab == TIMELINE},
            ],
            "status_shown": coloured(template.status, STATUS_COLOURS),
            "quality_shown": quality_of(template),
            "category_shown": self.category_shown(template),
        }

    def _now(self, request: HttpRequest, template: Template) -> dict[str, Any]:
        version = template.current_version
        return {
            "sentence": sentence_of(template),
            "action_required": overview.action_required(template, at=timezone.now()),
            "alerts": [_alert(request, alert) for alert in _unresolved(template)],
            "version": version,
            "preview": preview(version, language=template.language) if version else None,
        }

    def _past(self, request: HttpRequest, template: Template) -> dict[str, Any]:
        most = FACTS_MOST if "facts" in request.GET else FACTS_AT_ONCE
        lines, total = history.history(template, limit=most + 1, offset=0)
        earlier = [*lines[1:], None]
        return {
            "lines": [shown(line, earlier=before) for line, before in zip(lines[:most], earlier, strict=False)],
            "total": total,
            "more": total > most and most == FACTS_AT_ONCE,
            "whole": f"?tab={TIMELINE}&facts=all",
            "sees_calls": covers(request, SUPERUSERS),
            "is_timeline": True,
        }


def sentence_of(template: Template) -> str:
    return wording.status_sentence(Standing.from_json(template.standing))


def quality_of(template: Template) -> SafeString:
    """A template that was approved within the day has no score yet: Meta is still looking."""
    is_new = template.status_at is not None and timezone.now() - template.status_at < BEING_EVALUATED
    if template.quality_score == "UNKNOWN" and template.status == "APPROVED" and is_new:
        return badge(_("being evaluated"))
    return coloured(template.quality_score, QUALITY_COLOURS)


def _unresolved(template: Template) -> list[Any]:
    alerts = answering.unresolved_of(kind="template", subject_id=str(template.pk))
    return sorted(alerts, key=lambda alert: -alert.severity_rank)


def _alert(request: HttpRequest, alert: Any) -> dict[str, Any]:
    deed = Acknowledge()
    address = reverse("admin:alerts_alert_acknowledge", args=[alert.pk])
    return {
        "row": alert,
        "badge": coloured(alert.severity, SEVERITY_COLOURS),
        "place": reverse("admin:alerts_alert_change", args=[alert.pk]),
        "acknowledge": f"{address}?next={request.path}" if deed.fits(request, alert) else "",
    }
