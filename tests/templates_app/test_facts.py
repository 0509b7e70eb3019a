"""A fact: what is kept of an event, when two are the same, which of two comes first."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from providers.events import (
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateFact,
    TemplateQualityChanged,
    TemplateStatusChanged,
)
from templates_app.facts import (
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    QUALITY_CHANGE,
    STATUS,
    Fact,
    asks_for_sync,
    fact_of,
    fingerprint,
    order_key,
    says_the_same,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
STATUSES = (
    "UNARCHIVED REINSTATED APPROVED LOCKED SOMETHING FLAGGED PENDING IN_APPEAL LIMIT_EXCEEDED PAUSED REJECTED DISABLED "
    "ARCHIVED PENDING_DELETION DELETED"
)
TOLD: dict[str, Any] = {"account_ids": ("1",), "field": "any", "at": NOON, "raw_time": 0, "raw": {}}


def fact(kind: str = STATUS, event: str = "", at: datetime = NOON, provider_template_id: str = "", **said: Any) -> Fact:
    return Fact(kind=kind, event=event or kind, at=at, said=said, provider_template_id=provider_template_id)


def test_a_status_keeps_everything_that_was_said_and_nothing_empty():
    due = datetime(2026, 12, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    rejected = TemplateStatusChanged(
        **TOLD,
        provider_template_id="77",
        event="REJECTED",
        reason="INVALID_FORMAT",
        rejection_reason="Two variables touch.",
        disable_date=due,
    )

    kept = fact_of(rejected, received_at=LATER)

    assert (kept.kind, kept.event, kept.at, kept.provider_template_id) == (STATUS, "REJECTED", NOON, "77")
    assert kept.said == {
        "reason": "INVALID_FORMAT",
        "rejection": {"reason": "Two variables touch."},
        "disable_date": "2026-12-01T00:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("event", "kind", "said"),
    [
        (
            TemplateQualityChanged(**TOLD, score="RED", previous_score="GREEN", reasons=("SPAM",)),
            QUALITY_CHANGE,
            {"score": "RED", "previous_score": "GREEN", "reasons": ["SPAM"]},
        ),
        (TemplateCategoryChanged(**TOLD, category="MARKETING"), CATEGORY_CHANGE, {"category": "MARKETING"}),
        (
            TemplateCategoryAnnounced(**TOLD, category="UTILITY", coming="MARKETING", due_at=NOON),
            CATEGORY_CHANGE_ANNOUNCED,
            {"category": "UTILITY", "coming": "MARKETING", "due_at": "2026-11-20T12:00:00+00:00"},
        ),
        (
            TemplateCategoryAnnounced(**TOLD, category="UTILITY", coming="MARKETING", detected=True),
            CATEGORY_CHANGE_ANNOUNCED,
            {"category": "UTILITY", "coming": "MARKETING", "detected": True},
        ),
        (
            TemplateComponentsChanged(**TOLD, components=({"type": "body", "text": "Hi", "example": None},)),
            "COMPONENTS_CHANGE",
            {"components": [{"type": "BODY", "text": "Hi"}]},
        ),
    ],
)
def test_the_other_kinds_are_named_after_themselves(event, kind, said):
    kept = fact_of(event, received_at=LATER)

    assert (kept.kind, kept.event, kept.said) == (kind, kind, said)


def test_an_event_without_a_time_takes_the_time_of_receipt():
    untimed = TemplateStatusChanged(**{**TOLD, "at": None}, event="APPROVED")

    kept = fact_of(untimed, received_at=LATER)

    assert (kept.at, kept.is_timed) == (LATER, False)


def test_an_event_that_says_nothing_about_a_template_is_refused():
    with pytest.raises(TypeError, match="TemplateFact"):
        fact_of(TemplateFact(**TOLD), received_at=LATER)


def test_a_fact_read_back_from_json_is_the_same_fact():
    told = fact(event="PAUSED", reason="x", rejection={"reason": "é", "recommendation": "b"})
    read = dataclasses.replace(told, said=dict(reversed(json.loads(json.dumps(told.said)).items())))

    assert fingerprint(read) == fingerprint(told)


def test_the_same_instant_in_another_time_zone_is_the_same_fact():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert fingerprint(fact(at=elsewhere)) == fingerprint(fact())


@pytest.mark.parametrize(
    "other",
    [
        fact(event="PAUSED", reason="SCAM"),
        fact(QUALITY_CHANGE, event="APPROVED", reason="SCAM"),
        fact(event="APPROVED", reason="PROMOTIONAL"),
        fact(event="APPROVED", reason="SCAM", at=LATER),
        fact(event="APPROVED", reason="SCAM", provider_template_id="77"),
    ],
)
def test_another_event_kind_content_instant_or_id_is_another_fact(other):
    assert fingerprint(other) != fingerprint(fact(event="APPROVED", reason="SCAM"))


def test_two_facts_say_the_same_whenever_they_were_told():
    assert says_the_same(fact(reason="SCAM"), fact(reason="SCAM", at=LATER))
    assert not says_the_same(fact(reason="SCAM"), fact(reason="SCAM", provider_template_id="77"))
    assert not says_the_same(fact(reason="SCAM"), fact())


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        (
            STATUS,
            "",
            STATUSES,
        ),
        (QUALITY_CHANGE, "score", "GREEN UNKNOWN SOMETHING YELLOW RED"),
        (CATEGORY_CHANGE, "category", "UTILITY MARKETING AUTHENTICATION"),
        (CATEGORY_CHANGE_ANNOUNCED, "coming", "UTILITY MARKETING AUTHENTICATION"),
    ],
)
def test_at_one_moment_the_more_restrictive_comes_last(kind, key, words):
    facts = [fact(kind, **{key: word}) if key else fact(kind, event=word) for word in words.split()]

    assert all(order_key(one) < order_key(other) for one, other in itertools.pairwise(facts))


def test_a_notice_that_is_withdrawn_comes_before_one_that_stands():
    assert order_key(fact(CATEGORY_CHANGE_ANNOUNCED)) < order_key(fact(CATEGORY_CHANGE_ANNOUNCED, coming="UTILITY"))


def test_the_earlier_moment_comes_first_whatever_was_said():
    assert order_key(fact(event="DELETED")) < order_key(fact(event="UNARCHIVED", at=LATER))


def test_two_facts_of_one_moment_and_rank_have_a_fixed_order():
    one, other = fact(event="PAUSED", title="FIRST_PAUSE"), fact(event="PAUSED", title="SECOND_PAUSE")

    assert order_key(one) != order_key(other)
    assert order_key(one)[:3] == order_key(other)[:3]


@pytest.mark.parametrize("event", ["REINSTATED", "UNARCHIVED", "SOMETHING"])
def test_a_word_that_leaves_the_truth_open_asks_for_a_sync(event):
    assert asks_for_sync(fact(event=event))


def test_an_edit_asks_for_a_sync_and_a_plain_status_does_not():
    assert asks_for_sync(fact("COMPONENTS_CHANGE"))
    assert not asks_for_sync(fact(event="APPROVED"))
    assert not asks_for_sync(fact(QUALITY_CHANGE, score="SOMETHING"))
