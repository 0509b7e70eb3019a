"""Is the installation itself at work: late queues and silent workers, since when, and what ends their alerts."""

from __future__ import annotations

import types
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import answering, checkups, tasks
from alerts.models import Alert, AlertEntry
from core.bell import WORKER, queues
from core.checkups import checkups as all_checkups
from core.fence import everywhere
from core.matters import Severity, Subject
from core.models import Heartbeat
from providers.models import WebhookCall
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


def ago(**time: float) -> datetime:
    return DAY - timedelta(**time)


def found(check: Any) -> list[Subject]:
    with everywhere():
        subjects: list[Subject] = check()
    return subjects


def call(**fields: Any) -> WebhookCall:
    row: WebhookCall = WebhookCall.objects.create(**{"door": "meta", "body": b"{}"} | fields)
    return row


def alert_of(alert_type: str) -> Alert:
    with everywhere():
        alert: Alert = Alert.objects.get(alert_type=alert_type)
    return alert


def lines() -> list[str]:
    with everywhere():
        return list(AlertEntry.objects.exclude(kind="not_told").order_by("at").values_list("kind", flat=True))


def test_every_check_of_the_product_is_found_and_says_what_it_does():
    known = all_checkups()

    assert {one.alert_type for one in known.values()} >= {
        "TOKEN_EXPIRING",
        "NO_WEBHOOKS",
        "CALLS_PARKED",
        "QUEUE_OLD",
        "WORKER_SILENT",
        "TEMPLATE_PENDING_LONG",
    }
    assert all(one.what.endswith(".") for one in known.values())


# Queues


def test_a_queue_whose_oldest_row_waits_for_long_is_late_since_it_became_so():
    call(due_at=ago(minutes=9))
    call(due_at=ago(minutes=7))

    (subject,) = found(checkups.queue_old)

    (matter,) = subject.matters
    assert (subject.organization_id, subject.kind, subject.id) == (None, "queue", "webhook_calls")
    assert (matter.alert_type, matter.severity) == ("QUEUE_OLD", Severity.HIGH)
    assert "webhook calls" in matter.title
    assert "manage.py doctor" in matter.action_required
    assert matter.first_seen_at == matter.last_seen_at == ago(minutes=4)


@pytest.mark.parametrize("due_at", [ago(minutes=5), ago(minutes=-5), None])
def test_what_is_due_for_less_or_not_at_all_is_not_late(due_at):
    call(due_at=due_at)

    assert found(checkups.queue_old) == []


def test_a_late_queue_that_moves_on_is_late_all_the_while(clock):
    first = call(due_at=ago(minutes=9))
    call(due_at=ago(minutes=7))
    tasks.check("queue_old")
    before = alert_of("QUEUE_OLD")
    WebhookCall.objects.filter(pk=first.pk).update(due_at=None)
    clock.shift(60)

    tasks.check("queue_old")

    after = alert_of("QUEUE_OLD")
    assert (after.first_seen_at, after.title, after.data) == (before.first_seen_at, before.title, before.data)
    assert lines() == ["opened"]


def test_a_queue_that_is_done_with_ends_its_alert(clock):
    call(due_at=ago(minutes=9))
    tasks.check("queue_old")
    WebhookCall.objects.update(due_at=None)
    clock.shift(60)

    tasks.check("queue_old")

    assert alert_of("QUEUE_OLD").status == "resolved"


def test_a_stuck_queue_that_a_person_resolved_stays_so_while_the_same_row_waits(clock):
    call(due_at=ago(minutes=9))
    tasks.check("queue_old")
    with everywhere():
        answering.resolve(Alert.objects.all(), actor="ada@example.com")
    clock.shift(60)

    tasks.check("queue_old")

    assert alert_of("QUEUE_OLD").status == "resolved"


def test_looking_at_the_queues_costs_two_statements_each_and_one():
    WebhookCall.objects.bulk_create(
        WebhookCall(door="meta", body=b"", due_at=ago(minutes=9), digest=str(n).encode()) for n in range(1000)
    )

    with CaptureQueriesContext(connection) as queries_made:
        assert len(found(checkups.queue_old)) == 1

    assert len(queries_made) == 2 * len(queues()) + 1


# The worker


def beat(**age: float) -> None:
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": ago(**age)})


def test_a_worker_that_is_not_heard_for_a_minute_is_silent():
    beat(seconds=90)

    (subject,) = found(checkups.worker_silent)

    (matter,) = subject.matters
    assert (subject.organization_id, subject.kind, subject.id) == (None, "worker", "worker")
    assert (matter.alert_type, matter.severity) == ("WORKER_SILENT", Severity.CRITICAL)
    assert matter.title == "No worker is running"
    assert "manage.py up" in matter.action_required
    assert matter.first_seen_at == matter.last_seen_at == ago(seconds=30)


def test_a_worker_that_was_just_heard_is_not_silent():
    beat(seconds=60)

    assert found(checkups.worker_silent) == []


@pytest.mark.parametrize(("minutes", "is_silent"), [(5, False), (5.1, True)])
def test_where_no_worker_was_ever_heard_a_new_installation_has_five_minutes(minutes, is_silent, organization):
    with everywhere():
        organization.created_at = ago(minutes=minutes)
        organization.save()

    assert bool(found(checkups.worker_silent)) == is_silent


def test_an_installation_without_organizations_misses_no_worker():
    assert found(checkups.worker_silent) == []


def test_a_worker_that_asks_is_the_answer(monkeypatch):
    beat(hours=9)
    monkeypatch.setattr(checkups, "current_app", types.SimpleNamespace(current_worker_task=tasks.check))

    assert found(checkups.worker_silent) == []


def test_silence_is_one_line_until_the_worker_is_heard_again(clock):
    beat(seconds=90)
    tasks.check("worker_silent")
    clock.shift(60)
    tasks.check("worker_silent")
    beat(seconds=-60)

    tasks.check("worker_silent")

    assert alert_of("WORKER_SILENT").status == "resolved"
    assert lines()[0] == "opened"
    assert "repeated" not in lines()
