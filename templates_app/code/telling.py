"""A plan as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from templates_app.code.differing import safe
from templates_app.code.plans import Action, Item, Plan

SIGNS = {Action.CREATE: "+", Action.EDIT: "~", Action.DELETE: "-"}
BLOCKED_SIGN = "!"
DONE = {Action.CREATE: "to create", Action.EDIT: "to edit", Action.DELETE: "to delete"}


def told(plan: Plan) -> Iterator[str]:
    for item in plan.items:
        if item.action != Action.UNCHANGED or item.warnings or item.blocked:
            yield from _item(item)
            yield ""
    yield from map(safe, plan.notes)
    yield total(plan)


def total(plan: Plan) -> str:
    counts = plan.counts
    parts = [f"{counts[action]} {words}" for action, words in DONE.items() if counts[action]]
    parts += [f"{counts[word]} {word}" for word in ("blocked", "unchanged") if counts[word]]
    return f"Plan: {', '.join(parts) or 'nothing there, nothing to do'}."


def _item(item: Item) -> Iterator[str]:
    yield safe(_headline(item))
    if item.summary:
        yield f"    {safe(item.summary)}"
    yield from (f"    {line}" for line in item.changes)
    yield from (f"    blocked: {safe(line)}" for line in item.blocked)
    yield from (f"    warning: {safe(line)}" for line in item.warnings)
    yield from (f"    cost: {safe(line)}" for line in item.costs if not item.blocked)


def _headline(item: Item) -> str:
    sign = BLOCKED_SIGN if item.blocked else SIGNS.get(item.action, "=")
    words = [sign, "blocked " + item.action if item.blocked else item.action.value, item.title]
    if item.writes:
        old = f"v{item.basis.version} → " if item.basis and item.basis.version else ""
        words.append(f"{old}v{item.version}")
    if item.severity:
        words.append(f"[{item.severity}]")
    return " ".join([*words, *([f"from {item.path}"] if item.path else [])])
