"""The console's room of the simulated Meta's templates: pick one, let something happen to it, turn the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from core.console import OwnedAdmin
from core.deeds import Deed
from core.models import Role
from core.refusals import Refused
from core.showing import NOTHING, QUALITY_COLOURS, STATUS_COLOURS, coloured, moment
from providers import sandbox_acts, sandbox_clock
from providers.models import SandboxTemplate

TURNS = [
    ("1", gettext_lazy("1 hour")),
    ("6", gettext_lazy("6 hours")),
    ("24", gettext_lazy("24 hours")),
]


class NoticeForm(forms.Form):
    coming = forms.ChoiceField(
        label=gettext_lazy("The category that comes"),
        choices=[(category, category) for category in sandbox_acts.CATEGORIES],
        widget=UnfoldAdminSelectWidget(),
    )


class TurnForm(forms.Form):
    hours = forms.ChoiceField(label=gettext_lazy("Ahead by"), choices=TURNS, widget=UnfoldAdminSelectWidget())


class _Act(Deed):
    """Something that happens to approved templates."""

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.status == "APPROVED" and row.deleted_at is None

    def _let(self, rows: Sequence[Any], act: Callable[[Any], None]) -> str:
        done, refusals = 0, []
        for row in rows:
            try:
                act(row)
                done += 1
            except Refused as refused:
                refusals.append(refused.sentence)
        told = ngettext("It happens to %(count)s template.", "It happens to %(count)s templates.", done)
        return " ".join([told % {"count": done}, *dict.fromkeys(refusals)])


class GiveNotice(_Act):
    name = "notice"
    verb = gettext_lazy("Announce another category")
    asks = NoticeForm

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [
            _("A notice comes at once. A day later, by the clock of the account, the category is another one."),
            _("AUTHENTICATION means that the template is rejected on the first of the next month."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        return self._let(rows, lambda row: sandbox_acts.give_notice(row, coming=given["coming"]))


class QualityFalls(_Act):
    name = "fall"
    verb = gettext_lazy("Let quality fall")

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [
            _("Its quality is RED, and it is paused for 3 hours, the second time for 6. The third time it is disabled.")
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        return self._let(rows, sandbox_acts.let_quality_fall)


class Pace(_Act):
    name = "pace"
    verb = gettext_lazy("Pause by pacing")

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [_("It is paused until somebody ends that, which can be done after 5 minutes.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        return self._let(rows, sandbox_acts.pace)


class TurnClock(Deed):
    name = "turn"
    verb = gettext_lazy("Turn the clock")
    asks = TurnForm

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        names = ", ".join(sorted({row.account.name for row in rows}))
        return [
            _("At %(names)s everything happens that is due by then: reviews, ends of pauses, changes of category.")
            % {"names": names},
            _("The clock cannot be turned back."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for account in {row.account_id: row.account for row in rows}.values():
            sandbox_clock.turn(account, by=timedelta(hours=int(given["hours"])))
        return _("The clock is turned.")


@admin.register(SandboxTemplate)
class SandboxTemplateAdmin(OwnedAdmin):
    needs: ClassVar[dict[str, str]] = {"view": Role.VIEWER}
    deeds = (GiveNotice(), QualityFalls(), Pace(), TurnClock())
    list_display = ("__str__", "account", "status_badge", "quality_badge", "category", "next_words")
    list_filter = ("account", "status", "category")
    list_select_related = ("account",)
    change_form_after_template = "console/deeds_below.html"
    fieldsets = (
        (None, {"fields": ["name", "language", "account", "external_id", "status_badge", "rejected_reason"]}),
        (None, {"fields": ["quality_badge", "pauses", "category", "correct_category", "next_words", "clock"]}),
    )
    readonly_fields = ("status_badge", "quality_badge", "next_words", "clock")
    empty_title = gettext_lazy("No template yet")
    empty_text = gettext_lazy(
        "Templates that are submitted to a sandbox account stand here, and those that its stories told of."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(deleted_at__isnull=True).select_related("account")

    @display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, template: SandboxTemplate) -> SafeString:
        return coloured(template.status, STATUS_COLOURS, why=template.last_error)

    @display(description=gettext_lazy("quality"), ordering="quality_score")
    def quality_badge(self, template: SandboxTemplate) -> SafeString:
        return coloured(template.quality_score, QUALITY_COLOURS)

    @display(description=gettext_lazy("what comes next"), ordering="due_at")
    def next_words(self, template: SandboxTemplate) -> SafeString:
        next_at = template.state.next_at
        if next_at is None or template.due_at is None:
            return SafeString(NOTHING)
        words = {
            template.review_at: _("The review ends"),
            template.unpause_at: _("The pause ends"),
            template.category_at: _("The category changes"),
        }
        return format_html("{} {}", words[next_at], moment(template.due_at))

    @display(description=gettext_lazy("clock of the account"))
    def clock(self, template: SandboxTemplate) -> str:
        return f"{timezone.localtime(sandbox_clock.now(template.account)):%Y-%m-%d %H:%M %Z}"
