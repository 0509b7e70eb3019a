"""The form of a destination: only the fields of its kind; a secret address goes in and never comes out."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from alerts.admin.fields import (
    ClockInput,
    TypeCodesField,
    ZoneField,
    joined_types,
    severity_field,
    split_types,
    types_field,
)
from alerts.models import Destination
from alerts.transports import transport
from alerts.transports.base import WrongAddress
from core.matters import Severity
from core.models import Organization

LONGEST_DIGEST = 24 * 60
Kind = Destination.Kind
ABOUT_KINDS: dict[str, tuple[str, Any]] = {
    Kind.EMAIL: ("mail", gettext_lazy("One address, such as that of a team. Members of the organization need none.")),
    Kind.SLACK: ("tag", gettext_lazy("A channel, by an incoming webhook of your Slack workspace.")),
    Kind.WEBHOOK: ("webhook", gettext_lazy("A program of yours: each alert as signed JSON.")),
    Kind.APPRISE: ("campaign", gettext_lazy("Teams, Telegram, Discord, PagerDuty, ntfy and a hundred others.")),
}
ADDRESS_LABELS: dict[str, Any] = {
    Kind.EMAIL: gettext_lazy("E-mail address"),
    Kind.SLACK: gettext_lazy("Webhook URL"),
    Kind.WEBHOOK: gettext_lazy("Address"),
    Kind.APPRISE: gettext_lazy("Apprise address"),
}
EXAMPLES: dict[str, str] = {
    Kind.EMAIL: "alerts@example.com",
    Kind.SLACK: "https://hooks.slack.com/services/T…/B…/…",
    Kind.WEBHOOK: "https://example.com/alerts",
    Kind.APPRISE: "tgram://…/…",
}
FOR_PEOPLE = ["quiet_from", "quiet_until", "time_zone", "digest_minutes"]


class DestinationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """`kind` and `organization` are the class's: `form_of` makes one for a kind and an organization."""

    kind: ClassVar[str] = ""
    organization: ClassVar[Organization | None] = None

    address = forms.CharField(max_length=2000)
    minimum_severity = severity_field(label=gettext_lazy("Told of"))
    alert_types = types_field()
    other_types = TypeCodesField()
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=ClockInput())
    quiet_until = forms.TimeField(label=gettext_lazy("until"), required=False, widget=ClockInput())
    time_zone = ZoneField(
        label=gettext_lazy("in the time zone"),
        help_text=gettext_lazy("What comes meanwhile waits for their end. CRITICAL alerts are never held back."),
    )
    digest_minutes = forms.IntegerField(
        label=gettext_lazy("Collect for (minutes)"),
        required=False,
        min_value=0,
        max_value=LONGEST_DIGEST,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("What comes within that time is one message. 0: each at once."),
    )

    class Meta:
        model = Destination
        fields: ClassVar[list[str]] = ["name"]
        help_texts: ClassVar[dict[str, Any]] = {"name": gettext_lazy("How timelines and escalations call it.")}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.initial.update(self._kept())
        self._ask_for_address()
        if not transport(self.kind).is_for_people:
            for name in FOR_PEOPLE:
                self.fields.pop(name, None)

    def _kept(self) -> dict[str, Any]:
        if self.instance._state.adding:
            return {"minimum_severity": Severity.MEDIUM.value, "digest_minutes": 0}
        names = ["minimum_severity", *FOR_PEOPLE]
        return {name: getattr(self.instance, name) for name in names} | split_types(self.instance.alert_types)

    def _ask_for_address(self) -> None:
        field, is_new = self.fields.get("address"), self.instance._state.adding
        if field is None:
            return
        field.label = ADDRESS_LABELS[self.kind]
        if not transport(self.kind).has_secret_address:
            field.widget = UnfoldAdminEmailInputWidget(attrs={"placeholder": EXAMPLES[self.kind]})
            self.initial["address"] = "" if is_new else self.instance.address
            return
        kept = _("%(hint)s; leave empty to keep it") % {"hint": self.instance.address_hint}
        attrs = {"placeholder": EXAMPLES[self.kind] if is_new else kept, "autocomplete": "off", "spellcheck": "false"}
        field.widget = UnfoldAdminTextInputWidget(attrs=attrs)
        field.required = is_new
        self.initial["address"] = ""  # a form tells what it holds, and this is never told

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        same = Destination.objects.filter(organization=self.organization, name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("There is a destination of that name already. Choose another name."))
        return name

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not address:
            return ""
        try:
            return transport(self.kind).clean_address(address)
        except WrongAddress as error:
            raise forms.ValidationError(str(error)) from None

    def clean_digest_minutes(self) -> int:
        return self.cleaned_data["digest_minutes"] or 0

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["alert_types"] = joined_types(self)
        start, end = given.get("quiet_from"), given.get("quiet_until")
        if not {"quiet_from", "quiet_until"} & set(self.errors):
            if (start is None) != (end is None):
                missing = "quiet_from" if start is None else "quiet_until"
                self.add_error(missing, _("Quiet hours have two ends: enter this one too, or empty the other."))
            elif start is not None and start == end:
                self.add_error("quiet_until", _("They end when they begin. Enter another time, or empty both."))
        return given

    def fields_given(self) -> dict[str, Any]:
        """What the domain is to write; an address that was left as it is or empty is not among it."""
        given = {name: value for name, value in self.cleaned_data.items() if name in WRITTEN and name in self.fields}
        if not given["address"] or "address" not in self.changed_data:
            del given["address"]
        return given

    def _get_validation_exclusions(self) -> set[str]:
        """The name is asked about in `clean_name`, with the words for it."""
        return set(super()._get_validation_exclusions()) | {"organization"}  # type: ignore[misc]  # unknown to the stubs


WRITTEN = {"name", "address", "minimum_severity", "alert_types", *FOR_PEOPLE}


def form_of(*, kind: str, organization: Organization | None) -> type[DestinationForm]:
    return type("DestinationForm", (DestinationForm,), {"kind": kind, "organization": organization})
