"""What every worker process does besides its tasks."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app

from core import lifeline, worker
from core.worker import Watching


class Part:
    """Stands for the watch and for the clock: says what was done with it."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self.told = name, told

    def start(self) -> None:
        self.told.append(f"{self.name} started")

    def stop(self) -> None:
        self.told.append(f"{self.name} stopped")


@pytest.fixture
def told(monkeypatch) -> list[str]:
    words: list[str] = []
    monkeypatch.setattr("core.worker.bell.Watch", lambda: Part("watch", words))
    monkeypatch.setattr("core.worker.EmbeddedService", lambda app, **options: Part("clock", words))
    monkeypatch.setattr(lifeline, "end_with_parent", lambda: words.append("tied to its parent"))
    monkeypatch.delenv(lifeline.UNDER_UP, raising=False)
    return words


class FakeWorker:
    app: Any = None


def test_the_step_is_part_of_every_worker():
    assert "core.worker:Watching" in current_app.steps["worker"]
    assert worker.Watching is Watching


@pytest.mark.parametrize(
    ("has_broker", "under_up", "expected"),
    [
        (False, False, ["watch started", "clock started"]),
        (True, False, ["watch started"]),
        (True, True, ["tied to its parent", "watch started", "clock started"]),
    ],
    ids=["alone", "one of several machines", "under up"],
)
def test_the_worker_holds_the_clock_where_nobody_else_does(told, settings, monkeypatch, has_broker, under_up, expected):
    settings.HAS_BROKER = has_broker
    if under_up:
        monkeypatch.setenv(lifeline.UNDER_UP, "1")

    Watching(FakeWorker()).start(FakeWorker())

    assert told == expected


@pytest.mark.parametrize("end", [Watching.stop, Watching.terminate])
def test_all_parts_end_with_the_worker(told, settings, end):
    settings.HAS_BROKER = False
    step = Watching(FakeWorker())
    step.start(FakeWorker())

    end(step, FakeWorker())

    assert told[2:] == ["watch stopped", "clock stopped"]


def test_a_worker_that_never_started_ends_quietly(told):
    Watching(FakeWorker()).stop(FakeWorker())

    assert told == []
