"""
Applies stored webhook calls: parse, find the account, hand each event to who answers it, keep what became of it.

Everything happens inside the caller's transaction, for many calls at once. What cannot be applied is parked
and harms no neighbour.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from core.context import acting_as
from core.work import attempt_alone
from providers import field_counts, parking
from providers.adapters import provider
from providers.events import Event, FieldNotUsed, FieldUnknown, Unreadable
from providers.models import Account, WebhookCall
from providers.routes import NOT_USED, PARKED, UNKNOWN_FIELD, Change, Incoming, Outcome, Routes, parked, routes


def apply(calls: Sequence[WebhookCall]) -> None:
    """Applies a batch. Any error of the database is raised: the batch is then applied call by call."""
    _finish(calls, _apply(calls, alone=False))


def apply_alone(call: WebhookCall) -> None:
    """Applies one call change by change, each in its own savepoint."""
    _finish([call], _apply([call], alone=True))


def read(calls: Iterable[WebhookCall]) -> list[Change]:
    """Every change of these calls with its account; two statements at most."""
    found = [
        (call, position, event)
        for call in calls
        for position, event in enumerate(
            provider(call.provider).parse(body=bytes(call.body), received_at=call.received_at)
        )
    ]
    accounts = _accounts(found)
    return [
        Change(call=call, position=position, event=event, account=_account(call, event, accounts))
        for call, position, event in found
    ]


def carry(changes: Sequence[Change], *, alone: bool) -> list[Outcome]:
    """What became of each change, in order. Events of one kind are handed over together unless `alone`."""
    table = routes()
    outcomes: list[Outcome | None] = [_not_for_anybody(change) for change in changes]
    by_handler = defaultdict(list)
    for index, change in enumerate(changes):
        if outcomes[index] is None and change.account is not None:
            by_handler[table.handler(change.event)].append(index)
    for handler, indexes in by_handler.items():
        incoming = [_incoming(changes[index]) for index in indexes]
        told = [_alone(table, one) for one in incoming] if alone else handler(incoming)
        for index, outcome in zip(indexes, told, strict=True):
            outcomes[index] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _apply(calls: Sequence[WebhookCall], *, alone: bool) -> list[tuple[Change, Outcome]]:
    with acting_as("webhook"):
        changes = read(calls)
        outcomes = carry(changes, alone=alone)
    return list(zip(changes, outcomes, strict=True))


def _alone(table: Routes, incoming: Incoming) -> Outcome:
    told: list[Outcome] = []
    error = attempt_alone(lambda: told.extend(table.handler(incoming.event)([incoming])))
    if error is not None:
        return parked("error", f"{type(error).__name__} while it was applied. Retry it, or replay its call.")
    return told[0]


def _incoming(change: Change) -> Incoming:
    if change.account is None:
        raise ValueError("an event without an account is parked, not handed over")
    call = change.call
    return Incoming(event=change.event, account=change.account, received_at=call.received_at, call=call)


def _not_for_anybody(change: Change) -> Outcome | None:
    event = change.event
    if isinstance(event, Unreadable):
        return parked("unreadable", event.why)
    if isinstance(event, FieldUnknown):
        return Outcome(status=UNKNOWN_FIELD)
    if isinstance(event, FieldNotUsed):
        return Outcome(status=NOT_USED)
    if change.account is None:
        return _unknown_account(change)
    if change.call.account_id is not None and change.call.account_id != change.account.pk:
        return parked("other_account", "It came through one account's own door but names another account.")
    return None


def _unknown_account(change: Change) -> Outcome:
    if not change.event.account_ids:
        return parked("no_account", "It names no account.")
    named = change.event.account_ids[0]
    if change.call.account_id is not None:
        return parked("other_account", f"It came through one account's own door but names account {named}.")
    return parked(
        "unknown_account",
        f"Account {named} is not known here. Add it, and this event applies by itself.",
        waits_for=parking.account_key(change.call.provider, named),
    )


def _accounts(found: Sequence[tuple[WebhookCall, int, Event]]) -> dict[tuple[str, str], Account]:
    wanted = {external_id for _, _, event in found for external_id in event.account_ids}
    if not wanted:
        return {}
    rows = Account.objects.filter(external_id__in=wanted).select_related("organization")
    return {(row.provider, row.external_id): row for row in rows}


def _account(call: WebhookCall, event: Event, accounts: dict[tuple[str, str], Account]) -> Account | None:
    """The first id that is known wins (ruling 7)."""
    known = (accounts.get((call.provider, external_id)) for external_id in event.account_ids)
    return next((account for account in known if account is not None), None)


def _finish(calls: Sequence[WebhookCall], results: Sequence[tuple[Change, Outcome]]) -> None:
    now = timezone.now()
    by_call: dict[WebhookCall, list[tuple[Change, Outcome]]] = {call: [] for call in calls}
    for change, outcome in results:
        by_call[change.call].append((change, outcome))
    for call, parts in by_call.items():
        call.changes = [told(change.event, outcome) for change, outcome in parts]
        is_parked = any(outcome.status == PARKED for _, outcome in parts)
        call.state = WebhookCall.State.PARKED if is_parked else WebhookCall.State.APPLIED
        call.due_at, call.applied_at, call.last_error = None, now, ""
    parking.keep(results)
    field_counts.count(results)
    _save(calls)
    _touch_accounts(results)


def told(event: Event, outcome: Outcome) -> dict[str, object]:
    """A change as the call's row and the API tell it."""
    line: dict[str, object] = {"field": event.field, "outcome": outcome.status, "object": outcome.object}
    if outcome.reason:
        line |= {"reason": outcome.reason, "detail": outcome.detail}
    return line


def _save(calls: Sequence[WebhookCall]) -> None:
    WebhookCall.objects.bulk_create(
        calls,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["changes", "state", "due_at", "applied_at", "last_error"],
    )


def _touch_accounts(results: Sequence[tuple[Change, Outcome]]) -> None:
    newest: dict[Account, datetime] = {}
    for change, _ in results:
        if change.account is not None:
            at = change.call.received_at
            newest[change.account] = max(at, newest.get(change.account, at))
    for account, at in newest.items():
        never_or_older = Q(last_webhook_at__isnull=True) | Q(last_webhook_at__lt=at)
        Account.objects.filter(never_or_older, pk=account.pk).update(last_webhook_at=at)
