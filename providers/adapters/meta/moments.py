"""When: Meta's Unix times, in seconds or milliseconds, as aware moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

MILLISECONDS_FROM = 10**12
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC).timestamp()  # WhatsApp is not older
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
CLOCK_SKEW = timedelta(minutes=10)
LONGEST_DIGITS = 15


def usable_time(raw: Any, received_at: datetime) -> datetime | None:
    """The moment of a fact, which cannot lie ahead of its arrival; None where `raw` is no such moment."""
    return _moment(raw, (received_at + CLOCK_SKEW).timestamp())


def moment(raw: Any) -> datetime | None:
    """A date that something is due: it may lie ahead, and may be written as text."""
    return _moment(number(raw), LATEST)


def number(raw: Any) -> Any:
    """`raw`, or the integer whose digits it spells."""
    if isinstance(raw, str) and len(raw) <= LONGEST_DIGITS and raw.isascii() and raw.isdigit():
        return int(raw)
    return raw


def _moment(raw: Any, latest: float) -> datetime | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return None
    scale = 1000 if raw >= MILLISECONDS_FROM else 1
    if not EARLIEST * scale <= raw <= latest * scale:  # false for NaN too
        return None
    return datetime.fromtimestamp(raw / scale, UTC)
