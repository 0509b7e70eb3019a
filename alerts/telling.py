"""
Who is told of what: each occasion is held against each recipient, and every "no" goes into the alert's timeline.

What is decided here is written as deliveries (`bundling`); carrying them out is `delivery`'s work.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from alerts import bundling
from alerts.bundling import Telling
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine, Escalation
from alerts.recipients import Recipient, Whose, recipients, whose
from alerts.timing import FLAPPING
from core import bell
from core.matters import Severity

QUEUE = "alert_deliveries"
Kind = AlertEntry.Kind
NEWS = {Kind.OPENED, Kind.REOPENED, Kind.RAISED, Kind.UNSILENCED}
FOR_MACHINES = {Kind.ACKNOWLEDGED, Kind.SILENCED}
WORTH_TELLING = NEWS | FOR_MACHINES | {Kind.RESOLVED}
OPENINGS = [Kind.OPENED, Kind.REOPENED]
FLAPS = 3  # openings within FLAPS_WITHIN that are told at once; a later one only if it lasts
FLAPS_WITHIN = timedelta(hours=1)
LASTS = timedelta(minutes=10)
_nobody: ContextVar[str] = ContextVar("tell_nobody", default="")


@contextlib.contextmanager
def nobody(why: str) -> Iterator[None]:
    """Nobody is told of what happens inside; the timelines say why."""
    token = _nobody.set(why)
    try:
        yield
    finally:
        _nobody.reset(token)


def tell(occasions: Sequence[AlertEntry], *, only: Collection[str] | None = None) -> None:
    """
    Decides for each occasion and recipient, and writes deliveries and the reasons for "no". Inside a transaction.

    `only`: keys of the recipients in question (an escalation's step); then what they wish is not asked.
    """
    worth = [entry for entry in occasions if only is not None or entry.kind in WORTH_TELLING]
    if not worth:
        return
    if _nobody.get():
        AlertEntry.objects.bulk_create([_no(entry, _nobody.get()) for entry in worth if entry.kind in NEWS])
        return
    round_ = _Round(worth, only)
    for entry in worth:
        round_.decide(entry)
    AlertEntry.objects.bulk_create(round_.noes)
    if bundling.write(round_.yeses, at=round_.now):
        bell.ring(QUEUE)


class _Round:
    """One call of `tell`: what it knows, and what it has decided so far."""

    def __init__(self, occasions: Sequence[AlertEntry], only: Collection[str] | None) -> None:
        self.now = timezone.now()
        self.only = only
        alerts = [entry.alert for entry in occasions]
        organizations = {alert.organization_id for alert in alerts}
        self.recipients = recipients(organizations)
        self.escalated = _escalated(organizations) if only is None else []
        self.flaps = _openings([entry.alert for entry in occasions if entry.kind in OPENINGS], since=self.now)
        self.told = _told([entry.alert for entry in occasions if entry.kind == Kind.RESOLVED])
        self.yeses: list[Telling] = []
        self.noes: list[AlertEntry] = []

    def decide(self, entry: AlertEntry) -> None:
        alert = entry.alert
        if alert.status == Alert.Status.SILENCED and entry.kind != Kind.SILENCED:
            until = f" until {alert.silenced_until:%Y-%m-%d %H:%M} UTC" if alert.silenced_until else ""
            self.noes.append(_no(entry, f"Silenced{until}."))
            return
        known = self.recipients[alert.organization_id]
        asked = [one for one in known if self.only is None or one.key in self.only]
        reasons: dict[str, list[str]] = defaultdict(list)
        before = len(self.yeses)
        for recipient in asked:
            why = self._against(entry, recipient)
            if why:
                reasons[why].append(recipient.name)
            elif why is not None:
                self._yes(entry, recipient)
        for why, names in reasons.items():
            self.noes.append(_no(entry, f"{why}: {', '.join(names)}."))
        if entry.kind in NEWS and not reasons and len(self.yeses) == before:
            self.noes.append(_no(entry, _why_nobody(alert, known)))

    def _against(self, entry: AlertEntry, recipient: Recipient) -> str | None:
        """Why not; "" where it is told; None where it goes without saying."""
        alert = entry.alert
        if self.only is not None:
            return ""
        if entry.kind in FOR_MACHINES and not recipient.is_a_machine:
            return None
        if entry.kind == Kind.RESOLVED and not recipient.is_a_machine:
            return "" if (alert.pk, recipient.key) in self.told else None
        if recipient.wishes.minimum is None:
            return None
        why = recipient.wishes.against(alert_type=alert.alert_type, severity=Severity(alert.severity))
        if why:
            return why if entry.kind in NEWS else None
        if entry.kind != Kind.RESOLVED and any(_is_for(step, alert, recipient) for step in self.escalated):
            return "Told by the steps of an escalation"
        return ""

    def _yes(self, entry: AlertEntry, recipient: Recipient) -> None:
        alert = entry.alert
        held = None if recipient.is_a_machine else self._hold(entry, recipient)
        self.yeses.append(Telling(entry=entry, recipient=recipient, held=held))
        if held is not None:
            until, why = held
            sentence = f"{recipient.name}: held until {until:%Y-%m-%d %H:%M} UTC ({why})."
            if why == FLAPPING:
                times = self.flaps[_matter(alert)]
                sentence = f"{recipient.name}: opened {times} times within an hour. Told if it lasts 10 minutes."
            self.noes.append(_no(entry, sentence, kind=Kind.HELD))

    def _hold(self, entry: AlertEntry, recipient: Recipient) -> tuple[datetime, str] | None:
        if self.only is not None:
            return None
        if entry.kind in OPENINGS and self.flaps[_matter(entry.alert)] > FLAPS:
            return self.now + LASTS, FLAPPING
        return recipient.wishes.hold(severity=Severity(entry.alert.severity), at=self.now)


def _why_nobody(alert: Alert, known: Sequence[Recipient]) -> str:
    if known:
        return "Nobody has asked to be told."
    whoever = "No member of this organization" if alert.organization_id else "No superuser"
    return f"{whoever} has an e-mail address, and there is no destination."


def _no(entry: AlertEntry, why: str, *, kind: str = Kind.NOT_TOLD) -> AlertEntry:
    return AlertEntry(organization_id=entry.organization_id, alert=entry.alert, kind=kind, detail=why)


def _matter(alert: Alert) -> tuple[str, str, str]:
    return alert.alert_type, alert.subject_kind, alert.subject_id


def _openings(alerts: Sequence[Alert], *, since: datetime) -> Mapping[tuple[str, str, str], int]:
    """How often each matter opened within the last hour, this time included."""
    counted: dict[tuple[str, str, str], int] = defaultdict(int)
    if not alerts:
        return counted
    entries = AlertEntry.objects.filter(
        kind__in=OPENINGS,
        at__gt=since - FLAPS_WITHIN,
        alert__subject_id__in={alert.subject_id for alert in alerts},
        alert__alert_type__in={alert.alert_type for alert in alerts},
    )
    fields = ("alert__alert_type", "alert__subject_kind", "alert__subject_id")
    for *matter, times in entries.order_by().values_list(*fields).annotate(Count("id")):
        alert_type, kind, subject_id = matter
        counted[alert_type, kind, subject_id] += times
    return counted


def _told(alerts: Sequence[Alert]) -> set[tuple[object, str]]:
    """(alert, recipient) where that recipient has been told of it, or is being told just now."""
    if not alerts:
        return set()
    lines = DeliveryLine.objects.filter(alert__in=alerts).exclude(delivery__state=AlertDelivery.State.DROPPED)
    return set(lines.exclude(delivery__attempts=0).values_list("alert_id", "recipient"))


def _escalated(organizations: set[Whose]) -> list[Escalation]:
    return list(whose(Escalation.objects.filter(is_enabled=True), organizations))


def _is_for(escalation: Escalation, alert: Alert, recipient: Recipient) -> bool:
    if recipient.destination is None or not covers(escalation, alert):
        return False
    return any(str(recipient.destination.pk) in step["destinations"] for step in escalation.steps)


def covers(escalation: Escalation, alert: Alert) -> bool:
    is_its_own = escalation.organization_id == alert.organization_id
    is_grave = alert.severity_rank >= Severity(escalation.minimum_severity).rank
    return is_its_own and is_grave and (not escalation.alert_types or alert.alert_type in escalation.alert_types)
