"""The standing of accounts and numbers, rule by rule, and for any facts at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.account_facts import (
    ALERT,
    CAPABILITY,
    NAME,
    QUALITY,
    REVIEW,
    SECURITY,
    UPDATE,
    AccountFact,
    AccountStanding,
    Condition,
    NumberStanding,
    fact_of,
    fingerprint,
    fold_account,
    fold_number,
    order_key,
    says_the_same,
)
from providers.events import AccountChanged, FieldNotUsed, NumberChanged

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
MESSAGING, ADDING = "RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_ADD_PHONE_NUMBER_ACTION"
REINSTATED = {"ban_info": {"waba_ban_state": "REINSTATE", "waba_ban_date": "November 21, 2026"}}


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def update(hour: float, event: str = "ACCOUNT_RESTRICTION", **said: Any) -> AccountFact:
    return AccountFact(kind=UPDATE, event=event, at=at(hour), said=said)


def restriction(hour: float, until: float | None = None, of: str = MESSAGING, **said: Any) -> AccountFact:
    end = None if until is None else int(at(until).timestamp())
    return update(hour, restriction_info=[{"restriction_type": of, "expiration": end}], **said)


def ban(hour: float, state: str = "DISABLE") -> AccountFact:
    info = {"waba_ban_state": state, "waba_ban_date": "November 25, 2026"}
    return update(hour, "DISABLED_UPDATE", ban_info=info)


def violation(hour: float, violation_type: str) -> AccountFact:
    return update(hour, violation_info={"violation_type": violation_type})


def other(kind: str, event: str, hour: float, **said: Any) -> AccountFact:
    return AccountFact(kind=kind, event=event, at=at(hour), said=said, digits="15550142277")


def quality(event: str, hour: float, **said: Any) -> AccountFact:
    return other(QUALITY, event, hour, **said)


def test_a_restriction_says_what_is_forbidden_until_when_and_what_helps():
    said = {"restriction_type": MESSAGING, "expiration": 1795625600, "remediation": "Ask for a review."}

    standing = fold_account([update(1, restriction_info=[said])])

    until = datetime.fromtimestamp(1795625600, UTC)
    assert standing.restrictions == [
        {"type": MESSAGING, "until": until.isoformat(), "remediation": "Ask for a review."}
    ]
    assert (standing.restricted_since, standing.restricted_until) == (at(1), until)
    assert standing.condition == Condition(1, at(1), at(1))


@pytest.mark.parametrize("told", [1795625600, "1795625600"])
def test_an_end_may_be_a_number_or_its_digits(told):
    standing = fold_account([update(1, restriction_info=[{"restriction_type": MESSAGING, "expiration": told}])])

    assert standing.restricted_until == datetime.fromtimestamp(1795625600, UTC)


@pytest.mark.parametrize("told", [None, 0, -1, 10**15, 10**40, True, "never", "9" * 5000, "١٢٣", {}])
def test_a_restriction_without_a_usable_end_is_open_ended(told):
    standing = fold_account([update(1, restriction_info=[{"restriction_type": MESSAGING, "expiration": told}])])

    assert standing.restricted_until is None
    assert standing.is_restricted(at=at(10**6))


def test_the_latest_end_counts_and_none_where_any_restriction_is_open_ended():
    both_end = [restriction(1, until=5), restriction(2, until=9, of=ADDING)]

    assert fold_account(both_end).restricted_until == at(9)
    assert fold_account([*both_end, restriction(3, of="RESTRICTED_UTILITY_TEMPLATES")]).restricted_until is None


def test_a_restriction_ends_by_its_date():
    standing = fold_account([restriction(1, until=5), restriction(2, until=9, of=ADDING)])

    assert [each["type"] for each in standing.holding(at=at(4))] == [MESSAGING, ADDING]
    assert [each["type"] for each in standing.holding(at=at(5))] == [ADDING]
    assert standing.is_restricted(at=at(8))
    assert not standing.is_restricted(at=at(9))


def test_a_newer_word_about_a_type_replaces_the_older_and_leaves_the_other_types():
    standing = fold_account([restriction(1, until=9), restriction(2, until=8, of=ADDING), restriction(3, until=5)])

    assert [(each["type"], each["until"]) for each in standing.restrictions] == [
        (ADDING, at(8).isoformat()),
        (MESSAGING, at(5).isoformat()),
    ]


def test_repeated_restrictions_count_up_while_one_holds():
    standing = fold_account([restriction(1, until=5), restriction(3, until=9), ban(4, "SCHEDULE_FOR_DISABLE")])

    assert standing.condition == Condition(3, at(1), at(4))


@pytest.mark.parametrize("hour", [5, 6])
def test_a_restriction_after_the_end_of_the_earlier_begins_a_new_episode(hour):
    standing = fold_account([restriction(1, until=5), restriction(hour, until=9, of=ADDING)])

    assert standing.condition == Condition(1, at(hour), at(hour))
    assert [each["type"] for each in standing.restrictions] == [ADDING]


def test_any_update_after_the_end_leaves_nothing_of_a_restriction():
    standing = fold_account([restriction(1, until=5), update(6, "PARTNER_ADDED")])

    assert (standing.restrictions, standing.condition, standing.restricted_until) == ([], None, None)
    assert standing.last_event == "PARTNER_ADDED"


@pytest.mark.parametrize("state", ["DISABLE", "SCHEDULE_FOR_DISABLE"])
def test_a_ban_restricts_without_an_end(state):
    standing = fold_account([restriction(1, until=5), ban(2, state)])

    assert (standing.ban_state, standing.ban_date) == (state, "November 25, 2026")
    assert standing.restricted_until is None
    assert standing.is_restricted(at=at(10**6))
    assert standing.condition == Condition(2, at(1), at(2))


def test_a_ban_outlives_the_end_of_a_restriction():
    standing = fold_account([restriction(1, until=5), ban(2), restriction(9, until=12)])

    assert standing.condition == Condition(3, at(1), at(9))
    assert standing.is_banned


@pytest.mark.parametrize(
    "lift",
    [
        update(3, "DISABLED_UPDATE", **REINSTATED),
        violation(3, "UTILITY_TEMPLATE_ABUSE_UNBAN"),
        violation(3, "UTILITY_TEMPLATE_ABUSE_RATE_LIMIT_RECOVERY"),
    ],
)
@pytest.mark.parametrize("begun", [restriction(1), restriction(1, until=9), ban(1), ban(1, "SCHEDULE_FOR_DISABLE")])
def test_a_lift_ends_what_restricts(begun, lift):
    standing = fold_account([begun, lift])

    assert not standing.is_restricted(at=at(4))
    assert (standing.restrictions, standing.condition, standing.restricted_since) == ([], None, None)
    assert fold_account([begun, lift, restriction(5)]).condition == Condition(1, at(5), at(5))


def test_a_reinstatement_is_the_ban_state_from_then_on():
    standing = fold_account([ban(1), update(3, "DISABLED_UPDATE", **REINSTATED)])

    assert (standing.ban_state, standing.ban_date) == ("REINSTATE", "November 21, 2026")


def test_the_end_of_a_restriction_leaves_the_ban_state():
    told = [update(1, "DISABLED_UPDATE", **REINSTATED), restriction(2, until=5), update(6, "PARTNER_ADDED")]

    assert fold_account(told).ban_state == "REINSTATE"


def test_a_ban_state_that_we_do_not_know_leaves_the_ban():
    assert fold_account([ban(1), ban(2, "UNDER_REVIEW")]).ban_state == "DISABLE"


@pytest.mark.parametrize(
    "warning",
    [
        violation(3, "UTILITY_TEMPLATE_ABUSE"),
        violation(3, "UTILITY_TEMPLATE_ABUSE_RATE_LIMIT"),
        update(3, "ACCOUNT_VIOLATION", violation_info={"violation_type": "ADULT"}),
        update(3, restriction_info=[]),
    ],
)
def test_a_warning_restricts_nothing_and_lifts_nothing(warning):
    assert not fold_account([warning]).is_restricted(at=at(4))
    assert fold_account([warning]).condition is None
    assert fold_account([restriction(1), warning]).condition == Condition(1, at(1), at(1))


def test_deletion_stays_and_a_reconnection_ends_offboarding():
    told = [update(1, "ACCOUNT_DELETED"), update(2, "ACCOUNT_OFFBOARDED")]

    assert fold_account(told).is_offboarded
    standing = fold_account([*told, update(3, "ACCOUNT_RECONNECTED")])
    assert (standing.is_deleted, standing.is_offboarded) == (True, False)


def test_the_newest_review_decision_stands():
    assert fold_account([other(REVIEW, "APPROVED", 2), other(REVIEW, "PENDING", 1)]).review_decision == "APPROVED"


def test_the_newest_alert_of_each_type_is_kept():
    def told(alert_type: str, hour: float, status: str) -> AccountFact:
        info = {"alert_severity": "WARNING", "alert_status": status, "alert_description": "Lost."}
        return other(ALERT, alert_type, hour, alert_info=info)

    standing = fold_account(
        [told("OBA_REJECTED", 1, "ACTIVE"), told("PROFILE_PICTURE_LOST", 1, "ACTIVE"), told("OBA_REJECTED", 2, "NONE")]
    )

    assert {name: (told["status"], told["at"]) for name, told in standing.alerts.items()} == {
        "OBA_REJECTED": ("NONE", at(2).isoformat()),
        "PROFILE_PICTURE_LOST": ("ACTIVE", at(1).isoformat()),
    }
    assert standing.alerts["OBA_REJECTED"]["description"] == "Lost."


@pytest.mark.parametrize(
    ("said", "limit", "numbers"),
    [
        ({"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25}, "2000", 25),
        ({"max_daily_conversations_per_business": "tier_10K", "max_phone_numbers_per_business": 5}, "TIER_10K", 5),
        ({"max_daily_conversation_per_phone": -1}, "TIER_UNLIMITED", 2),
        ({"max_phone_numbers_per_waba": "7", "max_phone_numbers_per_business": 5}, "TIER_250", 7),
    ],
)
def test_capabilities_are_kept_one_by_one(said, limit, numbers):
    earlier = {"max_daily_conversations_per_business": "TIER_250", "max_phone_numbers_per_waba": 2}

    standing = fold_account([other(CAPABILITY, "", 1, **earlier), other(CAPABILITY, "", 2, **said)])

    assert (standing.messaging_limit, standing.max_phone_numbers) == (limit, numbers)


@pytest.mark.parametrize(
    ("told", "rating", "count"),
    [
        ([], "UNKNOWN", None),
        (["ONBOARDING", "THROUGHPUT_UPGRADE"], "UNKNOWN", None),
        (["FLAGGED"], "FLAGGED", 1),
        (["FLAGGED", "FLAGGED", "DOWNGRADE"], "FLAGGED", 2),
        (["FLAGGED", "UNFLAGGED"], "UNKNOWN", None),
        (["FLAGGED", "GREEN"], "GREEN", None),
        (["GREEN", "FLAGGED", "UNFLAGGED"], "GREEN", None),
        (["RED", "FLAGGED", "UNFLAGGED"], "UNKNOWN", None),
        (["FLAGGED", "YELLOW"], "FLAGGED", 2),
        (["YELLOW"], "YELLOW", 1),
        (["YELLOW", "RED"], "RED", 2),
        (["RED", "YELLOW", "UNFLAGGED"], "UNKNOWN", None),
        (["RED", "SOMETHING_NEW"], "RED", 1),
        (["RED", "GREEN"], "GREEN", None),
    ],
)
def test_the_quality_of_a_number(told, rating, count):
    standing = fold_number([quality(event, hour) for hour, event in enumerate(told)])

    assert standing.quality_rating == rating
    assert (standing.condition.count if standing.condition else None) == count


@pytest.mark.parametrize("said", [{"quality_rating": "red"}, {"quality_score": "RED"}])
def test_a_color_may_stand_beside_the_event(said):
    assert fold_number([quality("QUALITY_CHANGE", 1, **said)]).quality_rating == "RED"


def test_a_number_that_is_wrong_again_begins_a_new_episode():
    standing = fold_number([quality("RED", 1), quality("GREEN", 2), quality("YELLOW", 3)])

    assert standing.condition == Condition(1, at(3), at(3))


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ({"current_limit": "TIER_2K"}, "TIER_2K"),
        ({"current_limit": "TIER_2K", "max_daily_conversations_per_business": "TIER_10K"}, "TIER_10K"),
        ({"current_limit": "TIER_2K", "max_daily_conversations_per_business": ["TIER_10K"]}, "TIER_2K"),
        ({}, "TIER_250"),
    ],
)
def test_the_limit_of_a_number_and_a_fact_without_one_leaves_it(said, limit):
    told = [quality("ONBOARDING", 1, current_limit="TIER_250"), quality("UPGRADE", 2, **said)]

    assert fold_number(told).messaging_limit == limit


def test_the_verified_name_has_a_decision_and_a_reason_only_where_it_was_refused():
    refused = other(NAME, "REJECTED", 1, requested_verified_name="Best", rejection_reason="NAME_FORMAT_UNACCEPTABLE")
    accepted = other(NAME, "APPROVED", 2, requested_verified_name="Lumen", rejection_reason="NONE")

    before, after = fold_number([refused]), fold_number([refused, accepted])

    assert (before.name_decision, before.requested_name) == ("REJECTED", "Best")
    assert before.name_rejection_reason == "NAME_FORMAT_UNACCEPTABLE"
    assert (after.name_decision, after.requested_name, after.name_rejection_reason) == ("APPROVED", "Lumen", "")


def test_the_last_security_event_says_when_and_by_whom():
    told = [other(SECURITY, "PIN_RESET_REQUEST", 1, requester="42"), other(SECURITY, "PIN_CHANGED", 0)]

    assert fold_number(told).last_security_event == {
        "event": "PIN_RESET_REQUEST",
        "requester": "42",
        "at": at(1).isoformat(),
    }


@pytest.mark.parametrize(
    ("milder", "stricter"),
    [
        (violation(1, "UTILITY_TEMPLATE_ABUSE_UNBAN"), restriction(1)),
        (update(1, "DISABLED_UPDATE", **REINSTATED), ban(1)),
        (ban(1, "SCHEDULE_FOR_DISABLE"), ban(1)),
        (update(1, "ACCOUNT_RECONNECTED"), update(1, "ACCOUNT_OFFBOARDED")),
        (violation(1, "UTILITY_TEMPLATE_ABUSE"), restriction(1)),
        (other(REVIEW, "APPROVED", 1), other(REVIEW, "REJECTED", 1)),
        (other(REVIEW, "SOMETHING_NEW", 1), other(REVIEW, "PENDING", 1)),
        (quality("UNFLAGGED", 1), quality("FLAGGED", 1)),
        (quality("GREEN", 1), quality("YELLOW", 1)),
        (quality("YELLOW", 1), quality("RED", 1)),
        (quality("UPGRADE", 1, current_limit="TIER_10K"), quality("DOWNGRADE", 1, current_limit="TIER_2K")),
        (
            other(CAPABILITY, "", 1, max_daily_conversations_per_business=-1),
            other(CAPABILITY, "", 1, max_daily_conversations_per_business=2000),
        ),
        (
            other(ALERT, "OBA_REJECTED", 1, alert_info={"alert_status": "NONE"}),
            other(ALERT, "OBA_REJECTED", 1, alert_info={"alert_status": "ACTIVE"}),
        ),
    ],
)
def test_of_two_facts_of_one_moment_the_more_restrictive_is_last(milder, stricter):
    assert order_key(milder) < order_key(stricter)


def test_the_later_fact_is_last_however_mild():
    assert order_key(ban(1)) < order_key(violation(2, "UTILITY_TEMPLATE_ABUSE_UNBAN"))


def account_changed(**other: Any) -> AccountChanged:
    told = {"account_ids": ("1",), "field": "account_update", "at": at(1), "raw_time": None, "raw": {}}
    return AccountChanged(**{**told, "kind": UPDATE, "event": "PARTNER_ADDED", "content": {"country": "IN"}, **other})


def number_changed(**other: Any) -> NumberChanged:
    told = {"account_ids": ("1",), "field": "security", "at": at(1), "raw_time": None, "raw": {}}
    return NumberChanged(**{**told, "kind": SECURITY, "event": "PIN_CHANGED", "content": {}, **other})


def test_an_event_without_a_time_takes_the_time_of_receipt():
    timed = fact_of(account_changed(), received_at=at(9))
    untimed = fact_of(account_changed(at=None), received_at=at(9))

    assert (timed.at, timed.is_timed) == (at(1), True)
    assert (untimed.at, untimed.is_timed) == (at(9), False)


def test_a_fact_keeps_how_its_number_was_named():
    fact = fact_of(number_changed(digits="15550142277", external_id="77"), received_at=at(9))

    assert (fact.digits, fact.external_id) == ("15550142277", "77")


def test_an_event_about_anything_else_is_refused():
    event = FieldNotUsed(account_ids=(), field="flows", at=None, raw_time=None, raw={})

    with pytest.raises(TypeError, match="FieldNotUsed"):
        fact_of(event, received_at=at(9))


@pytest.mark.parametrize(
    "other",
    [{"event": "PARTNER_REMOVED"}, {"content": {"country": "US"}}, {"kind": REVIEW}],
)
def test_a_fact_differs_by_what_it_says(other):
    one, another = (fact_of(event, received_at=at(9)) for event in (account_changed(), account_changed(**other)))

    assert fingerprint(one) != fingerprint(another)
    assert not says_the_same(one, another)


def test_a_fact_differs_by_its_number():
    named = [{"digits": "1"}, {"digits": "2"}, {"digits": "1", "external_id": "77"}]

    facts = [fact_of(number_changed(**each), received_at=at(9)) for each in named]

    assert len({fingerprint(fact) for fact in facts}) == 3
    assert not any(says_the_same(facts[0], fact) for fact in facts[1:])


def test_facts_of_two_moments_are_two_that_say_the_same():
    one, another = (fact_of(account_changed(at=at(hour)), received_at=at(9)) for hour in (1, 2))

    assert fingerprint(one) != fingerprint(another)
    assert says_the_same(one, another)


def test_one_instant_in_two_time_zones_is_one_fact():
    india = datetime.fromisoformat("2026-11-20T06:30:00+05:30")

    one, another = (fact_of(account_changed(at=moment), received_at=at(9)) for moment in (at(1), india))

    assert fingerprint(one) == fingerprint(another)


# Few moments and few words, so that equal moments and contradictions are the rule.
hours = st.integers(0, 6)
colors = st.sampled_from(["GREEN", "YELLOW", "RED"])
limits = st.sampled_from(["TIER_250", "TIER_2K", "TIER_UNLIMITED", 2000, -1, "TIER_TOMORROW"])
account_facts = st.one_of(
    st.builds(restriction, hours, st.one_of(st.none(), hours), st.sampled_from([MESSAGING, ADDING, ""])),
    st.builds(ban, hours, st.sampled_from(["DISABLE", "SCHEDULE_FOR_DISABLE", "REINSTATE", "TOMORROW"])),
    st.builds(violation, hours, st.sampled_from(["ADULT", "UTILITY_TEMPLATE_ABUSE_UNBAN", "RATE_LIMIT_RECOVERY"])),
    st.builds(update, hours, st.sampled_from(["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED"])),
    st.builds(other, st.just(REVIEW), st.sampled_from(["APPROVED", "REJECTED", "TOMORROW"]), hours),
    st.builds(other, st.just(ALERT), st.sampled_from(["OBA_APPROVED", "OBA_REJECTED"]), hours),
    st.builds(other, st.just(CAPABILITY), st.just(""), hours, max_daily_conversations_per_business=limits),
)
number_facts = st.one_of(
    st.builds(quality, st.sampled_from(["FLAGGED", "UNFLAGGED", "ONBOARDING", "GREEN"]), hours, current_limit=limits),
    st.builds(quality, st.just("QUALITY_CHANGE"), hours, quality_score=colors),
    st.builds(other, st.just(NAME), st.sampled_from(["APPROVED", "REJECTED"]), hours),
    st.builds(other, st.just(SECURITY), st.sampled_from(["PIN_CHANGED", "PIN_RESET_REQUEST"]), hours),
)


@given(st.lists(account_facts, max_size=12), st.data())
def test_any_arrival_with_any_repeats_makes_the_same_standing_of_an_account(facts, data):
    again = data.draw(st.permutations([*facts, *facts[: len(facts) // 2]]))

    assert fold_account(again) == fold_account(facts)


@given(st.lists(number_facts, max_size=12), st.data())
def test_any_arrival_with_any_repeats_makes_the_same_standing_of_a_number(facts, data):
    again = data.draw(st.permutations([*facts, *facts[: len(facts) // 2]]))

    assert fold_number(again) == fold_number(facts)


@given(st.lists(account_facts, max_size=8), hours)
def test_what_restricts_an_account_is_a_condition_that_holds(facts, hour):
    standing = fold_account(facts)

    assert not standing.is_restricted(at=at(hour)) or standing.condition is not None
    assert standing.condition is None or bool(standing.restrictions or standing.is_banned)


@given(st.lists(number_facts, max_size=8))
def test_a_number_has_a_condition_exactly_while_its_rating_is_bad(facts):
    standing = fold_number(facts)

    assert (standing.condition is not None) == (standing.quality_rating in ("YELLOW", "RED", "FLAGGED"))


@given(st.lists(account_facts, max_size=8), st.lists(number_facts, max_size=8))
def test_a_saved_standing_comes_back_as_it_was(about_account, about_number):
    account, number = fold_account(about_account), fold_number(about_number)

    assert AccountStanding.from_json(json.loads(json.dumps(account.to_json()))) == account
    assert NumberStanding.from_json(json.loads(json.dumps(number.to_json()))) == number


def test_a_blank_standing_is_saved_as_nothing():
    assert fold_account([]).to_json() == {}
    assert fold_number([]).to_json() == {}
