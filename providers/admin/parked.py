"""The console's room of parked events: what could not be applied, why, how to cure it; retry and drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from core.console import OwnedAdmin
from core.context import current_actor
from core.deeds import Deed, NoteForm
from core.models import Role
from core.showing import moment
from core.switching import SUPERUSERS, covers
from providers import parking
from providers.admin.bodies import pretty
from providers.admin.words import noun_of
from providers.models import ParkedEvent

REASONS = {
    "unknown_account": gettext_lazy("Its account is not known here"),
    "other_account": gettext_lazy("It names another account than the door that it came through"),
    "no_account": gettext_lazy("It names no account"),
    "unreadable": gettext_lazy("It could not be read"),
    "error": gettext_lazy("An error came while it was applied"),
    "template_unknown": gettext_lazy("Its template is not known here"),
    "other_template": gettext_lazy("Its template has another id here"),
    "ambiguous": gettext_lazy("Several templates fit it"),
}
CURES = {
    "unknown_account": gettext_lazy(
        "Add the account, and all that is parked for it applies by itself. If it is not yours, unsubscribe the app "
        "from it at Meta and drop these events."
    ),
    "other_account": gettext_lazy(
        "An account's own address takes only what is about that account. Correct the callback URL at the provider, and "
        "drop this event."
    ),
    "no_account": gettext_lazy("Nobody can tell whose it is. Look at its payload, then drop it."),
    "unreadable": gettext_lazy(
        "Its shape is new or broken. Keep it until a newer version of Heliograph reads it and retry then, or drop it."
    ),
    "error": gettext_lazy("Retry it. If it fails again, its reason says where; its call keeps the whole body."),
    "template_unknown": gettext_lazy("It applies by itself as soon as the template is heard of: nothing to do."),
    "other_template": gettext_lazy(
        "It applies by itself once Meta says that the older template of this name is deleted. Retry it, or drop it."
    ),
    "ambiguous": gettext_lazy("It names no language, and several templates have this name. Drop it."),
}


class Retry(Deed):
    name = "retry"
    verb = gettext_lazy("Retry")
    needs = Role.OPERATOR

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s event is tried again at once.", "%(count)s events are tried again at once.", len(rows)
        )
        return [told % {"count": len(rows)}, _("What still cannot be applied stays here, with its newest reason.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            parking.retry(row)
        told = ngettext("%(count)s event is tried again.", "%(count)s events are tried again.", len(rows))
        return told % {"count": len(rows)}


class Drop(Deed):
    name = "drop"
    verb = gettext_lazy("Drop")
    needs = Role.OPERATOR
    asks = NoteForm
    is_final = True

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s event is given up.", "%(count)s events are given up.", len(rows))
        return [
            told % {"count": len(rows)},
            _("What it said is not applied, and it cannot be taken out of the bin again."),
            _("The webhook call that brought it keeps its body, your name and your note; a superuser can replay it."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            parking.drop(row, note=given["note"], actor=current_actor())
        return ngettext("%(count)s event dropped.", "%(count)s events dropped.", len(rows)) % {"count": len(rows)}


@admin.register(ParkedEvent)
class ParkedEventAdmin(OwnedAdmin):
    shows = "unknown_account"
    needs = {"view": Role.OPERATOR}
    deeds = (Retry(), Drop())
    list_display = ("what", "reason_shown", "detail", "account", "parked_at", "attempts")
    list_filter = ("reason", "kind", "account")
    list_select_related = ("account",)
    search_fields = ("detail", "waits_for", "kind")
    search_help_text = gettext_lazy("Reason, or an account's id")
    change_form_template = "console/parked.html"
    empty_title = gettext_lazy("Nothing is parked")
    empty_text = gettext_lazy(
        "What a provider says and cannot be applied waits here with its reason: nothing is lost, its neighbours go on."
    )

    def place(self, subject_id: str) -> str:
        """A row has its page; an account that is not known, as `provider:id`, the list of what waits for it."""
        if ":" not in subject_id:
            return super().place(subject_id)
        waits_for = parking.account_key(*subject_id.split(":", 1))
        return f"{reverse('admin:providers_parkedevent_changelist')}?{urlencode({'q': waits_for})}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    @display(description=gettext_lazy("event"), ordering="kind")
    def what(self, event: ParkedEvent) -> str:
        return noun_of(event.kind).capitalize()

    @display(description=gettext_lazy("reason"), ordering="reason")
    def reason_shown(self, event: ParkedEvent) -> str:
        return str(REASONS.get(event.reason, event.reason))

    @display(description=gettext_lazy("parked"), ordering="created_at")
    def parked_at(self, event: ParkedEvent) -> SafeString:
        return moment(event.created_at)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        event = named["obj"]
        context |= {
            "event": event,
            "reason": REASONS.get(event.reason, event.reason),
            "cure": CURES.get(event.reason, ""),
            "payload": pretty(event.payload),
            "add_account": _add_account(request, event),
            "beside": _beside(event),
            "sees_call": bool(event.call_id) and covers(request, SUPERUSERS),
        }
        return super().render_change_form(request, context, **named)


def _beside(event: ParkedEvent) -> int:
    """How many other events wait for the same thing."""
    if not event.waits_for:
        return 0
    return int(ParkedEvent.objects.filter(waits_for=event.waits_for).exclude(pk=event.pk).order_by().count())


def _add_account(request: HttpRequest, event: ParkedEvent) -> str:
    """The form of a new account with its id filled in, for who may add one."""
    kind, _colon, named = event.waits_for.partition(":")
    provider, _colon, external_id = named.partition(":")
    if kind != "account" or not covers(request, Role.ORG_ADMIN):
        return ""
    return f"{reverse('admin:providers_account_add')}?{urlencode({'provider': provider, 'external_id': external_id})}"
