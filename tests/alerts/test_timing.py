"""Whether and when a recipient wants to be told: severities, types, quiet hours over midnight and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.timing import DIGEST, QUIET, QuietHours, Wishes
from core.matters import Severity

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(start=time(22), end=time(7), zone="Europe/Berlin")


def berlin(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (berlin(3, 2, 21, 59), None),
        (berlin(3, 2, 22), berlin(3, 3, 7)),
        (berlin(3, 3, 3), berlin(3, 3, 7)),
        (berlin(3, 3, 6, 59), berlin(3, 3, 7)),
        (berlin(3, 3, 7), None),
        (berlin(3, 3, 12), None),
    ],
)
def test_quiet_hours_reach_over_midnight(at, over):
    assert NIGHT.ends_at(at) == over


def test_quiet_hours_within_a_day_end_that_day():
    lunch = QuietHours(start=time(12), end=time(13, 30), zone="Europe/Berlin")

    assert lunch.ends_at(berlin(3, 2, 12, 1)) == berlin(3, 2, 13, 30)
    assert lunch.ends_at(berlin(3, 2, 13, 30)) is None


def test_the_night_in_which_clocks_go_forward_ends_at_seven_by_the_new_time():
    over = NIGHT.ends_at(berlin(3, 28, 23))

    assert over == datetime(2026, 3, 29, 5, tzinfo=UTC)


def test_two_equal_ends_are_no_quiet_hours():
    never = QuietHours(start=time(8), end=time(8), zone="UTC")

    assert never.ends_at(datetime(2026, 3, 2, 8, tzinfo=UTC)) is None


@given(
    at=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 (made UTC below)
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_the_end_of_quiet_hours_lies_ahead_within_a_day_and_is_not_quiet_itself(at, start, end, zone):
    at = at.replace(tzinfo=UTC)
    quiet = QuietHours(start=start, end=end, zone=zone)

    over = quiet.ends_at(at)

    assert over is None or at < over <= at + timedelta(hours=25)
    assert over is None or quiet.ends_at(over) is None


@pytest.mark.parametrize(
    ("wishes", "why"),
    [
        (Wishes(minimum=Severity.LOW), ""),
        (Wishes(minimum=Severity.HIGH), ""),
        (Wishes(minimum=Severity.CRITICAL), "Only CRITICAL"),
        (Wishes(minimum=None), "Wants none"),
        (Wishes(minimum=Severity.LOW, alert_types=["WICK_TORN"]), ""),
        (Wishes(minimum=Severity.LOW, alert_types=["OIL_OUT"]), "Not one of the types asked for"),
    ],
)
def test_what_is_not_wanted_says_why(wishes, why):
    assert wishes.against(alert_type="WICK_TORN", severity=Severity.HIGH) == why


def test_what_lies_below_the_least_severity_names_it():
    wishes = Wishes(minimum=Severity.HIGH)

    assert wishes.against(alert_type="WICK_TORN", severity=Severity.MEDIUM) == "Only HIGH and above"


def test_in_quiet_hours_all_but_the_critical_waits_for_their_end():
    wishes, at = Wishes(minimum=Severity.LOW, quiet=NIGHT), berlin(3, 3, 3)

    assert wishes.hold(severity=Severity.HIGH, at=at) == (berlin(3, 3, 7), QUIET)
    assert wishes.hold(severity=Severity.CRITICAL, at=at) is None
    assert wishes.hold(severity=Severity.HIGH, at=berlin(3, 3, 12)) is None


def test_a_digest_collects_all_but_the_critical():
    wishes, at = Wishes(minimum=Severity.LOW, digest=timedelta(minutes=30)), berlin(3, 3, 3)

    assert wishes.hold(severity=Severity.HIGH, at=at) == (at + timedelta(minutes=30), DIGEST)
    assert wishes.hold(severity=Severity.CRITICAL, at=at) is None
