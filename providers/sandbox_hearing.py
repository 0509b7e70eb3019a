"""
The simulated Meta hears what stories tell in its name, from the calls at the account's own door, and so has the
templates that they are about: a sync finds them as they were told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from providers.adapters import provider
from providers.adapters.sandbox.hearing import heard
from providers.adapters.sandbox.state import FIELDS, State
from providers.events import TemplateFact
from providers.models import Account, SandboxClock, SandboxTemplate, WebhookCall

OVERLAP = timedelta(minutes=1)  # calls that were received earlier and kept later


def catch_up(account: Account, clock: SandboxClock) -> None:
    """Hears the calls that came since the last time. The clock is held."""
    calls = WebhookCall.objects.filter(account_id=account.pk, door=f"{account.provider}:{account.pk}")
    if clock.heard_until is not None:
        calls = calls.filter(received_at__gt=clock.heard_until - OVERLAP).exclude(pk__in=clock.heard_lately)
    came_at: dict[str, datetime] = {}
    for call in calls.order_by("received_at", "id").iterator(chunk_size=100):
        _hear(account, call)
        came_at[str(call.pk)] = call.received_at
    if not came_at:
        return
    clock.heard_until = newest = max(filter(None, (clock.heard_until, *came_at.values())))
    lately = WebhookCall.objects.filter(pk__in=clock.heard_lately, received_at__gt=newest - OVERLAP)
    still = [str(pk) for pk in lately.values_list("pk", flat=True)]
    clock.heard_lately = [*still, *(pk for pk, at in came_at.items() if at > newest - OVERLAP)]
    clock.save(update_fields=["heard_until", "heard_lately"])


def _hear(account: Account, call: WebhookCall) -> None:
    events = provider(call.provider).parse(body=bytes(call.body), received_at=call.received_at)
    facts = [one for one in events if isinstance(one, TemplateFact) and one.provider_template_id and one.at]
    rows: dict[str, SandboxTemplate] = {
        row.external_id: row
        for row in SandboxTemplate.objects.filter(
            account_id=account.pk, external_id__in={fact.provider_template_id for fact in facts}
        )
    }
    told_at = {name: row.told_at for name, row in rows.items()}  # before this call, which may say several things
    states = {name: row.state for name, row in rows.items()}
    for fact in facts:
        named, known_at = fact.provider_template_id, told_at.get(fact.provider_template_id)
        if known_at is not None and fact.at is not None and fact.at <= known_at:
            continue
        state = heard(states.get(named), fact)
        if state is not None:
            states[named] = state
            rows.setdefault(named, SandboxTemplate(organization_id=account.organization_id, account=account))
            rows[named].told_at = fact.at
    _save(
        account,
        {name: (rows[name], state) for name, state in states.items() if rows[name].told_at != told_at.get(name)},
    )


def _save(account: Account, told: dict[str, tuple[SandboxTemplate, State]]) -> None:
    changed = []
    taken = _taken_names(account, [state for row, state in told.values() if row._state.adding])
    for row, state in told.values():
        if row._state.adding and (state.name, state.language) in taken:
            continue  # somebody made a template of this name here: the story's is none of this account's
        for name in FIELDS:
            setattr(row, name, getattr(state, name))
        row.due_at = timezone.now() if row.outbox else None
        if state.status == "DELETED":
            row.deleted_at = row.deleted_at or timezone.now()
        changed.append(row)
    SandboxTemplate.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=[*FIELDS, "told_at", "due_at", "deleted_at"]
    )


def _taken_names(account: Account, states: list[State]) -> set[tuple[Any, Any]]:
    rows = SandboxTemplate.objects.filter(
        account_id=account.pk, deleted_at__isnull=True, name__in={state.name for state in states}
    )
    return set(rows.values_list("name", "language"))
