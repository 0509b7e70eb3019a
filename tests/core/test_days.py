"""Days in a row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from core.days import last_days, spread, start_of

NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def test_the_last_days_end_with_today_in_utc():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))

    assert last_days(until=elsewhere, many=3) == [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)]
    assert start_of(last_days(until=NOW, many=2)) == datetime(2026, 3, 1, tzinfo=UTC)


def test_counts_are_spread_over_days_and_series_and_what_lies_outside_is_left_out():
    days = last_days(until=NOW, many=2)
    counted = [("a", days[0], 2), ("b", days[0], 3), ("c", days[1], 1), ("a", date(2026, 4, 1), 9)]

    assert spread(counted, days=days, series={"a": "x", "b": "x", "c": "y"}) == {"x": [5, 0], "y": [0, 1]}
