"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from core import health
from core.bell import WORKER
from core.models import Heartbeat
from tests.world import post, status_change, webhook

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def unasked(monkeypatch):
    """A process that was never asked before whether its database is migrated."""
    monkeypatch.setattr(health, "_migrated", False)


def away(*args: Any) -> Any:
    raise OperationalError("the database is away")


def readyz() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def test_a_process_that_answers_is_alive():
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_with_a_migrated_database_and_the_queues_are_told(db, unasked):
    status, told = readyz()

    assert (status, told["status"], told["worker_seen_seconds_ago"]) == (200, "ready", None)
    assert set(told["queues"]) == {
        "webhook_calls", "parked_events", "alert_deliveries", "escalations", "sandbox_runs", "sandbox_templates",
        "submissions", "template_syncs",
    }  # fmt: skip
    assert told["queues"]["webhook_calls"] == {"waiting": 0, "oldest_due_seconds": 0}


def test_a_waiting_queue_and_a_silent_worker_are_told_and_do_not_make_it_unready(account):
    with time_machine.travel(NOW, tick=False) as clock:
        post(webhook(status_change("APPROVED")))
        Heartbeat.objects.create(name=WORKER, at=NOW)
        clock.shift(timedelta(minutes=5))
        status, told = readyz()

    assert (status, told["worker_seen_seconds_ago"]) == (200, 300)
    assert told["queues"]["webhook_calls"] == {"waiting": 1, "oldest_due_seconds": 300}


LATEST = ("core", "0003_sign_in")


def test_not_ready_while_migrations_are_missing(db, unasked):
    MigrationRecorder(connection).record_unapplied(*LATEST)

    status, told = readyz()

    assert (status, told["status"]) == (503, "unavailable")
    assert "migrate" in told["reason"]


def test_ready_as_soon_as_they_are_there(db, unasked):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*LATEST)
    before, _ = readyz()
    recorder.record_applied(*LATEST)
    after, _ = readyz()

    assert (before, after) == (503, 200)


@pytest.mark.parametrize("migrated", [False, True], ids=["first time", "later"])
def test_not_ready_while_the_database_is_away(db, monkeypatch, migrated):
    monkeypatch.setattr(health, "_migrated", migrated)

    with connection.execute_wrapper(away):
        status, told = readyz()

    assert (status, told) == (503, {"status": "unavailable", "reason": "The database does not answer."})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_only_read(db, path):
    assert Client().post(path).status_code == 405


def test_metrics_are_prometheus_text_about_every_organization(tell, other_account):
    tell("DISABLED")

    answer = Client().get("/metrics")

    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert 'heliograph_templates{status="DISABLED"} 1.0' in lines
    assert 'heliograph_unresolved_alerts{severity="CRITICAL"} 1.0' in lines
    assert 'heliograph_queue_due{queue="webhook_calls"} 0.0' in lines


def test_metrics_tell_the_age_of_the_oldest_row_and_of_the_worker_s_last_word(account):
    with time_machine.travel(NOW, tick=False) as clock:
        post(webhook(status_change("APPROVED")))
        Heartbeat.objects.create(name=WORKER, at=NOW)
        clock.shift(timedelta(seconds=90))
        lines = Client().get("/metrics").content.decode().splitlines()

    assert 'heliograph_queue_oldest_due_seconds{queue="webhook_calls"} 90.0' in lines
    assert "heliograph_worker_seen_seconds_ago 90.0" in lines


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 401), ("Bearer wrong", 401), ("Bearer t0k3n", 200), ("Bearer \xe9", 401)],
)
def test_a_token_protects_the_metrics_where_one_is_set(db, settings, header, status):
    settings.METRICS_TOKEN = "t0k3n"

    answer = Client().get("/metrics", headers={"Authorization": header})

    assert answer.status_code == status
    assert (answer.headers.get("WWW-Authenticate") == "Bearer") is (status == 401)
