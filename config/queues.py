"""Every queue: which rows are work, and which task carries them out."""

from __future__ import annotations

from alerts import telling
from alerts.models import AlertDelivery
from core.work import Queue
from providers import parking, webhooks
from providers.models import ParkedEvent, WebhookCall

QUEUES = {
    queue.name: queue
    for queue in (
        Queue(name=webhooks.QUEUE, model=WebhookCall, task="providers.tasks.apply_calls"),
        Queue(name=parking.QUEUE, model=ParkedEvent, task="providers.tasks.retry_parked"),
        Queue(name=telling.QUEUE, model=AlertDelivery, task="alerts.tasks.send_due"),
    )
}
