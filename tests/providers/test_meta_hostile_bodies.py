"""Bodies that are broken or hostile: what is broken is told as unreadable, and its neighbours are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.adapters import provider
from providers.adapters.meta.reading import DEEPEST
from providers.events import Event, TemplateStatusChanged, Unreadable

RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = (
    b'{"field":"message_template_status_update","value":{"event":"PAUSED","message_template_id":7,'
    b'"message_template_name":"NAME","other_info":{"description":"D"}}}'
)


def told(body: bytes) -> list[Event]:
    return list(provider("meta").parse(body=body, received_at=RECEIVED_AT))


def enveloped(change: bytes) -> bytes:
    return b'{"entry":[{"id":"1000","time":1795000000,"changes":[' + change + b"]}]}"


def status(change: bytes) -> TemplateStatusChanged:
    [event] = told(enveloped(change))
    assert isinstance(event, TemplateStatusChanged)
    return event


def nested(levels: int) -> bytes:
    """A good change with so many lists in it that the whole body nests as deep as asked."""
    lists = levels - 5  # body, entry, entries, changes, change
    return enveloped(GOOD.replace(b'"field"', b'"deep":' + b"[" * lists + b"]" * lists + b',"field"'))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "The body is empty."),
        (b" ", "The body is not JSON"),
        (b"{", "The body is not JSON"),
        (b'{"entry":[]}]', "The body is not JSON"),
        (b"entry=%5B%5D", "The body is not JSON"),
        (b"\xff\xfe{", "The body is not UTF-8."),
        (b'{"entry":"\xed\xa0\x80"}', "The body is not UTF-8."),
        ('{"entry":[]}'.encode("utf-16-le"), "The body is not JSON"),
        (b"[" * 100_000, "The body nests deeper than 64 levels."),
        (b'{"a":' * 100_000, "The body nests deeper than 64 levels."),
        (nested(DEEPEST + 1), "The body nests deeper than 64 levels."),
        (nested(500).replace(b"NAME", b"\\u0000"), "The body nests deeper than 64 levels."),
        (b"null", "The body is not an object"),
        (b"[]", "The body is not an object"),
        (b'"entry"', "The body is not an object"),
        (b'"' + b"[" * 100 + b'"', "The body is not an object"),
        (b"NaN", "The body is not an object"),
        (b"{}", "The body is not an object with a list named `entry`."),
        (b'{"entry":null}', "The body is not an object with a list named `entry`."),
        (b'{"entry":{"id":"1"}}', "The body is not an object with a list named `entry`."),
    ],
)
def test_a_body_that_cannot_be_read_is_one_unreadable(body: bytes, why: str) -> None:
    [event] = told(body)

    assert isinstance(event, Unreadable)
    assert event.why.startswith(why)
    assert (event.account_ids, event.field, event.at, event.raw) == ((), "", None, {})


@pytest.mark.parametrize("body", [b'{"entry":[]}', b'{"entry":[{"id":"1","changes":[]}]}'])
def test_a_body_that_says_nothing_tells_nothing(body: bytes) -> None:
    assert told(body) == []


@pytest.mark.parametrize("entry", [None, 7, "entry", [], {}, {"changes": None}, {"changes": {}}, {"changes": "all"}])
def test_a_broken_entry_leaves_its_neighbours(entry: Any) -> None:
    good = {"id": "1000", "changes": [json.loads(GOOD)]}

    events = told(json.dumps({"entry": [good, entry, good]}).encode())

    assert [type(event) for event in events] == [TemplateStatusChanged, Unreadable, TemplateStatusChanged]
    assert events[1].raw == {"entry": entry}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (b"null", "A change is not an object."),
        (b"7", "A change is not an object."),
        (b"[]", "A change is not an object."),
        (b"{}", "A change does not name its `field`."),
        (b'{"field":null,"value":{}}', "A change does not name its `field`."),
        (b'{"field":["messages"],"value":{}}', "A change does not name its `field`."),
        (b'{"field":"messages"}', "The `value` of a change is not an object."),
        (b'{"field":"security","value":null}', "The `value` of a change is not an object."),
        (b'{"field":"security","value":[]}', "The `value` of a change is not an object."),
        (b'{"field":"security","value":{"event":null}}', "`event` is missing."),
    ],
)
def test_a_broken_change_leaves_its_neighbours(change: bytes, why: str) -> None:
    first, broken, last = told(enveloped(GOOD + b"," + change + b"," + GOOD))

    assert isinstance(broken, Unreadable)
    assert (broken.why, broken.account_ids, broken.raw_time) == (why, ("1000",), 1795000000)
    assert broken.at == datetime.fromtimestamp(1795000000, UTC)
    assert isinstance(first, TemplateStatusChanged)
    assert isinstance(last, TemplateStatusChanged)


def test_a_change_that_is_no_object_is_kept_under_its_name() -> None:
    [event] = told(enveloped(b'"hello"'))

    assert event.raw == {"change": "hello"}


def test_a_byte_order_mark_is_no_harm() -> None:
    [event] = told(b"\xef\xbb\xbf" + enveloped(GOOD))

    assert isinstance(event, TemplateStatusChanged)


def test_the_last_of_two_equal_keys_wins() -> None:
    assert status(GOOD.replace(b'"event":"PAUSED"', b'"event":"PAUSED","event":"FLAGGED"')).event == "FLAGGED"


def test_control_characters_inside_text_are_read() -> None:
    assert status(GOOD.replace(b'"D"', b'"one\n\ttwo"')).description == "one\n\ttwo"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"a\\u0000b", "a\ufffdb"),
        (b"a\x00b", "a\ufffdb"),
        (b"a\\ud83db", "a\ufffdb"),
        (b"a\\uDE00b", "a\ufffdb"),
        (b"\\ude00\\ud83d", "\ufffd\ufffd"),
        (b"\\ud83d\\ude00 \\ud83d", "\U0001f600 \ufffd"),
        (b"\\ud83d\\ude00", "\U0001f600"),
        (b"\\\\u0000", "\\u0000"),
        (b"\\u00e4\\/\\u003C", "ä/<"),
    ],
)
def test_what_a_database_cannot_hold_is_replaced(written: bytes, read: str) -> None:
    event = status(GOOD.replace(b"NAME", written).replace(b'"D"', b'{"' + written + b'":["' + written + b'"]}'))

    assert event.name == read
    assert event.raw["value"]["other_info"]["description"] == {read: [read]}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"NaN", None),
        (b"Infinity", None),
        (b"-Infinity", None),
        (b"1e999", "1e999"),
        (b"-1e999", "-1e999"),
        (b"9" * 30, int("9" * 30)),
        (b"9" * 31, "9" * 31),
        (b"9" * 5000, "9" * 5000),
        (b"1.5", 1.5),
    ],
)
def test_numbers_that_nobody_can_hold_are_nothing_or_text(written: bytes, read: Any) -> None:
    assert status(GOOD.replace(b'"D"', written)).raw["value"]["other_info"]["description"] == read


@pytest.mark.parametrize("time", [b"NaN", b"1e999", b"9" * 30, b"9" * 31, b"true", b"[]", b"-1"])
def test_a_time_that_is_none_leaves_the_fact_undated(time: bytes) -> None:
    [event] = told(enveloped(GOOD).replace(b"1795000000", time))

    assert isinstance(event, TemplateStatusChanged)
    assert event.at is None


def test_nesting_up_to_the_limit_is_read() -> None:
    [event] = told(nested(DEEPEST))

    assert isinstance(event, TemplateStatusChanged)


def test_a_full_batch_is_read_to_its_end() -> None:
    events = told(enveloped(b",".join([GOOD, b"null"] * 500)))

    assert [type(event) for event in events] == [TemplateStatusChanged, Unreadable] * 500
