"""
A template's components as the fields of a form, and the fields as components.

A form has room for what most templates are: a header, a body, a footer, buttons. What is more than that is written as
JSON.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from templates_app.components import NAMED, VARIABLE, JsonObject, canonical, objects, parameter_format_of
from templates_app.parameters import examples, placeholders, substitute

BUTTONS_MOST = 10
MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
# Where each kind of button keeps what it leads to.
LEADS = {"QUICK_REPLY": "", "URL": "url", "PHONE_NUMBER": "phone_number", "COPY_CODE": "example"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Button:
    kind: str
    text: str = ""
    value: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fields:
    """`header` is its format, "" for none. `examples` are by `Placeholder.key`."""

    header: str = ""
    header_text: str = ""
    header_handle: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    examples: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def components(self) -> list[JsonObject]:
        bare = canonical([*self._header(), *_text("BODY", self.body), *_text("FOOTER", self.footer), *self._buttons()])
        return canonical([self._with_examples(part, is_named=parameter_format_of(bare) == NAMED) for part in bare])

    def _header(self) -> Iterable[JsonObject]:
        if self.header == "TEXT":
            return [{"type": "HEADER", "format": "TEXT", "text": self.header_text}]
        if not self.header:
            return []
        handle = [self.header_handle] if self.header_handle and self.header in MEDIA else []
        return [{"type": "HEADER", "format": self.header, "example": {"header_handle": handle}}]

    def _buttons(self) -> Iterable[JsonObject]:
        buttons = [{"type": one.kind, "text": one.text, LEADS[one.kind] or "value": one.value} for one in self.buttons]
        for button in buttons:
            button.pop("value", None)
        return [{"type": "BUTTONS", "buttons": buttons}] if buttons else []

    def _with_examples(self, part: JsonObject, *, is_named: bool) -> JsonObject:
        kind = part["type"]
        if kind == "BUTTONS":
            return part | {"buttons": [self._link(place, one) for place, one in objects(part["buttons"])]}
        given = {
            name: value
            for name in dict.fromkeys(VARIABLE.findall(part.get("text", "")))
            if (value := self.examples.get(f"{kind}.{name}", "").strip())
        }
        if kind not in ("HEADER", "BODY") or not given:
            return part
        key = "header_text" if kind == "HEADER" else "body_text"
        if is_named:
            pairs = [{"param_name": name, "example": value} for name, value in given.items()]
            return part | {"example": {f"{key}_named_params": pairs}}
        listed = [given.get(name, "") for name in sorted(set(VARIABLE.findall(part["text"])), key=_by_number)]
        return part | {"example": {key: listed if kind == "HEADER" else [listed]}}

    def _link(self, place: int, button: JsonObject) -> JsonObject:
        key = f"BUTTONS[{place}].url"
        url = button.get("url", "")
        names = VARIABLE.findall(url)
        given = {name: self.examples.get(f"{key}.{name}", "").strip() for name in names}
        if not names or not all(given.values()):
            return button
        return button | {"example": [substitute(url, lambda name: given[name])]}


def fields_of(components: object) -> Fields | None:
    """The fields that make exactly these components; None where the form has no room for them."""
    parts = {part.get("type"): part for part in canonical(components)}
    header = parts.get("HEADER", {})
    handles = header.get("example", {})
    handle = handles.get("header_handle", [""]) if isinstance(handles, dict) else [""]
    given = examples(components)
    fields = Fields(
        header=header.get("format", "TEXT") if header else "",
        header_text=_str(header.get("text")),
        header_handle=_str(handle[0]) if isinstance(handle, list) and handle else "",
        body=_str(parts.get("BODY", {}).get("text")),
        footer=_str(parts.get("FOOTER", {}).get("text")),
        buttons=tuple(_button(one) for _, one in objects(parts.get("BUTTONS", {}).get("buttons"))),
        examples={f"{path}.{name}": value for path, named in given.items() for name, value in named.items()},
    )
    is_plain = all(one.kind in LEADS for one in fields.buttons) and len(fields.buttons) <= BUTTONS_MOST
    return fields if is_plain and fields.components() == canonical(components) else None


def wanted_examples(components: object) -> list[tuple[str, str, str]]:
    """For each variable: the key of its example, its name, and where it stands."""
    return list(dict.fromkeys((one.key, one.name, one.component) for one in placeholders(components)))


def _button(button: JsonObject) -> Button:
    kind = _str(button.get("type"))
    return Button(kind=kind, text=_str(button.get("text")), value=_str(button.get(LEADS.get(kind, ""))))


def _text(kind: str, text: str) -> list[JsonObject]:
    return [{"type": kind, "text": text}] if text else []


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _by_number(name: str) -> tuple[int, str]:
    return (int(name) if name.isdigit() else 0), name
