"""Parked events: kept with their reason, let through when what they wait for comes, retried or dropped by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from core import bell
from core.fence import everywhere
from providers.models import Account, ParkedEvent, WebhookCall
from providers.routes import DROPPED, PARKED, Change, Outcome, routes

QUEUE = "parked_events"


def account_key(provider: str, external_id: str) -> str:
    return f"account:{provider}:{external_id}"


def keep(results: Sequence[tuple[Change, Outcome]]) -> None:
    """Parks what could not be applied and forgets what now could; tells who watches over unknown accounts."""
    parked = [(change, outcome) for change, outcome in results if outcome.status == PARKED]
    places = {(change.call.pk, change.position) for change, _ in results}
    waiting = ParkedEvent.objects.filter(call_id__in={call for call, _ in places}).select_for_update(of=("self",))
    before = {(row.call_id, row.position): row for row in waiting if (row.call_id, row.position) in places}
    _write(parked, before)
    still = {(change.call.pk, change.position) for change, _ in parked}
    through = [row for place, row in before.items() if place not in still]
    if through:
        ParkedEvent.objects.filter(pk__in=[row.pk for row in through]).delete()
    _tell_unknown_accounts([outcome.waits_for for _, outcome in parked] + [row.waits_for for row in before.values()])


def _write(parked: Sequence[tuple[Change, Outcome]], before: dict[tuple[object, int], ParkedEvent]) -> None:
    rows = []
    for change, outcome in parked:
        known = before.get((change.call.pk, change.position))
        row = known or ParkedEvent(call=change.call, position=change.position, payload=change.event.raw)
        account = _whose(change)
        row.account = account
        row.organization_id = account.organization_id if account else None
        row.kind = change.event.field
        row.reason, row.detail, row.waits_for = outcome.reason, outcome.detail, outcome.waits_for
        row.due_at = None
        row.attempts += 1
        rows.append(row)
    if rows:
        ParkedEvent.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["account", "organization", "reason", "detail", "waits_for", "due_at", "attempts"],
        )


def _whose(change: Change) -> Account | None:
    """At an account's own door everything is that account's; elsewhere it is who the event names."""
    return change.call.account if change.call.account_id else change.account


def _tell_unknown_accounts(keys: Iterable[str]) -> None:
    pairs = {tuple(key.split(":", 2)[1:]) for key in keys if key.startswith("account:")}
    if pairs:
        routes().unknown_accounts([(provider, external_id) for provider, external_id in sorted(pairs)])


def release(keys: Iterable[str]) -> None:
    """Makes due what waits for any of these keys. Costs one statement, and none without keys."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    with everywhere():
        if ParkedEvent.objects.filter(waits_for__in=wanted).update(due_at=timezone.now()):
            bell.ring(QUEUE)


def retry(event: ParkedEvent) -> None:
    """Asks for another try by the worker."""
    with everywhere():
        ParkedEvent.objects.filter(pk=event.pk).update(due_at=timezone.now())
    bell.ring(QUEUE)


def drop(event: ParkedEvent, *, note: str, actor: str) -> None:
    """Gives this event up for good; its call keeps the body and says who dropped it and why."""
    with everywhere(), transaction.atomic():
        call = WebhookCall.objects.select_for_update(of=("self",)).filter(pk=event.call_id).first()
        if call is not None:
            line = {"outcome": DROPPED, "detail": note, "dropped_by": actor}
            call.changes = [
                old | line if position == event.position else old for position, old in enumerate(call.changes)
            ]
            settle(call)
            call.save(update_fields=["changes", "state"])
        ParkedEvent.objects.filter(pk=event.pk).delete()
        _tell_unknown_accounts([event.waits_for])


def settle(call: WebhookCall) -> None:
    """A call is parked as long as any of its changes is."""
    is_parked = any(line.get("outcome") == PARKED for line in call.changes)
    call.state = WebhookCall.State.PARKED if is_parked else WebhookCall.State.APPLIED
