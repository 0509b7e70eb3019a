"""Deliveries: one message a person, tried again while the mail server is in trouble, and every end in the timeline."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone

from alerts import tasks, telling
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine
from core.fence import everywhere
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_lane", "admin_person")]


@pytest.fixture
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


@pytest.fixture
def alert(organization, clock):
    with everywhere():
        return Alert.objects.create(
            organization=organization,
            alert_type="WICK_TORN",
            severity="HIGH",
            severity_rank=2,
            title="The wick\r\nBcc: everybody@example.com is torn",
            detail="It is dark.",
            action_required="Mend it under Lamps.",
            subject_kind="lamp",
            subject_id="1",
            count=3,
            first_seen_at=DAY,
            last_seen_at=DAY,
        )


def tell(alert: Alert, kind: str = "opened") -> AlertDelivery:
    with everywhere():
        entry = AlertEntry.objects.create(organization_id=alert.organization_id, alert=alert, kind=kind)
        telling.tell([entry])
        delivery: AlertDelivery = AlertDelivery.objects.get(lines__occasion=entry)
    return delivery


def fresh(delivery: AlertDelivery) -> AlertDelivery:
    with everywhere():
        delivery.refresh_from_db()
    return delivery


def timeline(kind: str) -> list[tuple[str, str, str]]:
    with everywhere():
        rows = AlertEntry.objects.filter(kind=kind).order_by("at", "id")
        return list(rows.values_list("destination", "outcome", "detail"))


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[Any]:
    """The mail server answers so; gives the list that will hold each message it was asked to take."""
    asked: list[Any] = []

    def refuse(mail: EmailMessage, *args: Any, **kwargs: Any) -> int:
        asked.append(mail)
        raise error

    monkeypatch.setattr(EmailMessage, "send", refuse)
    return asked


def test_a_message_says_what_is_wrong_what_to_do_and_where_to_look(alert, mailoutbox, settings):
    settings.PUBLIC_URL = "https://lamps.example.com"
    tell(alert)

    tasks.send_due()

    (mail,) = mailoutbox
    assert mail.to == ["ada@example.com"]
    assert "It is dark.\n\nWhat to do: Mend it under Lamps.\n" in mail.body
    assert "State: High" in mail.body
    assert mail.body.endswith(f"https://lamps.example.com/admin/alerts/alert/{alert.pk}/change/")


def test_a_subject_has_no_line_breaks_whatever_the_title_holds(alert, mailoutbox):
    tell(alert)

    tasks.send_due()

    (mail,) = mailoutbox
    assert mail.subject == "[HIGH] The wick Bcc: everybody@example.com is torn"
    assert mail.message()["Bcc"] is None


@pytest.mark.parametrize(("kind", "words"), [("reopened", "again: "), ("raised", "worse: ")])
def test_a_subject_says_when_it_is_not_the_first_time(kind, words, alert, mailoutbox):
    tell(alert, kind)

    tasks.send_due()

    assert mailoutbox[0].subject.startswith(f"[HIGH] {words}The wick")


def test_mail_clients_see_that_a_machine_wrote_it_and_keep_a_thread(alert, clock, mailoutbox):
    first = tell(alert)
    clock.shift(timedelta(seconds=1))
    second = tell(alert, "raised")

    tasks.send_due()

    headers = [mail.message() for mail in mailoutbox]
    assert [one["Auto-Submitted"] for one in headers] == ["auto-generated"] * 2
    assert [one["Message-ID"] for one in headers] == [f"<{first.pk}@heliograph>", f"<{second.pk}@heliograph>"]
    assert {one["References"] for one in headers} == {f"<alert-{alert.pk}@heliograph>"}


def test_what_was_sent_is_done_and_noted(alert, mailoutbox):
    delivery = tell(alert)

    tasks.send_due()
    tasks.send_due()

    assert (fresh(delivery).state, delivery.sent_at, delivery.due_at) == ("sent", DAY, None)
    assert timeline("told") == [("email ada@example.com", "sent", "accepted")]
    assert len(mailoutbox) == 1


TROUBLE = [
    smtplib.SMTPServerDisconnected("gone"),
    smtplib.SMTPDataError(554, b"no"),
    ConnectionRefusedError("nobody there"),
    TimeoutError("too slow"),
    smtplib.SMTPRecipientsRefused({"ada@example.com": (451, b"later")}),
]


@pytest.mark.parametrize("error", TROUBLE, ids=lambda error: type(error).__name__)
def test_trouble_of_the_mail_server_is_tried_again_with_growing_waits(error, alert, clock, monkeypatch):
    asked, delivery, waits = failing(monkeypatch, error), tell(alert), []

    for _ in range(4):
        tasks.send_due()
        due = fresh(delivery).due_at
        assert due is not None
        waits.append((due - timezone.now()).total_seconds() / 60)
        clock.move_to(due)

    assert waits == pytest.approx([1, 5, 15, 15], rel=0.11)
    assert {mail.extra_headers["Message-ID"] for mail in asked} == {f"<{delivery.pk}@heliograph>"}
    assert (len(asked), delivery.state, timeline("not_told")) == (4, "waiting", [])


def test_after_trouble_it_is_sent_once(alert, clock, mailoutbox, monkeypatch):
    delivery = tell(alert)
    with monkeypatch.context() as patch:
        failing(patch, smtplib.SMTPServerDisconnected("gone"))
        tasks.send_due()

    clock.shift(timedelta(minutes=2))
    tasks.send_due()

    assert (fresh(delivery).state, delivery.attempts, delivery.last_error) == ("sent", 2, "")
    assert len(mailoutbox) == 1


def test_an_address_that_is_refused_for_good_fails_at_once_and_is_noted(alert, monkeypatch):
    asked = failing(monkeypatch, smtplib.SMTPRecipientsRefused({"ada@example.com": (550, b"unknown")}))
    delivery = tell(alert)

    tasks.send_due()
    tasks.send_due()

    assert (fresh(delivery).state, delivery.due_at, len(asked)) == ("failed", None, 1)
    ((destination, outcome, detail),) = timeline("not_told")
    assert (destination, outcome) == ("email ada@example.com", "failed")
    assert "the mail server refuses this address (550)" in detail


def test_when_all_tries_are_used_up_it_fails_and_is_noted(alert, clock, monkeypatch):
    asked, delivery = failing(monkeypatch, ConnectionRefusedError()), tell(alert)

    for _ in range(14):
        tasks.send_due()
        clock.move_to(fresh(delivery).due_at or timezone.now())

    assert (fresh(delivery).state, delivery.due_at, len(asked)) == ("failed", None, 11)
    ((_, outcome, detail),) = timeline("not_told")
    assert outcome == "failed"
    assert "the mail server did not take it: ConnectionRefusedError" in detail


def test_one_refused_address_does_not_keep_the_others_from_being_told(alert, organization, monkeypatch, mailoutbox):
    send = EmailMessage.send
    with everywhere():
        entry = AlertEntry.objects.create(organization=organization, alert=alert, kind="opened")
        for address in ("gone@example.com", "bo@example.com"):
            delivery = AlertDelivery.objects.create(
                organization=organization, transport="email", recipient=f"person:x:{address}", address=address
            )
            DeliveryLine.objects.create(
                organization=organization, delivery=delivery, alert=alert, occasion=entry, recipient=delivery.recipient
            )

    def refuse_one(mail: EmailMessage, *args: Any, **kwargs: Any) -> int:
        if mail.to == ["gone@example.com"]:
            raise smtplib.SMTPRecipientsRefused({"gone@example.com": (550, b"unknown")})
        return send(mail, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", refuse_one)
    tasks.send_due()

    assert [mail.to for mail in mailoutbox] == [["bo@example.com"]]


def test_a_delivery_that_another_worker_took_over_meanwhile_is_not_written_by_the_first(alert, clock, monkeypatch):
    delivery = tell(alert)

    def taken_over(mail: EmailMessage, *args: Any, **kwargs: Any) -> int:
        AlertDelivery.objects.filter(pk=delivery.pk).update(attempts=9, leased_until=DAY + timedelta(hours=1))
        return 1

    monkeypatch.setattr(EmailMessage, "send", taken_over)
    tasks.send_due()

    assert (fresh(delivery).state, timeline("told")) == ("waiting", [])
