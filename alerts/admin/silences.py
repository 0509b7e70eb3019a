"""The room of silences: what is told to nobody for a while, by whom and why; a new one, and an early end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from alerts import silencing, words
from alerts.admin import phrases
from alerts.admin.fields import TypeCodesField, WallTimeField, ZoneField, at_zone, joined_types, types_field
from alerts.admin.rooms import INSTALLATION, AlertRoom
from alerts.models import Alert, Silence
from alerts.recipients import whose
from core.console import AuditedAdmin
from core.context import current_actor
from core.deeds import Deed
from core.models import Organization, Role
from core.showing import badge, moment

SUBJECTS_MOST = 200


class EndNow(Deed):
    name = "end"
    verb = gettext_lazy("End now")
    needs = Role.ORG_ADMIN

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.ends_at > timezone.now()

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s silence ends now.", "%(count)s silences end now.", len(rows))
        return [told % {"count": len(rows)}, _("What is still wrong is open again, and told.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            silencing.end(row)
        return ngettext("%(count)s silence ended.", "%(count)s silences ended.", len(rows)) % {"count": len(rows)}


class NewSilenceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """`organization` is the class's (`form_of`): whose subjects can be chosen."""

    organization: ClassVar[Organization | None] = None

    subject = forms.ChoiceField(
        label=gettext_lazy("About"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("What has or had an alert can be chosen here."),
    )
    alert_types = types_field()
    other_types = TypeCodesField()
    starts = WallTimeField(label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Empty: from now on."))
    ends = WallTimeField(label=gettext_lazy("Until"))
    zone = ZoneField(label=gettext_lazy("Time zone of these times"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Why. Whoever wonders about the silence reads it in the timeline."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    class Meta:
        model = Silence
        fields: ClassVar[list[str]] = ["note"]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [("", _("Anything")), *subjects_of(self.organization)]
        self.fields["subject"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["alert_types"] = joined_types(self)
        zone, now = given.get("zone", ""), timezone.now()
        if {"starts", "ends", "zone"} & set(self.errors):
            return given
        given["starts_at"] = at_zone(given["starts"], zone) if given["starts"] else None
        given["ends_at"] = at_zone(given["ends"], zone)
        if given["ends_at"] is None or given["ends_at"] <= now:
            self.add_error("ends", _("That time is over already. Enter one in the future."))
        elif given["starts_at"] is not None and given["ends_at"] <= given["starts_at"]:
            self.add_error("ends", _("It ends before it starts. Enter a later time."))
        return given


def form_of(organization: Organization | None) -> type[NewSilenceForm]:
    return type("NewSilenceForm", (NewSilenceForm,), {"organization": organization})


def subjects_of(organization: Organization | None) -> list[tuple[str, str]]:
    """What alerts are and were about, by kind and name, as "kind:id"."""
    alerts = whose(Alert.objects.all(), {organization.pk if organization else None})
    newest = alerts.order_by("-last_seen_at").values_list("subject_kind", "subject_id", "subject_label")
    known: dict[str, str] = {}
    for kind, subject_id, label in newest[: SUBJECTS_MOST * 5]:
        known.setdefault(f"{kind}:{subject_id}", f"{words.subject_name(kind)}: {label}")
    return sorted(list(known.items())[:SUBJECTS_MOST], key=lambda one: one[1].casefold())


class StateFilter(SimpleListFilter):
    """Unless somebody asks for more, the list holds what silences now or will."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("Active")), ("planned", _("Planned")), ("over", _("Over")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first = {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Not over"),
        }
        return [first, *list(super().choices(changelist))[1:]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        asked = {
            "active": Q(starts_at__lte=now, ends_at__gt=now),
            "planned": Q(starts_at__gt=now),
            "over": Q(ends_at__lte=now),
            "all": Q(),
        }
        return queryset.filter(asked.get(self.value() or "", Q(ends_at__gt=now)))


@admin.register(Silence)
class SilenceAdmin(AuditedAdmin, AlertRoom):
    """A silence is made and ended, never edited and never deleted: timelines speak of it."""

    needs = {"view": Role.ORG_ADMIN, "add": Role.ORG_ADMIN}
    deeds = (EndNow(),)
    ordering = ("-ends_at", "-id")
    list_display = ("label", "state_badge", "begins", "ends", "created_by", "note")
    list_display_links = ("label",)
    list_filter = (StateFilter,)
    search_fields = ("subject_label", "note", "created_by")
    change_form_after_template = "console/deeds_below.html"
    empty_title = gettext_lazy("Nothing is silenced")
    empty_text = gettext_lazy(
        "A silence keeps alerts and tells nobody of them for a while: during works that you announced, or while you "
        "already know. What is still wrong afterwards is told."
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **named: Any) -> Any:
        if obj is None:
            named["form"] = form_of(self.organization_for(request))
        return super().get_form(request, obj, change, **named)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            shown = ["about_shown", "types_shown", "state_badge", "begins", "ends", "created_by", "note"]
            return [(None, {"fields": shown})]
        return [
            (None, {"fields": ["starts", "ends", "zone", "note"]}),
            (gettext_lazy("What is silenced"), {"fields": ["subject", "alert_types", "other_types"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("about_shown", "types_shown", "state_badge", "begins", "ends", "created_by", "note") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        kind, _colon, subject_id = given["subject"].partition(":")
        made = silencing.silence(
            organization=self.organization_of(form),
            alert_types=given["alert_types"],
            subject_kind=kind,
            subject_id=subject_id,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            actor=current_actor(),
            note=given["note"],
        )
        vars(obj).update(vars(made))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        row = named.get("obj")
        context |= {"whose": self.organization_for(request, row) or INSTALLATION}
        return super().render_change_form(request, context, **named)

    # Columns

    @display(description=gettext_lazy("what"), ordering="subject_label")
    def label(self, silence: Silence) -> SafeString:
        types = phrases.types(silence.alert_types).capitalize()
        return format_html('{}<span class="block text-subtle">{}</span>', self.about_shown(silence), types)

    @display(description=gettext_lazy("about"))
    def about_shown(self, silence: Silence) -> str:
        if not silence.subject_kind:
            return _("Anything")
        return f"{words.subject_name(silence.subject_kind)}: {silence.subject_label or silence.subject_id}"

    @display(description=gettext_lazy("types"))
    def types_shown(self, silence: Silence) -> str:
        return phrases.types(silence.alert_types).capitalize()

    @display(description=gettext_lazy("state"))
    def state_badge(self, silence: Silence) -> SafeString:
        now = timezone.now()
        if silence.ends_at <= now:
            return badge(_("over"))
        return badge(_("planned"), "info") if silence.starts_at > now else badge(_("active"), "warning")

    @display(description=gettext_lazy("from"), ordering="starts_at")
    def begins(self, silence: Silence) -> SafeString:
        return moment(silence.starts_at)

    @display(description=gettext_lazy("until"), ordering="ends_at")
    def ends(self, silence: Silence) -> SafeString:
        return moment(silence.ends_at)
