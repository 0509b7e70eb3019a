"""The clock of a sandbox account: real time, and what somebody turned it by."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core import auditing, bell
from core.models import AuditEntry
from core.refusals import Refused
from providers.models import Account, SandboxClock, SandboxTemplate

QUEUE = "sandbox_templates"
LONGEST_TURN = timedelta(days=366)


def now(account: Account) -> datetime:
    """What time it is at the account's provider: real time, but at a sandbox account whose clock was turned."""
    return timezone.now() + ahead_of(account)


def ahead_of(account: Account) -> timedelta:
    """By how much the provider's time is ahead of ours."""
    if not account.is_sandbox:
        return timedelta(0)
    ahead = SandboxClock.objects.filter(account_id=account.pk).values_list("ahead", flat=True).first()
    return ahead or timedelta(0)


def turn(account: Account, *, by: timedelta) -> datetime:
    """
    Turns the clock ahead, and so lets everything happen that is due by then; returns the new time.

    Raises Refused `not_a_sandbox`, or `not_ahead` for a span that is none.
    """
    if not account.is_sandbox:
        raise Refused("Only the clock of a sandbox account can be turned.", code="not_a_sandbox")
    if not timedelta(0) < by <= LONGEST_TURN:
        raise Refused("The clock can be turned ahead only, by a year at most.", code="not_ahead")
    with transaction.atomic():
        clock = held(account)
        clock.ahead += by
        clock.save(update_fields=["ahead"])
        # Whoever carries one of them out now has lost it (`attempts` is the fence): it is due earlier.
        SandboxTemplate.objects.filter(account_id=account.pk, due_at__isnull=False).update(
            due_at=F("due_at") - by, leased_until=None, attempts=F("attempts") + 1, postponed=F("attempts") + 1
        )
        auditing.note(
            AuditEntry.Action.SANDBOX_ACTED,
            organization_id=account.organization_id,
            model="account",
            object_id=str(account.pk),
            label=account.name,
            detail=f"Turned its clock by {by}.",
        )
    bell.ring(QUEUE)
    ahead: timedelta = clock.ahead
    return timezone.now() + ahead


def held(account: Account) -> SandboxClock:
    """The account's clock, locked: who has it is alone with the templates of its simulated Meta."""
    SandboxClock.objects.get_or_create(account=account, defaults={"organization_id": account.organization_id})
    locked = SandboxClock.objects.select_for_update(of=("self",), no_key=True)
    clock: SandboxClock = locked.get(account=account)
    return clock
