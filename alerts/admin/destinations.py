"""The room of destinations: where alerts are told, whether that works, and a test that shows the real answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from alerts import destinations
from alerts.admin import phrases
from alerts.admin.destination_form import ABOUT_KINDS, form_of
from alerts.admin.rooms import INSTALLATION, WHOSE, AlertRoom
from alerts.admin.switches import SwitchOff, SwitchOn
from alerts.admin.trials import advice, status_of
from alerts.models import Destination, Escalation
from alerts.recipients import whose
from alerts.transports import transport
from core.console import AuditedAdmin
from core.deeds import Deed
from core.models import Role
from core.showing import badge, moment

CUT = 120  # characters of a reason in the list; its page shows all
SILENT_MEANWHILE = gettext_lazy(
    "Nothing is told there until it is switched on again; alerts still open, and show in the console."
)
FROM_NOW_ON = gettext_lazy("What opens from now on is told there; what opened meanwhile is not told later.")


class Delete(Deed):
    name = "remove"
    verb = gettext_lazy("Delete")
    needs = Role.ORG_ADMIN
    is_final = True

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and not naming(row)

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s destination is deleted.", "%(count)s destinations are deleted.", len(rows))
        return [
            told % {"count": len(rows)},
            _("Nothing is told there any more; what still waits to be told there is given up."),
            _("The timelines of alerts keep what was told. This cannot be undone: its address is forgotten."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            destinations.remove(row)
        told = ngettext("%(count)s destination deleted.", "%(count)s destinations deleted.", len(rows))
        return told % {"count": len(rows)}


@admin.register(Destination)
class DestinationAdmin(AuditedAdmin, AlertRoom):
    needs = {"view": Role.ORG_ADMIN, "add": Role.ORG_ADMIN, "change": Role.ORG_ADMIN}
    deeds = (
        SwitchOff(destinations.change, consequence=SILENT_MEANWHILE),
        SwitchOn(destinations.change, consequence=FROM_NOW_ON),
        Delete(),
    )
    ordering = ("name",)
    list_display = ("label", "where", "told_of", "rest", "state", "told")
    list_filter = ("kind", "is_enabled", "minimum_severity")
    search_fields = ("name", "address_hint")
    search_help_text = gettext_lazy("Name or address")
    change_form_outer_before_template = "console/destination_now.html"
    empty_title = gettext_lazy("Alerts are told to nobody but members")
    empty_text = gettext_lazy(
        "Admins get alerts by e-mail. A destination tells them to a Slack channel, a program of yours, a chat or "
        "another mailbox as well: add one and test it."
    )

    def get_urls(self) -> list[URLPattern]:
        return [self.page("test", self._test), self.page("renew_secret", self._renew_secret), *super().get_urls()]

    # Adding and changing

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First which kind, then the form of that kind."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if self._knows_whose(request) and self._kind(request) is None:
            return TemplateResponse(request, "console/destination_kinds.html", self._kinds_page(request))
        response: HttpResponse = super().add_view(request, form_url, extra_context)
        return response

    def _kinds_page(self, request: HttpRequest) -> dict[str, Any]:
        kinds = [
            {"kind": kind.value, "name": kind.label, "icon": ABOUT_KINDS[kind][0], "about": ABOUT_KINDS[kind][1]}
            for kind in (
                Destination.Kind.SLACK,
                Destination.Kind.EMAIL,
                Destination.Kind.WEBHOOK,
                Destination.Kind.APPRISE,
            )
        ]
        return {
            **self.admin_site.each_context(request),
            "title": _("Where to?"),
            "opts": self.opts,
            "kinds": kinds,
            "whose": self.organization_for(request) or INSTALLATION,
            "asked": request.GET.get(WHOSE),
        }

    def _kind(self, request: HttpRequest, obj: Destination | None = None) -> str | None:
        kind = obj.kind if obj else request.GET.get("kind", "")
        return kind if kind in Destination.Kind.values else None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **named: Any) -> Any:
        organization = self.organization_for(request, obj)
        named["form"] = form_of(kind=self._kind(request, obj) or "", organization=organization)
        return super().get_form(request, obj, change, **named)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        rest = ("quiet_from", "quiet_until"), "time_zone", "digest_minutes"
        of_types = (gettext_lazy("Of which alerts"), {"fields": ["minimum_severity", "alert_types", "other_types"]})
        kind = self._kind(request, obj)
        is_for_people = kind is None or transport(kind).is_for_people
        return [
            (None, {"fields": ["name", "address"]}),
            of_types,
            *([(gettext_lazy("When"), {"fields": list(rest)})] if is_for_people else []),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.fields_given()
        if change:  # the row as it is kept: the form has written an empty address into its own
            saved = destinations.change(Destination.objects.get(pk=obj.pk), fields=given)
        else:
            saved = destinations.add(organization=self.organization_of(form), fields=given | {"kind": form.kind})
        vars(obj).update(vars(saved))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to its page, where it can be tested; a webhook's secret is shown first, this once."""
        if obj.kind == Destination.Kind.WEBHOOK:
            return self._secret_page(request, obj, secret=obj.secret, is_new=True)
        self.message_user(request, _("%(name)s is added. Test it now.") % {"name": obj.name})
        return HttpResponseRedirect(self.place(str(obj.pk)))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        row = named.get("obj")
        context |= {
            "kind": self._kind(request, row),
            "destination": row,
            "whose": self.organization_for(request, row) or INSTALLATION,
        }
        if row is not None:
            context |= {"state_shown": state_badge(row), "named_by": naming(row), "title": row.name}
        return super().render_change_form(request, context, **named)

    # A test, and a new secret

    def _test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(self.place(object_id))
        tested = destinations.try_out(row)
        context = {
            "title": _("Test of %(name)s") % {"name": row.name},
            "tested": tested,
            "status": status_of(tested),
            "advice": "" if tested.ok else advice(row, tested),
        }
        return self._answer(request, "console/destination_test.html", row, context)

    def _renew_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        if row.kind != Destination.Kind.WEBHOOK:
            raise Http404
        if request.method != "POST":
            title = _("A new signing secret")
            return self._answer(request, "console/destination_renew.html", row, {"title": title})
        return self._secret_page(request, row, secret=destinations.renew_secret(row), is_new=False)

    def _row(self, request: HttpRequest, object_id: str) -> Destination:
        row: Destination | None = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def _secret_page(self, request: HttpRequest, row: Destination, *, secret: str, is_new: bool) -> HttpResponse:
        context = {"title": _("Copy this secret now"), "secret": secret, "is_new": is_new}
        return self._answer(request, "console/destination_secret.html", row, context)

    def _answer(self, request: HttpRequest, template: str, row: Destination, context: dict[str, Any]) -> HttpResponse:
        ground = {"opts": self.opts, "original": row, "row": row, "back": self.place(str(row.pk))}
        return TemplateResponse(request, template, self.admin_site.each_context(request) | ground | context)

    # Columns

    @display(description=gettext_lazy("name"), ordering="name")
    def label(self, destination: Destination) -> SafeString:
        return format_html(
            '{}<span class="block text-subtle">{}</span>', destination.name, destination.get_kind_display()
        )

    @display(description=gettext_lazy("where"), ordering="address_hint")
    def where(self, destination: Destination) -> SafeString:
        return format_html('<span class="console-wrap" dir="ltr">{}</span>', destination.address_hint)

    @display(description=gettext_lazy("told of"), ordering="minimum_severity")
    def told_of(self, destination: Destination) -> str:
        return phrases.which(minimum_severity=destination.minimum_severity, alert_types=destination.alert_types)

    @display(description=gettext_lazy("when"))
    def rest(self, destination: Destination) -> str:
        return phrases.rest(destination) or _("At once, at any time")

    @display(description=gettext_lazy("state"), ordering="is_enabled")
    def state(self, destination: Destination) -> SafeString:
        why = destination.last_error if destination.is_enabled else destination.disabled_reason
        shown = state_badge(destination)
        if not why:
            return shown
        cut = Truncator(why).chars(CUT)
        return format_html(
            '<div>{}<span class="console-wrap text-subtle" lang="en" dir="auto">{}</span></div>', shown, cut
        )

    @display(description=gettext_lazy("last told"), ordering="last_told_at")
    def told(self, destination: Destination) -> SafeString:
        return moment(destination.last_told_at) if destination.last_told_at else SafeString(_("never"))


def state_badge(destination: Destination) -> SafeString:
    if not destination.is_enabled:
        return badge(_("off"), "danger" if destination.disabled_reason else "default", why=destination.disabled_reason)
    if destination.last_error:
        return badge(_("failing"), "warning", why=destination.last_error)
    return badge(_("on"), "success")


def naming(destination: Destination) -> list[Escalation]:
    """The escalations that tell it."""
    rows = whose(Escalation.objects.all(), {destination.organization_id})
    return [row for row in rows if any(str(destination.pk) in step["destinations"] for step in row.steps)]
