"""Days in a row, as charts count by them. A day is one of UTC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta


def last_days(*, until: datetime, many: int) -> list[date]:
    """The day of this moment and those before it, oldest first."""
    last = until.astimezone(UTC).date()
    return [last - timedelta(days=before) for before in reversed(range(many))]


def start_of(days: Sequence[date]) -> datetime:
    return datetime.combine(days[0], time.min, UTC)


def day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


def spread(
    counted: Iterable[tuple[str, date, int]], *, days: Sequence[date], series: Mapping[str, str]
) -> dict[str, list[int]]:
    """Counts of (word, day) as one row of numbers per series; `series`: which of them each word belongs to."""
    place_of = {day: place for place, day in enumerate(days)}
    rows = {name: [0] * len(days) for name in series.values()}
    for word, day, count in counted:
        if day in place_of:
            rows[series[word]][place_of[day]] += count
    return rows
