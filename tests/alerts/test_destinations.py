"""Destinations: added, tested, told over real HTTP, switched off when gone; one that fails harms no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook

from alerts import destinations, tasks, telling
from alerts.models import Alert, AlertDelivery, AlertEntry, Destination, Escalation, Lane
from alerts.transports.base import WrongAddress
from core.fence import everywhere
from core.models import AuditEntry
from core.refusals import Refused
from tests.receiver import Receiver, receiving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_lane", "network")]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with receiving() as server:
        yield server


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def add(organization):
    def make(kind: str, address: str, *, name: str = "", **fields: Any) -> Destination:
        with everywhere():
            return destinations.add(
                organization=organization, fields={"kind": kind, "name": name or kind, "address": address, **fields}
            )

    return make


def open_alert(organization, *, lamp: str = "1") -> Alert:
    now = timezone.now()
    with everywhere():
        alert: Alert = Alert.objects.create(
            organization=organization,
            alert_type="WICK_TORN",
            severity="HIGH",
            severity_rank=2,
            title="The wick is torn",
            subject_kind="lamp",
            subject_id=lamp,
            subject_label=f"Lamp {lamp}",
            first_seen_at=now,
            last_seen_at=now,
        )
        telling.tell([AlertEntry.objects.create(organization=organization, alert=alert, kind="opened")])
    return alert


def fresh(destination: Destination) -> Destination:
    with everywhere():
        destination.refresh_from_db()
    return destination


def states() -> list[tuple[str, str]]:
    with everywhere():
        return list(AlertDelivery.objects.order_by("id").values_list("transport", "state"))


def test_slack_is_told_over_http(add, organization, receiver):
    add("slack", f"{receiver.url}/services/T0/B0/x1Yz")
    open_alert(organization)

    tasks.send_due()

    (posted,) = receiver.got
    assert "The wick is torn" in json.loads(posted.body)["text"]
    assert states() == [("slack", "sent")]


def test_a_webhook_is_signed_so_that_its_receiver_can_verify_it(add, organization, receiver):
    destination = add("webhook", f"{receiver.url}/hook")
    alert = open_alert(organization)

    tasks.send_due()

    (posted,) = receiver.got
    told = Webhook(destination.secret).verify(posted.body, posted.headers)
    assert (told["type"], told["data"]["id"]) == ("alert.opened", str(alert.pk))


def test_after_its_secret_was_renewed_the_old_one_still_verifies(add, organization, receiver):
    destination = add("webhook", f"{receiver.url}/hook")
    old = destination.secret
    with everywhere():
        new = destinations.renew_secret(destination)
    open_alert(organization)

    tasks.send_due()

    (posted,) = receiver.got
    assert Webhook(old).verify(posted.body, posted.headers) == Webhook(new).verify(posted.body, posted.headers)


def test_an_address_that_is_gone_switches_its_destination_off_and_another_hears_of_it(
    add, organization, receiver, other_receiver
):
    gone, other = add("webhook", f"{receiver.url}/hook"), add("slack", f"{other_receiver.url}/services/T/B/x")
    receiver.answer = (410, b"gone", {})
    open_alert(organization)

    tasks.send_due()

    assert (fresh(gone).is_enabled, fresh(other).is_enabled) == (False, True)
    assert "410" in gone.disabled_reason
    texts = [json.loads(posted.body)["text"] for posted in other_receiver.got]
    with everywhere():
        Lane.objects.update(free_at=timezone.now())
        AlertDelivery.objects.exclude(due_at=None).update(due_at=timezone.now())
    tasks.send_due()
    texts = [json.loads(posted.body)["text"] for posted in other_receiver.got]
    assert any("takes no more alerts" in text for text in texts)


def test_switching_it_on_again_resolves_that(add, organization, receiver):
    destination = add("webhook", f"{receiver.url}/hook")
    with everywhere():
        destinations.switch_off(destination, why="gone")
        destinations.change(fresh(destination), fields={"is_enabled": True})

        assert Alert.objects.get().status == "resolved"
    assert (fresh(destination).is_enabled, destination.disabled_reason) == (True, "")


def test_what_waits_for_a_destination_that_was_switched_off_is_not_sent(add, organization, receiver):
    destination = add("slack", f"{receiver.url}/services/T/B/x")
    open_alert(organization)
    with everywhere():
        destinations.change(destination, fields={"is_enabled": False})

    tasks.send_due()

    assert (receiver.got, states()) == ([], [("slack", "failed")])


def test_half_an_hour_without_slack_loses_nothing_and_delays_nobody_else(add, organization, receiver, other_receiver):
    add("slack", f"{receiver.url}/services/T/B/x")
    add("webhook", f"{other_receiver.url}/hook")
    receiver.answer, tries = (503, b"", {}), 0

    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as clock:
        for minute in range(40):
            if minute < 5:
                open_alert(organization, lamp=str(minute))
            if minute == 30:
                receiver.answer, tries = (200, b"ok", {}), len(receiver.got)
            tasks.send_due()
            if minute < 5:
                assert len(other_receiver.got) == minute + 1
            clock.shift(timedelta(minutes=1))
        for _ in range(10):
            tasks.send_due()
            clock.shift(timedelta(minutes=1))

    with everywhere():
        slack = AlertDelivery.objects.filter(transport="slack")
        assert set(slack.values_list("state", flat=True)) == {"sent"}
        assert sum(delivery.lines.count() for delivery in slack) == 5
    assert tries <= 15
    assert len(receiver.got) - tries == slack.count()


def test_a_flood_for_a_busy_address_stands_back_in_one_step(add, organization, receiver, mailoutbox, admin_person):
    destination = add("webhook", f"{receiver.url}/hook")
    for lamp in range(30):
        open_alert(organization, lamp=str(lamp))
    busy = Lane.objects.create(name=destinations._lane(destination), busy_until=timezone.now() + timedelta(seconds=30))

    tasks.send_due()

    with everywhere():
        hooks = AlertDelivery.objects.filter(transport="webhook")
        assert sum(hooks.values_list("attempts", flat=True)) == 1
    assert (receiver.got, len(mailoutbox)) == ([], 3)

    Lane.objects.filter(pk=busy.pk).update(busy_until=timezone.now())
    with everywhere():
        first = hooks.order_by("id").first()
        AlertDelivery.objects.filter(pk=first.pk).update(due_at=timezone.now())
    tasks.send_due()
    assert len(receiver.got) == 30


def test_slack_is_asked_once_a_second_at_most(add, organization, receiver):
    add("slack", f"{receiver.url}/services/T/B/x")

    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as clock:
        for lamp in range(3):
            open_alert(organization, lamp=str(lamp))
        sent = []
        for _ in range(12):
            tasks.send_due()
            sent.append(len(receiver.got))
            clock.shift(timedelta(milliseconds=500))

    assert max(later - earlier for earlier, later in zip(sent, sent[2:], strict=False)) <= 1
    assert sent[-1] == 3


def test_a_rate_limit_waits_as_long_as_it_says_and_counts_as_no_attempt(add, organization, receiver):
    add("slack", f"{receiver.url}/services/T/B/x")
    receiver.answer = (429, b"", {"Retry-After": "120"})
    open_alert(organization)
    before = timezone.now()

    tasks.send_due()

    with everywhere():
        delivery = AlertDelivery.objects.get()
    assert delivery.attempts - delivery.postponed == 0
    assert timedelta(seconds=119) <= delivery.due_at - before <= timedelta(seconds=140)


def test_two_workers_never_write_to_one_address_at_the_same_time(add, organization, receiver):
    destination = add("slack", f"{receiver.url}/services/T/B/x")
    open_alert(organization)
    lane = destinations._lane(destination)
    Lane.objects.create(name=lane, busy_until=timezone.now() + timedelta(seconds=30))

    tasks.send_due()

    assert (receiver.got, states()) == ([], [("slack", "waiting")])


# Testing


def test_a_test_sends_now_and_gives_the_real_answer(add, receiver):
    destination = add("slack", f"{receiver.url}/services/T/B/x")

    with everywhere():
        tested = destinations.try_out(destination)

    assert (tested.ok, tested.status, tested.answer) == (True, 200, "ok")
    assert "test" in json.loads(receiver.got[0].body)["text"].lower()
    with everywhere():
        entry = AuditEntry.objects.get(action="tested")
    assert (entry.label, entry.detail) == ("slack", "It worked.")


def test_a_test_that_fails_says_why_and_is_not_tried_again(add, receiver):
    destination = add("slack", f"{receiver.url}/services/T/B/x")
    receiver.answer = (403, b"action_prohibited", {})

    with everywhere():
        tested = destinations.try_out(destination)

    assert not tested.ok
    assert "action_prohibited" in tested.answer
    assert (len(receiver.got), fresh(destination).last_error != "") == (1, True)


# Addresses


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "nobody"),
        ("email", "a@b.example, c@d.example"),
        ("slack", "https://hooks.example.com/services/T/B/x"),
        ("slack", "hooks.slack.com"),
        ("webhook", "http://receiver.example.com/hook"),
        ("webhook", "https://10.0.0.1/hook"),
        ("webhook", "ftp://receiver.example.com"),
        ("apprise", "dbus://"),
        ("apprise", "no address"),
    ],
)
def test_what_is_no_address_is_refused(kind, address, add):
    with pytest.raises(WrongAddress):
        add(kind, address)


def test_a_secret_address_is_kept_encrypted_and_only_hinted_at(add, organization):
    destination = add("slack", "https://hooks.slack.com/services/T000/B000/abcdWXYZ")

    with everywhere():
        assert Destination.objects.filter(address__contains="hooks.slack.com").count() == 0
        assert destination.history.count() == 1
        assert not hasattr(destination.history.get(), "address")
    assert (destination.address_hint[-4:], "abcd" in destination.address_hint) == ("WXYZ", False)


def test_a_name_is_given_once_in_an_organization(add):
    add("email", "a@example.com", name="Desk")

    with pytest.raises(Refused, match="of that name"):
        add("email", "b@example.com", name="Desk")


def test_one_that_an_escalation_names_is_not_removed(add, organization):
    destination = add("email", "a@example.com")
    with everywhere():
        steps = [{"after_minutes": 0, "destinations": [str(destination.pk)]}]
        Escalation.objects.create(organization=organization, steps=steps)

        with pytest.raises(Refused, match="escalation"):
            destinations.remove(destination)


# The first Slack destination


def test_every_organization_without_slack_gets_the_installations(organization, other_organization, settings, add):
    settings.SLACK_WEBHOOK_URL = "https://hooks.slack.com/services/T000/B000/abcdWXYZ"
    add("slack", "https://hooks.slack.com/services/T111/B111/own", name="Own")

    assert (tasks.found_first_slack(), tasks.found_first_slack()) == (1, 0)

    with everywhere():
        founded = Destination.objects.get(organization=other_organization)
    assert (founded.kind, founded.name) == ("slack", "Slack")


def test_a_wrong_first_slack_address_makes_nothing(organization, settings):
    settings.SLACK_WEBHOOK_URL = "https://example.com/hook"

    assert tasks.found_first_slack() == 0
