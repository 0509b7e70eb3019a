"""The standing of a template: what all facts so far make of it, as one value that JSON can keep. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from templates_app.facts import JsonObject, OrderKey

UNKNOWN = "UNKNOWN"
DRAFT = "DRAFT"

TEMPLATE_DISABLED = "TEMPLATE_DISABLED"
TEMPLATE_PAUSED = "TEMPLATE_PAUSED"
TEMPLATE_REJECTED = "TEMPLATE_REJECTED"
TEMPLATE_FLAGGED = "TEMPLATE_FLAGGED"
TEMPLATE_QUALITY_RED = "TEMPLATE_QUALITY_RED"
TEMPLATE_QUALITY_YELLOW = "TEMPLATE_QUALITY_YELLOW"
CATEGORY_CHANGE_BLOCKED = "CATEGORY_CHANGE_BLOCKED"
CATEGORY_CHANGED = "CATEGORY_CHANGED"
CATEGORY_CHANGE_COMING = "CATEGORY_CHANGE_ANNOUNCED"


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """Something wrong that holds: told how often since it began, first and last when, and what was said last."""

    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    said: JsonObject


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    What a template is after all facts so far.

    `status_at` and `quality_changed_at` say since when the value holds, `disabled_at` and `paused_until` go
    by the newest fact of their kind. `category` is what we accepted, `meta_reported_category` the truth
    ("" until Meta said one, at `category_said_at`), `category_before` ours when the truth last moved,
    `category_kept` the truth that somebody has decided to live with, `category_followed_at` when ours moved along
    by leave. `components` are all there is to say if `components_are_whole`. The details of a status (reasons,
    rejection, end of a pause) stay while it is shelved, because it may come back.
    """

    status: str = UNKNOWN
    status_at: datetime | None = None
    status_reason: str = ""
    last_event: str = ""
    last_event_at: datetime | None = None
    rejection_info: JsonObject | None = None
    disabled_reason: str = ""
    disabled_at: datetime | None = None
    paused_until: datetime | None = None
    pause_title: str = ""
    flagged_at: datetime | None = None
    status_before_archive: str = ""
    reason_before_archive: str = ""

    category: str = ""
    meta_reported_category: str = ""
    category_said_at: datetime | None = None
    category_changed_at: datetime | None = None
    category_before: str = ""
    category_followed_at: datetime | None = None
    category_kept: str = ""
    allow_category_change: bool = False
    pending_category: str = ""
    pending_category_at: datetime | None = None

    quality_score: str = UNKNOWN
    previous_quality: str = ""
    quality_changed_at: datetime | None = None
    quality_reasons: tuple[str, ...] = ()

    components: list[JsonObject] | None = None
    components_are_whole: bool = False
    parameter_format: str = ""
    provider_template_id: str = ""
    earlier_ids: tuple[str, ...] = ()
    conditions: dict[str, Condition] = dataclasses.field(default_factory=dict)
    newest_key: OrderKey | None = None

    @property
    def is_contested(self) -> bool:
        """Meta counts the template in another category than we do, and nobody has settled it."""
        return bool(self.meta_reported_category) and self.meta_reported_category not in (
            self.category,
            self.category_kept,
        )

    @property
    def is_sendable(self) -> bool:
        return self.status == "APPROVED"

    def to_json(self) -> JsonObject:
        """Everything that differs from a blank standing, as JSON."""
        return {
            name: _TO_JSON[name](value) if name in _TO_JSON else value
            for name in _NAMES
            if (value := getattr(self, name)) != getattr(_BLANK, name)
        }

    @classmethod
    def from_json(cls, saved: JsonObject) -> Self:
        """The standing that `to_json` saved."""
        return cls(**{name: _FROM_JSON[name](value) if name in _FROM_JSON else value for name, value in saved.items()})


def _condition_to_json(condition: Condition) -> list[Any]:
    return [condition.count, condition.first_seen_at.isoformat(), condition.last_seen_at.isoformat(), condition.said]


def _condition_from_json(saved: list[Any]) -> Condition:
    count, first_seen_at, last_seen_at, said = saved
    return Condition(count, datetime.fromisoformat(first_seen_at), datetime.fromisoformat(last_seen_at), said)


_BLANK = Standing()
_NAMES = tuple(field.name for field in dataclasses.fields(Standing))
_MOMENTS = tuple(name for name in _NAMES if name.endswith("_at") or name == "paused_until")

_TO_JSON: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_MOMENTS, datetime.isoformat),
    "quality_reasons": list,
    "earlier_ids": list,
    "conditions": lambda conditions: {name: _condition_to_json(each) for name, each in conditions.items()},
    "newest_key": lambda key: [key[0].isoformat(), *key[1:]],
}
_FROM_JSON: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_MOMENTS, datetime.fromisoformat),
    "quality_reasons": tuple,
    "earlier_ids": tuple,
    "conditions": lambda saved: {name: _condition_from_json(each) for name, each in saved.items()},
    "newest_key": lambda saved: (datetime.fromisoformat(saved[0]), *saved[1:]),
}
