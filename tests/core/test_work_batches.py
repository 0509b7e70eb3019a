"""Database-only work: many rows a transaction, and one bad row stands alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import work
from core.context import current_actor, work_id
from core.work import attempt_alone, oldest_due, run_batches
from providers.models import WebhookCall
from tests.world import due_calls

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def done(rows: Sequence[WebhookCall]) -> None:
    WebhookCall.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=None)


class Worker:
    """Applies rows, and fails for those whose door is in `bad`."""

    def __init__(self, *bad: str, error: type[Exception] = ValueError, times: int = 1000) -> None:
        self.bad, self.error, self.times = bad, error, times
        self.batches: list[list[str]] = []
        self.alone: list[str] = []

    def apply(self, rows: Sequence[WebhookCall]) -> None:
        self.batches.append([row.door for row in rows])
        done(rows)
        self._fail([row.door for row in rows])

    def apply_alone(self, row: WebhookCall) -> None:
        self.alone.append(row.door)
        done([row])
        self._fail([row.door])

    def _fail(self, doors: list[str]) -> None:
        if set(doors) & set(self.bad) and self.times:
            self.times -= 1
            raise self.error("access_token=EAAB123 is not what was expected")

    def run(self, **options: Any) -> int:
        return run_batches(WebhookCall, apply=self.apply, apply_alone=self.apply_alone, **options)


@pytest.fixture
def no_sleep(monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("core.work.time.sleep", slept.append)
    return slept


def test_all_that_is_due_is_applied_in_batches_oldest_first(db):
    due_calls("a", "b", "c", "d", "e")
    worker = Worker()

    count = worker.run(size=2)

    assert (count, worker.batches) == (5, [["a", "b"], ["c", "d"], ["e"]])


def test_what_is_not_due_yet_or_not_any_more_is_left(db):
    with time_machine.travel(NOW, tick=False):
        due_calls("later", due_at=NOW + timedelta(seconds=1))
        due_calls("never", due_at=None)
        due_calls("leased", leased_until=NOW + timedelta(seconds=1))
        due_calls("now", due_at=NOW)
        due_calls("lease ran out", leased_until=NOW)
        worker = Worker()
        worker.run()

    assert [sorted(batch) for batch in worker.batches] == [["lease ran out", "now"]]


def test_without_due_rows_no_write_lock_is_taken(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Worker().run() == 0


def test_a_batch_that_fails_is_applied_row_by_row_and_only_the_bad_row_waits(db):
    with time_machine.travel(NOW, tick=False):
        due_calls("a", "bad", "c")
        worker = Worker("bad")
        worker.run()
        waiting = WebhookCall.objects.get(due_at__isnull=False)

    assert worker.alone == ["a", "bad", "c"]
    assert (waiting.door, waiting.attempts) == ("bad", 1)
    assert waiting.due_at is not None
    assert timedelta(seconds=54) <= waiting.due_at - NOW <= timedelta(seconds=66)
    assert waiting.last_error == "ValueError: access_token=*** is not what was expected"


def test_a_row_that_was_done_meanwhile_is_passed_over(db):
    first, second = due_calls("bad", "b")
    worker = Worker("bad")

    def apply_alone(row: WebhookCall) -> None:
        worker.alone.append(row.door)
        done([first, second])

    run_batches(WebhookCall, apply=worker.apply, apply_alone=apply_alone)

    assert worker.alone == ["bad"]


def test_a_row_that_keeps_failing_waits_longer_each_time(db):
    with time_machine.travel(NOW, tick=False) as clock:
        (row,) = due_calls("bad")
        waits = []
        for _ in range(3):
            Worker("bad").run()
            row.refresh_from_db()
            assert row.due_at is not None
            waits.append(row.due_at - datetime.now(UTC))
            clock.move_to(row.due_at)

    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert row.attempts == 3
    assert minutes == [pytest.approx(1, rel=0.11), pytest.approx(5, rel=0.11), pytest.approx(15, rel=0.11)]


def test_what_a_failed_attempt_wrote_is_rolled_back(db):
    due_calls("bad")

    Worker("bad").run()

    assert WebhookCall.objects.get().due_at is not None


@pytest.mark.django_db(transaction=True)  # a connection that seems lost is closed
@pytest.mark.parametrize("times", [1, 5])
def test_a_passing_trouble_of_the_database_is_tried_again_as_a_batch(no_sleep, times):
    due_calls("a", "b")
    worker = Worker("a", error=OperationalError, times=times)

    count = worker.run()

    assert (count, worker.batches, worker.alone) == (2, [["a", "b"]] * (times + 1), [])
    assert len(no_sleep) == times
    assert no_sleep == sorted(no_sleep)  # each wait is longer than the one before


@pytest.mark.django_db(transaction=True)
def test_a_trouble_that_does_not_pass_ends_in_waiting_rows(no_sleep):
    due_calls("bad", "b")
    worker = Worker("bad", error=OperationalError)

    worker.run()

    waiting = WebhookCall.objects.get(due_at__isnull=False)
    assert (waiting.door, waiting.attempts) == ("bad", 1)
    assert len(worker.batches) == work.TRANSIENT_TRIES


def test_work_is_done_in_the_worker_s_name_with_the_id_of_its_rows(db):
    first, _ = due_calls("a", "b")
    seen = []

    def apply(rows: Sequence[WebhookCall]) -> None:
        seen.append((current_actor(), work_id.get()))
        done(rows)

    run_batches(WebhookCall, apply=apply, apply_alone=lambda row: None)

    assert seen == [("worker", f"WebhookCall:{first.pk}+1")]
    assert (current_actor(), work_id.get()) == ("", "")


def test_rows_that_another_worker_holds_are_skipped_where_the_database_can(db):
    due_calls("a")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        Worker().run()

    skips = any("SKIP LOCKED" in query["sql"] for query in queries)
    assert skips is connection.features.has_select_for_update_skip_locked


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_apply_one_row_twice():
    doors = [f"door {number:02}" for number in range(40)]
    due_calls(*doors)
    together, workers = threading.Barrier(3), [Worker() for _ in range(3)]

    def run(worker: Worker) -> int:
        try:
            together.wait()
            return worker.run(size=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(run, workers))

    applied = [door for worker in workers for batch in worker.batches for door in batch]
    assert sorted(applied) == doors
    assert sum(counts) == 40
    assert [worker.alone for worker in workers] == [[], [], []]


def test_one_piece_that_fails_harms_no_neighbor(db):
    def fail() -> None:
        due_calls("half done")
        raise KeyError("missing")

    with transaction.atomic():
        error = attempt_alone(fail)
        fine = attempt_alone(lambda: due_calls("whole"))

    assert (type(error), fine) == (KeyError, None)
    assert [call.door for call in WebhookCall.objects.all()] == ["whole"]


def test_an_error_of_the_database_itself_is_kept_as_a_failed_piece(db):
    def fail() -> None:
        due_calls("a", digest=b"x")
        due_calls("b", digest=b"x")

    with transaction.atomic():
        error = attempt_alone(fail)

        assert isinstance(error, IntegrityError)
        assert not WebhookCall.objects.exists()


def test_a_passing_trouble_is_no_fault_of_the_piece(db):
    def fail() -> None:
        raise OperationalError("deadlock detected")

    with pytest.raises(OperationalError):
        attempt_alone(fail)


def test_the_depth_and_the_age_of_a_queue(db):
    with time_machine.travel(NOW, tick=False):
        nothing = oldest_due(WebhookCall)
        due_calls("a", due_at=NOW - timedelta(minutes=5))
        due_calls("b", due_at=NOW - timedelta(minutes=1))
        due_calls("c", due_at=NOW + timedelta(minutes=1))
        something = oldest_due(WebhookCall)

    assert nothing == (0, None)
    assert something == (2, NOW - timedelta(minutes=5))
