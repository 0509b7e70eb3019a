"""A template's quality over time: its colour by delivery, where it goes, and all templates together."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.trends import Sample, aggregate, delivery_health, trend

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)


def day_by_day(*scores, of=0, delivered=0):
    """One sample a day, the last one now."""
    return [
        Sample(
            at=NOW - timedelta(days=len(scores) - 1 - place),
            quality_score=score,
            sent=of,
            delivered=delivered,
            failed=of - delivered,
        )
        for place, score in enumerate(scores)
    ]


def delivering(*parts):
    """One sample a day, the last one now; `parts`: (days, delivered of a hundred)."""
    rates = [delivered for days, delivered in parts for _ in range(days)]
    return [
        Sample(
            at=NOW - timedelta(days=len(rates) - 1 - place),
            quality_score="GREEN",
            sent=100,
            delivered=delivered,
            failed=100 - delivered,
        )
        for place, delivered in enumerate(rates)
    ]


@pytest.mark.parametrize(
    ("delivered", "failed", "colour"),
    [
        (991, 9, "GREEN"),
        (990, 10, "LAST"),  # exactly 99 %
        (985, 15, "LAST"),
        (980, 20, "LAST"),  # exactly 98 %
        (979, 21, "YELLOW"),
        (950, 50, "YELLOW"),  # exactly 95 %
        (949, 51, "RED"),
        (0, 100, "RED"),
        (100, 0, "GREEN"),
        (99, 0, ""),
        (0, 99, ""),
        (0, 0, ""),
    ],
)
def test_delivery_has_a_colour_by_its_share_and_from_a_hundred_messages_on(delivered, failed, colour):
    assert delivery_health(delivered=delivered, failed=failed, last="LAST") == colour


def test_without_messages_nothing_is_invented():
    told = trend(day_by_day(*["GREEN"] * 60), at=NOW)

    assert (told.word, told.since, told.is_certain) == ("stable", None, False)
    assert told.reason == "Not enough messages: 0 recent and 0 before; it takes 100 of each."
    assert told.recent.share is None


def test_without_samples_there_is_no_trend():
    assert not trend([], at=NOW).is_certain


def test_a_share_delivered_that_fell_is_degrading_since_the_turn():
    told = trend(delivering((30, 99), (5, 93)), at=NOW)

    assert (told.word, told.since, told.is_certain) == ("degrading", NOW - timedelta(days=4), True)
    assert told.reason == "Delivered: 94.7 % of 700 messages in the last 7 days, 99.0 % of 2,800 before."
    assert told.recent.low < 0.947 < told.recent.high


def test_a_share_delivered_that_rose_is_improving_since_the_turn():
    told = trend(delivering((30, 92), (6, 99)), at=NOW)

    assert (told.word, told.since) == ("improving", NOW - timedelta(days=5))


def test_the_turn_may_lie_before_the_window():
    told = trend(delivering((40, 99), (10, 92)), at=NOW)

    assert (told.word, told.since) == ("degrading", NOW - timedelta(days=9))


def test_a_fall_of_less_than_a_point_is_none_however_many_messages_prove_it():
    many = [
        Sample(at=each.at, quality_score="GREEN", delivered=each.delivered * 1000 + (500 if late else 0), failed=1000)
        for each, late in zip(delivering((37, 99)), [False] * 30 + [True] * 7, strict=True)
    ]

    assert trend(many, at=NOW).word == "stable"


def test_a_stable_template_says_since_when():
    told = trend(delivering((40, 98)), at=NOW)

    assert (told.word, told.since, told.is_certain) == ("stable", NOW - timedelta(days=39), True)


def test_stable_is_at_most_as_old_as_the_newest_step_of_the_score():
    scores = ["GREEN"] * 30 + ["YELLOW"] * 10

    told = trend(day_by_day(*scores, of=100, delivered=98), at=NOW)

    assert (told.word, told.since) == ("stable", NOW - timedelta(days=9))


def test_what_comes_after_the_moment_is_not_seen():
    samples = delivering((30, 99), (7, 80))

    assert trend(samples, at=NOW - timedelta(days=7)).word == "stable"
    assert trend(reversed(samples), at=NOW).word == "degrading"


@pytest.mark.parametrize(
    ("scores", "word", "days_ago"),
    [
        (["GREEN"] * 10 + ["YELLOW", "RED", "RED"], "degrading", 2),
        (["GREEN"] * 10 + ["RED", "YELLOW"], "degrading", 1),
        (["RED"] * 10 + ["YELLOW"], "improving", 0),
        (["YELLOW"] * 10 + ["GREEN", "UNKNOWN"], "improving", 1),
        (["UNKNOWN", "UNKNOWN", "RED"], "degrading", 0),
        (["GREEN"] * 9 + ["YELLOW", "GREEN", "YELLOW"], "degrading", 0),
    ],
)
def test_a_step_of_the_score_is_a_trend_whatever_the_number_of_messages(scores, word, days_ago):
    told = trend(day_by_day(*scores), at=NOW)

    assert (told.word, told.since, told.is_certain) == (word, NOW - timedelta(days=days_ago), True)


@pytest.mark.parametrize(
    "scores",
    [
        ["GREEN"] * 10 + ["RED", "GREEN"],  # taken back
        ["GREEN", "RED"] + ["RED"] * 8,  # long ago
        ["RED", "RED"],  # before us
        ["UNKNOWN", "GREEN"],  # the first score
        ["RED"] * 10 + ["UNKNOWN"],  # after an edit
        ["PURPLE", "UNKNOWN"],
    ],
)
def test_what_is_no_step_of_the_score_is_no_trend(scores):
    assert trend(day_by_day(*scores), at=NOW).word == "stable"


def test_the_reason_of_a_step_names_both_scores():
    assert trend(day_by_day(*["GREEN"] * 9, "RED"), at=NOW).reason == "Meta's score went from GREEN to RED."


def steady_template(chance, *, days, scatters):
    """Four samples a day of a template that delivers 95 % in the long run, some days more, some less."""
    samples = []
    for day in range(days):
        share = chance.betavariate(95, 5) if scatters else 0.95
        for look in range(4):
            delivered = sum(chance.random() < share for _ in range(40))
            at = NOW + timedelta(days=day) + look * SIX_HOURS
            samples.append(Sample(at=at, quality_score="GREEN", sent=40, delivered=delivered, failed=40 - delivered))
    return samples


@pytest.mark.parametrize("scatters", [False, True])
def test_a_month_of_looks_at_steady_templates_finds_a_trend_in_fewer_than_one_in_twenty(scatters):
    chance = random.Random(20261121)
    false = 0

    for _ in range(30):
        samples = steady_template(chance, days=14 + 30, scatters=scatters)
        words = (trend(samples[:seen], at=samples[seen - 1].at).word for seen in range(14 * 4, len(samples)))
        false += any(word != "stable" for word in words)

    assert false / 30 < 0.05


def test_together_each_message_weighs_the_same():
    big = [Sample(at=NOW, quality_score="GREEN", sent=1000, delivered=990, read=700, failed=10, opted_out=1)]
    small = [Sample(at=NOW, quality_score="RED", sent=10, delivered=5, read=0, failed=5)]
    old = [Sample(at=NOW - timedelta(days=40), quality_score="RED", sent=99, failed=99)]

    told = aggregate({"big": big, "small": small, "old": old}, since=NOW - timedelta(days=30), until=NOW)

    assert (told.templates, told.sent, told.delivered, told.read, told.failed) == (3, 1010, 995, 700, 15)
    assert told.delivery.share == pytest.approx(995 / 1010)
    assert told.reads.share == pytest.approx(700 / 995)
    assert told.opt_outs.share == pytest.approx(1 / 995)


def test_together_without_messages_there_are_no_rates():
    told = aggregate({"new": []}, since=NOW - timedelta(days=30), until=NOW)

    assert told.sent == 0
    assert (told.delivery.share, told.reads.share, told.opt_outs.share) == (None, None, None)


counts = st.integers(0, 300)
any_samples = st.lists(
    st.builds(
        Sample,
        at=st.integers(0, 90 * 24).map(lambda hours: NOW - timedelta(hours=hours)),
        quality_score=st.sampled_from(["GREEN", "YELLOW", "RED", "UNKNOWN", "PURPLE"]),
        sent=counts,
        delivered=counts,
        read=counts,
        failed=counts,
        opted_out=counts,
    ),
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(samples=any_samples)
def test_any_samples_have_an_answer(samples):
    told = trend(samples, at=NOW)

    assert told.word in ("improving", "stable", "degrading")
    assert told.is_certain == (told.since is not None)
    assert told.since is None or told.since in {each.at for each in samples}
