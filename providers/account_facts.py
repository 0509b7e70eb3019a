"""
What was said about an account or one of its numbers, and the standing that is the fold of it.

Pure: a fact holds nothing but JSON and its moment, so that a row of `AccountEvent` gives the same fact back.
Neither the order in which facts arrive nor their repetition can be seen in a standing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Self

from providers.events import ACCOUNT_KINDS, NUMBER_KINDS, AccountChanged, Event, JsonObject, NumberChanged

UPDATE, REVIEW, ALERT, CAPABILITY = ACCOUNT_KINDS
QUALITY, NAME, SECURITY = NUMBER_KINDS

# How a fact keeps the provider's id of the number that it is about.
NUMBER_ID = "phone_number_id"

UNKNOWN, GREEN, YELLOW, RED = "UNKNOWN", "GREEN", "YELLOW", "RED"
FLAGGED, UNFLAGGED = "FLAGGED", "UNFLAGGED"
_BAD = frozenset({YELLOW, RED})
REINSTATE, DISABLE, SCHEDULE_FOR_DISABLE = "REINSTATE", "DISABLE", "SCHEDULE_FOR_DISABLE"
BANS = frozenset({DISABLE, SCHEDULE_FOR_DISABLE})
LIFTED, RESTRICTED, UNLIMITED = "LIFTED", "RESTRICTED", "TIER_UNLIMITED"

# Each from the least to the most restrictive: of two facts of one moment the more restrictive is applied
# last and so wins. ANY_OTHER is the place of words that we do not know.
ANY_OTHER = "*"
_UPDATE_ORDER = (
    LIFTED, "ACCOUNT_RECONNECTED", ANY_OTHER, RESTRICTED, "ACCOUNT_OFFBOARDED", SCHEDULE_FOR_DISABLE, DISABLE,
    "ACCOUNT_DELETED",
)  # fmt: skip
_DECISION_ORDER = ("APPROVED", ANY_OTHER, "PENDING", "DEFERRED", "REJECTED")
_ALERT_ORDER = ("INFORMATIONAL", ANY_OTHER, "WARNING", "CRITICAL", "ACTIVE")
_QUALITY_ORDER = (UNFLAGGED, GREEN, ANY_OTHER, YELLOW, RED, FLAGGED)
_NO_ORDER = (ANY_OTHER,)

# A limit's names, today's first.
_LIMITS = ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone")
_WIDEST = 10**9  # more people than any limit names
_NEVER = 253_402_300_800  # the year 10000 in Unix seconds

# Moment, rank within the kind (the kinds do not touch each other), the same for the limit, fingerprint.
OrderKey = tuple[datetime, int, int, str]
Changes = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountFact:
    """
    One thing said about an account or, under its digits or its id, about a number.

    `at` is the provider's moment, or the moment of receipt where the provider named none (`is_timed` false).
    """

    kind: str
    event: str
    at: datetime
    said: JsonObject = dataclasses.field(default_factory=dict)
    digits: str = ""
    is_timed: bool = True

    @property
    def external_id(self) -> str:
        return _text(self.said.get(NUMBER_ID))


def fact_of(event: Event, *, received_at: datetime) -> AccountFact:
    """The fact in what a provider told us. Refuses (TypeError) an event that speaks of anything else."""
    if not isinstance(event, AccountChanged | NumberChanged):
        raise TypeError(f"{type(event).__name__} says nothing about an account or a number")
    said, digits = event.content, ""
    if isinstance(event, NumberChanged):
        digits = event.digits
        if event.external_id:
            said = {**said, NUMBER_ID: event.external_id}
    return AccountFact(
        kind=event.kind,
        event=event.event,
        at=(event.at or received_at).astimezone(UTC),
        said=said,
        digits=digits,
        is_timed=event.at is not None,
    )


def fingerprint(fact: AccountFact) -> str:
    """SHA-256 (hex), the same for the same fact: kind, event, number, content and instant."""
    parts = [fact.kind, fact.event, fact.digits, fact.at.astimezone(UTC).isoformat(), fact.said]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def says_the_same(one: AccountFact, other: AccountFact) -> bool:
    """Whether two facts differ in nothing but their moment: how a fact without a time is known as a repeat."""
    return (one.kind, one.event, one.digits, one.said) == (other.kind, other.event, other.digits, other.said)


def order_key(fact: AccountFact) -> OrderKey:
    """Where a fact stands among the others: by what it says alone, never by when or how often it arrived."""
    order, words = _RANKED[fact.kind](fact)
    rank = max((order.index(word) for word in words if word in order), default=order.index(ANY_OTHER))
    return fact.at, rank, -_width(_limit(fact)), fingerprint(fact)


@dataclasses.dataclass(frozen=True)
class Condition:
    """Something wrong that holds: told how often since it began, first and last when."""

    count: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Standing:
    condition: Condition | None = None

    def to_json(self) -> JsonObject:
        """Everything that differs from a blank standing, as JSON."""
        blank = type(self)()
        saved = {name: value for name, value in vars(self).items() if value != getattr(blank, name)}
        if (it := self.condition) is not None:
            saved["condition"] = [it.count, it.first_seen_at.isoformat(), it.last_seen_at.isoformat()]
        return saved

    @classmethod
    def from_json(cls, saved: JsonObject) -> Self:
        """The standing that `to_json` saved."""
        if "condition" not in saved:
            return cls(**saved)
        count, first, last = saved["condition"]
        condition = Condition(count, datetime.fromisoformat(first), datetime.fromisoformat(last))
        return cls(**{**saved, "condition": condition})


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountStanding(_Standing):
    """
    What an account is after all facts so far.

    `restrictions`: `{type, until, remediation}`, `until` an ISO moment or None where no end is known. `condition`
    spans the restriction or ban from its first fact on. What ended by its own date may still be in here, because a
    fold knows no clock: ask `is_restricted`. `ban_date` is the provider's prose. `alerts` holds the newest of each
    type, `last_event` the newest word of an account update.
    """

    review_decision: str = ""
    restrictions: list[JsonObject] = dataclasses.field(default_factory=list)
    ban_state: str = ""
    ban_date: str = ""
    alerts: dict[str, JsonObject] = dataclasses.field(default_factory=dict)
    messaging_limit: str = ""
    max_phone_numbers: int | None = None
    is_deleted: bool = False
    is_offboarded: bool = False
    last_event: str = ""

    @property
    def is_banned(self) -> bool:
        return self.ban_state in BANS

    @property
    def restricted_since(self) -> datetime | None:
        return self.condition.first_seen_at if self.condition else None

    @property
    def restricted_until(self) -> datetime | None:
        """When the last restriction ends by itself; None where nothing restricts or no end is known."""
        ends = [end_of(restriction) for restriction in self.restrictions]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) and not self.is_banned else None

    def holding(self, *, at: datetime) -> list[JsonObject]:
        """The restrictions that have not ended by then."""
        return [each for each in self.restrictions if (end := end_of(each)) is None or end > at]

    def is_restricted(self, *, at: datetime) -> bool:
        return self.is_banned or bool(self.holding(at=at))


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumberStanding(_Standing):
    """
    What a number is after all facts so far.

    `color` is the last that a fact named, UNKNOWN again where the end of a flag made a bad one doubtful.
    `last_security_event`: `{event, requester, at}`.
    """

    color: str = UNKNOWN
    is_flagged: bool = False
    messaging_limit: str = ""
    name_decision: str = ""
    requested_name: str = ""
    name_rejection_reason: str = ""
    last_security_event: JsonObject | None = None

    @property
    def quality_rating(self) -> str:
        return FLAGGED if self.is_flagged else self.color


def end_of(restriction: JsonObject) -> datetime | None:
    return datetime.fromisoformat(restriction["until"]) if restriction["until"] else None


def fold_account(facts: Iterable[AccountFact]) -> AccountStanding:
    standing = AccountStanding()
    for fact in _in_order(facts):
        standing = _ACCOUNT_STEPS[fact.kind](standing, fact)
    return standing


def fold_number(facts: Iterable[AccountFact]) -> NumberStanding:
    standing = NumberStanding()
    for fact in _in_order(facts):
        standing = dataclasses.replace(standing, **_NUMBER_STEPS[fact.kind](standing, fact))
    return standing


def _in_order(facts: Iterable[AccountFact]) -> list[AccountFact]:
    return [fact for _, fact in sorted({order_key(fact): fact for fact in facts}.items())]


def _update(standing: AccountStanding, fact: AccountFact) -> AccountStanding:
    """A lift or an end by date closes the episode before this fact, so that what it restricts begins a new one."""
    ends_at = standing.restricted_until
    if _lifts(fact):
        standing = dataclasses.replace(standing, ban_state="", ban_date="")
    if _lifts(fact) or (ends_at is not None and ends_at <= fact.at):
        standing = dataclasses.replace(standing, restrictions=[], condition=None)
    changes: Changes = {"last_event": fact.event, **_BY_EVENT.get(fact.event, {})}
    named, ban_state = _restrictions(fact), _said_in(fact, "ban_info", "waba_ban_state")
    if ban_state == REINSTATE or ban_state in BANS:
        changes |= {"ban_state": ban_state, "ban_date": _said_in(fact, "ban_info", "waba_ban_date")}
    if named or ban_state in BANS:
        types = {restriction["type"] for restriction in named}
        # What a fact leaves out still holds: only a lift or its own date ends it.
        held = [restriction for restriction in standing.holding(at=fact.at) if restriction["type"] not in types]
        changes |= {"restrictions": [*held, *named], "condition": _seen(standing.condition, fact.at)}
    return dataclasses.replace(standing, **changes)


def _seen(condition: Condition | None, at: datetime) -> Condition:
    return Condition(condition.count + 1, condition.first_seen_at, at) if condition else Condition(1, at, at)


def _alert(standing: AccountStanding, fact: AccountFact) -> AccountStanding:
    told = {**_alert_told(fact), "at": fact.at.isoformat()}
    return dataclasses.replace(standing, alerts={**standing.alerts, fact.event: told})


def _capability(standing: AccountStanding, fact: AccountFact) -> AccountStanding:
    most = (_whole(fact.said.get(f"max_phone_numbers_per_{owner}")) for owner in ("waba", "business"))
    return dataclasses.replace(
        standing,
        messaging_limit=_limit(fact) or standing.messaging_limit,
        max_phone_numbers=next((number for number in most if number is not None), standing.max_phone_numbers),
    )


def _quality(standing: NumberStanding, fact: AccountFact) -> Changes:
    named = _color(fact)
    is_over = fact.event == UNFLAGGED or named == GREEN
    is_flagged = fact.event == FLAGGED or (standing.is_flagged and not is_over)
    is_doubtful = fact.event == UNFLAGGED and standing.color in _BAD
    color = named or (UNKNOWN if is_doubtful else standing.color)
    condition = standing.condition if is_flagged or color in _BAD else None
    return {
        "color": color,
        "is_flagged": is_flagged,
        "messaging_limit": _limit(fact) or standing.messaging_limit,
        "condition": _seen(condition, fact.at) if fact.event == FLAGGED or named in _BAD else condition,
    }


def _name(standing: NumberStanding, fact: AccountFact) -> Changes:
    reason = _text(fact.said.get("rejection_reason"))
    return {
        "name_decision": fact.event,
        "requested_name": _text(fact.said.get("requested_verified_name")),
        "name_rejection_reason": "" if reason == "NONE" else reason,
    }


def _security(standing: NumberStanding, fact: AccountFact) -> Changes:
    requester = _text(fact.said.get("requester"))
    return {"last_security_event": {"event": fact.event, "requester": requester, "at": fact.at.isoformat()}}


_BY_EVENT: dict[str, Changes] = {
    "ACCOUNT_DELETED": {"is_deleted": True},
    "ACCOUNT_OFFBOARDED": {"is_offboarded": True},
    "ACCOUNT_RECONNECTED": {"is_offboarded": False},
}
_ACCOUNT_STEPS: dict[str, Callable[[AccountStanding, AccountFact], AccountStanding]] = {
    UPDATE: _update,
    REVIEW: lambda standing, fact: dataclasses.replace(standing, review_decision=fact.event),
    ALERT: _alert,
    CAPABILITY: _capability,
}
_NUMBER_STEPS: dict[str, Callable[[NumberStanding, AccountFact], Changes]] = {
    QUALITY: _quality,
    NAME: _name,
    SECURITY: _security,
}


def _update_words(fact: AccountFact) -> tuple[str, ...]:
    said = (fact.event, _said_in(fact, "ban_info", "waba_ban_state"))
    return (*said, LIFTED if _lifts(fact) else "", RESTRICTED if _restrictions(fact) else "")


def _alert_told(fact: AccountFact) -> dict[str, str]:
    return {name: _said_in(fact, "alert_info", f"alert_{name}") for name in ("severity", "status", "description")}


# Of each kind: the order, and the words of a fact that may have a place in it.
_RANKED: dict[str, Callable[[AccountFact], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    UPDATE: lambda fact: (_UPDATE_ORDER, _update_words(fact)),
    REVIEW: lambda fact: (_DECISION_ORDER, (fact.event,)),
    ALERT: lambda fact: (_ALERT_ORDER, tuple(_alert_told(fact).values())),
    CAPABILITY: lambda fact: (_NO_ORDER, ()),
    QUALITY: lambda fact: (_QUALITY_ORDER, (fact.event, _color(fact))),
    NAME: lambda fact: (_DECISION_ORDER, (fact.event,)),
    SECURITY: lambda fact: (_NO_ORDER, ()),
}


def _lifts(fact: AccountFact) -> bool:
    violation = _said_in(fact, "violation_info", "violation_type")
    return violation.endswith(("UNBAN", "RECOVERY")) or _said_in(fact, "ban_info", "waba_ban_state") == REINSTATE


def _restrictions(fact: AccountFact) -> list[JsonObject]:
    told = fact.said.get("restriction_info")
    return [
        {
            "type": _text(each.get("restriction_type")),
            "until": _end(each.get("expiration")),
            "remediation": _text(each.get("remediation")),
        }
        for each in (told if isinstance(told, list) else [])
        if isinstance(each, dict)
    ]


def _color(fact: AccountFact) -> str:
    """The color that a fact names as its event or beside it, "" where it names none."""
    said = (fact.event, *(_text(fact.said.get(key)).upper() for key in ("quality_rating", "quality_score")))
    return next((word for word in said if word in (GREEN, YELLOW, RED)), "")


def _limit(fact: AccountFact) -> str:
    """A tier or a number as text: Meta sends both, and -1 for what has no limit."""
    told = (fact.said.get(key) for key in _LIMITS)
    words = (UNLIMITED if each == -1 else str(each) if type(each) is int else _text(each).upper() for each in told)
    return next((word[:64] for word in words if word), "")


def _width(limit: str) -> int:
    """How many people a limit allows; what names none stands aside, and a word we do not know counts as narrow."""
    if limit in ("", UNLIMITED):
        return _WIDEST
    figure = re.fullmatch(r"(?:TIER_)?([0-9]{1,9})(K?)", limit)
    return min(int(figure[1]) * (1000 if figure[2] else 1), _WIDEST) if figure else 0


def _said_in(fact: AccountFact, block: str, key: str) -> str:
    told = fact.said.get(block)
    return _text(told.get(key)) if isinstance(told, dict) else ""


def _text(raw: Any) -> str:
    return raw.strip() if isinstance(raw, str) else ""


def _whole(raw: Any) -> int | None:
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,15}", raw):
        return int(raw)
    return raw if type(raw) is int else None


def _end(raw: Any) -> str | None:
    """None for what is no moment: a restriction without a known end lasts until it is lifted."""
    seconds = _whole(raw) or 0
    return datetime.fromtimestamp(seconds, UTC).isoformat() if 0 < seconds < _NEVER else None
