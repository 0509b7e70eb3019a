"""
What was said about a template: the form in which a fact is kept, told from others and put in its place.

Pure: a fact holds nothing but JSON and its moment, so that a row of `TemplateEvent` gives the same fact back.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from providers.events import (
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateFact,
    TemplateQualityChanged,
    TemplateStatusChanged,
)
from templates_app.components import canonical

JsonObject = dict[str, Any]
# Moment, place of the kind, rank within the kind, fingerprint.
OrderKey = tuple[datetime, int, int, str]

STATUS = "STATUS"
QUALITY_CHANGE = "QUALITY_CHANGE"
CATEGORY_CHANGE = "CATEGORY_CHANGE"
CATEGORY_CHANGE_ANNOUNCED = "CATEGORY_CHANGE_ANNOUNCED"
COMPONENTS_CHANGE = "COMPONENTS_CHANGE"
# What people here say of a template, and no provider does.
CREATED = "CREATED"
CATEGORY_ASKED = "CATEGORY_ASKED"
FLAG_CHANGED = "FLAG_CHANGED"
CATEGORY_ACCEPTED = "CATEGORY_ACCEPTED"
CATEGORY_KEPT = "CATEGORY_KEPT"
OURS = (CREATED, CATEGORY_ASKED, FLAG_CHANGED, CATEGORY_ACCEPTED, CATEGORY_KEPT)

# Facts of one moment: the kind that says most about what the category was before comes first, because an
# adopted template takes its category from its earliest fact.
_KIND_ORDER = {
    kind: place
    for place, kind in enumerate(
        (CATEGORY_CHANGE, CATEGORY_CHANGE_ANNOUNCED, STATUS, QUALITY_CHANGE, COMPONENTS_CHANGE, *OURS)
    )
}

# Each from the least to the most restrictive: of two facts of one moment the more restrictive is applied
# last and so wins. ANY_OTHER is the place of words that we do not know.
ANY_OTHER = "*"
_STATUS_ORDER = (
    "UNARCHIVED", "REINSTATED", "APPROVED", "LOCKED", ANY_OTHER, "FLAGGED", "PENDING", "IN_APPEAL", "LIMIT_EXCEEDED",
    "PAUSED", "REJECTED", "DISABLED", "ARCHIVED", "PENDING_DELETION", "DELETED",
)  # fmt: skip
_QUALITY_ORDER = ("GREEN", "UNKNOWN", ANY_OTHER, "YELLOW", "RED")
_CATEGORY_ORDER = ("", "UTILITY", "MARKETING", "AUTHENTICATION", ANY_OTHER)

STATUS_RANKS = {word: rank for rank, word in enumerate(_STATUS_ORDER)}
QUALITY_RANKS = {word: rank for rank, word in enumerate(_QUALITY_ORDER)}
CATEGORY_RANKS = {word: rank for rank, word in enumerate(_CATEGORY_ORDER)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fact:
    """
    One thing said about one template.

    `event` is Meta's word for a status, else the kind. `at` is the provider's moment, or the moment of
    receipt where the provider named none (`is_timed` false). `said` leaves out what is empty.
    `provider_template_id` is the id that the fact itself named, "" if none.
    """

    kind: str
    event: str
    at: datetime
    said: JsonObject = dataclasses.field(default_factory=dict)
    provider_template_id: str = ""
    is_timed: bool = True

    @functools.cached_property
    def _fingerprint(self) -> str:
        parts = [self.kind, self.event, self.provider_template_id, self.at.astimezone(UTC).isoformat(), self.said]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def fact_of(event: TemplateFact, *, received_at: datetime) -> Fact:
    """The fact in what a provider told us. Refuses (TypeError) a class of event that says nothing we keep."""
    kind, word, said = _content(event)
    return Fact(
        kind=kind,
        event=word,
        at=(event.at or received_at).astimezone(UTC),
        said=_without_empty(said),
        provider_template_id=event.provider_template_id,
        is_timed=event.at is not None,
    )


def fingerprint(fact: Fact) -> str:
    """
    SHA-256 (hex), the same for the same fact: kind, event, content, instant, and the id that it named.

    The id belongs in it: after a rebinding two templates share the row, and the end of one may carry the
    second of the beginning of the other. A provider repeats itself in identical bodies, so a repeat names
    the id again.
    """
    return fact._fingerprint


def says_the_same(one: Fact, other: Fact) -> bool:
    """Whether two facts differ in nothing but their moment: how a fact without a time is known as a repeat."""
    return (
        one.kind == other.kind
        and one.event == other.event
        and one.said == other.said
        and one.provider_template_id == other.provider_template_id
    )


def order_key(fact: Fact) -> OrderKey:
    """Where a fact stands among the others: by what it says alone, never by when or how often it arrived."""
    return fact.at, _KIND_ORDER[fact.kind], _RANK_IN_KIND[fact.kind](fact), fact._fingerprint


def category_order(category: str) -> tuple[int, str]:
    """How restrictive a category is. A word we do not know counts as the strictest: nobody can plan with it."""
    return CATEGORY_RANKS.get(category, CATEGORY_RANKS[ANY_OTHER]), category


def asks_for_sync(fact: Fact) -> bool:
    """Whether a fact leaves open what is true now, so that the provider should be asked."""
    if fact.kind == STATUS:
        return fact.event in _VAGUE or fact.event not in STATUS_RANKS
    return fact.kind == COMPONENTS_CHANGE and not fact.said.get("is_whole")


def by_us(kind: str, *, at: datetime, said: JsonObject) -> Fact:
    """What somebody here says of a template: one of `OURS`."""
    return Fact(kind=kind, event=kind, at=at.astimezone(UTC), said=said)


_VAGUE = frozenset({"REINSTATED", "UNARCHIVED"})

_RANK_IN_KIND: dict[str, Callable[[Fact], int]] = {
    STATUS: lambda fact: STATUS_RANKS.get(fact.event, STATUS_RANKS[ANY_OTHER]),
    QUALITY_CHANGE: lambda fact: QUALITY_RANKS.get(fact.said.get("score", ""), QUALITY_RANKS[ANY_OTHER]),
    CATEGORY_CHANGE: lambda fact: category_order(fact.said.get("category", ""))[0],
    CATEGORY_CHANGE_ANNOUNCED: lambda fact: category_order(fact.said.get("coming", ""))[0],
    **dict.fromkeys((COMPONENTS_CHANGE, *OURS), lambda fact: 0),
}


def _content(event: TemplateFact) -> tuple[str, str, JsonObject]:
    match event:
        case TemplateStatusChanged():
            return STATUS, event.event, _status_content(event)
        case TemplateQualityChanged():
            said = {"score": event.score, "previous_score": event.previous_score, "reasons": list(event.reasons)}
            return QUALITY_CHANGE, QUALITY_CHANGE, said
        case TemplateCategoryChanged():
            said = {"category": event.category, "previous_category": event.previous_category}
            return CATEGORY_CHANGE, CATEGORY_CHANGE, said
        case TemplateCategoryAnnounced():
            return CATEGORY_CHANGE_ANNOUNCED, CATEGORY_CHANGE_ANNOUNCED, _notice_content(event)
        case TemplateComponentsChanged():
            return COMPONENTS_CHANGE, COMPONENTS_CHANGE, _components_content(event)
    raise TypeError(f"{type(event).__name__} says nothing that is kept about a template")


def _status_content(event: TemplateStatusChanged) -> JsonObject:
    return {
        "reason": event.reason,
        "category": event.category,
        "title": event.title,
        "description": event.description,
        "rejection": _without_empty(
            {"reason": event.rejection_reason, "recommendation": event.rejection_recommendation}
        ),
        "disable_date": _moment(event.disable_date),
    }


def _notice_content(event: TemplateCategoryAnnounced) -> JsonObject:
    return {
        "category": event.category,
        "coming": event.coming,
        "due_at": _moment(event.due_at),
        "detected": event.detected,
    }


def _components_content(event: TemplateComponentsChanged) -> JsonObject:
    return {
        "components": canonical(event.components),
        "is_whole": event.is_whole,
        "parameter_format": event.parameter_format,
    }


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _without_empty(said: JsonObject) -> JsonObject:
    return {key: value for key, value in said.items() if value}
