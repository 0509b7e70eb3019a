"""Network work: one row at a time, leased; the attempt number is the fence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from core.context import current_actor, work_id
from core.fence import allowed_organizations
from core.refusals import GiveUp, OutcomeUnknown, TryAgain
from core.work import LEASE, WAITS, claim, run_due, still_ours
from providers.models import WebhookCall
from tests.world import due_calls

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Work:
    """Carries out rows as told, and keeps what was carried out and what was given up."""

    def __init__(self, act: Callable[[WebhookCall], None] = lambda item: None) -> None:
        self.act = act
        self.carried: list[str] = []
        self.gave_up: list[tuple[str, str]] = []

    def carry_out(self, item: WebhookCall) -> None:
        self.carried.append(item.door)
        self.act(item)

    def run(self, **options: Any) -> int:
        return run_due(WebhookCall, self.carry_out, gave_up=self._give_up, **options)

    def _give_up(self, item: WebhookCall, why: str) -> None:
        self.gave_up.append((item.door, why))


def failing(error: Exception) -> Work:
    def fail(item: WebhookCall) -> None:
        raise error

    return Work(fail)


@pytest.fixture(autouse=True)
def _one_lane(one_lane: None) -> None:
    """The tests below run in one thread unless they say otherwise."""


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def test_a_claim_takes_the_oldest_due_row_for_a_while(db, clock):
    due_calls("newer", due_at=NOW - timedelta(seconds=1))
    due_calls("older", due_at=NOW - timedelta(seconds=2))
    due_calls("not due", due_at=NOW + timedelta(seconds=1))
    due_calls("nothing to do", due_at=None)

    taken = [claim(WebhookCall) for _ in range(3)]

    assert [item and item.door for item in taken] == ["older", "newer", None]
    assert {(item.attempts, item.leased_until) for item in taken if item} == {(1, NOW + LEASE)}


def test_a_lease_that_ran_out_lets_another_worker_in(db, clock):
    due_calls("a")
    first = claim(WebhookCall)
    clock.shift(LEASE - timedelta(seconds=1))
    too_soon = claim(WebhookCall)
    clock.shift(1)
    second = claim(WebhookCall)

    assert too_soon is None
    assert first is not None
    assert second is not None
    assert (first.pk, first.attempts, second.attempts) == (second.pk, 1, 2)
    assert (still_ours(first).exists(), still_ours(second).exists()) == (False, True)


def test_done_is_done(db, clock):
    due_calls("a", "b", last_error="from before")
    work = Work()

    count = work.run()

    assert (count, work.carried) == (2, ["a", "b"])
    assert set(WebhookCall.objects.values_list("due_at", "leased_until", "attempts", "last_error")) == {
        (None, None, 1, "")
    }
    assert work.run() == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TryAgain("busy"), "TryAgain: busy"),
        (OutcomeUnknown("no answer"), "OutcomeUnknown: no answer"),
        (ZeroDivisionError("a bug of ours"), "ZeroDivisionError: a bug of ours"),
    ],
)
def test_what_may_work_later_waits(error, told, db, clock):
    (row,) = due_calls("a")

    work = failing(error)
    count = work.run()

    row.refresh_from_db()
    assert row.due_at is not None
    assert (count, work.gave_up) == (1, [])
    assert (row.attempts, row.leased_until, row.last_error) == (1, None, told)
    assert (row.due_at - NOW) / WAITS[0] == pytest.approx(1, rel=0.11)


def test_the_waits_grow(db, clock):
    (row,) = due_calls("a")
    waits = []

    for _ in WAITS:
        failing(TryAgain("busy")).run()
        row.refresh_from_db()
        assert row.due_at is not None
        waits.append(row.due_at - datetime.now(UTC))
        clock.move_to(row.due_at)

    assert [wait / planned for wait, planned in zip(waits, WAITS, strict=True)] == [pytest.approx(1, rel=0.11)] * 6


def test_a_wait_that_the_other_side_names_is_kept(db, clock):
    (row,) = due_calls("a")

    failing(TryAgain("too fast", wait=timedelta(seconds=42))).run()

    row.refresh_from_db()
    assert row.due_at == NOW + timedelta(seconds=42)


def test_what_cannot_work_is_given_up_at_once(db, clock):
    (row,) = due_calls("a")

    work = failing(GiveUp("no such address"))
    work.run()

    row.refresh_from_db()
    assert (row.due_at, row.leased_until, row.last_error) == (None, None, "GiveUp: no such address")
    assert work.gave_up == [("a", "GiveUp: no such address")]


def test_after_the_last_try_it_is_given_up(db, clock):
    (row,) = due_calls("a")
    work = failing(TryAgain("busy"))

    work.run(tries=2)
    row.refresh_from_db()
    assert row.due_at is not None
    clock.move_to(row.due_at)
    before = list(work.gave_up)
    work.run(tries=2)

    ended = WebhookCall.objects.get()
    assert (before, work.gave_up) == ([], [("a", "TryAgain: busy")])
    assert (ended.due_at, ended.attempts, ended.last_error) == (None, 2, "TryAgain: busy")


def test_one_row_s_failure_does_not_stop_the_others(db, clock):
    due_calls("bad", "good")

    def fail(item: WebhookCall) -> None:
        if item.door == "bad":
            raise ZeroDivisionError

    work = Work(fail)
    work.run()

    assert work.carried == ["bad", "good"]
    assert WebhookCall.objects.get(due_at=None).door == "good"


def test_what_is_written_down_of_an_error_holds_no_secret_and_an_end(db, clock):
    (row,) = due_calls("a")

    failing(TryAgain("password=hunter2 " + "x" * 5000)).run()

    row.refresh_from_db()
    assert "hunter2" not in row.last_error
    assert len(row.last_error) == 1000


@pytest.mark.parametrize("error", [None, TryAgain("busy"), GiveUp("never"), ZeroDivisionError("a bug")], ids=str)
@pytest.mark.parametrize("tries", [1, 9])
def test_a_worker_whose_lease_ran_out_writes_nothing(error, tries, db, clock):
    due_calls("a")

    def lose_the_lease(item: WebhookCall) -> None:
        clock.shift(LEASE)
        assert claim(WebhookCall) is not None
        if error:
            raise error

    work = Work(lose_the_lease)
    work.run(tries=tries)

    row = WebhookCall.objects.get()
    assert (row.attempts, row.leased_until, row.last_error) == (2, NOW + 2 * LEASE, "")
    assert row.due_at is not None
    assert work.gave_up == []


def test_work_is_done_in_the_worker_s_name_for_every_organization(db, clock):
    (row,) = due_calls("a")
    seen: list[Any] = []

    Work(lambda item: seen.extend([current_actor(), work_id.get(), allowed_organizations()])).run()

    assert seen == ["worker", f"WebhookCall:{row.pk}", None]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_get_one_row():
    doors = [f"door {number:02}" for number in range(30)]
    due_calls(*doors)
    together = threading.Barrier(4)

    def work(_: int) -> list[str]:
        try:
            together.wait()
            taken = []
            while (item := claim(WebhookCall)) is not None:
                taken.append(item.door)
            return taken
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [door for mine in pool.map(work, range(4)) for door in mine]

    assert sorted(taken) == doors
    assert set(WebhookCall.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_several_threads_carry_out_each_row_once(settings):
    settings.WORK_THREADS = 3
    doors = [f"door {number:02}" for number in range(20)]
    due_calls(*doors)
    together = threading.Barrier(3)
    waited = threading.local()

    def meet(item: WebhookCall) -> None:
        if not getattr(waited, "once", False):  # nobody goes on before all three are at work
            waited.once = True
            together.wait(timeout=30)

    work = Work(meet)
    count = work.run()

    assert (count, sorted(work.carried)) == (20, doors)
    assert not WebhookCall.objects.filter(due_at__isnull=False).exists()
