"""What a person does with an alert: acknowledges that she knows, or resolves it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alerts import telling
from alerts.models import Alert, AlertEntry
from core.refusals import Refused


def acknowledge(alerts: Iterable[Alert], *, actor: str, note: str = "") -> list[Alert]:
    """Acknowledges those that are open or silenced; returns them. Others are left as they are."""
    now = timezone.now()
    done = []
    with transaction.atomic():
        for alert in _locked(alerts, [Alert.Status.OPEN, Alert.Status.SILENCED]):
            alert.status, alert.acknowledged_at, alert.acknowledged_by = Alert.Status.ACKNOWLEDGED, now, actor
            alert.silenced_until = None
            alert.save(update_fields=["status", "acknowledged_at", "acknowledged_by", "silenced_until"])
            done.append(alert)
        telling.tell([_note(alert, AlertEntry.Kind.ACKNOWLEDGED, actor=actor, note=note, at=now) for alert in done])
    return done


def resolve(alerts: Iterable[Alert], *, actor: str, note: str = "") -> list[Alert]:
    """Resolves those that are not; only something newer opens them again."""
    now = timezone.now()
    done = []
    with transaction.atomic():
        for alert in _locked(alerts, Alert.UNRESOLVED):
            alert.status, alert.resolved_at, alert.resolved_by = Alert.Status.RESOLVED, now, actor
            alert.silenced_until = None
            alert.save(update_fields=["status", "resolved_at", "resolved_by", "silenced_until"])
            done.append(alert)
        telling.tell([_note(alert, AlertEntry.Kind.RESOLVED, actor=actor, note=note, at=now) for alert in done])
    return done


def acknowledge_one(alert: Alert, *, actor: str, note: str = "") -> Alert:
    """Raises Refused where there is nothing to acknowledge."""
    if not acknowledge([alert], actor=actor, note=note):
        raise Refused(f"This alert is {_now(alert)} already.", code=f"already_{_now(alert)}")
    alert.refresh_from_db()
    return alert


def resolve_one(alert: Alert, *, actor: str, note: str = "") -> Alert:
    """Raises Refused where it is resolved already."""
    if not resolve([alert], actor=actor, note=note):
        raise Refused("This alert is resolved already.", code="already_resolved")
    alert.refresh_from_db()
    return alert


def unresolved_of(*, kind: str, subject_id: str) -> list[Alert]:
    return list(Alert.objects.filter(subject_kind=kind, subject_id=subject_id, status__in=Alert.UNRESOLVED))


def _now(alert: Alert) -> str:
    status: str = Alert.objects.values_list("status", flat=True).get(pk=alert.pk)
    return status


def _locked(alerts: Iterable[Alert], statuses: list[str]) -> list[Alert]:
    rows = Alert.objects.filter(pk__in=[alert.pk for alert in alerts], status__in=statuses)
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _note(alert: Alert, kind: str, *, actor: str, note: str, at: datetime) -> AlertEntry:
    entry: AlertEntry = AlertEntry.objects.create(
        organization_id=alert.organization_id, alert=alert, kind=kind, actor=actor, detail=note, at=at
    )
    return entry
