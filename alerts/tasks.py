"""What Celery carries out here."""

from __future__ import annotations

from celery import shared_task

from alerts import checking, delivery, destinations, escalating, silencing, telling
from alerts.models import AlertDelivery, EscalationRun
from core.bell import one_at_a_time
from core.context import acting_as
from core.fence import everywhere
from core.work import run_batches, run_due


@shared_task
def send_due() -> int:
    return one_at_a_time(
        telling.QUEUE,
        lambda: run_due(AlertDelivery, delivery.send, gave_up=delivery.mark_failed, tries=delivery.TRIES),
    )


@shared_task
def escalate_due() -> int:
    return one_at_a_time(
        escalating.QUEUE,
        lambda: run_batches(EscalationRun, apply=escalating.apply, apply_alone=escalating.apply_alone),
    )


@shared_task
def keep_silences() -> int:
    with acting_as("clock"), everywhere():
        return silencing.keep()


@shared_task
def found_first_slack() -> int:
    with acting_as("clock"):
        return destinations.found_first_slack()


@shared_task
def check(name: str) -> int:
    """One of the health checks, by its name."""
    with acting_as("clock"):
        return checking.check(name)
