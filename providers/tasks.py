"""What Celery carries out here. The rows are the queue; each task looks for all that is due."""

from __future__ import annotations

from celery import shared_task

from core.bell import one_at_a_time
from core.work import run_batches, run_due
from providers import health, inbound, parking, replay, sandbox, sandbox_clock, sandbox_templates, standing
from providers.models import ParkedEvent, SandboxRun, SandboxTemplate, WebhookCall
from providers.webhooks import QUEUE


@shared_task
def apply_calls() -> int:
    return one_at_a_time(QUEUE, lambda: run_batches(WebhookCall, apply=inbound.apply, apply_alone=inbound.apply_alone))


@shared_task
def retry_parked() -> int:
    return one_at_a_time(
        parking.QUEUE,
        lambda: run_batches(ParkedEvent, apply=replay.retry_parked, apply_alone=replay.retry_parked_alone),
    )


@shared_task
def act_in_sandbox() -> int:
    return one_at_a_time(sandbox.QUEUE, lambda: run_due(SandboxRun, sandbox.act, gave_up=sandbox.mark_failed))


@shared_task
def live_in_sandbox() -> int:
    return one_at_a_time(
        sandbox_clock.QUEUE,
        lambda: run_due(SandboxTemplate, sandbox_templates.act, gave_up=sandbox_templates.mark_failed),
    )


@shared_task
def check_accounts() -> int:
    return health.check_all()


@shared_task
def lapse_restrictions() -> int:
    return standing.lapse()
