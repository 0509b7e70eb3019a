"""What `/metrics` tells, each read by a query that stays small."""

from __future__ import annotations

from django.db.models import Count
from django.utils import timezone

from alerts.models import Alert
from config.queues import QUEUES
from core.bell import WORKER
from core.fence import everywhere
from core.metrics import Measure, Samples
from core.models import Heartbeat
from core.work import oldest_due
from providers.models import FieldCount, ParkedEvent
from templates_app.models import Template


def queue_depth() -> Samples:
    return [((name,), oldest_due(queue.model)[0]) for name, queue in QUEUES.items()]


def queue_age() -> Samples:
    now = timezone.now()
    oldest = {name: oldest_due(queue.model)[1] for name, queue in QUEUES.items()}
    return [((name,), (now - at).total_seconds() if at else 0) for name, at in oldest.items()]


def worker_age() -> Samples:
    now = timezone.now()
    seen = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True)
    return [((), (now - at).total_seconds()) for at in seen]


def parked_events() -> Samples:
    with everywhere():
        return list(_counted(ParkedEvent.objects.order_by().values_list("reason").annotate(Count("id"))))


def unresolved_alerts() -> Samples:
    with everywhere():
        rows = Alert.objects.filter(status__in=Alert.UNRESOLVED).order_by()
        return list(_counted(rows.values_list("severity").annotate(Count("id"))))


def templates_by_status() -> Samples:
    with everywhere():
        rows = Template.objects.filter(is_retired=False).order_by()
        return list(_counted(rows.values_list("status").annotate(Count("id"))))


def unknown_fields() -> Samples:
    return list(_counted(FieldCount.objects.order_by().values_list("field", "count")[:100]))


def _counted(rows: object) -> Samples:
    return [((label,), number) for label, number in rows]  # type: ignore[attr-defined]  # rows of a values query


MEASURES = [
    Measure(name="queue_due", what="Rows that are due (counted to 10,000).", labels=("queue",), read=queue_depth),
    Measure(name="queue_oldest_due_seconds", what="Age of the oldest due row.", labels=("queue",), read=queue_age),
    Measure(name="worker_seen_seconds_ago", what="Since a worker last said that it lives.", labels=(), read=worker_age),
    Measure(name="parked_events", what="Events that could not be applied.", labels=("reason",), read=parked_events),
    Measure(name="unresolved_alerts", what="Alerts not resolved.", labels=("severity",), read=unresolved_alerts),
    Measure(name="templates", what="Templates that are not retired.", labels=("status",), read=templates_by_status),
    Measure(name="unknown_field_total", what="Undocumented fields received.", labels=("field",), read=unknown_fields),
]
