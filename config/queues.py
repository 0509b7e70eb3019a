"""Every queue: which rows are work, and which task carries them out."""

from __future__ import annotations

from alerts import escalating, telling
from alerts.models import AlertDelivery, EscalationRun
from core.work import Queue
from providers import parking, sandbox, sandbox_clock, webhooks
from providers.models import ParkedEvent, SandboxRun, SandboxTemplate, WebhookCall
from templates_app import submission, sync
from templates_app.models import Submission, SyncRun

QUEUES = {
    queue.name: queue
    for queue in (
        Queue(name=webhooks.QUEUE, model=WebhookCall, task="providers.tasks.apply_calls"),
        Queue(name=parking.QUEUE, model=ParkedEvent, task="providers.tasks.retry_parked"),
        Queue(name=sandbox.QUEUE, model=SandboxRun, task="providers.tasks.act_in_sandbox"),
        Queue(name=sandbox_clock.QUEUE, model=SandboxTemplate, task="providers.tasks.live_in_sandbox"),
        Queue(name=submission.QUEUE, model=Submission, task="templates_app.tasks.carry_out_submissions"),
        Queue(name=sync.QUEUE, model=SyncRun, task="templates_app.tasks.carry_out_syncs"),
        Queue(name=telling.QUEUE, model=AlertDelivery, task="alerts.tasks.send_due"),
        Queue(name=escalating.QUEUE, model=EscalationRun, task="alerts.tasks.escalate_due"),
    )
}
