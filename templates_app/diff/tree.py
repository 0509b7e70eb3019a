"""Two contents as one tree: every part, button, card and value beside the one that stood in its place before."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from templates_app.components import canonical
from templates_app.content import Content
from templates_app.diff.matching import Match, match, ordered, strict

TEMPLATE = "TEMPLATE"


class Absent:
    """Stands where one of the two contents has nothing; a list may hold None."""


ABSENT = Absent()


class Part(NamedTuple):
    """A component on the way to a value: the `number`-th of its type."""

    type: str
    number: int = 1

    @property
    def label(self) -> str:
        return self.type if self.number == 1 else f"{self.type}#{self.number}"


Step = Part | str | int
Steps = tuple[Step, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Node:
    """
    What stands at one place before and after.

    `steps` lead to it in the content after, `old_steps` in the one before; where it stands in one of them only,
    both are the same. `is_whole`: what differs here is told in one piece, though it may have parts.
    """

    steps: Steps
    old_steps: Steps
    before: Any
    after: Any
    children: tuple[Node, ...] = ()
    is_moved: bool = False
    is_whole: bool = False

    @property
    def path(self) -> str:
        return pointer(self.steps)

    @property
    def old_path(self) -> str:
        return pointer(self.old_steps)

    @property
    def component(self) -> str:
        first = self.steps[0] if self.steps else TEMPLATE
        return first.type if isinstance(first, Part) else str(first)

    @property
    def value(self) -> Any:
        """What stands there now, or stood there if it is gone."""
        return self.before if self.after is ABSENT else self.after

    @property
    def kind(self) -> str:
        if self.before is ABSENT:
            return "added"
        return "removed" if self.after is ABSENT else "changed"

    def leaves(self) -> Iterator[Node]:
        """The values themselves, in reading order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def grow(before: Content, after: Content) -> Node:
    """The tree of two contents; its root has no steps."""
    words = ("language", "category", "parameter_format")
    at: Steps = (Part(TEMPLATE),)
    about = [_node((*at, word), (*at, word), getattr(before, word), getattr(after, word)) for word in words]
    old, new = canonical(before.components), canonical(after.components)
    return Node(steps=(), old_steps=(), before=old, after=new, children=(*about, *_parts((), (), old, new)))


def differs(node: Node) -> bool:
    """Whether the two sides say other things; that it was moved is another matter."""
    if node.before is ABSENT or node.after is ABSENT:
        return True
    return strict(node.before) != strict(node.after)


def is_card(steps: Steps) -> bool:
    match steps:
        case (*_, Part(type="CAROUSEL"), "cards", int()):
            return True
    return False


def is_button(steps: Steps) -> bool:
    match steps:
        case (*_, Part(type="BUTTONS"), "buttons", int()):
            return True
    return False


def pointer(steps: Steps) -> str:
    """Like a JSON pointer, with the type of a component in the place of its index."""
    return "".join(f"/{escaped(step.label if isinstance(step, Part) else str(step))}" for step in steps)


def escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _node(steps: Steps, old_steps: Steps, before: Any, after: Any, *, is_moved: bool = False) -> Node:
    children: tuple[Node, ...] = ()
    is_whole = False
    sides = [side for side in (before, after) if side is not ABSENT]
    if all(isinstance(side, dict) for side in sides):
        children = tuple(_of_objects(steps, old_steps, before, after))
    elif all(isinstance(side, list) for side in sides):
        children = tuple(_of_lists(steps, old_steps, before, after))
        is_whole = not children
    elif any(isinstance(side, dict | list) for side in sides):
        is_whole = True
        children = (_node(old_steps, old_steps, before, ABSENT), _node(steps, steps, ABSENT, after))
    return Node(
        steps=steps,
        old_steps=old_steps,
        before=before,
        after=after,
        children=children,
        is_moved=is_moved,
        is_whole=is_whole,
    )


def _of_objects(steps: Steps, old_steps: Steps, before: Any, after: Any) -> Iterator[Node]:
    old, new = ({} if side is ABSENT else side for side in (before, after))
    for key in sorted({*old, *new}, key=_reading_order):
        yield _node((*steps, key), (*old_steps, key), old.get(key, ABSENT), new.get(key, ABSENT))


def _of_lists(steps: Steps, old_steps: Steps, before: Any, after: Any) -> Iterator[Node]:
    """Nothing for lists that differ in length and are neither components, buttons nor cards: nobody can pair them."""
    old, new = ([] if side is ABSENT else side for side in (before, after))
    if is_card(steps[:-1]) and steps[-1] == "components":
        yield from _parts(steps[:-1], old_steps[:-1], old, new)
        return
    places = range(max(len(old), len(new)))
    if steps[-1] in ("buttons", "cards"):
        yield from _paired(steps, old_steps, old, new, match(old, new), places, places)
    elif before is ABSENT or after is ABSENT or len(old) == len(new):
        matches = [Match(at if old else None, at if new else None) for at in places]
        yield from _paired(steps, old_steps, old, new, matches, places, places)


def _parts(steps: Steps, old_steps: Steps, old: list[Any], new: list[Any]) -> Iterator[Node]:
    """Components belong together by their type, wherever they stand."""
    old_parts, new_parts = _named(old), _named(new)
    places = {part: place for place, part in enumerate(new_parts)}
    pairs = {place: places[part] for place, part in enumerate(old_parts) if part in places}
    yield from _paired(steps, old_steps, old, new, ordered(pairs, len(old), len(new)), old_parts, new_parts)


def _paired(
    steps: Steps,
    old_steps: Steps,
    old: list[Any],
    new: list[Any],
    matches: Iterable[Match],
    old_names: Sequence[Step],
    new_names: Sequence[Step],
) -> Iterator[Node]:
    for i, j, is_moved in matches:
        there = () if i is None else (*old_steps, old_names[i])
        here = () if j is None else (*steps, new_names[j])
        yield _node(
            here or there,
            there or here,
            ABSENT if i is None else old[i],
            ABSENT if j is None else new[j],
            is_moved=is_moved,
        )


def _named(parts: list[Any]) -> list[Part]:
    seen: Counter[str] = Counter()
    named: list[Part] = []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        name = kind if isinstance(kind, str) else "COMPONENT"
        seen[name] += 1
        named.append(Part(name, seen[name]))
    return named


# The keys of a component or a button in the order in which a person asks for them; others follow.
_KEYS = ("type", "format", "text", "url", "phone_number", "limited_time_offer", "buttons", "cards", "components")


def _reading_order(key: str) -> tuple[int, str]:
    if key == "example":
        return len(_KEYS) + 1, key
    return (_KEYS.index(key) if key in _KEYS else len(_KEYS)), key
