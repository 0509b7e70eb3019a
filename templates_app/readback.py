"""
What a provider tells of a content is never to the letter what it was given: both ways of telling, put back in our form.

A webhook tells a part (texts and links, no media, no examples), a sync all of it, with addresses of its own for media
and with the texts that the provider itself writes around one-time codes. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from templates_app.components import JsonObject, by_path, canonical, objects

_OURS_ONLY_IF_SAID = ("text", "example")  # what the provider writes into a template for one-time codes


def merge(known: object, told: object) -> list[JsonObject]:
    """
    What we know with what a webhook tells put into it. What it leaves out stays: whether that is gone, the sync says
    that follows. Of the buttons of one type it tells all, if any.
    """
    parts = dict(by_path(canonical(known)))
    is_code = _asks_for_a_code(parts.values())
    for path, new in by_path(canonical(told)):
        old = parts.get(path)
        parts[path] = new if old is None else _part_told(old, new, is_code=is_code)
    return canonical(list(parts.values()))


def reread(known: object, told: object) -> list[JsonObject]:
    """All that the provider tells, in the words of what we know wherever both mean the same."""
    parts = dict(by_path(canonical(known)))
    is_code = _asks_for_a_code(parts.values())
    return canonical(
        [
            new if path not in parts else _part_reread(parts[path], new, is_code=is_code)
            for path, new in by_path(canonical(told))
        ]
    )


def _part_told(old: JsonObject, new: JsonObject, *, is_code: bool) -> JsonObject:
    if "buttons" in new:
        return old | new | {"buttons": _buttons_told(_list(old, "buttons"), _list(new, "buttons"))}
    if is_code and "text" not in old:
        return old
    return old | new if _format(old) == _format(new) else new


def _buttons_told(old: Sequence[JsonObject], new: Sequence[JsonObject]) -> list[JsonObject]:
    waiting: dict[object, list[JsonObject]] = defaultdict(list)
    is_code = any(button.get("type") == "OTP" for button in old)
    for button in new:
        if not (is_code and button.get("type") == "URL"):  # a one-time code is told as a link
            waiting[button.get("type")].append(button)
    told = set(waiting)
    kept = []
    for button in old:
        kind = button.get("type")
        if kind not in told:
            kept.append(button)
        elif waiting[kind]:
            kept.append(button | waiting[kind].pop(0))
    return kept + [button for left in waiting.values() for button in left]


def _part_reread(old: JsonObject, new: JsonObject, *, is_code: bool) -> JsonObject:
    part = new
    if is_code and "text" not in old:
        part = {key: value for key, value in new.items() if key in old or key not in _OURS_ONLY_IF_SAID}
    if "buttons" in part:
        part = part | {"buttons": _paired(old, part, "buttons", _button_reread)}
    if "cards" in part:
        part = part | {"cards": _paired(old, part, "cards", _card_reread)}
    return _example_reread(old, part)


def _paired(old: JsonObject, new: JsonObject, key: str, reread_one: Any) -> list[Any]:
    """The things of both lists by their places; what is no object, or has no counterpart, as it is."""
    known, told = dict(objects(old.get(key))), new[key]
    if not isinstance(told, list):
        return [told]
    return [
        reread_one(known[index], one) if isinstance(one, dict) and index in known else one
        for index, one in enumerate(told)
    ]


def _button_reread(old: JsonObject, new: JsonObject) -> JsonObject:
    if old.get("type") == "OTP" and new.get("type") == "URL":
        return old
    return _example_reread(old, new)


def _card_reread(old: JsonObject, new: JsonObject) -> JsonObject:
    if "components" not in new:
        return new
    return new | {"components": reread(old.get("components"), new["components"])}


def _example_reread(old: JsonObject, new: JsonObject) -> JsonObject:
    """The example that we gave, where the same thing stands with another address or in another wrapping."""
    if "example" not in old or _words(old) != _words(new):
        return new
    is_medium = _format(old) not in ("", "TEXT")
    is_same = "example" not in new or _bare(old["example"]) == _bare(new["example"])
    return new | {"example": old["example"]} if is_medium or is_same else new


def _words(part: Mapping[str, Any]) -> tuple[object, ...]:
    return part.get("type"), _format(part), part.get("text"), part.get("url")


def _format(part: Mapping[str, Any]) -> object:
    is_header = part.get("type") == "HEADER"
    return part.get("format", "TEXT" if is_header else "")


def _bare(example: Any) -> Any:
    """An example without the lists around a single value."""
    while isinstance(example, list) and len(example) == 1:
        example = example[0]
    if isinstance(example, dict):
        return {key: _bare(value) for key, value in example.items()}
    return example


def _list(part: JsonObject, key: str) -> list[JsonObject]:
    return [each for _, each in objects(part.get(key))]


def _asks_for_a_code(parts: Any) -> bool:
    return any(button.get("type") == "OTP" for part in parts for button in _list(part, "buttons"))
