"""Checks of the variables in header and body: their braces, kind, numbers, names, examples and neighbors."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from templates_app.components import NAMED, POSITIONAL, VARIABLE, Place, places_in
from templates_app.parameters import NAME, Placeholder, examples, placeholders
from templates_app.preflight.draft import Draft
from templates_app.preflight.findings import Finding, found
from templates_app.preflight.languages import WITHOUT_SPACES, base

WORDS_FOR_EACH = 3
SHOWN = 10  # of many variables in one message

_BRACES = re.compile(r"\{\{[^{}\n]{0,40}\}?\}?|\{?\}\}|\{\ufffc|\ufffc\}")
_WORD = re.compile(r"[^\W\d_]+")
_NAME_WITH_DIGITS = re.compile(r"[a-z_][a-z0-9_]*")


def check_variables(draft: Draft) -> Iterator[Finding]:
    given = examples(draft.parts)
    by_component = {
        component: list(group)
        for component, group in itertools.groupby(placeholders(draft.parts), key=lambda each: each.component)
    }
    for place in places_in(draft.parts):
        if place.key not in place.holder:
            continue  # the provider writes it
        yield from _braces(place)
        variables = by_component.get(place.path, [])
        if place.key == "text":
            yield from _kinds(draft, variables)
            yield from _numbers(variables)
            yield from _examples(draft, place, variables, given.get(place.path, {}))
            yield from _edges(place, variables)
            yield from _neighbors(variables)
            yield from _ratio(draft, place, variables)
    yield from _names_taken(by_component)


def _braces(place: Place) -> Iterator[Finding]:
    # Well-formed variables become signs of the same length, so that what is left over is wrong.
    rest = VARIABLE.sub(lambda variable: "\ufffc" * len(variable[0]), place.text)
    for spot in _BRACES.finditer(rest):
        start, end = spot.span()
        yield found("variable_braces", place.path, span=(start, end), text=place.text[start:end])


def _kinds(draft: Draft, variables: list[Placeholder]) -> Iterator[Finding]:
    is_named = draft.parameter_format == NAMED
    for each in variables:
        if draft.parameter_format in (NAMED, POSITIONAL) and each.is_positional == is_named:
            other = "names" if is_named else "numbers"
            yield _about("variable_kind", each, format=draft.parameter_format, other=other)
        elif not each.is_positional and not NAME.fullmatch(each.name):
            if _NAME_WITH_DIGITS.fullmatch(each.name):
                yield _about("variable_name_digits", each)
            else:
                mended = re.sub(r"[^a-z_]+", "", each.name.lower()) or "first_name"
                yield _about("variable_name", each, suggestion=f"{{{{{mended}}}}}")
    for _, group in itertools.groupby(sorted(variables, key=_name), key=_name):
        again = list(group)[1:]
        if again and not again[0].is_positional:
            yield _about("variable_repeated", again[0])


def _numbers(variables: list[Placeholder]) -> Iterator[Finding]:
    numbered = [each for each in variables if each.is_positional]
    names = list(dict.fromkeys(each.name for each in numbered))
    expected = [str(number) for number in range(1, len(names) + 1)]
    if names == expected:
        return
    odd = next(each for each, right in zip(names, expected, strict=True) if each != right)
    rule = "variable_order" if set(names) == set(expected) else "variable_gap"
    first = next(each for each in numbered if each.name == odd)
    shown = ", ".join(_braced(name) for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    yield found(rule, first.component, span=first.span, variables=shown, count=len(names))


def _examples(draft: Draft, place: Place, variables: list[Placeholder], given: dict[str, str]) -> Iterator[Finding]:
    if draft.category == "AUTHENTICATION":
        return
    first_of = {each.name: each for each in reversed(variables)}
    for name in dict.fromkeys(each.name for each in variables):
        if name not in given:
            yield _about("variable_example", first_of[name])
    for name in given:
        if name not in first_of:
            yield found("example_surplus", place.path, variable=_braced(name))


def _edges(place: Place, variables: list[Placeholder]) -> Iterator[Finding]:
    rule = "header_variable_edge" if place.holder.get("type") == "HEADER" else "body_variable_edge"
    if variables and not place.text[: variables[0].span[0]].strip():
        yield _about(rule, variables[0], edge="begins", side="before")
    if variables and not place.text[variables[-1].span[1] :].strip():
        yield _about(rule, variables[-1], edge="ends", side="after")


def _neighbors(variables: list[Placeholder]) -> Iterator[Finding]:
    for one, other in itertools.pairwise(variables):
        if not one.text[one.span[1] : other.span[0]].strip():
            span = one.span[0], other.span[1]
            yield found("variable_adjacent", one.component, span=span, variables=one.text[slice(*span)])


def _ratio(draft: Draft, place: Place, variables: list[Placeholder]) -> Iterator[Finding]:
    if not variables or place.holder.get("type") == "HEADER" or base(draft.language) in WITHOUT_SPACES:
        return
    words = len(_WORD.findall(VARIABLE.sub(" ", place.text)))
    if words < WORDS_FOR_EACH * len(variables):
        yield found("variable_ratio", place.path, words=words, count=len(variables), ratio=WORDS_FOR_EACH)


def _names_taken(by_component: dict[str, list[Placeholder]]) -> Iterator[Finding]:
    """A name in two texts of one screen; each card gets its values by itself."""
    taken: dict[tuple[str, str], str] = {}
    for component, variables in by_component.items():
        screen = component.partition(".")[0] if component.startswith("CAROUSEL") else ""
        for each in {each.name: each for each in reversed(variables) if not each.is_positional}.values():
            other = taken.setdefault((screen, each.name), component)
            if other != component:
                yield _about("variable_name_taken", each, other=other)


def _about(rule: str, placeholder: Placeholder, **words: object) -> Finding:
    variable = _braced(placeholder.name)
    return found(rule, placeholder.component, span=placeholder.span, variable=variable, **words)


def _braced(name: str) -> str:
    return f"{{{{{name}}}}}"


def _name(variable: Placeholder) -> str:
    return variable.name
