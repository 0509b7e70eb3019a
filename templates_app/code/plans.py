"""
A plan: what each file asks for beside what stands in the database, kept as JSON, and compared with a later one.

A plan that was saved holds only as long as everything that it was made on stands as it stood.
"""

from __future__ import annotations

import dataclasses
import enum
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from templates_app.components import JsonObject

FORMAT = 1
NOTHING_TO_DO, BLOCKED, CHANGES = 0, 1, 2  # exit codes


class Action(enum.StrEnum):
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    UNCHANGED = "unchanged"


class BadPlan(Exception):
    """The file is no plan of ours."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Basis:
    """A template as it stood when it was planned: its newest version, and what it said."""

    template: str
    version: int
    checksum: str
    status: str
    category: str
    allow_category_change: bool
    is_retired: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Item:
    """
    What is to become of one template. `path`, `file_checksum` and `category` are "" where no file speaks of it.

    `version`: the number of the newest one then. `writes`: that version is new; `submits`: the provider is asked.
    """

    action: Action
    name: str
    language: str
    path: str = ""
    file_checksum: str = ""
    basis: Basis | None = None
    version: int = 0
    category: str = ""
    writes: bool = False
    submits: bool = False
    severity: str = ""
    summary: str = ""
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.language

    @property
    def title(self) -> str:
        return f"{self.name} ({self.language or '?'})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """`folder`: from where the plan is kept, or from where the command was called."""

    organization: str
    account: str
    made_at: datetime
    folder: str
    with_deletion: bool
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> list[Item]:
        return [item for item in self.items if item.action != Action.UNCHANGED]

    @property
    def outcome(self) -> int:
        if any(item.blocked for item in self.items):
            return BLOCKED
        return CHANGES if self.changes else NOTHING_TO_DO

    @property
    def counts(self) -> Counter[str]:
        return Counter("blocked" if item.blocked else item.action.value for item in self.items)


# What happened since


def is_done(planned: Item, now: Item | None) -> bool:
    """Whether what was planned has come about."""
    if planned.action == Action.DELETE:
        return now is None or (now.action == Action.UNCHANGED and not now.path)
    return now is not None and now.action == Action.UNCHANGED and now.file_checksum == planned.file_checksum


def stale(planned: Item, now: Item | None) -> list[str]:
    """In which respects the plan does not hold any more, in sentences."""
    if now is None:
        return [f"{planned.title}: Neither the file nor the template is there any more."]
    return [f"{planned.title}: {why}" for why in _stale(planned, now)]


def _stale(planned: Item, now: Item) -> Iterator[str]:
    if planned.path and not now.path:
        yield f"Its file {planned.path} is gone."
    elif now.path and not planned.path:
        yield f"It has a file now: {now.path}."
    elif planned.file_checksum != now.file_checksum:
        yield f"Its file {now.path} says something else now."
    yield from _moved(planned.basis, now.basis)
    if planned.action != now.action:
        yield f"{planned.action.capitalize()} was planned, and it would be {now.action} now."
    elif not planned.blocked:
        yield from (f"By now it is blocked: {why}" for why in now.blocked)


def _moved(then: Basis | None, now: Basis | None) -> Iterator[str]:
    if then is None or now is None:
        if then is not now:
            yield "It is there by now." if then is None else "It is not there any more."
        return
    if then.template != now.template:
        yield "It is another template now."
    for words, before, after in (
        ("at v{}", then.version, now.version),
        ("{}", then.status, now.status),
        ("{}", then.category, now.category),
    ):
        if before != after:
            yield f"It was {words.format(before)} and is {words.format(after)} now."
    if then.version == now.version and then.checksum != now.checksum:
        yield "It says something else now."
    if then.allow_category_change != now.allow_category_change:
        yield "Whether its category may change was changed."
    if then.is_retired != now.is_retired:
        yield "It was retired." if now.is_retired else "It was brought back."


# As JSON


def as_json(plan: Plan) -> JsonObject:
    told = dataclasses.asdict(plan)
    return {"format": FORMAT, **told, "made_at": plan.made_at.isoformat()}


def from_json(told: Any) -> Plan:
    """Raises BadPlan."""
    if not isinstance(told, dict) or "format" not in told or not isinstance(told.get("items"), list):
        raise BadPlan("This is no plan of templates.")
    if told["format"] != FORMAT:
        raise BadPlan(f"The plan has the format {told['format']}, and only {FORMAT} is known here: plan anew.")
    try:
        fields = {field.name: told[field.name] for field in dataclasses.fields(Plan)}
        made_at = datetime.fromisoformat(fields["made_at"])
        items = tuple(_item(one) for one in fields["items"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadPlan(f"The plan is not whole ({type(error).__name__}: {error}): plan anew.") from None
    if made_at.tzinfo is None or not all(
        isinstance(fields[name], str) for name in ("organization", "account", "folder")
    ):
        raise BadPlan("The plan is not whole: plan anew.")
    return Plan(**fields | {"made_at": made_at, "items": items, "notes": tuple(fields["notes"])})


def _item(told: JsonObject) -> Item:
    basis = told["basis"]
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    action, known = Action(told["action"]), Basis(**basis) if basis is not None else None
    return Item(**told | lists | {"action": action, "basis": known})
