"""
Puts what is to be told into messages: the first few things one by one, a flood as a few messages with many lines.

Within a minute a person gets three messages of one line, and three more of what is CRITICAL; whatever else happens is
collected for some seconds and told together. What waits for quiet hours or a digest waits in one message. Machines get
one message a thing.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count

from alerts.models import AlertDelivery, AlertEntry, DeliveryLine
from alerts.recipients import Recipient
from alerts.timing import FLAPPING, TOGETHER
from core.matters import Severity

SINGLES = 3
SINGLES_CRITICAL = 6
WITHIN = timedelta(minutes=1)
COLLECTED_FOR = timedelta(seconds=20)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Telling:
    """One occasion for one recipient. `held`: until when it waits and why; None: as soon as possible."""

    entry: AlertEntry
    recipient: Recipient
    held: tuple[datetime, str] | None


def write(tellings: Sequence[Telling], *, at: datetime) -> int:
    """The deliveries with their lines; returns how many lines. Inside a transaction."""
    if not tellings:
        return 0
    by_recipient: dict[str, list[Telling]] = defaultdict(list)
    for telling in tellings:
        by_recipient[telling.recipient.key].append(telling)
    pending = _pending(list(by_recipient), at=at)
    recent = _recent(list(by_recipient), at=at)
    new: list[AlertDelivery] = []
    lines: list[DeliveryLine] = []
    for key, theirs in by_recipient.items():
        at_once = [telling for telling in theirs if telling.held is None]
        for telling in theirs:
            if telling.held is not None:
                until, why = telling.held
                lines.append(_line(_held(telling, pending, new, until=until, why=why, at=at), telling))
        for alike, most in _by_urgency(at_once):
            is_flood = len(alike) > most - recent[key] and not alike[0].recipient.is_a_machine
            for telling in alike:
                together = _together(telling, pending, new, wait=bool(recent[key]), at=at) if is_flood else None
                lines.append(_line(together or _new(telling, new, due_at=at, at=at), telling))
    AlertDelivery.objects.bulk_create(new)
    DeliveryLine.objects.bulk_create(lines)
    return len(lines)


def _by_urgency(tellings: Sequence[Telling]) -> list[tuple[list[Telling], int]]:
    """The critical ones apart from the others, each with how many messages within a minute leave it alone."""
    critical = [telling for telling in tellings if telling.entry.alert.severity == Severity.CRITICAL]
    others = [telling for telling in tellings if telling.entry.alert.severity != Severity.CRITICAL]
    return [(alike, most) for alike, most in ((critical, SINGLES_CRITICAL), (others, SINGLES)) if alike]


Pending = dict[tuple[str, str], AlertDelivery]


def _pending(recipients: Sequence[str], *, at: datetime) -> Pending:
    """Messages that are still being collected, locked: no worker takes one while it is added to."""
    rows = AlertDelivery.objects.filter(
        recipient__in=recipients, state=AlertDelivery.State.WAITING, attempts=0, due_at__gt=at
    ).exclude(held_because="")
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return {(row.recipient, row.held_because): row for row in locked}


def _recent(recipients: Sequence[str], *, at: datetime) -> dict[str, int]:
    """How many messages each was sent, or will be at once, within the last minute."""
    rows = AlertDelivery.objects.filter(recipient__in=recipients, created_at__gt=at - WITHIN)
    counted = rows.filter(held_because__in=["", TOGETHER]).order_by().values_list("recipient").annotate(Count("id"))
    return defaultdict(int, counted)


def _held(
    telling: Telling, pending: Pending, new: list[AlertDelivery], *, until: datetime, why: str, at: datetime
) -> AlertDelivery:
    key = telling.recipient.key, why
    if why == FLAPPING or key not in pending:
        pending[key] = _new(telling, new, due_at=until, at=at, because=why)
    return pending[key]


def _together(
    telling: Telling, pending: Pending, new: list[AlertDelivery], *, wait: bool, at: datetime
) -> AlertDelivery:
    """The message that collects a flood: the first goes at once, the next ones after some seconds."""
    key = telling.recipient.key, TOGETHER
    if key not in pending:
        due_at = at + COLLECTED_FOR if wait else at
        pending[key] = _new(telling, new, due_at=due_at, at=at, because=TOGETHER)
    return pending[key]


def _new(
    telling: Telling, new: list[AlertDelivery], *, due_at: datetime, at: datetime, because: str = ""
) -> AlertDelivery:
    recipient = telling.recipient
    delivery = AlertDelivery(
        organization_id=telling.entry.organization_id,
        destination=recipient.destination,
        recipient=recipient.key,
        transport=recipient.transport,
        address=recipient.address,
        held_because=because,
        due_at=due_at,
        created_at=at,
    )
    new.append(delivery)
    return delivery


def _line(delivery: AlertDelivery, telling: Telling) -> DeliveryLine:
    return DeliveryLine(
        organization_id=telling.entry.organization_id,
        delivery=delivery,
        alert=telling.entry.alert,
        occasion=telling.entry,
        recipient=telling.recipient.key,
        only_if_it_lasts=telling.held is not None and telling.held[1] == FLAPPING,
    )
