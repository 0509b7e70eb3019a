"""The room of escalations: who is told when nobody acknowledges, step by step, and that in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from alerts import planning
from alerts.admin import phrases
from alerts.admin.escalation_form import form_of, rows_of
from alerts.admin.rooms import INSTALLATION, WHOSE, AlertRoom
from alerts.admin.switches import SwitchOff, SwitchOn
from alerts.models import Destination, Escalation
from alerts.recipients import whose
from core.console import AuditedAdmin
from core.deeds import Deed
from core.models import Role
from core.showing import badge

STEPS_SHOWN = 2  # the others wait behind a click
STOPS = gettext_lazy("Its steps stop at once; its destinations are told like all others again.")
GOES_ON = gettext_lazy("It also takes on what is open now; its time runs from when each alert opened.")


class Delete(Deed):
    name = "remove"
    verb = gettext_lazy("Delete")
    needs = Role.ORG_ADMIN
    is_final = True

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s escalation is deleted.", "%(count)s escalations are deleted.", len(rows))
        return [told % {"count": len(rows)}, str(STOPS), _("This cannot be undone.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            row.delete()
        told = ngettext("%(count)s escalation deleted.", "%(count)s escalations deleted.", len(rows))
        return told % {"count": len(rows)}


@admin.register(Escalation)
class EscalationAdmin(AuditedAdmin, AlertRoom):
    needs = {"view": Role.ORG_ADMIN, "add": Role.ORG_ADMIN, "change": Role.ORG_ADMIN}
    deeds = (
        SwitchOff(planning.change, consequence=STOPS),
        SwitchOn(planning.change, consequence=GOES_ON),
        Delete(),
    )
    ordering = ("id",)
    list_display = ("label", "plan", "state_badge")
    list_filter = ("is_enabled",)
    search_fields = ("name",)
    change_form_outer_before_template = "console/escalation_now.html"
    change_form_after_template = "console/escalation_preview.html"
    empty_title = gettext_lazy("Nobody is told when nobody reacts")
    empty_text = gettext_lazy(
        "An escalation tells the next ones while an alert is not acknowledged: at once the team's channel, after 15 "
        "minutes whoever is on call, then again and again. Its destinations come first: add those."
    )

    def get_urls(self) -> list[URLPattern]:
        preview = path("preview/", self.admin_site.admin_view(self._preview), name="alerts_escalation_preview")
        return [preview, *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Names all destinations of the page for one question to the database."""
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        names = phrases.names_of(rows)
        for row in rows:
            row.names = names
        changes.result_list = rows
        return changes

    # Adding and changing

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **named: Any) -> Any:
        organization = self.organization_for(request, obj)
        named["form"] = form_of(organization=organization, rows=rows_of(obj))
        return super().get_form(request, obj, change, **named)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        steps = [(f"after_{number}", f"tell_{number}") for number in range(rows_of(obj))]
        shown = max(STEPS_SHOWN, len(obj.steps) if obj else 0)
        more = (gettext_lazy("More steps"), {"fields": steps[shown:], "classes": ["console-steps-form", "collapse"]})
        return [
            (None, {"fields": ["name", "minimum_severity"]}),
            (gettext_lazy("Steps"), {"fields": steps[:shown], "classes": ["console-steps-form"]}),
            *([more] if steps[shown:] else []),
            (gettext_lazy("Until somebody acknowledges"), {"fields": ["repeat_minutes"]}),
            (gettext_lazy("Types"), {"fields": ["alert_types", "other_types"], "classes": ["collapse"]}),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.fields_given()
        if change:
            planning.change(obj, fields=given)
            return
        vars(obj).update(vars(planning.plan(organization=self.organization_of(form), fields=given)))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        row = named.get("obj")
        organization = self.organization_for(request, row)
        here = whose(Destination.objects.all(), {organization.pk if organization else None})
        asked = {"of": row.pk} if row else {WHOSE: organization.slug if organization else ""}
        context |= {
            "escalation": row,
            "whose": organization or INSTALLATION,
            "has_destinations": here.exists(),
            "destinations_place": reverse("admin:alerts_destination_add"),
            "preview_place": f"{reverse('admin:alerts_escalation_preview')}?{urlencode(asked)}",
        }
        if row is not None:
            context |= {"title": str(row), "state_shown": self.state_badge(row), "sentence": self.plan(row)}
        return super().render_change_form(request, context, **named)

    def _preview(self, request: HttpRequest) -> HttpResponse:
        """The sentence for what stands in the form now; nothing is saved."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        known = self.get_object(request, request.GET.get("of", ""))
        organization = self.organization_for(request, known)
        form = form_of(organization=organization, rows=rows_of(known))(request.POST, instance=known)
        form.full_clean()
        steps = form.cleaned_data.get("steps", [])
        every = form.cleaned_data.get("repeat_minutes") or 0
        names = phrases.names_of([Escalation(steps=steps)])
        return HttpResponse(format_html("{}", phrases.plan(steps, repeat_minutes=every, names=names)))

    # Columns

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    @display(description=gettext_lazy("name"), ordering="name")
    def label(self, escalation: Escalation) -> SafeString:
        watches = phrases.which(minimum_severity=escalation.minimum_severity, alert_types=escalation.alert_types)
        return format_html('{}<span class="block text-subtle">{}</span>', str(escalation), watches)

    @display(description=gettext_lazy("what happens"))
    def plan(self, escalation: Escalation) -> SafeString:
        names = getattr(escalation, "names", None)
        names = phrases.names_of([escalation]) if names is None else names
        told = phrases.plan(escalation.steps, repeat_minutes=escalation.repeat_minutes, names=names)
        return format_html('<span class="console-wrap">{}</span>', told)

    @display(description=gettext_lazy("state"), ordering="is_enabled")
    def state_badge(self, escalation: Escalation) -> SafeString:
        return badge(_("on"), "success") if escalation.is_enabled else badge(_("off"))
