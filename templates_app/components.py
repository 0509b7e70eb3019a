"""
What a template says, as the provider's components: one stable form, a checksum, the variables in it.

Every function takes whatever stands where components should be and never raises; saying what is wrong with
it is the preflight's business.
"""

from __future__ import annotations

import hashlib
import json
import operator
import re
from collections.abc import Iterator, Mapping
from typing import Any

JsonObject = dict[str, Any]

POSITIONAL = "POSITIONAL"
NAMED = "NAMED"

# The order in which a reader meets the parts; parts that we do not know follow, in the order given.
_PLACES = {"HEADER": 0, "BODY": 1, "LIMITED_TIME_OFFER": 2, "FOOTER": 3, "BUTTONS": 4, "CAROUSEL": 5}
# Keys whose values are words of the provider, which it writes in either case.
_WORDS = frozenset({"type", "format", "otp_type"})
# Real components are seven levels deep. Deeper junk is cut, or it would exhaust the stack.
_DEEPEST = 24

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def canonical(components: object) -> list[JsonObject]:
    """
    The same content always as the same value: parts in their places, words in capitals, nothing empty.

    The order of buttons and cards is content and stays. What is no component is left out.
    """
    if not isinstance(components, list | tuple):
        return []
    parts = [part for each in components if isinstance(each, Mapping) and (part := _plain(each, _DEEPEST))]
    return sorted(parts, key=_place)


def checksum(components: object, *, parameter_format: str, language: str, category: str) -> str:
    """SHA-256 (hex) over all that a version says: equal exactly when the versions say the same."""
    said = [canonical(components), parameter_format, language, category]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def variables(components: object) -> list[str]:
    """The names in `{{ }}`, each once, in the order in which a reader meets them; for `{{1}}` the name is "1"."""
    return list(dict.fromkeys(name for text in _texts(canonical(components)) for name in _VARIABLE.findall(text)))


def parameter_format_of(components: object) -> str:
    """NAMED as soon as one variable has a name that is not a number, else POSITIONAL (also without any)."""
    return POSITIONAL if all(name.isascii() and name.isdigit() for name in variables(components)) else NAMED


def _place(part: JsonObject) -> int:
    kind = part.get("type")
    return _PLACES.get(kind, len(_PLACES)) if isinstance(kind, str) else len(_PLACES)


def _plain(value: object, levels: int) -> Any:
    """`value` as plain JSON without empty parts; None where nothing is left."""
    if levels == 0 or value is None:
        return None
    if isinstance(value, Mapping):
        pairs = ((str(key), _plain(inner, levels - 1)) for key, inner in value.items())
        return {
            key: _capitals(key, inner)
            for key, inner in sorted(pairs, key=operator.itemgetter(0))
            if not _is_empty(inner)
        }
    if isinstance(value, list | tuple):
        return [_plain(inner, levels - 1) for inner in value]
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    return value if isinstance(value, bool | int | float) else str(value)


def _capitals(key: str, value: Any) -> Any:
    # An "example" may hold a key named like this too, with a list or a number in it.
    return value.upper() if key in _WORDS and isinstance(value, str) else value


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _texts(components: list[JsonObject]) -> Iterator[str]:
    """The places in which the provider fills in variables: header and body text, and the ends of links."""
    for part in components:
        match part:
            case {"type": "HEADER" | "BODY", "text": str(text)}:
                yield text
            case {"type": "BUTTONS", "buttons": list(buttons)}:
                yield from (button["url"] for button in buttons if _has_text(button, "url"))
            case {"type": "CAROUSEL", "cards": list(cards)}:
                for card in cards:
                    yield from _texts(canonical(card.get("components")) if isinstance(card, dict) else [])


def _has_text(value: object, key: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get(key), str)
