"""Meta's fields about whole accounts and single numbers, by a table: which part, and which key says what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from providers.adapters.meta.envelope import Change
from providers.adapters.meta.moments import MILLISECONDS_FROM, number
from providers.adapters.meta.values import Misread, id_text, needed, word
from providers.events import AccountChanged, Event, JsonObject, NumberChanged

LONGEST_NUMBER = 20
ADDRESS = frozenset({"waba_id", "display_phone_number"})  # whom the change is for is said by the event itself
BLOCKS = (
    "restriction_info",
    "violation_info",
    "ban_info",
    "waba_info",
    "disconnection_info",
    "volume_tier_info",
    "auth_international_rate_eligibility",
    "partner_client_certification_info",
    "alert_info",
)


def _account(change: Change, *, kind: str, said_by: str) -> Iterator[Event]:
    event = word(needed(change.value, said_by))
    yield AccountChanged(**change.told, kind=kind, event=event, content=_content(change.value, said_by))


def _alert(change: Change) -> Iterator[Event]:
    content = _content(change.value)
    event = word(needed(content.get("alert_info", {}), "alert_type"))
    yield AccountChanged(**change.told, kind="ALERT", event=event, content=content)


def _capability(change: Change) -> Iterator[Event]:
    content = _content(change.value)
    if not content:
        raise Misread("The change names no limit.")
    yield AccountChanged(**change.told, kind="CAPABILITY", event="", content=content)


def _number(change: Change, *, kind: str, said_by: str) -> Iterator[Event]:
    yield NumberChanged(
        **change.told,
        kind=kind,
        event=word(needed(change.value, said_by)),
        content=_content(change.value, said_by),
        digits=_digits(change.value),
    )


def _digits(value: JsonObject) -> str:
    shown = id_text(value.get("display_phone_number"))
    digits = "".join(sign for sign in shown if sign in "0123456789")
    if not 0 < len(digits) <= LONGEST_NUMBER:
        raise Misread("`display_phone_number` is not a phone number.")
    return digits


def _content(value: JsonObject, said_by: str = "") -> JsonObject:
    """All that the change says beyond its event and its address, also what Meta adds one day; blocks in one form."""
    told = {key: part for key, part in value.items() if part is not None and key not in ADDRESS and key != said_by}
    for key in BLOCKS:
        if key in told:
            told[key] = _blocks(key, told[key]) if key == "restriction_info" else _block(key, told[key])
    return told


def _blocks(key: str, raw: Any) -> list[JsonObject]:
    if not isinstance(raw, list):
        raise Misread(f"`{key}` is not a list.")
    return [_block(key, each) for each in raw]


def _block(key: str, raw: Any) -> JsonObject:
    if not isinstance(raw, dict):
        raise Misread(f"`{key}` is not an object.")
    return {name: PARTS.get(name, _as_it_came)(part) for name, part in raw.items()}


def _as_it_came(raw: Any) -> Any:
    return raw


def _word_or_nothing(raw: Any) -> str:
    return word(raw.strip()) if isinstance(raw, str) else ""


def _seconds(raw: Any) -> int | None:
    """Unix seconds: Meta writes them as a number on one page and as text on another."""
    seconds = number(raw)
    if type(seconds) is not int:
        return None
    return seconds // 1000 if seconds >= MILLISECONDS_FROM else seconds


PARTS: dict[str, Callable[[Any], Any]] = {
    "restriction_type": _word_or_nothing,
    "violation_type": _word_or_nothing,
    "waba_ban_state": _word_or_nothing,
    "alert_severity": _word_or_nothing,
    "alert_status": _word_or_nothing,
    "expiration": _seconds,
}

ACCOUNT_READERS: dict[str, Callable[[Change], Iterator[Event]]] = {
    "account_update": partial(_account, kind="UPDATE", said_by="event"),
    "account_review_update": partial(_account, kind="REVIEW", said_by="decision"),
    "account_alerts": _alert,
    "business_capability_update": _capability,
    "phone_number_quality_update": partial(_number, kind="QUALITY", said_by="event"),
    "phone_number_name_update": partial(_number, kind="NAME", said_by="decision"),
    "security": partial(_number, kind="SECURITY", said_by="event"),
}
