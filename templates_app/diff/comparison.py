"""Two contents of a template compared: each change with its weight, the variables, both side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from templates_app.content import Content
from templates_app.diff.naming import what
from templates_app.diff.severity import BREAKING, Rule, Scene, gravest, weigh
from templates_app.diff.sides import Row, rows
from templates_app.diff.tree import ABSENT, Node, differs, grow
from templates_app.diff.variables import Variables, compare_variables, texts_between
from templates_app.diff.words import Segment, word_segments


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """
    `kind`: added, removed, changed, moved. `path`: like a JSON pointer, with types in the place of components.

    The path leads into the content after, and of what was removed into the one before. `before` and `after` are
    values, None where there is none; of what was moved they are its paths. `words`: for a text that was changed.
    """

    component: str
    kind: str
    path: str
    before: Any
    after: Any
    words: tuple[Segment, ...] | None
    what: str
    severity: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        words = None if self.words is None else [list(segment) for segment in self.words]
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)} | {"words": words}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """`severity` of nothing changed is "cosmetic"."""

    changes: tuple[Change, ...]
    severity: str
    variables: Variables
    side_by_side: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "changes": [change.as_json() for change in self.changes],
            "severity": self.severity,
            "variables": self.variables.as_json(),
            "side_by_side": [row.as_json() for row in self.side_by_side],
        }


def compare(before: Content, after: Content) -> Comparison:
    """No changes exactly when both say the same."""
    root = grow(before, after)
    texts = texts_between(root, before, after)
    variables = compare_variables(texts)
    has_variables = bool(before.variables or after.variables)
    changes = tuple(
        change for child in root.children for change in _changes((root, child), has_variables=has_variables)
    )
    severities = [change.severity for change in changes] + ([BREAKING] if variables else [])
    return Comparison(
        changes=changes, severity=gravest(severities), variables=variables, side_by_side=tuple(rows(root))
    )


def _changes(trail: tuple[Node, ...], *, has_variables: bool) -> Iterator[Change]:
    """The changes at the last of these nodes, each of which holds the next, and below it."""
    *_, parent, node = trail

    def scene(kind: str) -> Scene:
        return Scene(node=node, kind=kind, parent=parent, has_variables=has_variables)

    if node.is_moved:
        yield _moved(trail, weigh(scene("moved")))
    if not differs(node):
        return
    if node.kind != "changed" or node.is_whole or not node.children:
        yield _change(trail, weigh(scene(node.kind)))
        return
    for child in node.children:
        yield from _changes((*trail, child), has_variables=has_variables)


def _change(trail: tuple[Node, ...], rule: Rule) -> Change:
    node = trail[-1]
    is_text = isinstance(node.before, str) and isinstance(node.after, str)
    return Change(
        component=node.component,
        kind=node.kind,
        path=node.path,
        before=None if node.before is ABSENT else node.before,
        after=None if node.after is ABSENT else node.after,
        words=tuple(word_segments(node.before, node.after)) if is_text else None,
        what=what(trail[1:]),
        severity=rule.severity,
        reason=rule.reason,
    )


def _moved(trail: tuple[Node, ...], rule: Rule) -> Change:
    node = trail[-1]
    return Change(
        component=node.component,
        kind="moved",
        path=node.path,
        before=node.old_path,
        after=node.path,
        words=None,
        what=what(trail[1:]),
        severity=rule.severity,
        reason=rule.reason,
    )
