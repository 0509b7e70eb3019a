"""The clock: filled once from the table, and then left to people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask

from config.schedule import SCHEDULE
from core.clock import Clock, Tick, fill_schedule

pytestmark = pytest.mark.django_db
TABLE = {
    "ring": Tick(task="core.tasks.ring_for_due_rows", every=timedelta(seconds=5), what="Rings."),
    "forget": Tick(task="core.tasks.forget_idempotent_answers", every=timedelta(hours=1), what="Forgets."),
}


@pytest.fixture
def table(settings, monkeypatch):
    """A schedule of our own, where the settings look for it."""
    entries = dict(TABLE)
    monkeypatch.setattr(f"{__name__}.TABLE", entries)
    settings.CLOCK_TABLE = f"{__name__}.TABLE"
    return entries


def entries() -> dict[str, tuple[str, int, bool]]:
    rows = PeriodicTask.objects.select_related("interval")
    return {row.name: (row.task, row.interval.every, row.enabled) for row in rows}


def test_every_entry_of_the_table_is_added(table):
    fill_schedule()

    assert entries() == {
        "Heliograph: ring": ("core.tasks.ring_for_due_rows", 5, True),
        "Heliograph: forget": ("core.tasks.forget_idempotent_answers", 3600, True),
    }
    assert PeriodicTask.objects.get(name="Heliograph: ring").description == "Rings."


def test_a_second_time_changes_nothing(table):
    fill_schedule()
    first = list(PeriodicTask.objects.values())
    fill_schedule()

    assert list(PeriodicTask.objects.values()) == first


def test_what_people_changed_stays(table):
    fill_schedule()
    PeriodicTask.objects.filter(name="Heliograph: forget").update(enabled=False)

    fill_schedule()

    assert entries()["Heliograph: forget"] == ("core.tasks.forget_idempotent_answers", 3600, False)


def test_what_the_table_no_longer_has_goes_and_what_people_added_stays(table):
    fill_schedule()
    ring = PeriodicTask.objects.get(name="Heliograph: ring")
    PeriodicTask.objects.create(name="Our own", task="core.tasks.ring_for_due_rows", interval=ring.interval)
    del table["forget"]

    fill_schedule()

    assert set(entries()) == {"Heliograph: ring", "Our own"}


@pytest.mark.django_db(transaction=True)  # beat reads in a transaction of its own
def test_beat_reads_our_entries_and_adds_none_of_its_own(table):
    clock = Clock(app=current_app)

    assert set(clock.schedule) == {"Heliograph: ring", "Heliograph: forget"}


def test_every_entry_of_the_product_names_a_task_that_exists(celery_tasks):
    assert {tick.task for tick in SCHEDULE.values()} <= celery_tasks
    assert all(tick.what.endswith(".") for tick in SCHEDULE.values())
