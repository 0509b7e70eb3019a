"""When two rates of one template differ by more than chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.rates import Outcome, Rate, compare, newcombe, wilson

BEGINS = datetime(2026, 11, 14, tzinfo=UTC)


def days(*rates, first, of=100):
    """One outcome a day, at noon, with these many of a hundred."""
    return [Outcome(BEGINS + timedelta(days=first + place, hours=12), hits, of) for place, hits in enumerate(rates)]


def test_wilson_s_bounds_are_those_of_the_textbook():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_of_nothing_everything_is_possible():
    assert wilson(0, 0) == (0.0, 1.0)
    assert Rate.made(0, 0).share is None
    assert str(Rate.made(0, 0)) == "none"


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 5000), part=st.floats(0, 1))
def test_the_bounds_hold_the_share_and_narrow_with_the_number(n, part):
    hits = round(part * n)

    low, high = wilson(hits, n)
    nearer = wilson(hits * 10, n * 10)

    assert 0 <= low <= hits / n + 1e-9
    assert hits / n - 1e-9 <= high <= 1
    assert nearer[1] - nearer[0] < high - low


def test_the_interval_of_the_difference_is_newcombe_s():
    assert newcombe((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe((0, 0), (48, 80), 1.96)[0] < -0.6


def test_a_fall_beyond_chance_is_one():
    compared = compare(days(*[98] * 20, first=-20) + days(*[90] * 5, first=0), begins=BEGINS)

    assert compared.fell(by=0.01)
    assert not compared.rose(by=0.01)
    assert not compared.fell(by=0.1)


def test_a_rise_beyond_chance_is_one():
    compared = compare(days(*[90] * 20, first=-20) + days(*[98] * 5, first=0), begins=BEGINS)

    assert compared.rose(by=0.01)
    assert not compared.fell(by=0.01)


def test_one_bad_day_among_good_ones_is_no_fall():
    compared = compare(days(*[98] * 20, first=-20) + days(98, 98, 20, 98, 98, first=0), begins=BEGINS)

    assert not compared.fell(by=0.01)


def test_what_is_a_fall_of_steady_days_is_none_of_days_that_scatter():
    fallen = days(*[92] * 5, first=0)

    steady = compare(days(*[97] * 20, first=-20) + fallen, begins=BEGINS)
    scattering = compare(days(*[100, 94] * 10, first=-20) + fallen, begins=BEGINS)

    assert steady.usual == scattering.usual
    assert steady.fell(by=0.01)
    assert not scattering.fell(by=0.01)


@pytest.mark.parametrize(
    ("before", "after", "lack"),
    [
        ([], [], "Not enough messages: 0 recent and 0 before; it takes 100 of each."),
        (days(*[98] * 20, first=-20), [], "Not enough messages: 0 recent and 2,000 before; it takes 100 of each."),
        (
            days(*[9] * 9, first=-9, of=11),
            days(100, first=0),
            "Not enough messages: 100 recent and 99 before; it takes 100 of each.",
        ),
        (
            days(*[98] * 6, first=-6),
            days(50, first=0),
            "Not enough messages: those before went out on fewer than 7 days.",
        ),
    ],
)
def test_too_few_messages_decide_nothing_and_say_so(before, after, lack):
    compared = compare(before + after, begins=BEGINS)

    assert compared.lack == lack
    assert not compared.fell(by=0.01)
    assert not compared.rose(by=0.01)


def test_days_that_are_alike_in_pairs_prove_less_than_days_that_differ_each():
    fallen = days(*[94] * 6, first=0)

    each = compare(days(*[99, 96] * 10, first=-20) + fallen, begins=BEGINS)
    in_pairs = compare(days(*[99, 99, 96, 96] * 5, first=-20) + fallen, begins=BEGINS)

    assert each.usual == in_pairs.usual
    assert in_pairs.high - in_pairs.low > each.high - each.low


def test_what_is_older_than_sixty_days_is_forgotten():
    compared = compare(days(*[98] * 90, first=-90), begins=BEGINS)

    assert compared.usual.of == 6000
    assert compared.days == 60
