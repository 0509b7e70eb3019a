"""A flood reaches a person as a few messages with many lines, and a machine as one message a thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from alerts import tasks, telling
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine, Destination
from core.fence import everywhere
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_lane", "admin_person")]


@pytest.fixture
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


@pytest.fixture
def happen(organization, clock):
    """Opens so many alerts at one moment, each about a lamp of its own."""
    lamps = iter(range(10_000))

    def open_alerts(count: int, *, severity: str = "HIGH", rank: int = 2) -> list[AlertEntry]:
        with everywhere():
            alerts = Alert.objects.bulk_create(
                Alert(
                    organization=organization,
                    alert_type="WICK_TORN",
                    severity=severity,
                    severity_rank=rank,
                    title=f"Wick {number} is torn",
                    subject_kind="lamp",
                    subject_id=str(number),
                    first_seen_at=DAY,
                    last_seen_at=DAY,
                )
                for number in (next(lamps) for _ in range(count))
            )
            entries = AlertEntry.objects.bulk_create(
                AlertEntry(organization=organization, alert=alert, kind="opened") for alert in alerts
            )
            telling.tell(entries)
        return list(entries)

    return open_alerts


def lines_of_each() -> list[int]:
    with everywhere():
        return [row.lines.count() for row in AlertDelivery.objects.order_by("created_at", "id")]


def test_three_things_are_three_messages(happen):
    happen(3)

    assert lines_of_each() == [1, 1, 1]


def test_a_fourth_within_the_minute_is_collected_for_some_seconds(happen, clock, mailoutbox):
    happen(3)
    clock.shift(timedelta(seconds=5))
    happen(1)
    clock.shift(timedelta(seconds=5))
    happen(30)

    tasks.send_due()
    assert len(mailoutbox) == 3

    clock.shift(timedelta(seconds=15))
    tasks.send_due()
    assert len(mailoutbox) == 4
    assert mailoutbox[3].subject == "[HIGH] 31 alerts: 31 × WICK_TORN"


def test_a_critical_thing_after_three_others_is_told_at_once(happen, clock, mailoutbox):
    happen(3)
    clock.shift(timedelta(seconds=5))
    happen(1, severity="CRITICAL", rank=3)

    tasks.send_due()

    assert len(mailoutbox) == 4


def test_after_a_quiet_minute_the_next_thing_is_told_at_once(happen, clock, mailoutbox):
    happen(3)
    clock.shift(timedelta(seconds=61))
    happen(1)

    tasks.send_due()

    assert len(mailoutbox) == 4


def test_five_hundred_in_a_minute_are_a_few_messages_that_name_them_all(happen, clock, mailoutbox):
    for _ in range(50):
        happen(10)
        clock.shift(timedelta(milliseconds=1200))
        tasks.send_due()
    clock.shift(timedelta(seconds=30))
    tasks.send_due()

    assert len(mailoutbox) <= 6
    assert sum(lines_of_each()) == 500
    with everywhere():
        assert AlertEntry.objects.filter(kind="told").count() == 500


def test_what_was_told_together_is_one_click_away(happen, mailoutbox):
    happen(40)

    tasks.send_due()

    (mail,) = mailoutbox
    with everywhere():
        delivery = AlertDelivery.objects.get()
    assert f"/admin/alerts/alert/?together={delivery.pk}" in mail.body
    with everywhere():
        assert AlertEntry.objects.filter(kind="told").first().detail.endswith("Together with 39 more.")


def test_two_floods_at_once_tell_each_thing_once(happen, clock):
    happen(3)
    clock.shift(timedelta(seconds=1))
    happen(20)
    happen(20)

    assert lines_of_each() == [1, 1, 1, 40]


def test_a_message_that_a_worker_has_taken_is_not_added_to(happen, clock):
    happen(3)
    clock.shift(timedelta(seconds=1))
    happen(5)
    with everywhere():
        AlertDelivery.objects.filter(held_because="together").update(attempts=1)

    happen(5)

    assert lines_of_each() == [1, 1, 1, 5, 5]


def test_a_machine_gets_one_message_a_thing(happen, organization):
    with everywhere():
        Destination.objects.create(
            organization=organization, kind="webhook", name="Hook", address="https://x", address_hint="x"
        )

    happen(40)

    with everywhere():
        hooks = AlertDelivery.objects.filter(transport="webhook")
        assert hooks.count() == DeliveryLine.objects.filter(delivery__in=hooks).count() == 40


def test_organizations_with_the_same_person_are_told_apart(happen, clock, other_organization, admin_person):
    from_here = happen(4)

    with everywhere():
        assert {line.organization_id for line in DeliveryLine.objects.all()} == {from_here[0].organization_id}
        assert AlertDelivery.objects.get().recipient.split(":")[1] == str(from_here[0].organization_id)


def test_a_digest_collects_into_one_message(happen, clock, organization, mailoutbox):
    with everywhere():
        Destination.objects.create(
            organization=organization,
            kind="email",
            name="Desk",
            address="desk@example.com",
            address_hint="desk@example.com",
            digest_minutes=30,
        )
    happen(1)
    clock.shift(timedelta(minutes=10))
    happen(2)

    clock.shift(timedelta(minutes=19))
    tasks.send_due()
    assert [mail.to for mail in mailoutbox if mail.to == ["desk@example.com"]] == []

    clock.shift(timedelta(minutes=1))
    tasks.send_due()
    (digest,) = [mail for mail in mailoutbox if mail.to == ["desk@example.com"]]
    assert digest.subject == "[HIGH] 3 alerts: 3 × WICK_TORN"


def test_a_critical_alert_waits_for_no_digest(happen, organization, mailoutbox):
    with everywhere():
        Destination.objects.create(
            organization=organization,
            kind="email",
            name="Desk",
            address="desk@example.com",
            address_hint="desk@example.com",
            digest_minutes=30,
        )

    happen(1, severity="CRITICAL", rank=3)
    tasks.send_due()

    assert ["desk@example.com"] in [mail.to for mail in mailoutbox]


def test_what_does_not_last_is_dropped_and_says_so(happen, clock, mailoutbox):
    (entry,) = happen(1)
    with everywhere():
        DeliveryLine.objects.update(only_if_it_lasts=True)
        Alert.objects.filter(pk=entry.alert_id).update(status="resolved")

    tasks.send_due()

    with everywhere():
        assert AlertDelivery.objects.get().state == "dropped"
        assert AlertEntry.objects.get(kind="not_told").detail == "It did not last."
    assert mailoutbox == []
