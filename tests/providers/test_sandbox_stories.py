"""The sandbox's stories as data: what their bodies say, that they can be read, and how fast they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from providers.adapters import provider
from providers.adapters.meta.signature import sign
from providers.adapters.sandbox.scenarios import SCENARIOS, SPEED, Scenario
from providers.adapters.sandbox.telling import Definition
from providers.events import (
    Event,
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateFact,
    TemplateQualityChanged,
    TemplateStatusChanged,
)

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WABA = "912345678901234"
SANDBOX = provider("sandbox")
EVERY_STORY = pytest.mark.parametrize("story", SCENARIOS.values(), ids=SCENARIOS.keys())


def events(story: Scenario) -> Iterator[Event]:
    for hours, moment in enumerate(story.moments):
        at = AT + timedelta(hours=hours)
        body = moment.body(account_id=WABA, at=at)
        yield from SANDBOX.parse(body=body, received_at=at)


def said(event: Event) -> str:
    if isinstance(event, TemplateStatusChanged):
        return " ".join(filter(None, (event.event, event.title)))
    if isinstance(event, TemplateQualityChanged):
        return f"{event.previous_score}→{event.score}"
    if isinstance(event, TemplateCategoryAnnounced):
        return f"{event.category}, soon {event.coming}"
    if isinstance(event, TemplateCategoryChanged):
        return f"{event.previous_category}→{event.category}"
    return "text" if isinstance(event, TemplateComponentsChanged) else type(event).__name__


def of(story: str, name: str) -> list[str]:
    return [said(event) for event in events(SCENARIOS[story]) if isinstance(event, TemplateFact) and event.name == name]


IN_USE = ["PENDING", "text", "APPROVED", "UNKNOWN→GREEN"]
EDITED = ["text", "PENDING", "APPROVED", "RED→YELLOW", "YELLOW→GREEN"]


def test_there_are_the_six_stories_that_the_contract_names():
    names = ["approval", "quality_fall", "pause_disable", "recovery", "category_notice", "burst"]

    assert list(SCENARIOS) == [story.name for story in SCENARIOS.values()] == names


@pytest.mark.parametrize(
    ("story", "name", "facts"),
    [
        ("approval", "order_received", ["PENDING", "text", "APPROVED"]),
        ("approval", "delivery_tomorrow", ["PENDING", "text", "APPROVED"]),
        ("approval", "loyalty_gift", ["PENDING", "text", "REJECTED"]),
        ("quality_fall", "weekly_offers", [*IN_USE, "GREEN→YELLOW", "YELLOW→RED"]),
        (
            "pause_disable",
            "flash_sale",
            [
                *IN_USE, "GREEN→YELLOW", "FLAGGED",
                "YELLOW→RED", "PAUSED FIRST_PAUSE", "APPROVED UNPAUSE", "RED→YELLOW",
                "YELLOW→RED", "PAUSED SECOND_PAUSE", "APPROVED UNPAUSE", "RED→YELLOW",
                "YELLOW→RED", "DISABLED DISABLED",
            ],
        ),
        ("recovery", "flash_sale", ["REINSTATED", *EDITED]),
        ("recovery", "weekly_offers", EDITED),
        ("category_notice", "appointment_reminder", [*IN_USE, "UTILITY, soon MARKETING", "UTILITY→MARKETING"]),
        ("burst", "branch_news_500", ["text", "APPROVED", "PAUSED RATE_LIMITING_PAUSE", "APPROVED UNPAUSE"]),
    ],
)  # fmt: skip
def test_its_bodies_are_read_as_these_facts(story, name, facts):
    assert of(story, name) == facts


def test_a_pause_and_a_disabling_are_told_in_meta_s_own_words():
    told = {
        event.title: event.description
        for event in events(SCENARIOS["pause_disable"])
        if isinstance(event, TemplateStatusChanged)
    }

    assert told["FIRST_PAUSE"].startswith("This template is paused for 3 hours, until Mar 0")
    assert told["FIRST_PAUSE"].endswith(" UTC, because of low quality.")
    assert told["SECOND_PAUSE"].startswith("This template is paused for 6 hours, until Mar 0")
    assert told["UNPAUSE"] == "This template is no longer paused."
    assert told["DISABLED"] == "This template was disabled after repeated quality problems."


def test_a_rejection_names_its_reason_and_what_meta_recommends():
    (event,) = [one for one in events(SCENARIOS["approval"]) if isinstance(one, TemplateStatusChanged) and one.reason]

    assert (event.event, event.reason) == ("REJECTED", "INVALID_FORMAT")
    assert "{{1}}{{2}}" in event.rejection_reason
    assert event.rejection_recommendation


@EVERY_STORY
def test_every_call_is_dated_names_the_account_and_speaks_of_each_template_once(story):
    for moment in story.moments:
        body = moment.body(account_id=WABA, at=AT)
        ids = [event.account_ids for event in SANDBOX.parse(body=body, received_at=AT)]

        assert SANDBOX.is_dated(body=body, received_at=AT)
        assert set(ids) == {(WABA,)}
        assert max(Counter(template.id for template, _ in moment.tells).values()) == 1
        assert body == moment.body(account_id=WABA, at=AT)


@EVERY_STORY
def test_a_template_is_first_named_with_what_makes_it_whole(story):
    """From nothing: its text and its status are told before, or together with, whatever goes wrong with it."""
    facts: dict[str, list[str]] = {}
    for event in events(story):
        if isinstance(event, TemplateFact):
            facts.setdefault(event.name, []).append(said(event))

    assert [name for name, told in facts.items() if "text" not in told[:2]] == []
    assert [name for name, told in facts.items() if not {"APPROVED", "REJECTED"} & set(told)] == []


@EVERY_STORY
@pytest.mark.parametrize("speed", [1, SPEED, 10**6])
def test_two_facts_about_one_template_are_a_second_apart_at_least(story, speed):
    told_at: dict[Definition, int] = {}
    at = 0
    for step, moment in enumerate(story.moments):
        at += story.gap(step, speed=speed)
        for template, _ in moment.tells:
            assert at > told_at.get(template, -1)
            told_at[template] = at


@EVERY_STORY
def test_days_take_less_than_half_a_minute_unless_somebody_wants_it_slower(story):
    assert story.lasts(since=0, speed=SPEED) < 30
    assert story.lasts(since=0, speed=1) == sum(moment.after.total_seconds() for moment in story.moments)
    assert story.lasts(since=len(story.moments) - 1, speed=1) == 0


def test_in_a_burst_500_templates_are_paused_at_one_moment_of_the_story():
    story = SCENARIOS["burst"]
    pauses = [step for step, moment in enumerate(story.moments) if "are paused" in moment.words]

    assert sum(len(story.moments[step].tells) for step in pauses) == 500
    assert [story.gap(step, speed=1) for step in pauses[1:]] == [0] * (len(pauses) - 1)


def test_the_sandbox_reads_its_own_signature_and_never_shakes_hands():
    body = SCENARIOS["approval"].moments[0].body(account_id=WABA, at=AT)
    headers = {"X-Hub-Signature-256": sign(body, secret="own")}
    query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}

    assert SANDBOX.signature_ok(headers=headers, body=body, secrets=["own"])
    assert not SANDBOX.signature_ok(headers=headers, body=body, secrets=["another"])
    assert SANDBOX.challenge(query=query, tokens=[""]) is None
