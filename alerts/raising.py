"""
Opens, repeats and resolves alerts so that they follow what is wrong: one unresolved alert a matter.

Whoever watches over a subject says what is wrong with it now (`Subject.matters`); the difference to the
alerts that are open is made here, for many subjects in a few statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.utils import timezone

from alerts import escalating, silencing, telling
from alerts.models import Alert, AlertEntry
from core.matters import Matter, Subject

UPDATED = [
    "severity",
    "severity_rank",
    "status",
    "title",
    "detail",
    "action_required",
    "subject_label",
    "data",
    "count",
    "first_seen_at",
    "last_seen_at",
    "opened_at",
    "silenced_until",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
    "resolved_by",
]


class _Changes:
    """What one call to `follow` will write."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.opened: list[Alert] = []
        self.changed: list[Alert] = []
        self.entries: list[AlertEntry] = []

    def note(self, alert: Alert, kind: str, *, detail: str = "") -> AlertEntry:
        entry = AlertEntry(organization_id=alert.organization_id, alert=alert, at=self.now, kind=kind, detail=detail)
        self.entries.append(entry)
        return entry


def follow(subjects: Sequence[Subject]) -> None:
    """Makes the alerts of these subjects say what is wrong now. Inside a transaction, with the scopes open."""
    if not subjects:
        return
    unresolved, resolved = _read(subjects)
    changes = _Changes()
    for subject in subjects:
        open_now = unresolved[subject.kind, subject.id]
        for matter in subject.matters:
            alert = open_now.pop(matter.alert_type, None)
            if alert is not None:
                _repeat(changes, alert, subject, matter)
            else:
                _open(changes, subject, matter, resolved[subject.kind, subject.id, matter.alert_type])
        for alert_type, alert in open_now.items():
            if alert_type in subject.alert_types:
                _resolve(changes, alert)
    _write(changes)


Unresolved = dict[tuple[str, str], dict[str, Alert]]
Resolved = dict[tuple[str, str, str], list[Alert]]


def _read(subjects: Sequence[Subject]) -> tuple[Unresolved, Resolved]:
    """The unresolved alerts, locked, and those resolved ones whose time reaches into what holds now."""
    here = Alert.objects.filter(
        subject_kind__in={subject.kind for subject in subjects}, subject_id__in={subject.id for subject in subjects}
    )
    unresolved: Unresolved = defaultdict(dict)
    locked = here.filter(status__in=Alert.UNRESOLVED).select_for_update(of=("self",), no_key=True).order_by("pk")
    for alert in locked:
        unresolved[alert.subject_kind, alert.subject_id][alert.alert_type] = alert
    resolved: Resolved = defaultdict(list)
    since = min((m.first_seen_at for subject in subjects for m in subject.matters), default=None)
    if since is not None:
        overlapping = here.filter(status=Alert.Status.RESOLVED, last_seen_at__gte=since).order_by("-pk")
        for alert in overlapping:
            resolved[alert.subject_kind, alert.subject_id, alert.alert_type].append(alert)
    return unresolved, resolved


def _repeat(changes: _Changes, alert: Alert, subject: Subject, matter: Matter) -> None:
    before = (alert.severity_rank, alert.count, alert.last_seen_at)
    is_same = _say(alert, subject, matter)
    if is_same:
        return
    changes.changed.append(alert)
    if alert.severity_rank > before[0]:
        changes.note(alert, AlertEntry.Kind.RAISED, detail=f"Now {alert.severity}.")
    elif (alert.count, alert.last_seen_at) > before[1:]:
        changes.note(alert, AlertEntry.Kind.REPEATED, detail=f"{alert.count} times since it began.")


def _open(changes: _Changes, subject: Subject, matter: Matter, earlier: Sequence[Alert]) -> None:
    """A new alert; or the one of the same episode again; or none, where a person resolved exactly this."""
    if any(alert.resolved_by and alert.last_seen_at >= matter.last_seen_at for alert in earlier):
        return
    same = next((alert for alert in earlier if alert.first_seen_at == matter.first_seen_at), None)
    alert = same or Alert(
        organization_id=subject.organization_id,
        alert_type=matter.alert_type,
        subject_kind=subject.kind,
        subject_id=subject.id,
    )
    _say(alert, subject, matter)
    alert.status, alert.silenced_until, alert.resolved_at, alert.resolved_by = Alert.Status.OPEN, None, None, ""
    alert.acknowledged_at, alert.acknowledged_by = None, ""
    alert.opened_at = changes.now
    (changes.changed if same else changes.opened).append(alert)
    changes.note(alert, AlertEntry.Kind.REOPENED if same else AlertEntry.Kind.OPENED)


def _say(alert: Alert, subject: Subject, matter: Matter) -> bool:
    """Writes the matter into the alert; says whether it said all of that already."""
    said = {
        "severity": matter.severity.value,
        "severity_rank": matter.severity.rank,
        "title": matter.title[:500],
        "detail": matter.detail,
        "action_required": matter.action_required,
        "subject_label": subject.label[:600],
        "data": matter.data,
        "count": matter.count,
        "first_seen_at": matter.first_seen_at,
        "last_seen_at": matter.last_seen_at,
    }
    is_same = all(getattr(alert, name) == value for name, value in said.items())
    for name, value in said.items():
        setattr(alert, name, value)
    return is_same


def _resolve(changes: _Changes, alert: Alert) -> None:
    alert.status, alert.resolved_at, alert.resolved_by = Alert.Status.RESOLVED, changes.now, ""
    alert.silenced_until = None
    changes.changed.append(alert)
    changes.note(alert, AlertEntry.Kind.RESOLVED, detail="What was wrong is over.")


def _write(changes: _Changes) -> None:
    opening = [entry.alert for entry in changes.entries if entry.kind in telling.OPENINGS]
    for alert, silence in silencing.cover(opening, now=changes.now):
        changes.note(alert, AlertEntry.Kind.SILENCED, detail=silencing.words(silence))
    Alert.objects.bulk_create(changes.opened)
    if changes.changed:
        Alert.objects.bulk_create(changes.changed, update_conflicts=True, unique_fields=["id"], update_fields=UPDATED)
    AlertEntry.objects.bulk_create(changes.entries)
    telling.tell(changes.entries)
    graver = [entry.alert for entry in changes.entries if entry.kind == AlertEntry.Kind.RAISED]
    escalating.start([*opening, *graver])


def follow_all(alert_types: Collection[str], subjects: Sequence[Subject]) -> None:
    """As `follow`, by somebody who looked everywhere: alerts of these types about any other subject are over."""
    found = {(subject.kind, subject.id) for subject in subjects}
    unresolved = Alert.objects.filter(alert_type__in=alert_types, status__in=Alert.UNRESOLVED)
    over: dict[tuple[str, str], Subject] = {}
    for alert in unresolved.order_by("pk").only("organization_id", "subject_kind", "subject_id", "subject_label"):
        key = alert.subject_kind, alert.subject_id
        if key not in found:
            over[key] = Subject(
                organization_id=alert.organization_id,
                kind=alert.subject_kind,
                id=alert.subject_id,
                label=alert.subject_label,
                alert_types=list(alert_types),
                matters=[],
            )
    follow([*subjects, *over.values()])
