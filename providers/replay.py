"""Applies a stored call, or a parked change of it, once more; a dry run says what would change and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.auditing import note
from core.fence import everywhere
from core.models import AuditEntry
from providers import inbound, parking
from providers.models import ParkedEvent, WebhookCall
from providers.routes import Change, Outcome


def replay(call: WebhookCall, *, actor: str, dry_run: bool) -> list[dict[str, Any]]:
    """What changed (or would), as `{object, before, after}` for every change that touched something."""
    with everywhere(), transaction.atomic():
        locked = WebhookCall.objects.select_for_update(of=("self",)).get(pk=call.pk)
        changes = inbound.read([locked])
        outcomes = inbound.carry(changes, alone=True)
        if dry_run:
            transaction.set_rollback(True)
        else:
            _keep(locked, changes, outcomes)
            WebhookCall.objects.filter(pk=call.pk).update(
                replayed_at=timezone.now(), replayed_by=actor, due_at=None, applied_at=timezone.now()
            )
            note(
                AuditEntry.Action.REPLAYED,
                organization_id=locked.account.organization_id if locked.account else None,
                actor=actor,
                model="webhookcall",
                object_id=str(call.pk),
                label=str(call),
            )
    return [_seen(outcome) for outcome in outcomes if outcome.object is not None and outcome.before != outcome.after]


def _seen(outcome: Outcome) -> dict[str, Any]:
    before, after = outcome.before or {}, outcome.after or {}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return {
        "object": outcome.object,
        "before": {name: before.get(name) for name in names},
        "after": {name: after.get(name) for name in names},
    }


def retry_parked(events: Sequence[ParkedEvent]) -> None:
    """Tries parked changes again, together; those that still can't be applied stay, with the new reason."""
    _retry(events, alone=False)


def retry_parked_alone(event: ParkedEvent) -> None:
    _retry([event], alone=True)


def _retry(events: Sequence[ParkedEvent], *, alone: bool) -> None:
    places = {(event.call_id, event.position) for event in events}
    calls = list(WebhookCall.objects.filter(pk__in={event.call_id for event in events}).select_for_update(of=("self",)))
    changes = [change for change in inbound.read(calls) if (change.call.pk, change.position) in places]
    outcomes = inbound.carry(changes, alone=alone)
    for call in calls:
        mine = [(c, o) for c, o in zip(changes, outcomes, strict=True) if c.call.pk == call.pk]
        _keep(call, [c for c, _ in mine], [o for _, o in mine])
    _lay_aside(events, found={(change.call.pk, change.position) for change in changes})


def _lay_aside(events: Sequence[ParkedEvent], *, found: set[tuple[Any, int]]) -> None:
    """What its call does not hold any more (an adapter reads it in another way now) is not tried for ever."""
    lost = [event.pk for event in events if (event.call_id, event.position) not in found]
    if lost:
        ParkedEvent.objects.filter(pk__in=lost).update(
            due_at=None,
            attempts=F("attempts") + 1,
            reason="unreadable",
            detail="Its call no longer holds this change. Replay the call, or drop this event.",
        )


def _keep(call: WebhookCall, changes: Sequence[Change], outcomes: Sequence[Outcome]) -> None:
    results = list(zip(changes, outcomes, strict=True))
    lines = {change.position: inbound.told(change.event, outcome) for change, outcome in results}
    if len(call.changes) <= max(lines, default=-1):
        call.changes = [lines.get(position, {}) for position in range(max(lines) + 1)]
    else:
        call.changes = [lines.get(position, old) for position, old in enumerate(call.changes)]
    parking.settle(call)
    call.save(update_fields=["changes", "state"])
    parking.keep(results)
