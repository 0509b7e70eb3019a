"""
Carries out deliveries: one message to one recipient, and what came of it into the timelines of its alerts.

A message whose outcome is unknown is sent again: better told twice than never. What was confirmed is not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from alerts import destinations, lanes
from alerts.composing import message_of
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine, Destination
from alerts.recipients import wishes_of
from alerts.timing import QUIET
from alerts.transports import transport
from alerts.transports.base import Broken, Message, OnlyThisOne, Told
from core.redaction import redact
from core.refusals import GiveUp, NotYet, OutcomeUnknown, TryAgain
from core.work import still_ours

TOO_OLD = timedelta(days=2)
WAITS = [timedelta(minutes=m) for m in (1, 5, 15, 15, 15, 30, 60, 120, 240, 480)]  # over 16 hours in all
TRIES = len(WAITS) + 1


def send(delivery: AlertDelivery) -> None:
    """Raises TryAgain, NotYet, GiveUp or OutcomeUnknown; the queue acts on them."""
    destination = delivery.destination
    _check_is_wanted(delivery, destination)
    lines = list(delivery.lines.select_related("alert", "occasion").order_by("occasion__at", "id"))
    standing = [line for line in lines if not (line.only_if_it_lasts and line.alert.status != Alert.Status.OPEN)]
    if not standing:
        _drop(delivery, lines)
        return
    message = message_of(delivery, standing)
    address, secret = (destination.address, destination.secret or "") if destination else (delivery.address, "")
    told = _tell(delivery, address=address, secret=secret, message=message)
    with transaction.atomic():
        mine = still_ours(delivery).filter(state=AlertDelivery.State.WAITING)
        sent = {"state": AlertDelivery.State.SENT, "answer": told.answer[:500], "sent_at": timezone.now()}
        if mine.update(**sent, due_at=None, leased_until=None):
            _note(delivery, standing, AlertEntry.Kind.TOLD, outcome="sent", detail=_answer(told, len(standing)))
            if destination:
                destinations.worked(destination)


def mark_failed(delivery: AlertDelivery, why: str) -> None:
    """Nobody will try this one again. An address that never answered is switched off, and that is an alert."""
    with transaction.atomic():
        AlertDelivery.objects.filter(pk=delivery.pk).update(state=AlertDelivery.State.FAILED)
        lines = list(delivery.lines.select_related("alert"))
        _note(delivery, lines, AlertEntry.Kind.NOT_TOLD, outcome="failed", detail=why)
        is_exhausted = delivery.attempts - delivery.postponed >= TRIES
        if delivery.destination is not None and is_exhausted:
            destinations.switch_off(delivery.destination, why=f"It did not work in {TRIES} attempts. {why}")


def _check_is_wanted(delivery: AlertDelivery, destination: Destination | None) -> None:
    if delivery.recipient.startswith("destination:") and (destination is None or not destination.is_enabled):
        raise GiveUp("the destination is switched off")
    if timezone.now() - delivery.created_at > TOO_OLD:
        raise GiveUp("it could not be told for two days")
    if delivery.held_because == QUIET and destination is not None:
        quiet = wishes_of(destination).quiet
        until = quiet.ends_at(timezone.now()) if quiet else None
        if until is not None:
            raise NotYet("quiet hours", wait=until - timezone.now())


def _tell(delivery: AlertDelivery, *, address: str, secret: str, message: Message) -> Told:
    by = transport(delivery.transport)
    lane = lanes.lane_of(transport=delivery.transport, address=address)
    try:
        lanes.take(lane)
    except NotYet as error:
        _stand_back(delivery, error.wait)
        raise
    try:
        told = by.send(address=address, secret=secret, message=message)
    except Broken as error:
        _leave(lane, delivery, pace=by.pace)
        if delivery.destination is not None:
            destinations.switch_off(delivery.destination, why=redact(str(error)))
        raise
    except GiveUp:
        _leave(lane, delivery, pace=by.pace)
        raise
    except OnlyThisOne as error:
        _leave(lane, delivery, pace=by.pace)
        raise TryAgain(str(error), wait=error.wait or _wait(delivery)) from None
    except (TryAgain, NotYet, OutcomeUnknown) as error:
        lanes.rest(lane, wait=getattr(error, "wait", None))
        if delivery.destination is not None:
            destinations.failed(delivery.destination, why=redact(str(error)))
        if isinstance(error, NotYet):
            raise
        raise TryAgain(str(error), wait=getattr(error, "wait", None) or _wait(delivery)) from None
    _leave(lane, delivery, pace=by.pace)
    return told


def _leave(lane: str, delivery: AlertDelivery, *, pace: timedelta) -> None:
    """The next message to the same recipient is due as soon as the lane is free."""
    lanes.leave(lane, pace=pace)
    following = _others(delivery).order_by("due_at", "id").first()
    if following is not None:
        _others(delivery).filter(pk=following.pk).update(due_at=timezone.now() + pace)


def _stand_back(delivery: AlertDelivery, wait: timedelta) -> None:
    """All that is due for this recipient waits in one step: a flood for one holds up no thread that others need."""
    until = timezone.now() + wait
    _others(delivery).filter(due_at__lt=until).update(due_at=until)


def _others(delivery: AlertDelivery) -> models.QuerySet[AlertDelivery]:
    """What waits for the same recipient, is ready to be told, and is with no worker."""
    rows: models.QuerySet[AlertDelivery] = AlertDelivery.objects.filter(
        recipient=delivery.recipient,
        state=AlertDelivery.State.WAITING,
        leased_until__isnull=True,
        due_at__lte=timezone.now() + lanes.AT_THE_LATEST,
    )
    return rows.exclude(pk=delivery.pk)


def _wait(delivery: AlertDelivery) -> timedelta:
    counted = delivery.attempts - delivery.postponed
    return WAITS[min(counted, len(WAITS)) - 1] * random.uniform(0.9, 1.1)  # noqa: S311 (spread, not secrecy)


def _drop(delivery: AlertDelivery, lines: Sequence[DeliveryLine]) -> None:
    with transaction.atomic():
        if still_ours(delivery).update(state=AlertDelivery.State.DROPPED, due_at=None, leased_until=None):
            _note(delivery, lines, AlertEntry.Kind.NOT_TOLD, outcome="dropped", detail="It did not last.")


def _answer(told: Told, lines: int) -> str:
    together = f"Together with {lines - 1} more." if lines > 1 else ""
    status = f"{told.status} " if told.status else ""
    return f"{status}{told.answer} {together}".strip()


def _note(delivery: AlertDelivery, lines: Sequence[DeliveryLine], kind: str, *, outcome: str, detail: str) -> None:
    destination = delivery.destination
    whom = f"{destination.name} ({delivery.transport})" if destination else f"{delivery.transport} {delivery.address}"
    AlertEntry.objects.bulk_create(
        AlertEntry(
            organization_id=delivery.organization_id,
            alert_id=line.alert_id,
            kind=kind,
            destination=whom[:255],
            outcome=outcome,
            detail=detail,
        )
        for line in lines
    )
