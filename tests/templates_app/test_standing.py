"""The standing, rule by rule: what each kind of fact does to what a template is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from templates_app.facts import (
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    COMPONENTS_CHANGE,
    QUALITY_CHANGE,
    STATUS,
    Fact,
)
from templates_app.folding import advance, fold, is_late
from templates_app.standing import Standing

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def status(event: str, hour: float, template: str = "", **said: Any) -> Fact:
    return Fact(kind=STATUS, event=event, at=at(hour), said=said, provider_template_id=template)


def quality(score: str, hour: float, **said: Any) -> Fact:
    return Fact(kind=QUALITY_CHANGE, event=QUALITY_CHANGE, at=at(hour), said={"score": score, **said})


def category(now: str, hour: float, previous: str = "") -> Fact:
    said = {"category": now, **({"previous_category": previous} if previous else {})}
    return Fact(kind=CATEGORY_CHANGE, event=CATEGORY_CHANGE, at=at(hour), said=said)


def notice(now: str, coming: str, hour: float, due: float | None = None) -> Fact:
    said = {"category": now, "coming": coming, **({"due_at": at(due).isoformat()} if due else {})}
    return Fact(kind=CATEGORY_CHANGE_ANNOUNCED, event=CATEGORY_CHANGE_ANNOUNCED, at=at(hour), said=said)


def edited(text: str, hour: float) -> Fact:
    components = {"components": [{"type": "BODY", "text": text}]}
    return Fact(kind=COMPONENTS_CHANGE, event=COMPONENTS_CHANGE, at=at(hour), said=components)


def after(*facts: Fact, start: Standing | None = None) -> Standing:
    return fold(facts, start)[0]


# Status


def test_nothing_heard_is_unknown():
    nothing = after()

    assert (nothing.status, nothing.quality_score, nothing.is_sendable, nothing.is_contested) == (
        "UNKNOWN",
        "UNKNOWN",
        False,
        False,
    )


@pytest.mark.parametrize(
    "word",
    [
        "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "LIMIT_EXCEEDED", "ARCHIVED",
        "PENDING_DELETION", "DELETED",
    ],
)  # fmt: skip
def test_a_status_is_taken_over(word):
    standing = after(status("PENDING", 8), status(word, 9, reason="SCAM"))

    assert (standing.status, standing.last_event, standing.last_event_at) == (word, word, at(9))
    assert standing.status_reason == "SCAM"
    assert standing.is_sendable == (word == "APPROVED")


def test_an_older_status_leaves_the_standing():
    assert after(status("PAUSED", 9), status("APPROVED", 8)).status == "PAUSED"


@pytest.mark.parametrize(
    ("first", "last"), [("APPROVED", "PAUSED"), ("REINSTATED", "DISABLED"), ("PENDING", "DELETED")]
)
def test_at_one_moment_the_more_restrictive_status_wins(first, last):
    assert after(status(last, 9), status(first, 9)).status == last


def test_the_status_holds_since_it_was_first_told_without_a_break():
    assert after(status("PENDING", 8), status("PENDING", 9), status("LOCKED", 10)).status_at == at(8)
    assert after(status("PENDING", 8), status("APPROVED", 9), status("PENDING", 10)).status_at == at(10)


@pytest.mark.parametrize("word", ["FLAGGED", "LOCKED", "SOMETHING_NEW"])
def test_flagged_locked_and_unknown_words_leave_the_status(word):
    standing = after(status("PAUSED", 8, reason="SCAM"), status(word, 9, reason="OTHER"))

    assert (standing.status, standing.status_reason, standing.status_at) == ("PAUSED", "SCAM", at(8))
    assert (standing.last_event, standing.last_event_at) == (word, at(9))


@pytest.mark.parametrize("word", ["FLAGGED", "LOCKED", "SOMETHING_NEW", "REINSTATED", "UNARCHIVED"])
def test_a_word_that_names_no_status_leaves_it_unknown_if_it_is_the_first_we_hear(word):
    assert after(status(word, 9)).status == "UNKNOWN"


@pytest.mark.parametrize("before", ["DISABLED", "PAUSED"])
def test_reinstated_approves_what_was_disabled_or_paused(before):
    standing = after(status(before, 8, reason="SCAM", title="FIRST_PAUSE"), status("REINSTATED", 9))

    assert (standing.status, standing.status_at, standing.last_event) == ("APPROVED", at(9), "REINSTATED")
    assert (standing.disabled_at, standing.disabled_reason, standing.paused_until) == (None, "", None)


@pytest.mark.parametrize("before", ["REJECTED", "PENDING", "ARCHIVED", "DELETED", "APPROVED"])
def test_reinstated_leaves_any_other_status(before):
    assert after(status(before, 8), status("REINSTATED", 9)).status == before


def test_disabled_keeps_its_reason_and_the_time_of_the_fact():
    standing = after(status("DISABLED", 9, reason="QUALITY_ISSUES"))

    assert (standing.disabled_reason, standing.disabled_at) == ("QUALITY_ISSUES", at(9))


def test_what_was_said_about_a_status_goes_with_it():
    rejected = status("REJECTED", 8, reason="INVALID_FORMAT", rejection={"reason": "a", "recommendation": "b"})

    assert after(rejected).rejection_info == {"reason": "a", "recommendation": "b"}
    assert after(rejected, status("APPROVED", 9)).rejection_info is None
    assert after(status("DISABLED", 8, reason="x"), status("APPROVED", 9)).disabled_reason == ""


@pytest.mark.parametrize(
    ("title", "until"), [("FIRST_PAUSE", at(12)), ("SECOND_PAUSE", at(15)), ("RATE_LIMITING_PAUSE", None), ("", None)]
)
def test_only_the_first_and_the_second_pause_have_an_end(title, until):
    standing = after(status("PAUSED", 9, title=title))

    assert (standing.pause_title, standing.paused_until) == (title, until)


def test_the_end_of_a_pause_comes_as_approved():
    standing = after(status("PAUSED", 9, title="FIRST_PAUSE"), status("APPROVED", 12, title="UNPAUSE"))

    assert (standing.status, standing.pause_title, standing.paused_until) == ("APPROVED", "", None)


# Archive


@pytest.mark.parametrize("shelved", [("ARCHIVED",), ("PENDING_DELETION",), ("ARCHIVED", "PENDING_DELETION")])
def test_unarchived_restores_what_stood_before_the_archive_and_the_deletion(shelved):
    put_away = [status(word, 9 + step) for step, word in enumerate(shelved)]

    standing = after(status("REJECTED", 8, reason="SCAM"), *put_away, status("UNARCHIVED", 12))

    assert (standing.status, standing.status_reason, standing.status_at) == ("REJECTED", "SCAM", at(12))
    assert standing.status_before_archive == ""


def test_while_it_is_archived_the_status_before_is_remembered():
    archived = after(status("DISABLED", 8, reason="x"), status("ARCHIVED", 9))

    assert (archived.status, archived.status_before_archive) == ("ARCHIVED", "DISABLED")
    assert after(status("UNARCHIVED", 10), start=archived).disabled_at == at(8)


def test_unarchived_is_unknown_where_nothing_was_heard_before():
    assert after(status("ARCHIVED", 8), status("UNARCHIVED", 9)).status == "UNKNOWN"


@pytest.mark.parametrize("before", ["APPROVED", "DELETED", "PAUSED"])
def test_unarchived_acts_on_nothing_that_was_not_put_away(before):
    assert after(status(before, 8), status("UNARCHIVED", 9)).status == before


def test_a_status_told_in_the_archive_ends_it():
    standing = after(status("REJECTED", 7), status("ARCHIVED", 8), status("APPROVED", 9), status("UNARCHIVED", 10))

    assert standing.status == "APPROVED"


# The flag


@pytest.mark.parametrize("word", ["LOCKED", "SOMETHING_NEW", "UNARCHIVED", "FLAGGED"])
def test_the_flag_stays_through_words_that_set_no_status(word):
    assert after(status("FLAGGED", 8), status(word, 9)).flagged_at == at(8)


@pytest.mark.parametrize("word", ["REINSTATED", "APPROVED", "PENDING", "PAUSED", "ARCHIVED", "DELETED"])
def test_the_flag_is_cleared_by_reinstated_and_by_a_status(word):
    assert after(status("APPROVED", 7), status("FLAGGED", 8), status(word, 9)).flagged_at is None


def test_the_flag_is_cleared_by_an_unarchived_that_sets_the_status():
    assert after(status("ARCHIVED", 7), status("FLAGGED", 8), status("UNARCHIVED", 9)).flagged_at is None


# Quality


def test_approved_never_changes_the_quality():
    assert after(quality("RED", 8), status("PAUSED", 9), status("APPROVED", 12)).quality_score == "RED"


def test_a_quality_fact_moves_score_time_and_reasons():
    standing = after(quality("GREEN", 8), quality("RED", 9, reasons=["SPAM"]))

    assert (standing.quality_score, standing.previous_quality) == ("RED", "GREEN")
    assert (standing.quality_changed_at, standing.quality_reasons) == (at(9), ("SPAM",))


def test_the_same_score_again_moves_nothing_and_keeps_the_reasons():
    standing = after(quality("RED", 8, reasons=["SPAM"]), quality("RED", 9, previous_score="YELLOW"))

    assert (standing.quality_changed_at, standing.previous_quality) == (at(8), "UNKNOWN")
    assert standing.quality_reasons == ("SPAM",)


def test_the_previous_score_is_taken_from_the_fact_if_it_names_one():
    assert after(quality("RED", 8, previous_score="GREEN")).previous_quality == "GREEN"


def test_a_first_fact_that_ends_in_unknown_is_a_change_if_it_says_so():
    assert after(quality("UNKNOWN", 8)).quality_changed_at is None
    assert after(quality("UNKNOWN", 8, previous_score="GREEN")).quality_changed_at == at(8)


def test_an_unknown_score_is_kept_as_it_is():
    assert after(quality("PURPLE", 8)).quality_score == "PURPLE"


def test_at_one_moment_the_worse_score_wins():
    assert after(quality("RED", 8), quality("GREEN", 8), quality("YELLOW", 8)).quality_score == "RED"


# Category


def test_the_truth_moves_and_what_we_accepted_stays():
    standing = after(category("MARKETING", 9, previous="UTILITY"), start=Standing(category="UTILITY"))

    assert (standing.category, standing.meta_reported_category) == ("UTILITY", "MARKETING")
    assert standing.is_contested
    assert standing.category_changed_at == at(9)


def test_a_truth_that_agrees_is_no_change():
    standing = after(category("UTILITY", 9), start=Standing(category="UTILITY"))

    assert (standing.is_contested, standing.category_changed_at) == (False, None)


def test_a_first_truth_that_differs_from_what_we_accepted_is_a_change():
    standing = after(status("APPROVED", 9, category="MARKETING"), start=Standing(category="UTILITY"))

    assert (standing.is_contested, standing.category_changed_at) == (True, at(9))


def test_a_first_truth_that_names_another_one_before_it_is_a_change():
    standing = after(category("UTILITY", 9, previous="MARKETING"), start=Standing(category="UTILITY"))

    assert (standing.is_contested, standing.category_changed_at) == (False, at(9))


def test_the_change_of_the_truth_is_dated_by_its_first_statement():
    standing = after(status("APPROVED", 8, category="MARKETING"), category("MARKETING", 9), category("UTILITY", 7))

    assert standing.category_changed_at == at(8)


@pytest.mark.parametrize(
    ("earliest", "accepted"),
    [
        (category("MARKETING", 8, previous="UTILITY"), "UTILITY"),
        (category("MARKETING", 8), "MARKETING"),
        (notice("UTILITY", "MARKETING", 8), "UTILITY"),
        (status("APPROVED", 8, category="AUTHENTICATION"), "AUTHENTICATION"),
    ],
)
def test_an_adopted_template_has_the_category_of_before_its_earliest_fact(earliest, accepted):
    assert after(category("SOMETHING", 9), earliest, status("APPROVED", 7)).category == accepted


def test_at_one_moment_the_fact_that_names_the_category_before_is_the_earliest():
    standing = after(status("APPROVED", 8, category="MARKETING"), category("MARKETING", 8, previous="UTILITY"))

    assert (standing.category, standing.is_contested) == ("UTILITY", True)


@pytest.mark.parametrize(
    "facts",
    [
        (status("APPROVED", 8, category="UTILITY"), category("MARKETING", 8)),
        (status("APPROVED", 8, category="MARKETING"), category("UTILITY", 8)),
        (status("APPROVED", 8, category="MARKETING"), notice("UTILITY", "", 8)),
        (notice("MARKETING", "", 8), category("UTILITY", 8)),
    ],
)
def test_at_one_moment_the_stricter_category_wins_across_all_kinds_of_fact(facts):
    assert after(*facts).meta_reported_category == "MARKETING"


def test_a_later_milder_category_wins_over_an_earlier_stricter_one():
    assert after(category("AUTHENTICATION", 8), status("APPROVED", 9, category="UTILITY")).meta_reported_category == (
        "UTILITY"
    )


def test_a_notice_changes_nothing_yet_and_is_kept_apart():
    standing = after(notice("UTILITY", "MARKETING", 8, due=32))

    assert (standing.meta_reported_category, standing.is_contested) == ("UTILITY", False)
    assert (standing.pending_category, standing.pending_category_at) == ("MARKETING", at(32))


def test_a_detected_category_is_pending_without_a_date():
    standing = after(notice("UTILITY", "MARKETING", 8))

    assert (standing.pending_category, standing.pending_category_at) == ("MARKETING", None)


def test_a_notice_without_a_date_keeps_the_date_that_was_named_before():
    same = notice("UTILITY", "MARKETING", 9)

    assert after(notice("UTILITY", "MARKETING", 8, due=32), same).pending_category_at == at(32)
    assert (
        after(notice("UTILITY", "AUTHENTICATION", 8, due=32), notice("UTILITY", "MARKETING", 9)).pending_category_at
        is None
    )


def test_a_coming_authentication_without_a_date_is_due_on_the_first_of_next_month():
    coming = after(notice("UTILITY", "AUTHENTICATION", 9))

    assert coming.pending_category_at == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "ending",
    [
        notice("UTILITY", "", 9),
        notice("UTILITY", "UTILITY", 9),
        category("MARKETING", 9),
        category("UTILITY", 9),
        status("APPROVED", 9, category="MARKETING"),
    ],
)
def test_a_notice_ends_when_it_is_withdrawn_or_comes_true(ending):
    standing = after(notice("UTILITY", "MARKETING", 8, due=32), ending)

    assert (standing.pending_category, standing.pending_category_at) == ("", None)


def test_a_status_that_confirms_the_present_category_leaves_the_notice():
    standing = after(notice("UTILITY", "MARKETING", 8), status("APPROVED", 9, category="UTILITY"))

    assert standing.pending_category == "MARKETING"


# Content


def test_the_newest_content_is_kept():
    assert after().components is None
    assert after(edited("new", 9), edited("old", 8)).components == [{"type": "BODY", "text": "new"}]


# Conditions


@pytest.mark.parametrize(
    ("facts", "open_types"),
    [
        ([status("DISABLED", 8)], {"TEMPLATE_DISABLED"}),
        ([status("PAUSED", 8)], {"TEMPLATE_PAUSED"}),
        ([status("REJECTED", 8)], {"TEMPLATE_REJECTED"}),
        ([status("FLAGGED", 8)], {"TEMPLATE_FLAGGED"}),
        ([quality("RED", 8)], {"TEMPLATE_QUALITY_RED"}),
        ([quality("YELLOW", 8)], {"TEMPLATE_QUALITY_YELLOW"}),
        ([quality("RED", 8), quality("YELLOW", 9)], {"TEMPLATE_QUALITY_YELLOW"}),
        ([quality("RED", 8), quality("GREEN", 9)], set()),
        ([status("PAUSED", 8), status("DISABLED", 9)], {"TEMPLATE_DISABLED"}),
        ([status("DISABLED", 8), status("REINSTATED", 9)], set()),
        ([status("PAUSED", 8), status("REINSTATED", 9)], set()),
        ([status("PAUSED", 8), status("APPROVED", 9)], set()),
        ([status("FLAGGED", 8), status("REINSTATED", 9)], set()),
        ([status("PAUSED", 8), status("FLAGGED", 9)], {"TEMPLATE_PAUSED", "TEMPLATE_FLAGGED"}),
        ([status("PAUSED", 8), quality("RED", 9)], {"TEMPLATE_PAUSED", "TEMPLATE_QUALITY_RED"}),
        ([status("DISABLED", 8), status("ARCHIVED", 9)], set()),
        ([status("DISABLED", 7), status("ARCHIVED", 8), status("UNARCHIVED", 9)], {"TEMPLATE_DISABLED"}),
        ([status("APPROVED", 9), status("DISABLED", 8)], set()),
    ],
)
def test_a_condition_is_open_exactly_while_it_holds(facts, open_types):
    assert set(after(*facts).conditions) == open_types


def test_a_condition_counts_the_facts_that_say_it_since_it_began():
    earlier_run = [quality("RED", 1), quality("RED", 2), quality("GREEN", 3)]
    run = [quality("RED", 4), status("PAUSED", 5), quality("RED", 6, reasons=["SPAM"]), category("UTILITY", 7)]

    condition = after(*earlier_run, *run).conditions["TEMPLATE_QUALITY_RED"]

    assert (condition.count, condition.first_seen_at, condition.last_seen_at) == (2, at(4), at(6))
    assert condition.said["reasons"] == ["SPAM"]


# Ids: one row may stand for one template after another


def test_the_first_id_that_is_named_is_only_noted():
    standing = after(status("APPROVED", 8), quality("RED", 9), status("LOCKED", 10, template="1"))

    assert (standing.provider_template_id, standing.earlier_ids) == ("1", ())
    assert (standing.status, standing.quality_score) == ("APPROVED", "RED")


def test_a_new_id_begins_a_blank_standing_that_keeps_the_accepted_category():
    old = [status("DELETED", 8, template="1", category="UTILITY"), quality("RED", 7)]

    standing = after(*old, status("PENDING", 9, template="2", category="MARKETING"))

    assert (standing.provider_template_id, standing.earlier_ids) == ("2", ("1",))
    assert (standing.status, standing.quality_score) == ("PENDING", "UNKNOWN")
    assert set(standing.conditions) == {"CATEGORY_CHANGE_BLOCKED"}
    assert (standing.category, standing.meta_reported_category) == ("UTILITY", "MARKETING")


def test_a_fact_about_an_earlier_id_is_history_only():
    now = after(status("DELETED", 8, template="1"), status("APPROVED", 9, template="2"))

    standing, (step,) = fold([status("DISABLED", 10, template="1")], now)

    assert (standing.status, standing.last_event, standing.conditions) == ("APPROVED", "APPROVED", {})
    assert (step.before.status, step.after.status) == ("APPROVED", "APPROVED")
    assert is_late(standing, status("PAUSED", 9.5))


def test_facts_without_an_id_belong_to_the_present_template():
    standing = after(status("DELETED", 8, template="1"), status("APPROVED", 9, template="2"), status("PAUSED", 10))

    assert (standing.status, standing.provider_template_id) == ("PAUSED", "2")


# Steps, lateness, saving


def test_the_steps_tell_each_fact_once_with_the_status_before_and_after():
    facts = [status("PAUSED", 9), status("PENDING", 7), status("PAUSED", 9), status("APPROVED", 8)]

    _, steps = fold(facts)

    assert [(step.fact.event, step.before.status, step.after.status) for step in steps] == [
        ("PENDING", "UNKNOWN", "PENDING"),
        ("APPROVED", "PENDING", "APPROVED"),
        ("PAUSED", "APPROVED", "PAUSED"),
    ]


def test_a_step_says_whether_it_asks_for_a_sync():
    _, steps = fold([status("APPROVED", 8), status("UNARCHIVED", 9)])

    assert [step.wants_sync for step in steps] == [False, True]


def test_a_fact_is_late_if_a_newer_one_was_applied():
    standing = advance(Standing(), status("PAUSED", 9))

    assert is_late(standing, status("APPROVED", 8))
    assert is_late(standing, status("APPROVED", 9))
    assert not is_late(standing, status("PAUSED", 9))
    assert not is_late(standing, status("APPROVED", 10))
    assert not is_late(Standing(), status("APPROVED", 1))


def test_a_blank_standing_saves_as_nothing():
    assert Standing().to_json() == {}


def test_a_saved_standing_is_the_same_standing():
    standing = after(
        status("REJECTED", 7, template="1", reason="SCAM", category="UTILITY", rejection={"reason": "a"}),
        status("PAUSED", 8, template="2", title="FIRST_PAUSE"),
        quality("RED", 9, reasons=["SPAM"]),
        notice("UTILITY", "MARKETING", 10, due=34),
        edited("new", 11),
    )

    assert Standing.from_json(json.loads(json.dumps(standing.to_json()))) == standing
