"""Fields that several forms of alerts ask for: types, severities, a moment in the reader's own zone, a time of day."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    DATETIME_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from alerts import words
from core.matters import Severity

MOST_TYPES = 50
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_OWN_ZONE = "if (!$el.value) $el.value = Intl.DateTimeFormat().resolvedOptions().timeZone"


class ZoneInput(UnfoldAdminTextInputWidget):
    """A time zone with all names to choose from; where none is given yet, the reader's own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = {
            "list": f"{name}-names",
            "autocomplete": "off",
            "spellcheck": "false",
            "x-data": "",
            "x-init": _OWN_ZONE,
        }
        field = super().render(name, value, {**(attrs or {}), **given}, renderer)
        names = format_html_join("", '<option value="{}">', ((one,) for one in sorted(_zones())))
        return format_html('{}<datalist id="{}-names">{}</datalist>', field, name, names)


class ZoneField(forms.CharField):
    """An IANA name; empty is UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=ZoneInput(), max_length=64, required=False, **options)

    def clean(self, value: Any) -> str:
        name = str(super().clean(value) or "UTC")
        if name not in _zones():
            near = difflib.get_close_matches(name, _zones(), n=1, cutoff=0.5)
            hint = _("Did you mean %(name)s?") % {"name": near[0]} if near else ""
            told = _("There is no time zone of that name. Enter one such as Europe/Berlin.")
            raise forms.ValidationError(f"{told} {hint}".strip())
        return name


class MomentInput(forms.DateTimeInput):
    """The browser's own choice of day and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join([*DATETIME_CLASSES, "max-w-2xl"])}, format="%Y-%m-%dT%H:%M")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(DATETIME_CLASSES)}, format="%H:%M")


class WallTimeField(forms.Field):
    """A day and a time as a clock on the wall shows them: which wall, the form's zone says (`at_zone`)."""

    widget = MomentInput

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
            try:
                return datetime.strptime(str(value), form)  # noqa: DTZ007 (its zone is another field's)
            except ValueError:
                continue
        raise forms.ValidationError(_("Enter a day and a time, such as 2026-05-31 18:00."))


def at_zone(moment: datetime, zone: str) -> datetime | None:
    """That time on the walls of that zone; None where no calendar reaches."""
    try:
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.get_default_timezone())
    except (OverflowError, ValueError):
        return None


class TypeCodesField(forms.CharField):
    """Codes of alert types, with commas or blanks between: for those that the list of known ones does not have."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Other types"),
            help_text=gettext_lazy("Codes that are not in the list, with commas between."),
            required=False,
            max_length=2000,
            widget=UnfoldAdminTextInputWidget(),
        )

    def clean(self, value: Any) -> list[str]:
        codes = [code.upper() for code in re.split(r"[\s,;]+", super().clean(value)) if code]
        wrong = next((code for code in codes if not _CODE.fullmatch(code)), None)
        if wrong is not None:
            told = _("%(code)s is no alert type: its code has letters, digits and _, such as TEMPLATE_PAUSED.")
            raise forms.ValidationError(told % {"code": wrong[:64]})
        return codes

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


def types_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Only these types"),
        required=False,
        choices=lambda: [(code, type_label(code)) for code in words.KINDS],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=gettext_lazy("None ticked: all types, also those that come later."),
    )


def type_label(code: str) -> SafeString:
    return format_html('{} <code class="console-small">{}</code>', words.name_of(code), code)


def split_types(codes: Sequence[str]) -> dict[str, list[str]]:
    """Both fields' initial values."""
    return {
        "alert_types": [code for code in codes if code in words.KINDS],
        "other_types": [code for code in codes if code not in words.KINDS],
    }


def joined_types(form: forms.BaseForm) -> list[str]:
    """What the two fields say together, each once; too many are an error of the form's."""
    chosen = [*form.cleaned_data.get("alert_types", []), *form.cleaned_data.get("other_types", [])]
    types = list(dict.fromkeys(chosen))
    if len(types) > MOST_TYPES:
        form.add_error("other_types", _("Name at most %(most)s types, or none for all.") % {"most": MOST_TYPES})
    return types


def severity_field(*, label: Any, nothing: Any = None, help_text: Any = "") -> forms.ChoiceField:
    """From which severity on; `nothing` is the word for "not at all" where that can be chosen."""
    ranks = [(severity.value, _from(severity)) for severity in Severity]
    return forms.ChoiceField(
        label=label,
        choices=[*([("", nothing)] if nothing else []), *ranks],
        required=not nothing,
        widget=UnfoldAdminSelectWidget(),
        help_text=help_text,
    )


def _from(severity: Severity) -> Any:
    return {
        Severity.LOW: gettext_lazy("LOW and above: everything"),
        Severity.MEDIUM: gettext_lazy("MEDIUM and above"),
        Severity.HIGH: gettext_lazy("HIGH and above"),
        Severity.CRITICAL: gettext_lazy("CRITICAL only"),
    }[severity]


def choice_of_one(*, label: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminRadioSelectWidget(), **options)


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime"})
