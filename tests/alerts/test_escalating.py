"""Escalations: the next ones are told, step by step and again and again, until somebody acknowledges."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from alerts import answering, escalating, raising, silencing, tasks
from alerts.models import Alert, AlertDelivery, AlertEntry, Destination, Escalation, EscalationRun
from core.fence import everywhere
from core.matters import Matter, Severity, Subject
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_lane")]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


@pytest.fixture
def desk(organization):
    """An e-mail destination by name."""

    def make(name: str) -> Destination:
        address = f"{name.lower()}@example.com"
        with everywhere():
            row: Destination = Destination.objects.create(
                organization=organization, kind="email", name=name, address=address, address_hint=address
            )
        return row

    return make


@pytest.fixture
def ladder(organization, desk):
    """At once the desk, after 15 minutes the boss, then every half hour."""
    steps = [
        {"after_minutes": 0, "destinations": [str(desk("Desk").pk)]},
        {"after_minutes": 15, "destinations": [str(desk("Boss").pk)]},
    ]
    with everywhere():
        row: Escalation = Escalation.objects.create(
            organization=organization, name="Nights", steps=steps, repeat_minutes=30, minimum_severity="HIGH"
        )
    return row


def torn(organization, *, severity: Severity = Severity.HIGH, is_torn: bool = True) -> Alert:
    now = timezone.now()
    matter = Matter(
        alert_type="WICK_TORN",
        severity=severity,
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
        id="1",
        label="Lamp 1",
        alert_types=["WICK_TORN"],
        matters=[matter] if is_torn else [],
    )
    with everywhere():
        raising.follow([subject])
        found: Alert = Alert.objects.order_by("-id")[0]
    return found


@pytest.fixture
def pass_by(clock, mailoutbox):
    """So many minutes go by, minute by minute; gives whom each minute's messages went to."""

    def minutes(count: int) -> list[tuple[int, str]]:
        told = []
        for minute in range(count + 1):
            tasks.keep_silences()
            tasks.escalate_due()
            tasks.send_due()
            told += [(minute, mail.to[0].partition("@")[0]) for mail in mailoutbox]
            mailoutbox.clear()
            clock.shift(timedelta(minutes=1))
        return told

    return minutes


def test_each_step_has_its_time_and_then_the_last_is_repeated(organization, ladder, pass_by):
    torn(organization)

    assert pass_by(80) == [(0, "desk"), (15, "boss"), (45, "boss"), (75, "boss")]
    with everywhere():
        entries = AlertEntry.objects.filter(kind__in=["escalated", "reminded"]).order_by("at", "id")
        told = list(entries.values_list("kind", "actor", "detail"))
    assert told == [
        ("escalated", "Nights", "At once."),
        ("escalated", "Nights", "Not acknowledged for 15 minutes."),
        ("reminded", "Nights", "Not acknowledged for 45 minutes."),
        ("reminded", "Nights", "Not acknowledged for 75 minutes."),
    ]


def test_an_acknowledgment_ends_it(organization, ladder, pass_by):
    alert = torn(organization)
    pass_by(10)

    with everywhere():
        answering.acknowledge([alert], actor="ada@example.com")

    assert pass_by(60) == []


def test_a_recovery_ends_it_and_tells_who_had_been_told(organization, ladder, pass_by):
    torn(organization)
    pass_by(5)

    torn(organization, is_torn=False)

    assert pass_by(60) == [(0, "desk")]


def test_a_silence_rests_it_and_it_goes_on_afterwards(organization, ladder, pass_by):
    alert = torn(organization)
    pass_by(5)
    with everywhere():
        until = timezone.now() + timedelta(minutes=30)
        silencing.silence_one(alert, until=until, actor="ada@example.com")

    assert pass_by(28) == []
    assert [who for _, who in pass_by(20)] == ["boss"]


def test_a_lesser_alert_is_not_escalated(organization, ladder, pass_by):
    torn(organization, severity=Severity.MEDIUM)

    pass_by(30)

    with everywhere():
        assert not EscalationRun.objects.exists()


def test_an_alert_that_becomes_graver_is_escalated_from_then_on(organization, ladder, pass_by):
    torn(organization, severity=Severity.MEDIUM)
    pass_by(20)

    torn(organization, severity=Severity.HIGH)

    assert "boss" in [who for _, who in pass_by(1)]


def test_a_new_escalation_takes_on_what_is_open(organization, desk, pass_by, clock):
    torn(organization)
    clock.shift(timedelta(minutes=20))
    steps = [{"after_minutes": 15, "destinations": [str(desk("Boss").pk)]}]
    with everywhere():
        row = Escalation.objects.create(organization=organization, steps=steps, minimum_severity="HIGH")
        escalating.take_on(row)
        escalating.take_on(row)

    assert pass_by(30) == [(0, "boss")]


def test_one_that_was_switched_off_tells_nobody_any_more(organization, ladder, pass_by):
    torn(organization)
    pass_by(1)
    with everywhere():
        ladder.is_enabled = False
        ladder.save()

    assert pass_by(30) == []


def test_an_alert_that_opens_again_begins_at_the_first_step(organization, ladder, pass_by):
    torn(organization)
    pass_by(20)
    torn(organization, is_torn=False)
    pass_by(1)

    torn(organization)

    assert pass_by(16) == [(0, "desk"), (15, "boss")]


def test_a_destination_that_is_gone_is_passed_over(organization, ladder, pass_by):
    torn(organization)
    with everywhere():
        Destination.objects.filter(name="Boss").delete()

    assert pass_by(20) == [(0, "desk")]


def test_the_next_step_is_shown(organization, ladder, pass_by):
    alert = torn(organization)
    pass_by(1)

    with everywhere():
        run = escalating.unfinished(alert)

    assert run is not None
    assert (run.step, run.due_at) == (1, alert.opened_at + timedelta(minutes=15))


def test_a_worker_that_looks_twice_tells_once(organization, ladder):
    torn(organization)

    tasks.escalate_due()
    tasks.escalate_due()

    with everywhere():
        assert EscalationRun.objects.get().step == 1
        assert AlertDelivery.objects.count() == 1
