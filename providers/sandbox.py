"""
The sandbox acts: one of its stories is told to our own door, step by step, as Meta would tell it over days.

Each step is a real call: signed with the account's own secret, and posted over HTTP. It says a time that is
kept before it is posted, so that a step which is posted twice says the same, and is known.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import auditing, bell
from core.context import current_actor
from core.models import AuditEntry
from core.refusals import NotYet, Refused
from core.work import still_ours
from providers import sandbox_door, sandbox_templates
from providers.adapters import provider
from providers.adapters.sandbox.scenarios import SCENARIOS, SPEED, Scenario
from providers.models import Account, SandboxRun, WebhookCall

QUEUE = "sandbox_runs"
RUNNING = SandboxRun.State.RUNNING
CALLS_MOST = 60  # newest calls that are looked through for what a story was about


def accounts() -> QuerySet[Account]:
    """Those that a story can be told to."""
    found: QuerySet[Account] = Account.objects.filter(provider="sandbox", is_retired=False)
    return found


def start(account: Account, *, scenario: str, speed: int = SPEED) -> SandboxRun:
    """
    The story begins as soon as a worker has time.

    Raises Refused `not_a_sandbox`, or `story_runs` where this one is being told to this account already.
    """
    if not account.is_sandbox or account.is_retired:
        raise Refused("Only to a sandbox account that is in use can something be let happen.", code="not_a_sandbox")
    now = timezone.now()
    first_at = _second(now) + timedelta(seconds=1)  # newer than whatever was told before
    run = SandboxRun(
        organization_id=account.organization_id,
        account=account,
        scenario=scenario,
        speed=speed,
        steps=len(SCENARIOS[scenario].moments),
        next_at=first_at,
        due_at=first_at,
        started_by=current_actor(),
        started_at=now,
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                run.save(force_insert=True)
        except IntegrityError:
            raise Refused("This story is being told to this account already.", code="story_runs") from None
        _note(run, "Started")
    bell.ring(QUEUE)
    return run


def stop(run: SandboxRun) -> bool:
    """What has been told stays told. False: it was over already."""
    with transaction.atomic():
        is_stopped = _end(run, SandboxRun.State.STOPPED, due_at=None)
        if is_stopped:
            _note(run, "Stopped")
    return is_stopped


def act(run: SandboxRun) -> None:
    """Tells the next step. Raises NotYet where another one is to come."""
    if run.state != RUNNING:
        return
    story = SCENARIOS[run.scenario]
    sandbox_door.post(run.account, story.moments[run.step].body(account_id=run.account.external_id, at=run.next_at))
    sandbox_templates.hear(run.account)
    now, step = timezone.now(), run.step + 1
    if step == run.steps:
        _end(run, SandboxRun.State.DONE, step=step)
        return
    next_at = max(run.next_at + timedelta(seconds=story.gap(step, speed=run.speed)), _second(now))
    forgiven = run.attempts - 1  # each step has all its tries
    if still_ours(run).filter(state=RUNNING).update(step=step, next_at=next_at, postponed=forgiven):
        raise NotYet("the next step is to come", wait=max(next_at - now, timedelta(0)))


def mark_failed(run: SandboxRun, why: str) -> None:
    _end(run, SandboxRun.State.FAILED)


def story_of(run: SandboxRun) -> Scenario:
    return SCENARIOS[run.scenario]


def time_left(run: SandboxRun, *, at: datetime) -> timedelta:
    """From this moment to the last step."""
    ahead = timedelta(seconds=story_of(run).lasts(since=run.step, speed=run.speed))
    return max(run.next_at - at, timedelta(0)) + ahead


def subjects(run: SandboxRun) -> dict[int, dict[str, str]]:
    """What the story's newest calls were about, as `{kind, id, label}`, by the provider's id of each template."""
    ours = {str(template.id) for moment in story_of(run).moments for template, _ in moment.tells}
    calls = WebhookCall.objects.filter(
        account_id=run.account_id, received_at__range=(run.started_at, run.ended_at or timezone.now())
    )
    found: dict[int, dict[str, str]] = {}
    for call in calls.order_by("-id")[:CALLS_MOST]:
        events = provider(call.provider).parse(body=bytes(call.body), received_at=call.received_at)
        for event, line in zip(events, call.changes, strict=False):  # none yet where it waits to be applied
            named = getattr(event, "provider_template_id", "")
            if named in ours and line["object"]:
                found.setdefault(int(named), line["object"])
    return found


def _end(run: SandboxRun, state: SandboxRun.State, **fields: Any) -> bool:
    rows = SandboxRun.objects.filter(pk=run.pk, state=RUNNING)
    return bool(rows.update(state=state, ended_at=timezone.now(), **fields))


def _note(run: SandboxRun, what: str) -> None:
    auditing.note(
        AuditEntry.Action.SANDBOX_ACTED,
        organization_id=run.organization_id,
        model="sandboxrun",
        object_id=str(run.pk),
        label=run.account.name,
        detail=f"{what}: {run.scenario}, {run.speed} times faster than life.",
    )


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
