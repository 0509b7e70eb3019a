"""
The standing of a template: the fold of its facts in the order of the provider's time.

Pure: `advance` puts one newer fact on top, `fold` does so for many in their order. Neither the order in
which facts arrive nor their repetition can be seen in the result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from templates_app.facts import (
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    COMPONENTS_CHANGE,
    QUALITY_CHANGE,
    STATUS,
    Fact,
    JsonObject,
    OrderKey,
    asks_for_sync,
    category_order,
    order_key,
)

UNKNOWN = "UNKNOWN"
# How long a pause lasts by its title. Any other pause lasts until somebody ends it.
PAUSES = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}
# Put away, but not gone: UNARCHIVED brings back what stood before.
SHELVED = frozenset({"ARCHIVED", "PENDING_DELETION"})

TEMPLATE_DISABLED = "TEMPLATE_DISABLED"
TEMPLATE_PAUSED = "TEMPLATE_PAUSED"
TEMPLATE_REJECTED = "TEMPLATE_REJECTED"
TEMPLATE_FLAGGED = "TEMPLATE_FLAGGED"
TEMPLATE_QUALITY_RED = "TEMPLATE_QUALITY_RED"
TEMPLATE_QUALITY_YELLOW = "TEMPLATE_QUALITY_YELLOW"

_BY_STATUS = {"DISABLED": TEMPLATE_DISABLED, "PAUSED": TEMPLATE_PAUSED, "REJECTED": TEMPLATE_REJECTED}
_BY_QUALITY = {"RED": TEMPLATE_QUALITY_RED, "YELLOW": TEMPLATE_QUALITY_YELLOW}
_BY_EVENT = {**_BY_STATUS, "FLAGGED": TEMPLATE_FLAGGED}

Changes = dict[str, Any]


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
    ("" until Meta said one, at `category_said_at`). The details of a status (reasons, rejection, end of a
    pause) stay while it is shelved, because it may come back.
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
    pending_category: str = ""
    pending_category_at: datetime | None = None

    quality_score: str = UNKNOWN
    previous_quality: str = ""
    quality_changed_at: datetime | None = None
    quality_reasons: tuple[str, ...] = ()

    components: list[JsonObject] | None = None
    provider_template_id: str = ""
    earlier_ids: tuple[str, ...] = ()
    conditions: dict[str, Condition] = dataclasses.field(default_factory=dict)
    newest_key: OrderKey | None = None

    @property
    def is_contested(self) -> bool:
        return bool(self.meta_reported_category) and self.meta_reported_category != self.category

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


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One fact of the fold, with the standings between which it lies."""

    fact: Fact
    before: Standing
    after: Standing

    @property
    def wants_sync(self) -> bool:
        return asks_for_sync(self.fact)


def fold(facts: Iterable[Fact], start: Standing | None = None) -> tuple[Standing, list[Step]]:
    """
    The standing that the facts make on top of `start`, and the steps to it in order; repeats count once.

    `start` holds what was true before the first fact, such as the category that we asked for.
    """
    standing = start or _BLANK
    steps = []
    for _, fact in sorted({order_key(fact): fact for fact in facts}.items()):
        before, standing = standing, advance(standing, fact)
        steps.append(Step(fact, before, standing))
    return standing, steps


def is_late(standing: Standing, fact: Fact) -> bool:
    """Whether the fact belongs before one that is in the standing already, so that the fold must be done again."""
    return standing.newest_key is not None and order_key(fact) < standing.newest_key


def advance(standing: Standing, fact: Fact) -> Standing:
    """The standing after one fact more, which must not be late."""
    named = fact.provider_template_id
    if named in standing.earlier_ids:
        return dataclasses.replace(standing, newest_key=order_key(fact))
    ground = _incarnation(standing, named)
    changes = _BY_KIND[fact.kind](ground, fact)
    changes["conditions"] = _conditions(ground, fact, changes)
    changes["newest_key"] = order_key(fact)
    if named:
        changes["provider_template_id"] = named
    return dataclasses.replace(ground, **changes)


def _incarnation(standing: Standing, named: str) -> Standing:
    """What a fact about the template `named` stands on: another template at the provider begins blank."""
    current = standing.provider_template_id
    if not named or not current or named == current:
        return standing
    return Standing(category=standing.category, earlier_ids=(*standing.earlier_ids, current))


def _conditions(ground: Standing, fact: Fact, changes: Changes) -> dict[str, Condition]:
    if fact.kind == STATUS:
        asserted = _BY_EVENT.get(fact.event)
    elif fact.kind == QUALITY_CHANGE:
        asserted = _BY_QUALITY.get(fact.said.get("score", ""))
    else:
        return ground.conditions
    holding = (
        _BY_STATUS.get(changes.get("status", ground.status)),
        TEMPLATE_FLAGGED if changes.get("flagged_at", ground.flagged_at) else None,
        _BY_QUALITY.get(changes.get("quality_score", ground.quality_score)),
    )
    return {
        alert_type: _seen(ground.conditions.get(alert_type), fact, is_asserted=alert_type == asserted)
        for alert_type in holding
        if alert_type
    }


def _seen(condition: Condition | None, fact: Fact, *, is_asserted: bool) -> Condition:
    if condition is None:
        return Condition(1, fact.at, fact.at, fact.said)
    if is_asserted:
        return Condition(condition.count + 1, condition.first_seen_at, fact.at, fact.said)
    return condition


def _status(standing: Standing, fact: Fact) -> Changes:
    return {
        **_BY_WORD.get(fact.event, _leave)(standing, fact),
        **_truth(standing, fact.said.get("category", ""), fact.at),
        "last_event": fact.event,
        "last_event_at": fact.at,
    }


def _become(standing: Standing, status: str, fact: Fact) -> Changes:
    return {
        **_NO_DETAILS,
        "status": status,
        "status_at": standing.status_at if status == standing.status else fact.at,
        "status_reason": fact.said.get("reason", ""),
    }


def _set(standing: Standing, fact: Fact) -> Changes:
    return _become(standing, fact.event, fact)


def _pause(standing: Standing, fact: Fact) -> Changes:
    title = fact.said.get("title", "")
    lasting = PAUSES.get(title)
    return {**_set(standing, fact), "pause_title": title, "paused_until": fact.at + lasting if lasting else None}


def _reject(standing: Standing, fact: Fact) -> Changes:
    return {**_set(standing, fact), "rejection_info": fact.said.get("rejection")}


def _disable(standing: Standing, fact: Fact) -> Changes:
    return {**_set(standing, fact), "disabled_reason": fact.said.get("reason", ""), "disabled_at": fact.at}


def _shelve(standing: Standing, fact: Fact) -> Changes:
    became = _set(standing, fact)
    changes = {"flagged_at": None, **{name: became[name] for name in ("status", "status_at", "status_reason")}}
    if standing.status in SHELVED:
        return changes
    return {**changes, "status_before_archive": standing.status, "reason_before_archive": standing.status_reason}


def _unshelve(standing: Standing, fact: Fact) -> Changes:
    if standing.status not in SHELVED:
        return {}
    return {
        "status": standing.status_before_archive or UNKNOWN,
        "status_at": fact.at,
        "status_reason": standing.reason_before_archive,
        "status_before_archive": "",
        "reason_before_archive": "",
        "flagged_at": None,
    }


def _reinstate(standing: Standing, fact: Fact) -> Changes:
    if standing.status in ("DISABLED", "PAUSED"):
        return _become(standing, "APPROVED", fact)
    return {"flagged_at": None}


def _flag(standing: Standing, fact: Fact) -> Changes:
    return {"flagged_at": standing.flagged_at or fact.at}


def _leave(standing: Standing, fact: Fact) -> Changes:
    return {}


# What a new status takes with it.
_NO_DETAILS: Changes = {
    **dict.fromkeys(("rejection_info", "disabled_at", "paused_until", "flagged_at")),
    **dict.fromkeys(("disabled_reason", "pause_title", "status_before_archive", "reason_before_archive"), ""),
}

# What each of Meta's words does. Others are kept as the last event and leave the rest.
_BY_WORD: dict[str, Callable[[Standing, Fact], Changes]] = {
    "APPROVED": _set,
    "PENDING": _set,
    "IN_APPEAL": _set,
    "LIMIT_EXCEEDED": _set,
    "DELETED": _set,
    "PAUSED": _pause,
    "REJECTED": _reject,
    "DISABLED": _disable,
    "ARCHIVED": _shelve,
    "PENDING_DELETION": _shelve,
    "UNARCHIVED": _unshelve,
    "REINSTATED": _reinstate,
    "FLAGGED": _flag,
    "LOCKED": _leave,
}


def _truth(standing: Standing, category: str, at: datetime, *, previous: str = "") -> Changes:
    """Meta says what the category is (and was). Of several kinds of fact at one moment the stricter word stays."""
    if not category:
        return {}
    changes: Changes = {}
    accepted = standing.category
    if not accepted:
        changes["category"] = accepted = previous or category
    known = standing.meta_reported_category
    if standing.category_said_at == at and category_order(category) < category_order(known):
        return changes
    changes["meta_reported_category"] = category
    changes["category_said_at"] = at
    if category != (known or previous or accepted):
        changes["category_changed_at"] = at
    if category == standing.pending_category:
        changes |= _NOTHING_PENDING
    return changes


def _category(standing: Standing, fact: Fact) -> Changes:
    said = fact.said
    truth = _truth(standing, said.get("category", ""), fact.at, previous=said.get("previous_category", ""))
    return {**truth, **_NOTHING_PENDING}


def _notice(standing: Standing, fact: Fact) -> Changes:
    changes = _truth(standing, fact.said.get("category", ""), fact.at)
    coming = fact.said.get("coming", "")
    if not coming or coming == changes.get("meta_reported_category", standing.meta_reported_category):
        return {**changes, **_NOTHING_PENDING}
    due_at = datetime.fromisoformat(fact.said["due_at"]) if "due_at" in fact.said else None
    if due_at is None and coming == standing.pending_category:
        due_at = standing.pending_category_at
    return {**changes, "pending_category": coming, "pending_category_at": due_at}


_NOTHING_PENDING: Changes = {"pending_category": "", "pending_category_at": None}


def _quality(standing: Standing, fact: Fact) -> Changes:
    score = fact.said.get("score", UNKNOWN)
    reasons = tuple(fact.said.get("reasons", ()))
    told = fact.said.get("previous_score", "")
    is_first = standing.quality_changed_at is None
    if score == standing.quality_score and not (is_first and told and told != score):
        # Meta tells a score in two forms, and only one of them gives reasons.
        return {"quality_reasons": reasons or standing.quality_reasons}
    return {
        "quality_score": score,
        "previous_quality": told or standing.quality_score,
        "quality_changed_at": fact.at,
        "quality_reasons": reasons,
    }


def _components(standing: Standing, fact: Fact) -> Changes:
    return {"components": fact.said.get("components", [])}


_BY_KIND: dict[str, Callable[[Standing, Fact], Changes]] = {
    STATUS: _status,
    QUALITY_CHANGE: _quality,
    CATEGORY_CHANGE: _category,
    CATEGORY_CHANGE_ANNOUNCED: _notice,
    COMPONENTS_CHANGE: _components,
}


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
