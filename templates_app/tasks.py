"""What Celery carries out here. The rows are the queue; each task looks for all that is due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.context import acting_as
from core.fence import everywhere
from templates_app import category, delivery, foresight, quality


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
