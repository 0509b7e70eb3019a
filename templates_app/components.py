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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

JsonObject = dict[str, Any]

POSITIONAL = "POSITIONAL"
NAMED = "NAMED"

# The order in which a reader meets the parts; parts that we do not know follow, in the order given.
_PLACES = {"HEADER": 0, "BODY": 1, "LIMITED_TIME_OFFER": 2, "FOOTER": 3, "BUTTONS": 4, "CAROUSEL": 5}
# Keys whose values are words of the provider, which it writes in either case.
_WORDS = frozenset({"type", "format", "otp_type"})
# Real components are seven levels deep. Deeper junk is cut, or it would exhaust the stack.
_DEEPEST = 24

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# The provider writes the body of a one-time code itself, in the template's language; what counts is its variable.
CODE_TEXT = "*{{1}}* is your verification code."


class Place(NamedTuple):
    """A text in which the provider fills in variables: `holder[key]`, or what the provider writes where it is empty."""

    path: str
    holder: JsonObject
    key: str
    text: str


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


def places(components: object) -> list[Place]:
    """All texts that may hold variables, in the order in which a reader meets them, in a copy of the components."""
    return places_in(canonical(components))


def places_in(parts: list[JsonObject]) -> list[Place]:
    """The same in these canonical parts themselves: writing to a `holder` changes them."""
    return list(_places(parts, ""))


def by_path(parts: Iterable[JsonObject], *, within: str = "") -> Iterator[tuple[str, JsonObject]]:
    """The parts of a template or of a card with their paths; one that comes again is "BODY#2"."""
    seen: Counter[str] = Counter()
    for part in parts:
        kind = part.get("type")
        name = kind if isinstance(kind, str) else "COMPONENT"
        seen[name] += 1
        yield f"{within}{name}" + (f"#{seen[name]}" if seen[name] > 1 else ""), part


def objects(value: object) -> list[tuple[int, JsonObject]]:
    """The objects in what should be a list of them (buttons, cards), with their places in it."""
    listed = value if isinstance(value, list) else []
    return [(index, each) for index, each in enumerate(listed) if isinstance(each, dict)]


def variables(components: object) -> list[str]:
    """The names in `{{ }}`, each once, in the order in which a reader meets them; for `{{1}}` the name is "1"."""
    return list(dict.fromkeys(name for place in places(components) for name in VARIABLE.findall(place.text)))


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


def _places(parts: list[JsonObject], within: str) -> Iterator[Place]:
    for path, part in by_path(parts, within=within):
        match part:
            case {"type": "HEADER" | "BODY", "text": str(text)}:
                yield Place(path, part, "text", text)
            case {"type": "BODY"} if _asks_for_a_code(parts):
                yield Place(path, part, "text", CODE_TEXT)
            case {"type": "BUTTONS"}:
                for index, button in objects(part.get("buttons")):
                    if isinstance(button.get("url"), str):
                        yield Place(f"{path}[{index}].url", button, "url", button["url"])
            case {"type": "CAROUSEL"}:
                for index, card in objects(part.get("cards")):
                    inner = [each for _, each in objects(card.get("components"))]
                    yield from _places(sorted(inner, key=_place), f"{path}[{index}].")


def _asks_for_a_code(parts: list[JsonObject]) -> bool:
    return any(button.get("type") == "OTP" for part in parts for _, button in objects(part.get("buttons")))
