"""The standing for any facts at all: neither their arrival nor their repetition can be seen in it."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.facts import (
    CATEGORY_ACCEPTED,
    CATEGORY_ASKED,
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    CATEGORY_KEPT,
    COMPONENTS_CHANGE,
    CREATED,
    FLAG_CHANGED,
    OURS,
    QUALITY_CHANGE,
    STATUS,
    STATUS_RANKS,
    Fact,
    fingerprint,
    order_key,
)
from templates_app.folding import advance, fold, is_late
from templates_app.standing import Standing

START = datetime(2026, 11, 20, tzinfo=UTC)
STRICTNESS = {"UTILITY": 1, "MARKETING": 2, "AUTHENTICATION": 3, "FREE_SERVICE": 4}

UNHURRIED = settings(deadline=None)  # a slow machine is no failure

# Few moments and few words, so that equal moments and contradictions are the rule.
moments = st.integers(0, 6).map(lambda minutes: START + timedelta(minutes=minutes))
words = st.sampled_from([word for word in STATUS_RANKS if word != "*"] + ["SOMETHING_NEW", "ANOTHER_ONE"])
scores = st.sampled_from(["GREEN", "UNKNOWN", "YELLOW", "RED", "PURPLE"])
categories = st.sampled_from(list(STRICTNESS))
dates = st.sampled_from(["2026-12-01T00:00:00+00:00", "2026-12-02T00:00:00+00:00"])


def said(required: dict[str, Any] | None = None, **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required or {}, optional=optional)


CONTENTS = {
    STATUS: said(
        reason=st.sampled_from(["SCAM", "PROMOTIONAL"]),
        category=categories,
        title=st.sampled_from(["FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE"]),
        rejection=st.just({"reason": "a", "recommendation": "b"}),
        disable_date=dates,
    ),
    QUALITY_CHANGE: said({"score": scores}, previous_score=scores, reasons=st.just(["SPAM"])),
    CATEGORY_CHANGE: said({"category": categories}, previous_category=categories),
    CATEGORY_CHANGE_ANNOUNCED: said(category=categories, coming=categories, due_at=dates, detected=st.just(True)),
    COMPONENTS_CHANGE: said(components=st.sampled_from([[{"type": "BODY", "text": text}] for text in "ab"])),
    CREATED: said({"category": categories}, allow=st.just(True)),
    FLAG_CHANGED: said(allow=st.just(True)),
    **dict.fromkeys((CATEGORY_ASKED, CATEGORY_ACCEPTED, CATEGORY_KEPT), said({"category": categories})),
}


@st.composite
def facts_about(draw: st.DrawFn, ids: tuple[str, ...]) -> Fact:
    kind = draw(st.sampled_from(list(CONTENTS)))
    return Fact(
        kind=kind,
        event=draw(words) if kind == STATUS else kind,
        at=draw(moments),
        said=draw(CONTENTS[kind]),
        provider_template_id="" if kind in OURS else draw(st.sampled_from(ids)),
    )


def several(*ids: str) -> st.SearchStrategy[list[Fact]]:
    return st.lists(facts_about(ids), max_size=12, unique_by=fingerprint)


def without_place(standing: Standing) -> Standing:
    return dataclasses.replace(standing, newest_key=None)


@UNHURRIED
@given(several("1"), st.data())
def test_any_arrival_with_any_repeats_makes_the_same_standing_and_steps(facts, data):
    in_order = sorted(facts, key=order_key)
    told = [fact for fact in facts for _ in range(data.draw(st.integers(1, 3)))]
    arrived = data.draw(st.permutations(told))

    standing, steps = fold(arrived)

    assert (standing, steps) == fold(in_order)
    assert [step.fact for step in steps] == in_order
    assert all(one.after == other.before for one, other in itertools.pairwise(steps))


@UNHURRIED
@given(several("", "1", "2", "3"), st.data())
def test_arrival_makes_no_difference_where_templates_follow_each_other_either(facts, data):
    assert fold(data.draw(st.permutations(facts))) == fold(facts)


@UNHURRIED
@given(several("", "1", "2"), st.sampled_from(["", "UTILITY"]))
def test_one_newer_fact_after_the_other_makes_what_the_fold_makes(facts, accepted):
    start = Standing(category=accepted)
    standing = start
    for fact in sorted(facts, key=order_key):
        assert not is_late(standing, fact)
        standing = advance(standing, fact)

    assert standing == fold(facts, start)[0]


@UNHURRIED
@given(several("", "1", "2"), st.integers(0, 12))
def test_a_saved_standing_goes_on_as_if_it_had_not_been_saved(facts, cut):
    in_order = sorted(facts, key=order_key)
    half = fold(in_order[:cut])[0]

    read = Standing.from_json(json.loads(json.dumps(half.to_json())))

    assert read == half
    assert fold(in_order[cut:], read)[0] == fold(facts)[0]


@UNHURRIED
@given(several("", "1", "2"))
def test_a_template_stands_on_nothing_that_was_said_before_it_began(facts):
    standing, steps = fold(facts)
    began = max((place for place, step in enumerate(steps) if _begins(step.before, step.after)), default=0)
    kept = _kept(steps[began].before) if steps else Standing()
    own = [step.fact for step in steps[began:] if step.fact.provider_template_id not in standing.earlier_ids]

    alone, _ = fold(own, kept)

    assert without_place(alone) == dataclasses.replace(without_place(standing), earlier_ids=())


def _kept(before: Standing) -> Standing:
    return Standing(category=before.category, allow_category_change=before.allow_category_change)


def _begins(before: Standing, after: Standing) -> bool:
    return before.earlier_ids != after.earlier_ids


@UNHURRIED
@given(several("1"))
def test_a_condition_is_open_exactly_while_the_standing_holds_it(facts):
    for step in fold(facts)[1]:
        now = step.after
        expected = {
            "TEMPLATE_DISABLED": now.status == "DISABLED",
            "TEMPLATE_PAUSED": now.status == "PAUSED",
            "TEMPLATE_REJECTED": now.status == "REJECTED",
            "TEMPLATE_FLAGGED": now.flagged_at is not None,
            "TEMPLATE_QUALITY_RED": now.quality_score == "RED",
            "TEMPLATE_QUALITY_YELLOW": now.quality_score == "YELLOW",
            "CATEGORY_CHANGE_BLOCKED": now.is_contested,
            "CATEGORY_CHANGED": now.category_followed_at is not None and not now.is_contested,
            "CATEGORY_CHANGE_ANNOUNCED": bool(now.pending_category),
        }

        assert set(now.conditions) == {alert_type for alert_type, holds in expected.items() if holds}
        assert all(each.first_seen_at <= each.last_seen_at <= step.fact.at for each in now.conditions.values())


@UNHURRIED
@given(several("1"))
def test_the_truth_is_the_strictest_category_of_the_latest_moment_that_named_one(facts):
    asked_at = max((fact.at for fact in facts if fact.kind == CATEGORY_ASKED), default=START - timedelta(days=1))
    heard = [fact for fact in facts if fact.kind not in OURS and fact.at > asked_at]
    told = [(fact.at, STRICTNESS[word], word) for fact in heard if (word := fact.said.get("category"))]

    assert fold(facts)[0].meta_reported_category == max(told, default=("", 0, ""))[2]


@UNHURRIED
@given(several("1"))
def test_the_quality_is_what_the_last_quality_fact_says_whatever_else_is_told(facts):
    told = sorted((fact for fact in facts if fact.kind == QUALITY_CHANGE), key=order_key)

    assert fold(facts)[0].quality_score == (told[-1].said["score"] if told else "UNKNOWN")


@UNHURRIED
@given(several("1"))
def test_ours_only_moves_by_leave_or_by_our_own_word(facts):
    for step in fold(facts)[1]:
        before, now = step.before, step.after
        if before.category and now.category != before.category:
            ours = step.fact.kind in (CREATED, CATEGORY_ASKED, CATEGORY_ACCEPTED)
            by_leave = before.allow_category_change and now.category == now.meta_reported_category
            assert ours or (by_leave and now.category_followed_at == step.fact.at)


@UNHURRIED
@given(several("1"))
def test_a_contest_ends_by_agreement_a_decision_or_a_new_wish_and_by_nothing_else(facts):
    for step in fold(facts)[1]:
        if step.before.is_contested and not step.after.is_contested:
            agreed = step.after.category == step.after.meta_reported_category
            decided = step.fact.kind in (CATEGORY_ACCEPTED, CATEGORY_KEPT, CATEGORY_ASKED, CREATED)
            assert agreed or decided
