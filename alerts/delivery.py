"""Carries out deliveries: tells one address of one alert, and writes what came of it into the alert's timeline."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.models import AlertDelivery, AlertEntry
from alerts.transports import transport
from alerts.transports.base import Message
from core.work import still_ours

OCCASIONS = {
    AlertEntry.Kind.OPENED: "",
    AlertEntry.Kind.REOPENED: "again: ",
    AlertEntry.Kind.RAISED: "worse: ",
}


def send(delivery: AlertDelivery) -> None:
    """Raises TryAgain, GiveUp or OutcomeUnknown; the queue acts on them."""
    answer = transport(delivery.transport).send(address=delivery.address, message=message_of(delivery))
    with transaction.atomic():
        mine = still_ours(delivery).filter(state=AlertDelivery.State.WAITING)
        if mine.update(state=AlertDelivery.State.SENT, sent_at=timezone.now(), due_at=None, leased_until=None):
            _note(delivery, AlertEntry.Kind.TOLD, outcome="sent", detail=answer)


def mark_failed(delivery: AlertDelivery, why: str) -> None:
    AlertDelivery.objects.filter(pk=delivery.pk).update(state=AlertDelivery.State.FAILED)
    _note(delivery, AlertEntry.Kind.NOT_TOLD, outcome="failed", detail=why)


def message_of(delivery: AlertDelivery) -> Message:
    """The alert in words: what is wrong, what it means, what to do, where to look. No customer's text or number."""
    alert = delivery.alert
    occasion = OCCASIONS.get(AlertEntry.Kind(delivery.occasion.kind), "")
    lines = [alert.title, "", alert.detail]
    if alert.action_required:
        lines += ["", f"What to do: {alert.action_required}"]
    lines += ["", f"Since {alert.first_seen_at:%Y-%m-%d %H:%M} UTC, {alert.count} ×, severity {alert.severity}."]
    return Message(
        id=f"{delivery.pk}",
        thread=f"alert-{alert.pk}",
        subject=f"[{alert.severity}] {occasion}{alert.title}",
        lines=tuple(lines),
        link=f"{settings.PUBLIC_URL}/admin/alerts/alert/{alert.pk}/change/",
    )


def _note(delivery: AlertDelivery, kind: str, *, outcome: str, detail: str) -> None:
    AlertEntry.objects.create(
        organization_id=delivery.organization_id,
        alert_id=delivery.alert_id,
        kind=kind,
        destination=f"{delivery.transport} {delivery.address}",
        outcome=outcome,
        detail=detail,
    )
