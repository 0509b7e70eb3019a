"""The console's room of webhook calls, for superusers: what came, what it became, and replaying it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.views import ChangeList

from core.console import OwnedAdmin
from core.context import current_actor
from core.showing import NOTHING, badge, moment
from core.switching import SUPERUSERS
from providers import replay
from providers.admin.bodies import pretty_body, raw
from providers.admin.words import OUTCOMES, held
from providers.models import FieldCount, ParkedEvent, WebhookCall

STATE_COLOURS = {"waiting": "info", "applied": "success", "parked": "warning"}
CHANGES_MOST = 300
LISTED = 10_000


class NewestCalls(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """The newest calls; to count millions of them would cost more than to show a page. Filters reach the older ones."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list[:LISTED].count())  # type: ignore[attr-defined]  # a queryset


class CallList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


@admin.register(WebhookCall)
class WebhookCallAdmin(OwnedAdmin):
    needs = {"view": SUPERUSERS}
    list_display = ("received", "door", "holds", "state_badge", "took")
    list_filter = ("state", "account", "received_at")
    list_select_related = ("account",)
    paginator = NewestCalls
    show_full_result_count = False
    search_fields = ("door", "account__name", "=account__external_id")
    search_help_text = gettext_lazy("Door, or an account's name or id")
    change_form_template = "console/call.html"
    empty_title = gettext_lazy("No webhook has come yet")
    empty_text = gettext_lazy("Every call with a right signature is kept here as it came, before it is acknowledged.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account").defer("body", "digest")

    def get_changelist(self, request: HttpRequest, **named: Any) -> type[CallList]:
        return CallList

    def get_urls(self) -> list[URLPattern]:
        doors = {"replay": self.replay_view, "body": self.body_view}
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"providers_webhookcall_{name}")
            for name, view in doors.items()
        ]
        return own + super().get_urls()

    @display(description=gettext_lazy("received"), ordering="received_at")
    def received(self, call: WebhookCall) -> SafeString:
        return moment(call.received_at)

    @display(description=gettext_lazy("what it held"))
    def holds(self, call: WebhookCall) -> str:
        return held(call.changes) if call.applied_at else NOTHING

    @display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, call: WebhookCall) -> SafeString:
        parked = sum(line.get("outcome") == "parked" for line in call.changes)
        word = f"{call.get_state_display()} {parked or ''}".strip()
        return badge(word, STATE_COLOURS.get(call.state, "default"), why=call.last_error)

    @display(description=gettext_lazy("time taken"))
    def took(self, call: WebhookCall) -> str:
        return time_taken(call)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        call = named["obj"]
        body = bytes(call.body)
        context |= {
            "call": call,
            "held": held(call.changes) if call.applied_at else "",
            "state_badge": self.state_badge(call),
            "took": time_taken(call),
            "lines": _lines(call),
            "more": max(0, len(call.changes) - CHANGES_MOST),
            "pretty": pretty_body(body),
            "raw": raw(body),
            "size": len(body),
        }
        return super().render_change_form(request, context, **named)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """First what would change, by a dry run; a POST does it."""
        call = self._call(request, object_id)
        if request.method == "POST":
            changed = len(replay.replay(call, actor=current_actor(), dry_run=False))
            told = ngettext("Replayed: %(count)s change.", "Replayed: %(count)s changes.", changed)
            self.message_user(request, told % {"count": changed}, messages.SUCCESS)
            return HttpResponseRedirect(self.place(str(call.pk)))
        changes = replay.replay(call, actor=current_actor(), dry_run=True)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Replay"),
            "opts": self.opts,
            "original": call,
            "back": self.place(str(call.pk)),
            "changes": [_compared(change) for change in changes],
        }
        return TemplateResponse(request, "console/replay.html", context)

    def body_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The body as it came, to keep as a file."""
        call = self._call(request, object_id)
        headers = {"Content-Disposition": f'attachment; filename="{call.pk}.json"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(bytes(call.body), content_type="application/octet-stream", headers=headers)

    def _call(self, request: HttpRequest, object_id: str) -> WebhookCall:
        call: WebhookCall | None = self.get_object(request, object_id)
        if call is None or not self.has_view_permission(request, call):
            raise Http404
        return call


@admin.register(FieldCount)
class FieldCountAdmin(OwnedAdmin):
    needs = {"view": SUPERUSERS}
    list_display = ("field", "provider", "count", "first", "last")
    list_display_links = None
    list_filter = ("provider",)
    search_fields = ("field",)
    empty_title = gettext_lazy("Every field is known")
    empty_text = gettext_lazy("A field that a provider sends and nobody documented is counted here. Its call is kept.")

    @display(description=gettext_lazy("first seen"), ordering="first_seen_at")
    def first(self, counted: FieldCount) -> SafeString:
        return moment(counted.first_seen_at)

    @display(description=gettext_lazy("last seen"), ordering="last_seen_at")
    def last(self, counted: FieldCount) -> SafeString:
        return moment(counted.last_seen_at)


def time_taken(call: WebhookCall) -> str:
    if call.applied_at is None:
        return NOTHING
    seconds = max(0.0, (call.applied_at - call.received_at).total_seconds())
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def _lines(call: WebhookCall) -> list[dict[str, Any]]:
    """The changes of a call as its page shows them; what is parked still leads to its cure."""
    parked = dict(ParkedEvent.objects.filter(call=call).order_by().values_list("position", "pk"))
    shown = []
    for position, line in enumerate(call.changes[:CHANGES_MOST]):
        word, colour = OUTCOMES.get(line.get("outcome", ""), (line.get("outcome", ""), "default"))
        shown.append(line | {"badge": badge(word, colour), "parked": parked.get(position)})
    return shown


def _compared(change: dict[str, Any]) -> dict[str, Any]:
    """What a replay changes about one subject, as rows of (name, before, after)."""
    before, after = change["before"], change["after"]
    return {"object": change["object"], "rows": [(name, before.get(name), after.get(name)) for name in after]}
