"""What Celery carries out here."""

from __future__ import annotations

from celery import shared_task

from alerts import delivery, telling
from alerts.models import AlertDelivery
from core.bell import one_at_a_time
from core.work import run_due


@shared_task
def send_due() -> int:
    return one_at_a_time(telling.QUEUE, lambda: run_due(AlertDelivery, delivery.send, gave_up=delivery.mark_failed))
