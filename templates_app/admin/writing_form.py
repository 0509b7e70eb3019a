"""The form in which a template is written: header, body, footer and buttons, or all of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.text import is_storable
from providers.models import Account
from templates_app import category, writing
from templates_app.admin.draft import BUTTONS_MOST, Button, Fields, fields_of
from templates_app.models import Template
from templates_app.serializers.writing import ComponentsField

EXAMPLE = "example:"  # what the names of the inputs for examples begin with
WRITING_PROVIDERS = ("meta", "sandbox")
CATEGORIES = [(word, word.capitalize()) for word in ("UTILITY", "MARKETING", "AUTHENTICATION")]
HEADERS: list[tuple[str, str | Promise]] = [
    ("", gettext_lazy("None")),
    ("TEXT", gettext_lazy("Text")),
    ("IMAGE", gettext_lazy("Picture")),
    ("VIDEO", gettext_lazy("Video")),
    ("DOCUMENT", gettext_lazy("Document")),
    ("LOCATION", gettext_lazy("Place on a map")),
]
BUTTON_KINDS: list[tuple[str, str | Promise]] = [
    ("", gettext_lazy("None")),
    ("QUICK_REPLY", gettext_lazy("Quick reply")),
    ("URL", gettext_lazy("Link")),
    ("PHONE_NUMBER", gettext_lazy("Phone number")),
    ("COPY_CODE", gettext_lazy("Code to copy")),
]


def _line(label: Any, *, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=help_text, widget=UnfoldAdminTextInputWidget()
    )


def _lines(label: Any, *, rows: int, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        strip=False,
        help_text=help_text,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
    )


def _choice(label: Any, choices: Any, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required, widget=UnfoldAdminSelectWidget())


class WritingForm(forms.Form):
    """`template`: the one that is changed. What of it is fixed cannot be filled in."""

    account = forms.ModelChoiceField(
        label=gettext_lazy("Account"), queryset=Account.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=512,
        help_text=gettext_lazy("Lower-case letters, digits and _, such as order_update."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}),
    )
    language = forms.CharField(
        label=gettext_lazy("Language"),
        max_length=16,
        help_text=gettext_lazy("As Meta writes it, such as en_US, es or ar."),
        widget=UnfoldAdminTextInputWidget(attrs={"list": "languages", "autocapitalize": "none", "dir": "ltr"}),
    )
    category = _choice(gettext_lazy("Category"), CATEGORIES, required=True)
    header = _choice(gettext_lazy("Header"), HEADERS)
    header_text = _line(gettext_lazy("Text of the header"), most=200)
    header_handle = _line(
        gettext_lazy("Handle of an example"),
        most=2000,
        help_text=gettext_lazy("Of the example that was uploaded to Meta for the review."),
    )
    body = _lines(
        gettext_lazy("Body"),
        rows=7,
        most=4096,
        help_text=gettext_lazy("Variables as {{1}}, {{2}} or as {{first_name}}; *bold*, _italic_, ~struck~."),
    )
    footer = _line(gettext_lazy("Footer"), most=200)
    is_json = forms.BooleanField(
        label=gettext_lazy("Write it as JSON"),
        required=False,
        help_text=gettext_lazy("For carousels, offers, one-time codes and whatever the fields have no room for."),
        widget=UnfoldBooleanSwitchWidget(),
    )
    components = _lines(gettext_lazy("Components, as Meta's API has them"), rows=14, most=100_000)
    note = _line(
        gettext_lazy("Note"), most=500, help_text=gettext_lazy("What was changed and why; kept with the version.")
    )

    def __init__(self, *given: Any, template: Template | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.template = template
        for place in range(BUTTONS_MOST):
            self.fields[f"button_{place}_kind"] = _choice(gettext_lazy("Kind"), BUTTON_KINDS)
            self.fields[f"button_{place}_text"] = _line(gettext_lazy("Label"), most=60)
            self.fields[f"button_{place}_value"] = _line(gettext_lazy("Leads to"), most=2000)
        accounts = Account.objects.filter(is_retired=False, provider__in=WRITING_PROVIDERS)
        if template is not None:
            accounts = Account.objects.filter(pk=template.account_id)
        self.fields["account"].queryset = accounts.order_by("name", "id")  # type: ignore[attr-defined]  # it has one
        only = list(accounts[:2])
        if len(only) == 1:
            self.initial.setdefault("account", only[0].pk)
        self._fix()

    def _fix(self) -> None:
        if self.template is None:
            return
        ours = self.template.category
        if ours not in dict(CATEGORIES):
            self.fields["category"].choices = [(ours, ours or "–"), *CATEGORIES]  # type: ignore[attr-defined]
        fixed = ["account"]
        fixed += ["name", "language"] if writing.was_submitted(self.template) else []
        fixed += ["category"] if category.is_fixed(self.template) else []
        for name in fixed:
            self.fields[name].disabled = True
            self.fields[name].required = False

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        return language.replace("-", "_")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        texts = [value for value in self.data.values() if isinstance(value, str)]
        if not all(map(is_storable, texts)):
            raise forms.ValidationError(_("It holds a character that is not text."))
        if given.get("is_json"):
            given["parsed"] = self._parsed(given.get("components", ""))
        return given

    def _parsed(self, text: str) -> list[dict[str, Any]]:
        try:
            parsed: list[dict[str, Any]] = ComponentsField().run_validation(json.loads(text))
        except (ValueError, RecursionError) as error:
            self.add_error("components", _("This is no JSON: %(why)s") % {"why": error})
        except serializers.ValidationError as error:
            self.add_error("components", [str(one) for one in error.detail])
        else:
            return parsed
        return []

    def said(self) -> list[dict[str, Any]]:
        """The components that stand in the form now, as far as they can be read."""
        given = self.cleaned_data
        if given.get("is_json"):
            parsed: list[dict[str, Any]] = given.get("parsed", [])
            return parsed
        return Fields(
            header=given.get("header", ""),
            header_text=given.get("header_text", ""),
            header_handle=given.get("header_handle", ""),
            body=given.get("body", "").replace("\r\n", "\n"),
            footer=given.get("footer", ""),
            buttons=tuple(self._buttons()),
            examples={name.removeprefix(EXAMPLE): self.data[name] for name in self.data if name.startswith(EXAMPLE)},
        ).components()

    def _buttons(self) -> list[Button]:
        rows = [
            Button(**{part: self.cleaned_data.get(f"button_{place}_{part}", "") for part in ("kind", "text", "value")})
            for place in range(BUTTONS_MOST)
        ]
        return [row for row in rows if row.kind]

    def button_rows(self) -> list[dict[str, Any]]:
        """The fields of each button; `is_used` where something is chosen, and in the first that is free."""
        rows = [
            {part: self[f"button_{place}_{part}"] for part in ("kind", "text", "value")}
            for place in range(BUTTONS_MOST)
        ]
        used = sum(bool(row["kind"].value()) for row in rows)
        return [row | {"number": place + 1, "is_used": place <= used} for place, row in enumerate(rows)]


def initial_of(template: Template) -> dict[str, Any]:
    """What the form shows of a template at first."""
    version = template.current_version
    components = version.components if version else []
    fields = fields_of(components) or Fields()
    shown: dict[str, Any] = {
        "account": template.account_id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "is_json": bool(components) and fields_of(components) is None,
        "components": json.dumps(components, indent=2, ensure_ascii=False) if components else "",
    }
    shown |= {name: getattr(fields, name) for name in ("header", "header_text", "header_handle", "body", "footer")}
    for place, button in enumerate(fields.buttons):
        shown |= {f"button_{place}_{part}": getattr(button, part) for part in ("kind", "text", "value")}
    return shown


def examples_in(data: Mapping[str, Any], template: Template | None) -> dict[str, str]:
    """The examples that were filled in, or those that the template has."""
    if data:
        return {name.removeprefix(EXAMPLE): str(data[name]) for name in data if name.startswith(EXAMPLE)}
    version = template.current_version if template is not None else None
    fields = fields_of(version.components) if version is not None else None
    return dict(fields.examples) if fields is not None else {}
