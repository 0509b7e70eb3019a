"""Which times can be believed, and which bodies can only be the same news again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.adapters import provider
from providers.adapters.meta.moments import moment, usable_time

RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = int(RECEIVED_AT.timestamp())
A_DAY_AGO = RECEIVED_AT - timedelta(days=1)


def dated(*entries: Any) -> bool:
    body = json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()
    return provider("meta").is_dated(body=body, received_at=RECEIVED_AT)


def entry(*changes: Any, **more: Any) -> dict[str, Any]:
    return {"id": "317420698811204", "changes": changes, **more}


def flagged() -> dict[str, Any]:
    return {"field": "message_template_status_update", "value": {"event": "FLAGGED", "message_template_id": 1}}


def messages(**value: Any) -> dict[str, Any]:
    return {"field": "messages", "value": value}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (NOW - 86400, A_DAY_AGO),
        (float(NOW - 86400), A_DAY_AGO),
        ((NOW - 86400) * 1000, A_DAY_AGO),
        ((NOW - 86400) * 1000 + 250, A_DAY_AGO + timedelta(milliseconds=250)),
        (NOW + 600, RECEIVED_AT + timedelta(minutes=10)),
        (1230768000, datetime(2009, 1, 1, tzinfo=UTC)),
    ],
)
def test_seconds_and_milliseconds_are_times(raw: float, expected: datetime) -> None:
    assert usable_time(raw, RECEIVED_AT) == expected


@pytest.mark.parametrize(
    "raw",
    [
        None,
        True,
        False,
        0,
        -1,
        1230767999,
        1230767999999,
        NOW + 601,
        (NOW + 601) * 1000,
        10**29,
        10**400,
        float("nan"),
        float("inf"),
        float("-inf"),
        str(NOW),
        "",
        [NOW],
        {"time": NOW},
    ],
)
def test_anything_else_is_no_usable_time(raw: Any) -> None:
    assert usable_time(raw, RECEIVED_AT) is None


@pytest.mark.parametrize("raw", [1795046400, 1795046400.0, 1795046400000, "1795046400", "1795046400000"], ids=repr)
def test_a_date_to_come_may_lie_ahead_and_be_text(raw: Any) -> None:
    assert moment(raw) == datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize("raw", [None, "", "soon", "-5", "١٧٩٥٠٤٦٤٠٠", "9" * 50, 4102444801, True, [], {}], ids=repr)
def test_a_date_to_come_is_nothing_where_it_cannot_be_read(raw: Any) -> None:
    assert moment(raw) is None


def test_the_time_that_was_not_usable_is_kept() -> None:
    body = json.dumps({"entry": [entry(flagged(), time="yesterday")]}).encode()

    [event] = provider("meta").parse(body=body, received_at=RECEIVED_AT)

    assert (event.at, event.raw_time) == (None, "yesterday")


def test_a_body_is_dated_by_the_time_of_each_entry() -> None:
    assert dated(entry(flagged(), flagged(), time=NOW), entry(flagged(), time=NOW - 5))
    assert not dated(entry(flagged(), time=NOW), entry(flagged()))
    assert not dated(entry(flagged(), time=NOW + 3600))
    assert not dated(entry(flagged()))


def test_messages_receipts_and_preferences_are_dated_by_their_own_times() -> None:
    assert dated(entry(messages(messages=[{"timestamp": str(NOW)}])))
    assert dated(entry(messages(statuses=[{"timestamp": NOW}], messages=None)))
    assert dated(entry({"field": "user_preferences", "value": {"user_preferences": [{"timestamp": NOW}]}}))
    assert dated(entry(messages(errors=[{"code": 131051}]), time=NOW))


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"messages": []},
        {"errors": [{"code": 131051}]},
        {"messages": [{"timestamp": str(NOW)}, {"id": "wamid.A"}]},
        {"messages": [{"timestamp": str(NOW)}], "statuses": [{"timestamp": "soon"}]},
        {"messages": [{"timestamp": str(NOW)}], "statuses": {"timestamp": str(NOW)}},
        {"messages": [{"timestamp": str(NOW)}, None]},
        {"messages": [{"timestamp": str(NOW + 3600)}]},
    ],
)
def test_one_item_without_a_time_leaves_the_body_undated(value: dict[str, Any]) -> None:
    assert not dated(entry(messages(**value)))


def test_a_template_event_is_not_dated_by_a_time_inside_its_value() -> None:
    assert not dated(entry({"field": "flows", "value": {"messages": [{"timestamp": NOW}]}}))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"entry":[]}', b'{"entry":[{"time":1,"changes":[]}]}'])
def test_an_unreadable_or_empty_body_is_not_dated(body: bytes) -> None:
    assert not provider("meta").is_dated(body=body, received_at=RECEIVED_AT)
