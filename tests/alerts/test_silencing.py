"""Silences: kept, told to nobody, and open again when they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from alerts import answering, raising, silencing, tasks
from alerts.models import Alert, AlertDelivery, AlertEntry, Silence
from core.fence import everywhere
from core.matters import Matter, Severity, Subject
from core.refusals import Refused
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_lane", "admin_person")]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


@pytest.fixture
def torn(organization):
    """The wick of this lamp is torn, or whole again; gives the newest alert about it."""

    def follow(lamp: str = "1", *, is_torn: bool = True) -> Alert:
        now = timezone.now()
        matter = Matter(
            alert_type="WICK_TORN",
            severity=Severity.HIGH,
            title="The wick is torn",
            detail="",
            action_required="",
            data={},
            count=1,
            first_seen_at=now,
            last_seen_at=now,
        )
        subject = Subject(
            organization_id=organization.pk,
            kind="lamp",
            id=lamp,
            label=f"Lamp {lamp}",
            alert_types=["WICK_TORN"],
            matters=[matter] if is_torn else [],
        )
        with everywhere():
            raising.follow([subject])
            found: Alert = Alert.objects.filter(subject_id=lamp).order_by("-id")[0]
        return found

    return follow


@pytest.fixture
def hush(organization):
    def silence(*, hours: int = 2, types: list[str] | None = None, lamp: str = "", **more) -> Silence:
        with everywhere():
            return silencing.silence(
                organization=organization,
                alert_types=types or [],
                subject_kind="lamp" if lamp else "",
                subject_id=lamp,
                ends_at=timezone.now() + hours * HOUR,
                actor="ada@example.com",
                **more,
            )

    return silence


def fresh(alert: Alert) -> Alert:
    with everywhere():
        alert.refresh_from_db()
    return alert


def kinds(alert: Alert) -> list[str]:
    with everywhere():
        return list(alert.entries.values_list("kind", flat=True))


def test_a_silence_takes_what_is_open_and_says_so_in_its_timeline(torn, hush):
    alert = torn()

    hush(note="Rewicking day")

    assert (fresh(alert).status, alert.silenced_until) == ("silenced", DAY + 2 * HOUR)
    with everywhere():
        entry = alert.entries.get(kind="silenced")
    assert (entry.actor, entry.detail) == ("ada@example.com", "Until 2026-03-02 02:00 UTC. Rewicking day")


def test_an_alert_that_opens_under_a_silence_is_kept_and_told_to_nobody(torn, hush, mailoutbox):
    hush()

    alert = torn()
    tasks.send_due()

    assert (alert.status, mailoutbox) == ("silenced", [])
    assert set(kinds(alert)) == {"opened", "silenced", "not_told"}


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"types": ["WICK_TORN"]}, "silenced"),
        ({"types": ["OIL_OUT"]}, "open"),
        ({"lamp": "1"}, "silenced"),
        ({"lamp": "2"}, "open"),
    ],
)
def test_a_silence_covers_its_types_and_its_subject_only(what, status, torn, hush):
    hush(**what)

    assert torn().status == status


def test_a_silence_of_another_organization_covers_nothing_here(torn, other_organization):
    with everywhere():
        silencing.silence(
            organization=other_organization,
            alert_types=[],
            subject_kind="",
            subject_id="",
            ends_at=DAY + HOUR,
            actor="rival",
        )

    assert torn().status == "open"


def test_when_it_ends_what_is_still_wrong_is_open_again_and_told(torn, hush, clock, mailoutbox):
    hush()
    alert = torn()

    clock.shift(2 * HOUR)
    tasks.keep_silences()
    tasks.send_due()

    assert (fresh(alert).status, alert.silenced_until) == ("open", None)
    assert "unsilenced" in kinds(alert)
    assert [mail.subject for mail in mailoutbox] == ["[HIGH] still: The wick is torn"]


def test_what_was_mended_meanwhile_stays_quiet(torn, hush, clock, mailoutbox):
    hush()
    torn()
    alert = torn(is_torn=False)

    clock.shift(2 * HOUR)
    tasks.keep_silences()
    tasks.send_due()

    assert (fresh(alert).status, mailoutbox) == ("resolved", [])


def test_of_two_silences_the_longer_one_decides(torn, hush, clock):
    hush(hours=1)
    hush(hours=3)
    alert = torn()

    clock.shift(2 * HOUR)
    tasks.keep_silences()
    assert (fresh(alert).status, alert.silenced_until) == ("silenced", DAY + 3 * HOUR)

    clock.shift(1 * HOUR)
    tasks.keep_silences()
    assert fresh(alert).status == "open"


def test_ending_it_early_lets_it_speak_at_once(torn, hush, mailoutbox):
    row = hush()
    alert = torn()

    with everywhere():
        silencing.end(row)
    tasks.send_due()

    assert (fresh(alert).status, len(mailoutbox)) == ("open", 1)


def test_a_silence_that_begins_later_begins_by_the_clock(torn, hush, clock):
    alert = torn()
    hush(hours=5, starts_at=DAY + HOUR)
    assert fresh(alert).status == "open"

    clock.shift(HOUR)
    tasks.keep_silences()

    assert fresh(alert).status == "silenced"


def test_a_planned_silence_that_is_taken_back_never_begins(torn, hush, clock):
    alert, row = torn(), hush(hours=5, starts_at=DAY + HOUR)

    with everywhere():
        silencing.end(row)
    clock.shift(HOUR)
    tasks.keep_silences()

    assert fresh(alert).status == "open"


def test_one_alert_can_be_silenced_even_after_it_was_acknowledged(torn):
    alert = torn()
    with everywhere():
        answering.acknowledge([alert], actor="ada@example.com")

        silencing.silence_one(alert, until=DAY + HOUR, actor="ada@example.com")

    assert (alert.status, alert.silenced_until) == ("silenced", DAY + HOUR)


def test_a_resolved_alert_cannot_be_silenced(torn):
    torn()
    alert = torn(is_torn=False)

    with everywhere(), pytest.raises(Refused, match="resolved already"):
        silencing.silence_one(alert, until=DAY + HOUR, actor="ada@example.com")


@pytest.mark.parametrize("hours", [0, -1])
def test_a_silence_that_would_be_over_is_refused(hours, hush):
    with pytest.raises(Refused, match="future"):
        hush(hours=hours)


def test_a_silenced_alert_can_be_acknowledged(torn, hush):
    hush()
    alert = torn()

    with everywhere():
        answering.acknowledge([alert], actor="ada@example.com")

    assert (fresh(alert).status, alert.silenced_until) == ("acknowledged", None)


def test_the_clock_writes_nothing_where_nothing_ends(torn, hush, django_assert_max_num_queries):
    hush()
    torn()
    tasks.keep_silences()

    with django_assert_max_num_queries(12):
        assert tasks.keep_silences() == 0
    with everywhere():
        assert AlertEntry.objects.filter(kind="silenced").count() == 1
        assert AlertDelivery.objects.count() == 0
