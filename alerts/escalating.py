"""
Escalations: while nobody acknowledges an alert, the next ones are told, step by step, then again and again.

A run is a row of a queue: it is due when its next step is, and rests while the alert is silenced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from alerts import telling
from alerts.models import Alert, AlertEntry, Escalation, EscalationRun
from alerts.recipients import whose
from core import bell
from core.matters import Severity

QUEUE = "escalations"
LOOKS_AGAIN = timedelta(seconds=30)
MOST = 1000  # open alerts that a new escalation takes on at once


def start(alerts: Sequence[Alert]) -> None:
    """For alerts that opened or became graver: a run for each escalation that covers them. Inside a transaction."""
    if not alerts:
        return
    escalations = whose(Escalation.objects.filter(is_enabled=True), {alert.organization_id for alert in alerts})
    known = [escalation for escalation in escalations if escalation.steps]
    _begin([(alert, escalation) for escalation in known for alert in alerts if telling.covers(escalation, alert)])


def take_on(escalation: Escalation) -> None:
    """A new or changed escalation covers what is open now as well; its time runs from when each alert opened."""
    least = Severity(escalation.minimum_severity).rank
    alerts = whose(Alert.objects.filter(status=Alert.Status.OPEN), {escalation.organization_id})
    if escalation.alert_types:
        alerts = alerts.filter(alert_type__in=escalation.alert_types)
    if escalation.is_enabled and escalation.steps:
        _begin([(alert, escalation) for alert in alerts.filter(severity_rank__gte=least).order_by("-id")[:MOST]])


def apply(runs: Sequence[EscalationRun]) -> None:
    """Each run's next step, if the alert is still open."""
    ids = {run.alert_id for run in runs}
    locked = Alert.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True).order_by("pk")
    alerts = {alert.pk: alert for alert in locked}
    escalations = Escalation.objects.in_bulk({run.escalation_id for run in runs})
    for run in runs:
        _advance(run, alerts[run.alert_id], escalations[run.escalation_id])
    EscalationRun.objects.bulk_update(runs, ["step", "due_at"])


def apply_alone(run: EscalationRun) -> None:
    apply([run])


def _begin(pairs: Sequence[tuple[Alert, Escalation]]) -> None:
    known = set(
        EscalationRun.objects.filter(alert__in=[alert.pk for alert, _ in pairs]).values_list(
            "alert_id", "escalation_id", "opened_at"
        )
    )
    runs = [
        EscalationRun(
            organization_id=alert.organization_id,
            alert=alert,
            escalation=escalation,
            opened_at=alert.opened_at,
            due_at=_due(escalation, step=0, opened_at=alert.opened_at),
        )
        for alert, escalation in pairs
        if (alert.pk, escalation.pk, alert.opened_at) not in known
    ]
    if runs:
        EscalationRun.objects.bulk_create(runs)
        bell.ring(QUEUE)


def _advance(run: EscalationRun, alert: Alert, escalation: Escalation) -> None:
    is_of_now = run.opened_at == alert.opened_at and escalation.is_enabled and bool(escalation.steps)
    if not is_of_now or alert.status in (Alert.Status.ACKNOWLEDGED, Alert.Status.RESOLVED):
        run.due_at = None
        return
    if alert.status == Alert.Status.SILENCED:
        soon = timezone.now() + LOOKS_AGAIN  # a silence that is over may still have to be ended by the clock
        run.due_at = max(alert.silenced_until or soon, soon)
        return
    _tell(run, alert, escalation)
    run.step += 1
    if run.step < len(escalation.steps):
        run.due_at = _due(escalation, step=run.step, opened_at=run.opened_at)
    else:
        every = escalation.repeat_minutes
        run.due_at = timezone.now() + timedelta(minutes=every) if every else None


def _tell(run: EscalationRun, alert: Alert, escalation: Escalation) -> None:
    is_step = run.step < len(escalation.steps)
    step = escalation.steps[run.step if is_step else -1]
    minutes = round((timezone.now() - run.opened_at).total_seconds() / 60)
    entry = AlertEntry.objects.create(
        organization_id=alert.organization_id,
        alert=alert,
        kind=AlertEntry.Kind.ESCALATED if is_step else AlertEntry.Kind.REMINDED,
        actor=str(escalation),
        detail=f"Not acknowledged for {minutes} minutes." if minutes else "At once.",
    )
    telling.tell([entry], only=[f"destination:{pk}" for pk in step["destinations"]])


def _due(escalation: Escalation, *, step: int, opened_at: datetime) -> datetime:
    return opened_at + timedelta(minutes=escalation.steps[step]["after_minutes"])


def unfinished(alert: Alert) -> EscalationRun | None:
    """The next step that this alert will take, for its page."""
    runs = EscalationRun.objects.filter(Q(alert=alert, opened_at=alert.opened_at), due_at__isnull=False)
    found: EscalationRun | None = runs.select_related("escalation").order_by("due_at").first()
    return found
