"""Which variables came, went or got another name, by the words around them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from templates_app.components import VARIABLE, places
from templates_app.content import Content
from templates_app.diff.tree import Node, Part, Steps
from templates_app.diff.words import tokens

_EVERYWHERE = -1
# Of more pairs in one text only equal names are found: no person wrote it.
_MOST = 2500


class Texts(NamedTuple):
    """A text with room for variables, before and after ("" where there is none), and its place in the message."""

    before: str
    after: str
    old_place: str
    place: str


class Variable(NamedTuple):
    """A number counts within its text, so `text` says which one; a name is one thing everywhere."""

    text: int
    name: str

    @property
    def is_positional(self) -> bool:
        return self.text != _EVERYWHERE


@dataclasses.dataclass(frozen=True, kw_only=True)
class Variables:
    """
    By name; where several texts have a variable of that number, with the place: "HEADER.1", "BUTTONS[0].url.1".

    `renamed`: pairs of the name before and after of what stands at the same place of the same words.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed)

    def as_json(self) -> dict[str, Any]:
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": [{"before": before, "after": after} for before, after in self.renamed],
        }


def compare_variables(texts: Iterable[Texts]) -> Variables:
    pairs = list(texts)
    old = list(dict.fromkeys(each for at, text in enumerate(pairs) for each in _variables(at, text.before)))
    new = list(dict.fromkeys(each for at, text in enumerate(pairs) for each in _variables(at, text.after)))
    found = _pairs(pairs, old, new)
    standing: dict[str, set[int]] = defaultdict(set)
    for each in (*old, *new):
        standing[each.name].add(each.text)

    def called(each: Variable, place: str) -> str:
        return each.name if len(standing[each.name]) == 1 else f"{place}.{each.name}"

    def then(each: Variable) -> str:
        return called(each, pairs[each.text].old_place)

    def now(each: Variable) -> str:
        return called(each, pairs[each.text].place)

    left, arrived = {before for before, _ in found}, {after for _, after in found}
    ranks = {each: rank for rank, each in enumerate(old)}
    return Variables(
        added=tuple(now(each) for each in new if each not in arrived),
        removed=tuple(then(each) for each in old if each not in left),
        renamed=tuple(
            (then(before), now(after))
            for before, after in sorted(found, key=lambda pair: ranks[pair[0]])
            if before.name != after.name
        ),
    )


def is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def order_of(text: str) -> list[str]:
    """The names in it, each once."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def texts_of(node: Node) -> Iterator[Texts]:
    """The texts below the node in which the provider fills in variables."""
    for leaf in node.leaves():
        before, after = (side if isinstance(side, str) else "" for side in (leaf.before, leaf.after))
        if (before or after) and _has_room(leaf.steps):
            yield Texts(before, after, place_of(leaf.old_steps), place_of(leaf.steps))


def texts_between(root: Node, before: Content, after: Content) -> list[Texts]:
    """All texts of two contents, with those that the provider writes itself."""
    old, new = _unwritten(before), _unwritten(after)
    found = [
        text._replace(before=text.before or old.pop(text.old_place, ""), after=text.after or new.pop(text.place, ""))
        for text in texts_of(root)
    ]
    rest = dict.fromkeys([*old, *new])
    return found + [Texts(old.get(place, ""), new.get(place, ""), place, place) for place in rest]


def _unwritten(content: Content) -> dict[str, str]:
    return {
        place.path: place.text
        for place in places(content.components)
        if not isinstance(place.holder.get(place.key), str)
    }


def place_of(steps: Steps) -> str:
    """As senders name it: "HEADER", "BUTTONS[0].url", "CAROUSEL[1].BODY"."""
    place = ""
    for step in steps:
        match step:
            case Part():
                place += f".{step.label}" if place else step.label
            case int():
                place += f"[{step}]"
            case "url":
                place += ".url"
    return place


def _has_room(steps: Steps) -> bool:
    match steps:
        case (*_, Part(type="HEADER" | "BODY"), "text"):
            return True
        case (*_, Part(type="BUTTONS"), "buttons", int(), "url"):
            return True
    return False


def _variables(at: int, text: str) -> list[Variable]:
    return [_variable(at, name) for name in order_of(text)]


def _variable(at: int, name: str) -> Variable:
    return Variable(at if is_number(name) else _EVERYWHERE, name)


class _Pairs:
    """
    Which variable became which; of one text each once.

    Across the texts several numbers may have become one name, or one name several numbers.
    """

    def __init__(self) -> None:
        self.found: list[tuple[Variable, Variable]] = []
        self._taken_before: dict[Variable, set[int]] = defaultdict(set)
        self._taken_after: dict[Variable, set[int]] = defaultdict(set)

    def join(self, before: Variable, after: Variable) -> None:
        there = _EVERYWHERE if before.is_positional else after.text
        here = _EVERYWHERE if after.is_positional else before.text
        if _is_free(self._taken_before[before], there) and _is_free(self._taken_after[after], here):
            self.found.append((before, after))
            self._taken_before[before].add(there)
            self._taken_after[after].add(here)

    def left_before(self, at: int, text: str) -> list[Variable]:
        return self._left(self._taken_before, at, text)

    def left_after(self, at: int, text: str) -> list[Variable]:
        return self._left(self._taken_after, at, text)

    def _left(self, taken: dict[Variable, set[int]], at: int, text: str) -> list[Variable]:
        return [
            each for each in _variables(at, text) if _is_free(taken[each], _EVERYWHERE if each.is_positional else at)
        ]


def _is_free(taken: set[int], text: int) -> bool:
    return not taken or (text != _EVERYWHERE and taken.isdisjoint({text, _EVERYWHERE}))


def _pairs(texts: list[Texts], old: list[Variable], new: list[Variable]) -> list[tuple[Variable, Variable]]:
    """The surest first: names that are still there, then the same words around, then numbers that are still there."""
    pairs = _Pairs()
    lasting = set(new)
    still = [each for each in old if each in lasting]
    for each in still:
        if not each.is_positional:
            pairs.join(each, each)
    for before, after in _by_words_around(texts):
        pairs.join(before, after)
    for each in still:
        pairs.join(each, each)
    for at, text in enumerate(texts):
        left, right = pairs.left_before(at, text.before), pairs.left_after(at, text.after)
        if _is_other_format(left, right):
            for before, after in zip(left, right, strict=True):
                pairs.join(before, after)
    return pairs.found


def _by_words_around(texts: list[Texts]) -> list[tuple[Variable, Variable]]:
    """Pairs with a word in common before or behind them; those with both first, then those of one name."""
    scores: dict[tuple[Variable, Variable], float] = {}
    for at, text in enumerate(texts):
        there, here = _surroundings(text.before), _surroundings(text.after)
        if len(there) * len(here) > _MOST:
            continue
        for name, *around in there:
            for other, *around_it in here:
                pair = _variable(at, name), _variable(at, other)
                score = sum(map(_likeness, around, around_it))
                scores[pair] = max(score, scores.get(pair, 0))
    sure = [pair for pair, score in scores.items() if score >= 1]
    return sorted(sure, key=lambda pair: (-scores[pair], pair[0] != pair[1]))


def _surroundings(text: str) -> list[tuple[str, str, str]]:
    """Each variable with the words next to it; "" at an end of the text or beside another variable."""
    told = [token for token in tokens(text) if token[0].isalnum() or VARIABLE.fullmatch(token)]
    words = ["" if VARIABLE.fullmatch(token) else token.casefold() for token in told]
    around = zip(["", *words], told, [*words[1:], ""], strict=False)
    return [(found[1], left, right) for left, token, right in around if (found := VARIABLE.fullmatch(token))]


def _likeness(word: str, other: str) -> float:
    return 0 if word != other else 1 if word else 0.5


def _is_other_format(left: list[Variable], right: list[Variable]) -> bool:
    """Numbers became as many names, or names numbers: then their order says which is which."""
    kinds = {each.is_positional for each in left}, {each.is_positional for each in right}
    return len(left) == len(right) and kinds in (({True}, {False}), ({False}, {True}))
