"""
The usual components in a form that people like to read and write, and back.

What the short form cannot say to the letter stands under `components` as the provider has it: nothing is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from templates_app.components import JsonObject, canonical

# What a button says by its first key, and which other keys it may have.
BUTTONS: dict[str, tuple[str, ...]] = {
    "quick_reply": (),
    "url": ("text", "example"),
    "phone_number": ("text",),
    "copy_code": (),
}
BODY_OPTION, FOOTER_OPTION = "add_security_recommendation", "code_expiration_minutes"  # of one-time codes
_LEADING = {key: place for place, key in enumerate(("type", "format", "otp_type", "text"))}


def expand(sections: JsonObject) -> list[JsonObject]:
    """The components that these sections of a file stand for."""
    short = [make(sections[key]) for key, make in _MAKERS.items() if key in sections]
    return [*short, *sections.get("components", [])]


def shorten(components: list[JsonObject]) -> JsonObject:
    """The sections for these canonical components: expanded, they are the same to the letter."""
    sections: JsonObject = {}
    rest = []
    for part in components:
        key = _KEYS.get(str(part.get("type")), "")
        short = _SHORTENERS[key](part) if key and key not in sections else None
        if short is None or not _says(_MAKERS[key](short), part):
            rest.append(_leading(part))
        else:
            sections[key] = short
    if rest:
        sections["components"] = rest
    if _strict(canonical(expand(sections))) == _strict(components):
        return {key: sections[key] for key in (*_MAKERS, "components") if key in sections}
    return {"components": [_leading(part) for part in components]}


# From a file's words to components


def _header(said: Any) -> JsonObject:
    if isinstance(said, str):
        return {"type": "HEADER", "format": "TEXT", "text": said}
    if "format" in said:
        example = {"header_handle": [said["example"]]} if "example" in said else {}
        return {"type": "HEADER", "format": said["format"], "example": example}
    return {"type": "HEADER", "format": "TEXT", "text": said["text"], "example": _example(said, "header_text")}


def _body(said: Any) -> JsonObject:
    if isinstance(said, str):
        return {"type": "BODY", "text": said}
    example = _example(said, "body_text")
    if "body_text" in example:
        example = {"body_text": [example["body_text"]]}
    rest = {key: said[key] for key in ("text", BODY_OPTION) if key in said}
    return {"type": "BODY", "example": example, **rest}


def _footer(said: Any) -> JsonObject:
    return {"type": "FOOTER", **({"text": said} if isinstance(said, str) else said)}


def _buttons(said: Any) -> JsonObject:
    return {"type": "BUTTONS", "buttons": [_button(one) for one in said]}


def _button(said: JsonObject) -> JsonObject:
    if "quick_reply" in said:
        return {"type": "QUICK_REPLY", "text": said["quick_reply"]}
    if "copy_code" in said:
        return {"type": "COPY_CODE", "example": said["copy_code"]}
    if "type" in said or not BUTTONS.keys() & said:
        return said
    rest = {key: said[key] for key in said if key != "example"}
    example = {"example": [said["example"]]} if "example" in said else {}
    return {"type": "URL" if "url" in said else "PHONE_NUMBER"} | rest | example


def _example(said: JsonObject, key: str) -> JsonObject:
    """By number as a list, by name as Meta's pairs."""
    given: dict[str, str] = said.get("examples", {})
    if not given:
        return {}
    if all(map(is_number, given)):
        return {key: [given[number] for number in sorted(given, key=int)]}
    return {f"{key}_named_params": [{"param_name": name, "example": example} for name, example in given.items()]}


def is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


# From components to a file's words; None where there are none for it


def _short_header(part: JsonObject) -> Any:
    if not isinstance(part.get("format"), str):
        return None
    if part["format"] == "TEXT":
        return _short_text(part, "header_text") if "text" in part else None
    example = part.get("example", {})
    handles = example.get("header_handle") if isinstance(example, dict) else None
    said = {"format": part["format"]}
    if isinstance(handles, list) and len(handles) == 1 and isinstance(handles[0], str):
        said["example"] = handles[0]
    return said


def _short_body(part: JsonObject) -> Any:
    return _short_text(part, "body_text", also=BODY_OPTION)


def _short_footer(part: JsonObject) -> Any:
    said = {key: part[key] for key in ("text", FOOTER_OPTION) if key in part}
    if type(said.get(FOOTER_OPTION, 0)) is not int or not isinstance(said.get("text", ""), str):
        return None
    return _bare(said)


def _short_text(part: JsonObject, key: str, *, also: str = "") -> Any:
    examples = _short_examples(part.get("example"), key)
    said = {name: part[name] for name in ("text", also) if name in part}
    if not isinstance(said.get("text", ""), str) or not isinstance(said.get(also, True), bool) or examples is None:
        return None
    return _bare(said | ({"examples": examples} if examples else {}))


def _bare(said: JsonObject) -> Any:
    """A text alone without its key; None where nothing is said."""
    return said["text"] if said.keys() == {"text"} else said or None


def _short_examples(example: Any, key: str) -> dict[str, str] | None:
    """{} where there are none."""
    if example is None:
        return {}
    if not isinstance(example, dict) or len(example) != 1:
        return None
    listed = example.get(key, example.get(f"{key}_named_params"))
    if key == "body_text" and key in example and isinstance(listed, list) and len(listed) == 1:
        (listed,) = listed
    if not isinstance(listed, list) or not listed:
        return None
    if key in example:
        pairs = [(str(number), one) for number, one in enumerate(listed, start=1)]
    else:
        pairs = [_named(one) for one in listed]
    return dict(pairs) if all(name and one and isinstance(one, str) for name, one in pairs) else None


def _named(pair: Any) -> tuple[str, Any]:
    """The name is "" where it is none, or a number, which would be read as a place."""
    name, example = (pair.get("param_name"), pair.get("example")) if isinstance(pair, dict) else ("", "")
    return (name if isinstance(name, str) and not is_number(name) else ""), example


def _short_buttons(part: JsonObject) -> Any:
    buttons = part.get("buttons")
    if not isinstance(buttons, list) or not all(isinstance(one, dict) and "type" in one for one in buttons):
        return None
    return [_short_button(one) for one in buttons]


def _short_button(button: JsonObject) -> JsonObject:
    kind = str(button["type"])
    said: JsonObject = {}
    if kind == "QUICK_REPLY":
        said = {"quick_reply": button.get("text")}
    elif kind == "COPY_CODE":
        said = {"copy_code": button.get("example")}
    elif kind.lower() in BUTTONS:
        said = {key: button[key] for key in (kind.lower(), "text") if key in button}
        example = button.get("example")
        if isinstance(example, list) and len(example) == 1:
            said["example"] = example[0]
    is_short = bool(said) and all(isinstance(word, str) and word for word in said.values())
    return said if is_short and _says(_button(said), button) else _leading(button)


def _leading(part: JsonObject) -> JsonObject:
    """The same with what tells most about it first."""
    return {key: part[key] for key in sorted(part, key=lambda key: (_LEADING.get(key, len(_LEADING)), key))}


def _says(made: JsonObject, part: JsonObject) -> bool:
    return _strict(canonical([made])) == _strict([part])


def _strict(value: object) -> str:
    """To Python 1, 1.0 and True are the same; to JSON they are not."""
    return json.dumps(value, sort_keys=True)


_MAKERS: dict[str, Callable[[Any], JsonObject]] = {
    "header": _header,
    "body": _body,
    "footer": _footer,
    "buttons": _buttons,
}
_SHORTENERS: dict[str, Callable[[JsonObject], Any]] = {
    "header": _short_header,
    "body": _short_body,
    "footer": _short_footer,
    "buttons": _short_buttons,
}
_KEYS = {key.upper(): key for key in _MAKERS}
