"""What Celery carries out here. The rows are the queue; each task looks for all that is due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.bell import one_at_a_time
from core.context import acting_as
from core.fence import everywhere
from core.work import run_due
from templates_app import category, delivery, foresight, quality, submission, submitting, sync
from templates_app.models import Submission, SyncRun


@shared_task
def take_snapshots() -> int:
    """Warnings look at snapshots: they come after them."""
    with acting_as("clock"), everywhere():
        now = timezone.now()
        taken = quality.snapshot_all(at=now)
        foresight.assess_all(at=now)
    return taken


@shared_task
def measure_delivery() -> int:
    with acting_as("clock"), everywhere():
        return delivery.measure_active(at=timezone.now())


@shared_task
def judge_warnings() -> int:
    with acting_as("clock"), everywhere():
        return foresight.judge_all(at=timezone.now())


@shared_task
def follow_categories() -> int:
    with acting_as("clock"), everywhere():
        return category.follow_again()


@shared_task
def carry_out_submissions() -> int:
    return one_at_a_time(
        submission.QUEUE,
        lambda: run_due(Submission, submitting.carry_out, gave_up=submitting.mark_failed, tries=submitting.TRIES),
    )


@shared_task
def carry_out_syncs() -> int:
    return one_at_a_time(
        sync.QUEUE, lambda: run_due(SyncRun, sync.carry_out, gave_up=sync.mark_failed, tries=sync.TRIES)
    )


@shared_task
def sync_all() -> int:
    with acting_as("clock"), everywhere():
        return sync.ask_all(actor="clock")


@shared_task
def sync_some() -> int:
    with acting_as("clock"), everywhere():
        return sync.ask_wanted(actor="clock")
