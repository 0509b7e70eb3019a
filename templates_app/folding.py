"""
The fold of a template's facts in the order of the provider's time into its standing.

Pure: `advance` puts one newer fact on top, `fold` does so for many in their order. Neither the order in
which facts arrive nor their repetition can be seen in the result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import timedelta

from templates_app.facts import (
    COMPONENTS_CHANGE,
    QUALITY_CHANGE,
    STATUS,
    Fact,
    asks_for_sync,
    order_key,
)
from templates_app.folding_category import BY_KIND, Changes, asserted, ended_by_status, holding, truth
from templates_app.standing import (
    TEMPLATE_DISABLED,
    TEMPLATE_FLAGGED,
    TEMPLATE_PAUSED,
    TEMPLATE_QUALITY_RED,
    TEMPLATE_QUALITY_YELLOW,
    TEMPLATE_REJECTED,
    UNKNOWN,
    Condition,
    Standing,
)

# How long a pause lasts by its title. Any other pause lasts until somebody ends it.
PAUSES = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}
# Put away, but not gone: UNARCHIVED brings back what stood before.
SHELVED = frozenset({"ARCHIVED", "PENDING_DELETION"})

_BY_STATUS = {"DISABLED": TEMPLATE_DISABLED, "PAUSED": TEMPLATE_PAUSED, "REJECTED": TEMPLATE_REJECTED}
_BY_QUALITY = {"RED": TEMPLATE_QUALITY_RED, "YELLOW": TEMPLATE_QUALITY_YELLOW}
_BY_EVENT = {**_BY_STATUS, "FLAGGED": TEMPLATE_FLAGGED}


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
    standing = start or Standing()
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
    return Standing(
        category=standing.category,
        allow_category_change=standing.allow_category_change,
        earlier_ids=(*standing.earlier_ids, current),
    )


def _conditions(ground: Standing, fact: Fact, changes: Changes) -> dict[str, Condition]:
    after = dataclasses.replace(ground, **changes)
    again = asserted(fact, changes)
    if fact.kind == STATUS:
        again |= {_BY_EVENT.get(fact.event, "")}
    elif fact.kind == QUALITY_CHANGE:
        again |= {_BY_QUALITY.get(fact.said.get("score", ""), "")}
    held = (
        _BY_STATUS.get(after.status),
        TEMPLATE_FLAGGED if after.flagged_at else None,
        _BY_QUALITY.get(after.quality_score),
        *holding(after),
    )
    return {
        alert_type: _seen(ground.conditions.get(alert_type), fact, is_asserted=alert_type in again)
        for alert_type in held
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
        **truth(standing, fact.said.get("category", ""), fact.at),
        **ended_by_status(standing, fact),
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
    return {
        "components": fact.said.get("components", []),
        "components_are_whole": fact.said.get("is_whole", False),
        "parameter_format": fact.said.get("parameter_format", ""),
    }


_BY_KIND: dict[str, Callable[[Standing, Fact], Changes]] = {
    STATUS: _status,
    QUALITY_CHANGE: _quality,
    **BY_KIND,
    COMPONENTS_CHANGE: _components,
}
