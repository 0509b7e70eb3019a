"""The form of an escalation: some rows of "after so many minutes: these", and how often the last one is told again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminIntegerFieldWidget

from alerts.admin.fields import TypeCodesField, joined_types, severity_field, split_types, types_field
from alerts.models import Destination, Escalation
from alerts.recipients import whose
from core.matters import Severity
from core.models import Organization

ROWS = 5
LONGEST = 7 * 24 * 60  # minutes
LEAST_REPEAT = 5
WRITTEN = ["name", "minimum_severity", "alert_types", "steps", "repeat_minutes"]


class EscalationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """`organization` is the class's (`form_of`): whose destinations its steps may tell."""

    organization: ClassVar[Organization | None] = None

    minimum_severity = severity_field(label=gettext_lazy("Watches over"))
    alert_types = types_field()
    other_types = TypeCodesField()
    repeat_minutes = forms.IntegerField(
        label=gettext_lazy("Repeat every (minutes)"),
        required=False,
        min_value=0,
        max_value=LONGEST,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("After the last step it is told again and again. 0: not."),
    )

    class Meta:
        model = Escalation
        fields: ClassVar[list[str]] = ["name"]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["name"].required = True
        known = self.instance.steps
        if self.instance._state.adding:
            self.initial.update({"minimum_severity": Severity.HIGH.value, "repeat_minutes": 30})
        else:
            names = ["minimum_severity", "repeat_minutes"]
            self.initial.update({name: getattr(self.instance, name) for name in names})
            self.initial.update(split_types(self.instance.alert_types))
        here = whose(Destination.objects.order_by("name"), {self.organization.pk if self.organization else None})
        choices = [(str(row.pk), _titled(row)) for row in here]
        for number in range(rows_of(self.instance)):
            after, tell = self.fields[f"after_{number}"], self.fields[f"tell_{number}"]
            tell.choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField
            if number < len(known):
                after.initial, tell.initial = known[number]["after_minutes"], known[number]["destinations"]

    def clean_repeat_minutes(self) -> int:
        minutes: int = self.cleaned_data["repeat_minutes"] or 0
        if 0 < minutes < LEAST_REPEAT:
            raise forms.ValidationError(_("Repeat every 5 minutes at the most often, or 0 for not at all."))
        return minutes

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["alert_types"] = joined_types(self)
        given["steps"] = self._steps()
        return given

    def _steps(self) -> list[dict[str, Any]]:
        """The rows that are filled in: each later than the one before, none without somebody to tell."""
        steps: list[dict[str, Any]] = []
        for number in range(rows_of(self.instance)):
            after, tell = self.cleaned_data.get(f"after_{number}"), self.cleaned_data.get(f"tell_{number}")
            if {f"after_{number}", f"tell_{number}"} & set(self.errors) or (after is None and not tell):
                continue
            if not tell:
                self.add_error(f"tell_{number}", _("Choose whom to tell then, or empty the minutes."))
            elif after is None:
                self.add_error(f"after_{number}", _("Enter after how many minutes; 0 is at once."))
            elif steps and after <= steps[-1]["after_minutes"]:
                self.add_error(f"after_{number}", _("Each step comes later than the one before: enter more minutes."))
            else:
                steps.append({"after_minutes": after, "destinations": tell})
        if not steps and not self.errors:
            self.add_error("tell_0", _("Choose at least one destination for the first step."))
        return steps

    def fields_given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in WRITTEN}


def rows_of(escalation: Escalation | None) -> int:
    """One made by a program may have more steps than the form usually offers: none of them gets lost."""
    return max(ROWS, len(escalation.steps) if escalation else 0)


def form_of(*, organization: Organization | None, rows: int) -> type[EscalationForm]:
    fields: dict[str, Any] = {"organization": organization}
    for number in range(rows):
        fields |= {f"after_{number}": _after(number), f"tell_{number}": _tell()}
    return type("EscalationForm", (EscalationForm,), fields)


def _after(number: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=format_lazy(gettext_lazy("Step {number}: after (minutes)"), number=number + 1),
        required=False,
        min_value=0,
        max_value=LONGEST,
        initial=0 if number == 0 else None,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def _tell() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("tell"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )


def _titled(destination: Destination) -> str | Promise:
    kind = destination.get_kind_display()
    if destination.is_enabled:
        return f"{destination.name} · {kind}"
    return _("%(name)s · %(kind)s, switched off") % {"name": destination.name, "kind": kind}
