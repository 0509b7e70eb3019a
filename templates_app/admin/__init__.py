"""The console's room of templates: which there are and how each stands. Nobody edits a standing: its facts make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, FloatField, QuerySet
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.console import AuditedAdmin
from core.deeds import Deed
from core.models import Role
from core.refusals import Refused
from core.showing import (
    NOTHING,
    QUALITY_COLOURS,
    STATUS_COLOURS,
    badge,
    coloured,
    moment,
)
from templates_app.admin import category, submission, versions, writing
from templates_app.admin.exchange import SubmissionAdmin, SyncRunAdmin
from templates_app.admin.filters import Contested, Critical, Retired, Sendable
from templates_app.admin.now import NOW, sentence_of
from templates_app.admin.quality import QUALITY
from templates_app.admin.quality_room import QualityRoom
from templates_app.admin.rates import RateCardAdmin
from templates_app.admin.tabs import Tab
from templates_app.admin.timeline import TIMELINE
from templates_app.admin.used_by import USED_BY
from templates_app.models import Template

__all__ = ["QualityRoom", "RateCardAdmin", "SubmissionAdmin", "SyncRunAdmin", "TemplateAdmin"]

TABS = (NOW, TIMELINE, versions.VERSIONS, QUALITY, category.CATEGORY, USED_BY)
BEING_EVALUATED = timedelta(hours=24)
FAILURE_RATE = Cast(F("failed_count"), FloatField()) / NullIf(Cast(F("sent_count"), FloatField()), 0.0)


@admin.register(Template)
class TemplateAdmin(writing.WritingRoom, AuditedAdmin):
    needs = {"view": Role.VIEWER, "add": Role.OPERATOR}
    shows = "template"
    deeds = (*submission.DEEDS, *category.DEEDS, *versions.DEEDS, *writing.DEEDS)
    list_display = ("label", "status_badge", "quality_badge", "category_shown", "sendable", "sent", "failing", "heard")
    list_filter = ("status", "quality_score", Critical, Sendable, Contested, "category", "language", "account", Retired)
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

    def get_urls(self) -> list[URLPattern]:
        return [*versions.addresses(self._page_of, self.admin_site.admin_view), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account", "current_version")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        template = named["obj"]
        here = next((tab for tab in TABS if tab.name == request.GET.get("tab")), NOW)
        context |= self._top(request, template, here) | here.context(request, template)
        return super().render_change_form(request, context, **named)

    def _carry_out(self, request: HttpRequest, deed: Deed, rows: Sequence[Any], given: Mapping[str, Any]) -> None:
        try:
            super()._carry_out(request, deed, rows, given)
        except Refused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)

    def _top(self, request: HttpRequest, template: Template, here: Tab) -> dict[str, Any]:
        """What stands above every tab."""
        return {
            "template": template,
            "write_place": self.write_place(request, template),
            "tab": here,
            "tabs": [
                {
                    "title": tab.title,
                    "place": f"{request.path}?tab={tab.name}" if tab.name else request.path,
                    "is_here": tab is here,
                }
                for tab in TABS
            ],
            "status_shown": coloured(template.status, STATUS_COLOURS),
            "quality_shown": quality_of(template),
            "category_shown": self.category_shown(template),
        }


def quality_of(template: Template) -> SafeString:
    """A template that was approved within the day has no score yet: Meta is still looking."""
    is_new = template.status_at is not None and timezone.now() - template.status_at < BEING_EVALUATED
    if template.quality_score == "UNKNOWN" and template.status == "APPROVED" and is_new:
        return badge(_("being evaluated"))
    return coloured(template.quality_score, QUALITY_COLOURS)
