"""Whatever comes through the door is told in events that a database can hold, and nothing is ever raised."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.adapters import provider
from providers.adapters.meta.parsing import READERS
from providers.events import Unreadable

FIXTURES = Path(__file__).parents[1] / "fixtures" / "meta"
SAMPLES = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))]
RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
META = provider("meta")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

TEXTS = st.text() | st.sampled_from(["\x00", "a\ud83d", "event", "PAUSED", "QUALITY_CHANGE", "NONE", "1794873604", "٣"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**4000) | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXTS, children, max_size=4),
    max_leaves=12,
)

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine proves nothing


@st.composite
def mutated_samples(draw: st.DrawFn) -> bytes:
    """A sample in which one value, anywhere, is gone or has become something else."""
    tree = json.loads(draw(st.sampled_from(SAMPLES)))
    holder, key = draw(st.sampled_from(list(places(tree))))
    if draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(JSON)
    return json.dumps(tree).encode()


@st.composite
def damaged_samples(draw: st.DrawFn) -> bytes:
    """A sample of which some bytes, anywhere, are other bytes."""
    body = draw(st.sampled_from(SAMPLES))
    start = draw(st.integers(0, len(body)))
    end = start + draw(st.integers(0, 20))
    return body[:start] + draw(st.binary(max_size=8)) + body[end:]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield tree, key
        yield from places(child)


def texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    for holder, key in places(tree):
        yield from (part for part in (key, holder[key]) if isinstance(part, str))


def assert_told(body: bytes) -> None:
    events = list(META.parse(body=body, received_at=RECEIVED_AT))

    assert META.is_dated(body=body, received_at=RECEIVED_AT) in {True, False}
    for event in events:
        facts = dataclasses.asdict(event)
        json.dumps(facts, allow_nan=False, default=datetime.isoformat)
        assert not any(UNSTORABLE.search(text) for text in texts(facts))
        assert all(0 < len(each) <= 64 for each in event.account_ids)
        assert not isinstance(event, Unreadable) or event.why.endswith(".")


@PATIENT
@given(st.binary())
def test_any_bytes_are_told(body: bytes) -> None:
    assert_told(body)


@PATIENT
@given(JSON)
def test_any_json_is_told(tree: Any) -> None:
    assert_told(json.dumps(tree).encode())


@PATIENT
@given(JSON, JSON)
def test_any_entries_and_changes_are_told(entry: Any, change: Any) -> None:
    assert_told(json.dumps({"entry": [entry, {"id": entry, "time": change, "changes": [change, entry]}]}).encode())


@pytest.mark.parametrize("field", READERS)
@settings(PATIENT, max_examples=20)
@given(value=st.dictionaries(TEXTS, JSON, max_size=4))
def test_any_value_of_any_field_is_told(field: str, value: Any) -> None:
    assert_told(json.dumps({"entry": [{"changes": [{"field": field, "value": value}]}]}).encode())


@settings(PATIENT, max_examples=500)
@given(mutated_samples())
def test_a_sample_with_anything_anywhere_is_told(body: bytes) -> None:
    assert_told(body)


@settings(PATIENT, max_examples=300)
@given(damaged_samples())
def test_a_damaged_sample_is_told(body: bytes) -> None:
    assert_told(body)


@PATIENT
@given(st.dictionaries(st.text(), st.text()), st.text(), st.binary(), st.lists(st.text(max_size=20), max_size=3))
def test_any_signature_is_judged(headers: dict[str, str], signature: str, body: bytes, secrets: list[str]) -> None:
    signed = headers | {"X-Hub-Signature-256": signature}

    assert not META.signature_ok(headers=signed, body=body, secrets=secrets)
