"""The category guard in the standing, rule by rule: what Meta says, what we allow, accept, keep and ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from templates_app import facts
from templates_app.facts import Fact, by_us
from templates_app.standing import Condition, Standing
from tests.templates_app.test_standing import after, at, category, notice, status

OURS = Standing(category="UTILITY")
BLOCKED, CHANGED, COMING = "CATEGORY_CHANGE_BLOCKED", "CATEGORY_CHANGED", "CATEGORY_CHANGE_ANNOUNCED"


def flag(allow: bool, hour: float) -> Fact:
    return by_us(facts.FLAG_CHANGED, at=at(hour), said={"allow": allow})


def accept(word: str, hour: float) -> Fact:
    return by_us(facts.CATEGORY_ACCEPTED, at=at(hour), said={"category": word})


def keep(word: str, hour: float) -> Fact:
    return by_us(facts.CATEGORY_KEPT, at=at(hour), said={"category": word})


def asked(word: str, hour: float) -> Fact:
    return by_us(facts.CATEGORY_ASKED, at=at(hour), said={"category": word})


def created(word: str, hour: float, **said: Any) -> Fact:
    return by_us(facts.CREATED, at=at(hour), said={"category": word, **said})


def both(standing: Standing) -> tuple[str, str]:
    return standing.category, standing.meta_reported_category


def test_without_leave_ours_stays_and_a_change_is_blocked():
    standing = after(category("MARKETING", 9, previous="UTILITY"), start=OURS)

    assert both(standing) == ("UTILITY", "MARKETING")
    assert set(standing.conditions) == {BLOCKED}


def test_with_leave_both_move_and_that_is_told_as_a_change():
    standing = after(flag(True, 8), category("MARKETING", 9), start=OURS)

    assert both(standing) == ("MARKETING", "MARKETING")
    assert (standing.category_before, standing.category_followed_at) == ("UTILITY", at(9))
    assert set(standing.conditions) == {CHANGED}


def test_a_late_change_is_judged_by_the_leave_of_its_time():
    assert both(after(flag(True, 10), category("MARKETING", 9), start=OURS)) == ("UTILITY", "MARKETING")
    assert both(after(flag(True, 8), flag(False, 10), category("MARKETING", 9), start=OURS)) == (
        "MARKETING",
        "MARKETING",
    )


def test_leave_given_later_settles_no_contest_not_even_when_meta_says_it_again():
    standing = after(category("MARKETING", 9), flag(True, 10), category("MARKETING", 11), start=OURS)

    assert both(standing) == ("UTILITY", "MARKETING")
    assert standing.is_contested
    assert standing.conditions[BLOCKED].count == 2


def test_a_truth_that_comes_back_to_ours_by_leave_is_no_change_of_ours():
    standing = after(category("MARKETING", 8), flag(True, 9), category("UTILITY", 10), start=OURS)

    assert both(standing) == ("UTILITY", "UTILITY")
    assert (standing.category_changed_at, standing.category_followed_at) == (at(10), None)
    assert standing.conditions == {}


def test_the_same_category_is_nothing():
    standing = after(category("UTILITY", 9), category("UTILITY", 10, previous="UTILITY"), start=OURS)

    assert (both(standing), standing.category_changed_at, standing.conditions) == (("UTILITY", "UTILITY"), None, {})


def test_accepting_makes_both_agree():
    standing = after(category("MARKETING", 9), accept("MARKETING", 10), start=OURS)

    assert both(standing) == ("MARKETING", "MARKETING")
    assert (standing.is_contested, standing.conditions, standing.category_changed_at) == (False, {}, at(9))


def test_keeping_ends_the_contest_while_both_values_stay():
    standing = after(category("MARKETING", 9), keep("MARKETING", 10), category("MARKETING", 11), start=OURS)

    assert both(standing) == ("UTILITY", "MARKETING")
    assert (standing.is_contested, standing.conditions) == (False, {})


@pytest.mark.parametrize("later", [["AUTHENTICATION"], ["UTILITY", "MARKETING"]])
def test_what_was_kept_is_contested_again_when_meta_names_another(later):
    told = [category(word, 11 + place) for place, word in enumerate(later)]

    standing = after(category("MARKETING", 9), keep("MARKETING", 10), *told, start=OURS)

    assert both(standing) == ("UTILITY", later[-1])
    assert standing.is_contested


@pytest.mark.parametrize("decide", [keep, accept])
def test_a_decision_is_for_the_category_that_was_seen(decide):
    unseen = category("AUTHENTICATION", 9.5)

    assert after(category("MARKETING", 9), decide("MARKETING", 10), unseen, start=OURS).is_contested


def test_a_new_wish_is_contested_by_nothing_that_was_said_of_the_old_one():
    standing = after(category("MARKETING", 9), asked("AUTHENTICATION", 10), start=OURS)

    assert (both(standing), standing.is_contested) == (("AUTHENTICATION", ""), False)
    assert after(asked("MARKETING", 11), category("UTILITY", 12), start=standing).is_contested


def test_what_is_written_here_is_a_draft_with_its_category_and_its_leave():
    standing = after(created("UTILITY", 8, allow=True))

    assert (standing.status, standing.category, standing.allow_category_change) == ("DRAFT", "UTILITY", True)


def test_a_provider_that_tells_whole_seconds_may_speak_before_the_draft_was_written():
    standing = after(status("PENDING", 8, category="UTILITY"), created("UTILITY", 8.0001))

    assert (standing.status, standing.status_at) == ("PENDING", at(8))


def test_a_notice_stands_until_it_comes_true():
    told = after(notice("UTILITY", "MARKETING", 8, due=32), start=OURS)
    done = after(category("MARKETING", 32, previous="UTILITY"), start=told)

    assert (set(told.conditions), told.category_changed_at) == ({COMING}, None)
    assert set(done.conditions) == {BLOCKED}


def test_a_notice_that_comes_true_by_leave_is_a_change():
    told = [flag(True, 7), notice("UTILITY", "MARKETING", 8, due=32), category("MARKETING", 32)]

    assert set(after(*told, start=OURS).conditions) == {CHANGED}


@pytest.mark.parametrize("withdrawn", [notice("UTILITY", "", 9), notice("UTILITY", "UTILITY", 9)])
def test_a_notice_that_is_withdrawn_leaves_nothing(withdrawn):
    assert after(notice("UTILITY", "MARKETING", 8, due=32), withdrawn, start=OURS).conditions == {}


def test_a_notice_that_is_told_again_counts_up():
    standing = after(notice("UTILITY", "MARKETING", 8, due=32), notice("UTILITY", "MARKETING", 9, due=32), start=OURS)

    condition = standing.conditions[COMING]
    assert (condition.count, condition.first_seen_at, condition.last_seen_at) == (2, at(8), at(9))


@pytest.mark.parametrize("ending", ["REJECTED", "DELETED"])
def test_a_coming_authentication_ends_in_the_rejection(ending):
    standing = after(notice("UTILITY", "AUTHENTICATION", 8), status(ending, 300, reason="INCORRECT_CATEGORY"))

    assert (standing.pending_category, COMING in standing.conditions) == ("", False)


def test_a_rejection_ends_no_other_notice():
    assert after(notice("UTILITY", "MARKETING", 8), status("REJECTED", 9)).pending_category == "MARKETING"


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 12, 28, 5, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_coming_authentication_is_a_rejection_on_the_first_of_next_month(day, due):
    said = {"category": "UTILITY", "coming": "AUTHENTICATION"}
    told = Fact(kind=facts.CATEGORY_CHANGE_ANNOUNCED, event=facts.CATEGORY_CHANGE_ANNOUNCED, at=day, said=said)

    assert after(told).pending_category_at == due


def test_a_notice_may_bring_the_truth_as_well():
    standing = after(notice("MARKETING", "AUTHENTICATION", 9), start=OURS)

    assert set(standing.conditions) == {BLOCKED, COMING}


def test_a_status_that_names_the_category_again_does_not_count_as_a_change_of_it():
    standing = after(category("MARKETING", 9), status("APPROVED", 10, category="MARKETING"), start=OURS)

    assert standing.conditions[BLOCKED] == Condition(1, at(9), at(9), {"category": "MARKETING"})
