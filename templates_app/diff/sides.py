"""Both contents side by side for people: every value that they read, changed or not, with its words marked."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Iterator
from typing import Any

from templates_app.content import Content
from templates_app.diff.naming import what
from templates_app.diff.tree import ABSENT, Node, Part, differs, grow
from templates_app.diff.words import Op, Segment, word_segments


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """
    One value: `left` before, `right` after, as (op, text) with op same, removed or added; empty where it is not.

    `label` in words, `state` same, changed, added, removed or moved.
    """

    component: str
    label: str
    path: str
    left: tuple[Segment, ...]
    right: tuple[Segment, ...]
    state: str

    def as_json(self) -> dict[str, Any]:
        return {
            "component": self.component,
            "label": self.label,
            "path": self.path,
            "left": [list(segment) for segment in self.left],
            "right": [list(segment) for segment in self.right],
            "state": self.state,
        }


def side_by_side(before: Content, after: Content) -> list[Row]:
    return list(rows(grow(before, after)))


def rows(root: Node) -> Iterator[Row]:
    for child in root.children:
        yield from _rows((child,))


def _rows(trail: tuple[Node, ...]) -> Iterator[Row]:
    node = trail[-1]
    for child in node.children:
        yield from _rows((*trail, child))
    if not node.children and _is_read(node):
        left, right = _segments(node)
        name = what(trail)
        yield Row(
            component=node.component,
            label=name[:1].upper() + name[1:],
            path=node.path,
            left=left,
            right=right,
            state=_state(trail),
        )


def _is_read(node: Node) -> bool:
    """A component's type is told by the label; examples and kinds of buttons count where they are not as before."""
    match node.steps:
        case (*_, Part(), "type"):
            return False
        case (*_, "type"):
            return differs(node)
    return "example" not in node.steps or differs(node)


def _segments(node: Node) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    if node.before is ABSENT:
        return (), (("added", _text(node.after)),)
    if node.after is ABSENT:
        return (("removed", _text(node.before)),), ()
    words = word_segments(_text(node.before), _text(node.after))
    return _side(words, without="added"), _side(words, without="removed")


def _side(words: list[Segment], *, without: Op) -> tuple[Segment, ...]:
    """What the other side has more is not here, so that what stood around it comes together."""
    kept = itertools.groupby((segment for segment in words if segment[0] != without), key=operator.itemgetter(0))
    return tuple((op, "".join(text for _, text in run)) for op, run in kept)


def _state(trail: tuple[Node, ...]) -> str:
    if differs(trail[-1]):
        return trail[-1].kind
    return "moved" if any(node.is_moved for node in trail) else "same"


def _text(value: Any) -> str:
    """A value as people read it, never as JSON."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case None:
            return ""
        case list():
            return ", ".join(filter(None, map(_text, value)))
        case dict():
            return ", ".join(filter(None, map(_text, value.values())))
    return str(value)
