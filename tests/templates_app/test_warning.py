"""Warnings before a template turns RED, and what became of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from templates_app.trends import Sample
from templates_app.warning import HitRate, early_warning, hit_rate
from tests.templates_app.test_trends import any_samples

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
USUAL = {"sent": 200, "delivered": 194, "read": 120, "failed": 4, "opted_out": 0}


def days(*, until=0, many=30, **counts):
    """One sample a day, the last one `until` days ago."""
    return [
        Sample(at=NOW - timedelta(days=until + ago), **{"quality_score": "GREEN", **USUAL, **counts})
        for ago in range(many)
    ]


def after_a_month(*, many=5, **counts):
    return [*days(until=many), *days(many=many, **counts)]


def names(told):
    return [driver.name for driver in told.drivers]


def days_ago(count):
    return NOW - timedelta(days=count)


def test_without_messages_it_says_that_there_are_not_enough():
    silent = days(sent=0, delivered=0, read=0, failed=0)

    told = early_warning(silent, at=NOW)

    assert (told.state, told.risk, told.drivers) == ("not_enough", "", ())
    assert told.sentence.startswith("Not enough messages: 0 recent and 0 before")
    assert early_warning([], at=NOW).state == "not_enough"


def test_all_as_usual_is_calm():
    told = early_warning(days(many=40), at=NOW)

    assert (told.state, told.drivers) == ("calm", ())
    assert told.sentence == "As usual: delivery, reading, opting out and failures."


@pytest.mark.parametrize(
    ("counts", "drivers"),
    [
        ({"delivered": 180}, ["delivery"]),  # neither delivered nor failed: they may have blocked us
        ({"read": 70}, ["read"]),
        ({"opted_out": 12}, ["opt_out"]),
        ({"failed": 18}, ["failures"]),
        ({"delivered": 180, "read": 112, "failed": 18}, ["delivery", "failures"]),
        ({"read": 70, "opted_out": 12}, ["read", "opt_out"]),
    ],
)
def test_a_warning_names_its_drivers(counts, drivers):
    told = early_warning(after_a_month(**counts), at=NOW)

    assert told.state == "warning"
    assert names(told) == drivers


def test_a_driver_says_what_is_and_what_is_usual():
    told = early_warning(after_a_month(read=70), at=NOW)

    (driver,) = told.drivers
    assert driver.low < driver.recent < driver.high < driver.usual
    assert driver.words == "36.1 % of 582 messages delivered were read; usual are 61.9 %."
    assert told.sentence == "The quality may turn RED, the risk is raised: reading fell."


def test_better_rates_warn_of_nothing():
    assert early_warning(after_a_month(delivered=200, read=190, failed=0), at=NOW).state == "calm"


def test_two_signs_are_a_high_risk():
    told = early_warning(after_a_month(read=70, opted_out=12), at=NOW)

    assert told.risk == "high"
    assert told.sentence == "The quality may turn RED, the risk is high: reading fell and opting out rose."


def test_delivery_and_failures_are_one_sign():
    assert early_warning(after_a_month(delivered=180, failed=18), at=NOW).risk == "raised"


def test_a_template_that_is_yellow_already_is_at_high_risk():
    assert early_warning(after_a_month(read=70, quality_score="YELLOW"), at=NOW).risk == "high"


def test_once_red_it_is_too_late_for_a_warning():
    told = early_warning(after_a_month(read=70, quality_score="RED"), at=NOW)

    assert (told.state, told.drivers) == ("too_late", ())


def test_a_campaign_that_just_went_out_is_not_thought_unread():
    campaign = Sample(at=NOW, quality_score="GREEN", sent=9000, delivered=8700, read=300, failed=180)

    assert early_warning([*days(until=1), campaign], at=NOW).state == "calm"


def test_readers_who_take_hours_are_counted_where_the_message_was_delivered():
    campaigns = [
        Sample(at=days_ago(ago) + timedelta(hours=late), quality_score="GREEN", **counts)
        for ago in range(0, 60, 6)
        for late, counts in ((0, {"sent": 800, "delivered": 780, "read": 100}), (12, {"read": 380}))
    ]

    states = {early_warning(campaigns, at=NOW - timedelta(hours=hours)).state for hours in range(0, 240, 6)}

    assert "warning" not in states


def test_one_look_alone_does_not_warn():
    samples = after_a_month(many=2, failed=60)

    assert early_warning(samples, at=NOW).state == "calm"
    assert names(early_warning(samples, at=NOW + timedelta(hours=6))) == ["failures"]


def test_one_bad_day_does_not_warn():
    samples = [*days(until=2), *days(until=1, many=1, failed=60), *days(many=1)]

    assert early_warning(samples, at=NOW).state == early_warning(samples, at=NOW + timedelta(hours=6)).state == "calm"


def test_a_warning_stands_for_days_while_the_rates_stay_bad():
    for many in range(3, 8):
        assert names(early_warning(after_a_month(many=many, failed=18), at=NOW)) == ["failures"]


def test_a_warning_came_true_if_a_fall_followed_within_the_horizon():
    told = hit_rate([(days_ago(30), days_ago(29)), (days_ago(20), None)], [days_ago(24)], at=NOW)

    assert told == HitRate(warned=2, came_true=1, pending=0, foretold=1, missed=0)
    assert (told.precision, told.recall) == (0.5, 1.0)


def test_a_warning_at_the_moment_of_the_fall_foretold_nothing():
    told = hit_rate([(days_ago(30), None)], [days_ago(30)], at=NOW)

    assert (told.came_true, told.missed) == (0, 1)


def test_a_warning_is_not_judged_before_its_horizon_is_over():
    told = hit_rate([(days_ago(3), None)], [], at=NOW)

    assert (told.warned, told.pending, told.precision) == (0, 1, None)


def test_a_warning_that_still_stands_foretells_a_late_fall_but_did_not_come_true_in_time():
    told = hit_rate([(days_ago(30), None)], [days_ago(10)], at=NOW)

    assert (told.came_true, told.foretold, told.missed) == (0, 1, 0)


def test_a_fall_without_a_warning_before_is_missed():
    told = hit_rate([(days_ago(30), days_ago(29))], [days_ago(15)], at=NOW)

    assert (told.precision, told.recall) == (0.0, 0.0)


def test_without_warnings_and_falls_there_are_no_rates():
    assert (HitRate().precision, HitRate().recall) == (None, None)


def test_many_templates_are_added_up():
    right = hit_rate([(days_ago(30), None)], [days_ago(25)], at=NOW)
    wrong = hit_rate([(days_ago(30), days_ago(29))], [days_ago(10)], at=NOW)

    together = sum([right, wrong], HitRate())

    assert dataclasses.asdict(together) == {"warned": 2, "came_true": 1, "pending": 0, "foretold": 1, "missed": 1}


@settings(max_examples=50, deadline=None)
@given(samples=any_samples)
def test_any_samples_have_an_assessment(samples):
    told = early_warning(samples, at=NOW)

    assert (told.state == "warning") == bool(told.drivers) == bool(told.risk)
    assert all(0 <= each.low <= each.recent + 1e-9 and each.recent <= each.high + 1e-9 <= 1.1 for each in told.drivers)
