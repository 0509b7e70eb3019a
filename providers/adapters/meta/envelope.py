"""
The envelope around Meta's changes: entries that hold changes, each for an account and at a time.

A broken part comes out as `Unreadable`; its neighbours are not touched by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from providers.adapters.meta.moments import number, usable_time
from providers.adapters.meta.reading import Garbled, read_json
from providers.adapters.meta.values import LONGEST_ID, block, id_text
from providers.events import JsonObject, Unreadable

LONGEST_FIELD = 100
DATED_ITEMS = {"messages": ("messages", "statuses"), "user_preferences": ("user_preferences",)}


class Told(TypedDict):
    """What every event carries."""

    account_ids: tuple[str, ...]
    field: str
    at: datetime | None
    raw_time: Any
    raw: JsonObject


class Change(NamedTuple):
    told: Told
    value: JsonObject


def changes(*, body: bytes, received_at: datetime) -> Iterator[Change | Unreadable]:
    """Every change in the body, in its order. A body that cannot be read at all is one `Unreadable`."""
    nothing_told = Told(account_ids=(), field="", at=None, raw_time=None, raw={})
    try:
        tree = read_json(body)
    except Garbled as error:
        yield Unreadable(**nothing_told, why=str(error))
        return
    entries = tree.get("entry") if isinstance(tree, dict) else None
    if not isinstance(entries, list):
        yield Unreadable(**nothing_told, why="The body is not an object with a list named `entry`.")
        return
    for entry in entries:
        yield from _changes_of(entry, received_at)


def is_dated(*, body: bytes, received_at: datetime) -> bool:
    parts = list(changes(body=body, received_at=received_at))
    return bool(parts) and all(_holds_time(part, received_at) for part in parts)


def account_ids(value: JsonObject, entry_id: Any) -> tuple[str, ...]:
    """The accounts a change may belong to, best first, each once."""
    named = (value.get("waba_id"), block(value, "waba_info").get("waba_id"), entry_id)
    return tuple(dict.fromkeys(found for found in map(id_text, named) if 0 < len(found) <= LONGEST_ID))


def _changes_of(entry: Any, received_at: datetime) -> Iterator[Change | Unreadable]:
    named = entry if isinstance(entry, dict) else {}
    entry_id, raw_time, listed = named.get("id"), named.get("time"), named.get("changes")
    at = usable_time(raw_time, received_at)
    if not isinstance(listed, list):
        told = Told(account_ids=account_ids({}, entry_id), field="", at=at, raw_time=raw_time, raw={"entry": entry})
        yield Unreadable(**told, why="An entry is not an object with a list named `changes`.")
        return
    for change in listed:
        whole = change if isinstance(change, dict) else {"change": change}
        field, value = whole.get("field"), block(whole, "value")
        told = Told(
            account_ids=account_ids(value, entry_id),
            field=field[:LONGEST_FIELD] if isinstance(field, str) else "",
            at=at,
            raw_time=raw_time,
            raw=whole,
        )
        why = _broken(change)
        yield Unreadable(**told, why=why) if why else Change(told, value)


def _broken(change: Any) -> str:
    if not isinstance(change, dict):
        return "A change is not an object."
    if not isinstance(change.get("field"), str):
        return "A change does not name its `field`."
    if not isinstance(change.get("value"), dict):
        return "The `value` of a change is not an object."
    return ""


def _holds_time(part: Change | Unreadable, received_at: datetime) -> bool:
    if isinstance(part, Unreadable):
        return part.at is not None
    return part.told["at"] is not None or _items_are_dated(part, received_at)


def _items_are_dated(change: Change, received_at: datetime) -> bool:
    """Messages, receipts and preferences carry their times themselves."""
    held = [change.value[key] for key in DATED_ITEMS.get(change.told["field"], ()) if change.value.get(key) is not None]
    if not all(isinstance(items, list) for items in held):
        return False
    times = [item.get("timestamp") if isinstance(item, dict) else None for items in held for item in items]
    return bool(times) and all(usable_time(number(raw), received_at) for raw in times)
