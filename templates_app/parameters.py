"""
The variables of a template: where they stand, their examples, both formats, and the values that fill them.

In the positional format every text counts from {{1}} by itself; a name stands for one thing in the whole template.
Links are numbered in both formats. Values are given by the name ("1", "first_name"), or by `Placeholder.key`
("HEADER.1") where texts that share a number shall say different things.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeGuard

from core.refusals import Refused
from templates_app.components import (
    NAMED,
    POSITIONAL,
    VARIABLE,
    JsonObject,
    Place,
    by_path,
    canonical,
    objects,
    places,
    places_in,
)
from templates_app.content import Content

HEADER_LENGTH = 60
BODY_LENGTH = 1024
BODY_LENGTH_WITH_OFFER = 600
BODY_LENGTH_ON_CARD = 160
URL_LENGTH = 2000
CODE_LENGTH = 15
NAME = re.compile(r"[a-z_]+")

_WIDE = re.compile(r" {5,}")
_BREAKS = re.compile(r"[\n\r\t]")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Placeholder:
    """One `{{name}}`: `span` is where it stands in `text`, the text of the component at this path."""

    name: str
    component: str
    span: tuple[int, int]
    text: str

    @property
    def key(self) -> str:
        return f"{self.component}.{self.name}"

    @property
    def is_positional(self) -> bool:
        return self.name.isascii() and self.name.isdigit()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ValueProblem:
    """Why a message cannot be sent with these values; `component` is empty where it is about no place of the text."""

    parameter: str
    component: str
    message: str
    fix: str


def placeholders(components: object) -> list[Placeholder]:
    """Every variable at every place, in the order in which a reader meets them."""
    return [each for place in places(components) for each in _in(place)]


def examples(components: object) -> dict[str, dict[str, str]]:
    """The example of each variable that has one, by the path of its text and its name."""
    return {place.path: given for place in places(components) if (given := _examples(place))}


def limits(components: object) -> dict[str, int]:
    """How long each text with room for variables may be once they are filled in, by its path."""
    parts = canonical(components)
    whole = body_limit(parts)
    top = {path for path, _ in by_path(parts)}
    longest = {}
    for place in places_in(parts):
        if place.key == "url":
            longest[place.path] = URL_LENGTH
        elif place.holder.get("type") == "HEADER":
            longest[place.path] = HEADER_LENGTH
        else:
            longest[place.path] = whole if place.path in top else BODY_LENGTH_ON_CARD
    return longest


def body_limit(parts: list[JsonObject]) -> int:
    """How long the body may be among these parts of a template."""
    if any(button.get("type") == "SPM" for part in parts for _, button in objects(part.get("buttons"))):
        return BODY_LENGTH_ON_CARD
    has_offer = any(part.get("type") == "LIMITED_TIME_OFFER" for part in parts)
    return BODY_LENGTH_WITH_OFFER if has_offer else BODY_LENGTH


def substitute(text: str, value_of: Callable[[str], str]) -> str:
    """The text with `value_of(name)` in the place of every variable."""
    return VARIABLE.sub(lambda found: value_of(found[1]), text)


def assign(components: object, values: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Which value fills which variable, by the path of its text and its name; those without a value are left out."""
    filled: dict[str, dict[str, object]] = {}
    for each in placeholders(components):
        if each.key in values or each.name in values:
            filled.setdefault(each.component, {})[each.name] = values.get(each.key, values.get(each.name))
    return filled


def fill(components: object, values: Mapping[str, object]) -> dict[str, str]:
    """Every text with room for variables as it reads with these values, by its path; what has none keeps its braces."""
    filled = assign(components, values)
    return {place.path: _filled(place, filled.get(place.path, {})) for place in places(components)}


def to_named(content: Content, names: Mapping[str, str]) -> Content:
    """
    The same content with names: `names` says them by `Placeholder.key`, or by the number for all texts but links.

    A link keeps its number unless its key is in `names`, because Meta's own examples number links in both formats.
    """
    spoken: dict[str, str] = {}
    kept = {each.name: each.key for each in placeholders(content.components) if not {each.key, each.name} & set(names)}

    def name_of(place: Place, old: str) -> str:
        key = f"{place.path}.{old}"
        new = names.get(key) or ("" if place.key == "url" else names.get(old, ""))
        if not new and (place.key == "url" or not old.isdigit()):
            return old
        if new in kept:
            spoken[new] = kept[new]
        if not NAME.fullmatch(new):
            raise Refused(f"{key} needs a name of lower-case letters and underscores.", code="bad_parameter_name")
        if spoken.setdefault(new, key) != key:
            raise Refused(f"{spoken[new]} and {key} cannot both be called {new}.", code="parameter_name_taken")
        return new

    return _renamed(content, name_of, parameter_format=NAMED)


def to_positional(content: Content) -> Content:
    """The same content with numbers: every text counts its variables from 1, as a reader meets them."""
    counted: dict[str, dict[str, str]] = {}

    def number_of(place: Place, old: str) -> str:
        numbers = counted.setdefault(place.path, {})
        return numbers.setdefault(old, str(len(numbers) + 1))

    return _renamed(content, number_of, parameter_format=POSITIONAL)


def check_values(content: Content, values: Mapping[str, object]) -> list[ValueProblem]:
    """Everything that would make the provider refuse a message with these values; nothing when it may go."""
    known = {word for each in placeholders(content.components) for word in (each.name, each.key)}
    unexpected = [
        ValueProblem(
            parameter=str(name),
            component="",
            message=f"The template has no variable {name}.",
            fix=f"Leave it out; it has {', '.join(content.variables) or 'none at all'}.",
        )
        for name in values
        if name not in known
    ]
    longest = limits(content.components)
    problems = [
        problem
        for place in places(content.components)
        for problem in _place_problems(place, values, limit=longest[place.path], is_code=_is_code(content))
    ]
    return unexpected + problems


def _is_code(content: Content) -> bool:
    return content.category == "AUTHENTICATION"


def _place_problems(place: Place, values: Mapping[str, object], *, limit: int, is_code: bool) -> Iterator[ValueProblem]:
    given: dict[str, object] = {}
    bad = False
    for name in dict.fromkeys(VARIABLE.findall(place.text)):
        key = f"{place.path}.{name}"
        given[name] = value = values.get(key, values.get(name))
        wrong = _wrong(value, is_code=is_code)
        if wrong:
            bad = True
            yield ValueProblem(parameter=name, component=place.path, message=wrong[0], fix=wrong[1])
    length = len(_filled(place, given))
    if given and not bad and length > limit:
        yield ValueProblem(
            parameter=max(given, key=lambda name: len(str(given[name]))),
            component=place.path,
            message=f"With its values this text has {length} characters; {limit} are allowed.",
            fix=f"Shorten the values by {length - limit} characters.",
        )


def _wrong(value: object, *, is_code: bool) -> tuple[str, str] | None:
    """What is wrong with one value, and what to do; None where nothing is."""
    if value is None:
        return "It has no value.", "Give one."
    if not isinstance(value, str):
        return "Its value is no text.", "Give it as text, in quotes."
    if not value.strip():
        return "Its value is empty.", "Give at least one character that can be seen."
    if _BREAKS.search(value):
        return "Its value holds a new line or a tab.", "Put a space or a comma there."
    if _WIDE.search(value):
        return "Its value holds more than 4 spaces in a row.", "Put one space there."
    if is_code and len(value) > CODE_LENGTH:
        return f"The code has {len(value)} characters; {CODE_LENGTH} are allowed.", "Send a shorter code."
    return None


def _in(place: Place) -> Iterator[Placeholder]:
    for found in VARIABLE.finditer(place.text):
        yield Placeholder(name=found[1], component=place.path, span=found.span(), text=place.text)


def _filled(place: Place, values: Mapping[str, object]) -> str:
    return substitute(place.text, lambda name: str(values[name]) if name in values else f"{{{{{name}}}}}")


def _renamed(content: Content, rename: Callable[[Place, str], str], *, parameter_format: str) -> Content:
    parts = canonical(content.components)
    for place in places_in(parts):
        given = _examples(place)
        names = {old: rename(place, old) for old in dict.fromkeys(VARIABLE.findall(place.text))}
        if names and place.key in place.holder:
            place.holder[place.key] = _braced(place.text, names)
            _write_examples(place, {new: given[old] for old, new in names.items() if old in given}, parameter_format)
    return dataclasses.replace(content, components=canonical(parts), parameter_format=parameter_format)


def _braced(text: str, names: Mapping[str, str]) -> str:
    return substitute(text, lambda old: f"{{{{{names[old]}}}}}")


# The provider's three forms of examples: a list for the header, a list of lists for the body, pairs for names.


def _examples(place: Place) -> dict[str, str]:
    given = place.holder.get("example")
    if place.key == "url":
        return _link_example(place.text, given)
    if not isinstance(given, Mapping):
        return {}
    kind = _example_key(place)
    listed = given.get(kind)
    if isinstance(listed, list) and listed and isinstance(listed[0], list):
        listed = listed[0]
    found = enumerate(listed, start=1) if isinstance(listed, list) else ()
    pairs = [(str(number), value) for number, value in found]
    pairs += [
        (str(each.get("param_name")), each.get("example")) for _, each in objects(given.get(f"{kind}_named_params"))
    ]
    return {name: _shown(value) for name, value in pairs if _shown(value)}


def _link_example(url: str, given: object) -> dict[str, str]:
    """The end of a link, from an example that may be the whole link."""
    first = given[0] if isinstance(given, list) and given else given
    found = VARIABLE.search(url)
    if found is None or not _shown(first):
        return {}
    before, after = url[: found.start()], url[found.end() :]
    return {found[1]: _shown(first).removeprefix(before).removesuffix(after) or _shown(first)}


def _write_examples(place: Place, given: Mapping[str, str], parameter_format: str) -> None:
    if place.key == "url":
        return
    kind = _example_key(place)
    example = place.holder.get("example")
    kept = {key: value for key, value in example.items() if not key.startswith(kind)} if _is_object(example) else {}
    if given and parameter_format == NAMED:
        kept[f"{kind}_named_params"] = [{"param_name": name, "example": value} for name, value in given.items()]
    elif given:
        names = dict.fromkeys(VARIABLE.findall(place.holder[place.key]))
        values = [given.get(name, "") for name in names]
        kept[kind] = [values] if kind == "body_text" else values
    place.holder["example"] = kept


def _example_key(place: Place) -> str:
    return "header_text" if place.holder.get("type") == "HEADER" else "body_text"


def _is_object(value: object) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)


def _shown(value: object) -> str:
    """An example as text; "" for what is none."""
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if is_plain else ""
