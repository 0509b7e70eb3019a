"""
Silences: alerts that are kept and told to nobody for a while; when one ends, what is still wrong is open again.

One silence can cover many alerts, and an alert opened meanwhile. An acknowledged alert needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from alerts import telling
from alerts.models import Alert, AlertEntry, Silence
from alerts.recipients import whose
from core.models import Organization
from core.refusals import Refused

MOST = 1000  # alerts looked at in one go


def silence(
    *,
    organization: Organization | None,
    alert_types: Sequence[str],
    subject_kind: str,
    subject_id: str,
    ends_at: datetime,
    actor: str,
    starts_at: datetime | None = None,
    note: str = "",
) -> Silence:
    """From now or `starts_at` on. Raises Refused where it would be over already, or ends before it begins."""
    now = timezone.now()
    starts_at = starts_at or now
    if ends_at <= max(now, starts_at):
        raise Refused("A silence ends in the future, and after it starts.", code="silence_is_over")
    with transaction.atomic():
        made: Silence = Silence.objects.create(
            organization=organization,
            alert_types=list(alert_types),
            subject_kind=subject_kind,
            subject_id=subject_id,
            subject_label=_label(organization, subject_kind, subject_id),
            starts_at=starts_at,
            ends_at=ends_at,
            note=note,
            created_by=actor,
        )
        if starts_at <= now:
            _begin(made, now=now)
    return made


def silence_one(alert: Alert, *, until: datetime, actor: str, note: str = "") -> Alert:
    """This alert, and its kind of trouble with its subject, until then. Raises Refused where it is resolved."""
    with transaction.atomic():
        locked = Alert.objects.select_for_update(of=("self",), no_key=True).get(pk=alert.pk)
        if locked.status == Alert.Status.RESOLVED:
            raise Refused("This alert is resolved already.", code="already_resolved")
        if locked.status != Alert.Status.OPEN:
            locked.status = Alert.Status.OPEN
            locked.save(update_fields=["status"])
        silence(
            organization=locked.organization,
            alert_types=[locked.alert_type],
            subject_kind=locked.subject_kind,
            subject_id=locked.subject_id,
            ends_at=until,
            actor=actor,
            note=note,
        )
    alert.refresh_from_db()
    return alert


def end(row: Silence) -> None:
    """Over from now on; what is still wrong is open again and told."""
    now = timezone.now()
    with transaction.atomic():
        if row.ends_at > now:
            row.ends_at = max(now, row.starts_at)
            row.save(update_fields=["ends_at"])
        _let_speak(whose(Alert.objects.all(), {row.organization_id}), now=now)


def keep() -> int:
    """What the clock does: begins and ends silences whose time has come. Returns how many alerts changed."""
    now = timezone.now()
    changed = 0
    for row in Silence.objects.filter(starts_at__lte=now, ends_at__gt=now).order_by("id")[:MOST]:
        with transaction.atomic():
            changed += _begin(row, now=now)
    with transaction.atomic():
        return changed + _let_speak(Alert.objects.filter(silenced_until__lte=now), now=now)


def cover(alerts: Sequence[Alert], *, now: datetime) -> list[tuple[Alert, Silence]]:
    """Which of these alerts, being opened, lie under a silence. Writes nothing into the database."""
    if not alerts:
        return []
    active = _active({alert.organization_id for alert in alerts}, now=now)
    found = []
    for alert in alerts:
        silence = _longest(active, alert)
        if silence is not None:
            alert.status, alert.silenced_until = Alert.Status.SILENCED, silence.ends_at
            found.append((alert, silence))
    return found


def words(row: Silence) -> str:
    """What the timeline says of it."""
    until = f"Until {row.ends_at:%Y-%m-%d %H:%M} UTC."
    return f"{until} {row.note}" if row.note else until


def _begin(row: Silence, *, now: datetime) -> int:
    alerts = whose(Alert.objects.filter(status=Alert.Status.OPEN), {row.organization_id})
    if row.alert_types:
        alerts = alerts.filter(alert_type__in=row.alert_types)
    if row.subject_kind:
        alerts = alerts.filter(subject_kind=row.subject_kind, subject_id=row.subject_id)
    locked = list(alerts.select_for_update(of=("self",), no_key=True).order_by("pk")[:MOST])
    for alert in locked:
        alert.status, alert.silenced_until = Alert.Status.SILENCED, row.ends_at
    Alert.objects.bulk_update(locked, ["status", "silenced_until"])
    telling.tell(_note(locked, AlertEntry.Kind.SILENCED, actor=row.created_by, detail=words(row), at=now))
    return len(locked)


def _let_speak(alerts: QuerySet[Alert], *, now: datetime) -> int:
    """Silenced alerts that no silence covers any more are open again, and told."""
    silenced = alerts.filter(status=Alert.Status.SILENCED).select_for_update(of=("self",), no_key=True)
    locked = list(silenced.order_by("pk")[:MOST])
    active = _active({alert.organization_id for alert in locked}, now=now)
    speaking = []
    for alert in locked:
        longest = _longest(active, alert)
        if longest is None:
            alert.status, alert.silenced_until = Alert.Status.OPEN, None
            speaking.append(alert)
        else:
            alert.silenced_until = longest.ends_at
    Alert.objects.bulk_update(locked, ["status", "silenced_until"])
    telling.tell(_note(speaking, AlertEntry.Kind.UNSILENCED, actor="", detail="It still holds.", at=now))
    return len(speaking)


def _active(organizations: set[object], *, now: datetime) -> list[Silence]:
    rows = Silence.objects.filter(starts_at__lte=now, ends_at__gt=now)
    inside = Q(organization__in=[one for one in organizations if one is not None])
    return list(rows.filter(inside | Q(organization__isnull=True)).order_by("-ends_at")[:MOST])


def _longest(active: Sequence[Silence], alert: Alert) -> Silence | None:
    return next((row for row in active if _covers(row, alert)), None)


def _covers(row: Silence, alert: Alert) -> bool:
    is_about = not row.subject_kind or (row.subject_kind, row.subject_id) == (alert.subject_kind, alert.subject_id)
    is_type = not row.alert_types or alert.alert_type in row.alert_types
    return row.organization_id == alert.organization_id and is_about and is_type


def _label(organization: Organization | None, kind: str, subject_id: str) -> str:
    if not kind:
        return ""
    known = whose(Alert.objects.all(), {organization.pk if organization else None})
    named = known.filter(subject_kind=kind, subject_id=subject_id).order_by("-id")
    return named.values_list("subject_label", flat=True).first() or subject_id


def _note(alerts: Sequence[Alert], kind: str, *, actor: str, detail: str, at: datetime) -> list[AlertEntry]:
    entries = [
        AlertEntry(organization_id=a.organization_id, alert=a, kind=kind, actor=actor, detail=detail, at=at)
        for a in alerts
    ]
    made: list[AlertEntry] = AlertEntry.objects.bulk_create(entries)
    return made
