"""The bell: wakes workers, may be lost, and costs the one who rings nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, transaction
from kombu.exceptions import OperationalError as BrokerError

from core import bell
from core.bell import WORKER, Watch, one_at_a_time, ring_where_due
from core.models import Heartbeat
from core.tasks import ring_for_due_rows
from core.work import Queue
from providers import webhooks
from tests.world import DAY, due_calls

CALLS, PARKED = webhooks.QUEUE, "parked_events"
PATIENCE = 30  # seconds until a thread that never comes fails the test


class Sender:
    """Stands where Celery would be asked, and holds every message until it is let through."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.entered, self.let_through = threading.Semaphore(0), threading.Semaphore(0)

    def send(self, queue: Queue) -> None:
        self.sent.append(queue.name)
        self.entered.release()
        assert self.let_through.acquire(timeout=PATIENCE)

    def wait(self) -> None:
        assert self.entered.acquire(timeout=PATIENCE)


@pytest.fixture
def sender(settings, monkeypatch) -> Iterator[Sender]:
    settings.HAS_BROKER = True
    monkeypatch.setattr(bell, "_rope", bell._Rope())
    held = Sender()
    monkeypatch.setattr(bell, "send", held.send)
    yield held
    held.let_through.release(1000)


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """Tasks that Celery was asked to run."""
    asked: list[str] = []
    monkeypatch.setattr("core.bell.current_app.send_task", lambda name, **options: asked.append(name))
    return asked


def test_a_ring_is_heard_after_the_commit_and_not_before(sender, db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring(CALLS)
        before = list(sender.sent)
    sender.wait()

    assert (before, sender.sent) == ([], [CALLS])


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_rings_nothing(sender):
    with transaction.atomic():
        bell.ring(PARKED)
        transaction.set_rollback(True)
    bell.ring(CALLS)
    sender.wait()

    assert sender.sent == [CALLS]


def test_any_number_of_rings_becomes_one_message_at_a_time(sender):
    rope = bell._rope
    rope.pull(CALLS)
    sender.wait()
    for _ in range(100):
        rope.pull(CALLS)
    sender.let_through.release()
    sender.wait()
    sender.let_through.release()
    rope.pull(PARKED)
    sender.wait()

    assert sender.sent == [CALLS, CALLS, PARKED]


def test_without_a_broker_a_ring_costs_nothing(settings, db, django_capture_on_commit_callbacks):
    settings.HAS_BROKER = False

    with django_capture_on_commit_callbacks() as callbacks:
        bell.ring(CALLS)

    assert callbacks == []


@pytest.mark.parametrize("error", [BrokerError("refused"), ConnectionRefusedError()])
def test_a_broker_that_is_away_only_delays(error, monkeypatch, caplog):
    def away(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("core.bell.current_app.send_task", away)

    bell.send(bell.queues()[CALLS])

    assert "the bell was not heard" in caplog.text


def test_every_queue_names_a_task_that_exists(celery_tasks):
    assert {queue.task for queue in bell.queues().values()} <= celery_tasks


def test_the_clock_rings_where_rows_are_due(db, sent):
    due_calls("a", "b")

    ring_for_due_rows()

    assert sent == ["providers.tasks.apply_calls"]


def test_where_nothing_is_due_nobody_is_woken(db, sent, django_assert_num_queries):
    due_calls("not yet", due_at=DAY + timedelta(days=36500))

    with django_assert_num_queries(len(bell.queues())):
        ring_where_due()

    assert sent == []


def test_a_queue_that_is_being_worked_on_is_left_in_peace(db, sent):
    due_calls("a")

    def drain() -> int:
        ring_where_due()
        return 1

    assert one_at_a_time(CALLS, drain) == 1
    assert sent == []


def test_one_process_works_on_a_queue_once_at_a_time_and_looks_again_if_asked_meanwhile():
    runs: list[int] = []

    def drain() -> int:
        runs.append(len(runs))
        if len(runs) == 1:
            assert one_at_a_time("again", drain) == 0
            assert bell.is_busy("again")
        return 5

    assert one_at_a_time("again", drain) == 10
    assert runs == [0, 1]
    assert not bell.is_busy("again")


def test_two_queues_do_not_wait_for_one_another():
    assert one_at_a_time("one", lambda: 1 + one_at_a_time("other", lambda: 2)) == 3


def test_work_that_fails_leaves_the_queue_free():
    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one_at_a_time("failing", fail)

    assert one_at_a_time("failing", lambda: 1) == 1


def test_the_watch_wakes_for_due_rows_and_says_that_it_lives(db, sent):
    due_calls("a")
    with time_machine.travel(DAY, tick=False) as clock:
        due_calls("b")
        watch = Watch()
        watch.look()
        first = Heartbeat.objects.get(name=WORKER).at
        clock.shift(timedelta(seconds=4))
        watch.look()
        second = Heartbeat.objects.get(name=WORKER).at
        clock.shift(timedelta(seconds=1))
        watch.look()

    assert sent == ["providers.tasks.apply_calls"] * 3
    assert (first, second, Heartbeat.objects.get().at) == (DAY, DAY, DAY + timedelta(seconds=5))


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("the connection is closed")])
def test_the_watch_outlives_a_database_that_is_away(error, monkeypatch, caplog):
    looked = threading.Semaphore(0)

    def look(watch: Watch) -> None:
        looked.release()
        raise error

    monkeypatch.setattr(Watch, "look", look)
    watch = Watch()
    watch._every = 0.001

    watch.start()
    seen = [looked.acquire(timeout=PATIENCE) for _ in range(3)]
    watch.stop()
    watch.join(PATIENCE)

    assert seen == [True] * 3
    assert not watch.is_alive()
    assert "the database is away" in caplog.text
