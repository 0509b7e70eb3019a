"""Is the installation itself at work: does a worker live, and does what is due get done?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from celery import current_app
from django.db.models import Min
from django.utils import timezone

from alerts.models import Alert
from core import bell
from core.checkups import checkup
from core.matters import Matter, Severity, Subject
from core.models import Heartbeat, Organization
from core.work import oldest_due

QUEUE_OLD = "QUEUE_OLD"
WORKER_SILENT = "WORKER_SILENT"
TOO_OLD = timedelta(minutes=5)
SILENT_FOR = timedelta(seconds=60)  # a worker says every few seconds that it lives
NEVER_SEEN_FOR = timedelta(minutes=5)  # an installation that was just set up has this long to start one


@checkup(
    alert_type=QUEUE_OLD,
    every=timedelta(minutes=1),
    what="Looks for queues whose oldest due row waits for more than 5 minutes.",
)
def queue_old() -> list[Subject]:
    now = timezone.now()
    oldest = {name: oldest_due(queue.model)[1] for name, queue in bell.queues().items()}
    late = {name: due_at + TOO_OLD for name, due_at in oldest.items() if due_at and due_at < now - TOO_OLD}
    known = _known_since()
    return [_queue(name, since=known.get(name, since)) for name, since in late.items()]


def _known_since() -> Mapping[str, datetime]:
    """A late queue that moves on has another oldest row each time, and is late all the while."""
    unresolved = Alert.objects.filter(alert_type=QUEUE_OLD, status__in=Alert.UNRESOLVED)
    return dict(unresolved.values_list("subject_id", "first_seen_at"))


def _queue(name: str, *, since: datetime) -> Subject:
    label = name.replace("_", " ")
    matter = Matter(
        alert_type=QUEUE_OLD,
        severity=Severity.HIGH,
        title=f"Work waits for more than 5 minutes in the queue of {label}",
        detail="No worker takes it, the workers do not keep up, or they fail at these rows. Nothing is lost.",
        action_required="Run `manage.py doctor`: it says whether a worker runs and what waits. Then look into the "
        "worker's log, and start more workers if it only has too much to do.",
        data={"queue": name},
        count=1,
        first_seen_at=since,
        last_seen_at=since,
    )
    return Subject(organization_id=None, kind="queue", id=name, label=label, alert_types=[QUEUE_OLD], matters=[matter])


@checkup(
    alert_type=WORKER_SILENT,
    every=timedelta(seconds=30),
    what="Resolves the alert of a worker that was silent. Web processes open it: see the watchman.",
)
def worker_silent() -> list[Subject]:
    """A worker that asks this is the answer, also before it has said for the first time that it lives."""
    if current_app.current_worker_task is not None:
        return []
    since = silent_since(at=timezone.now())
    return [_worker(since)] if since else []


def silent_since(*, at: datetime) -> datetime | None:
    """Since when no worker has been heard, if that is too long; None while all is well. With the scopes open."""
    seen = Heartbeat.objects.filter(name=bell.WORKER).values_list("at", flat=True).first()
    first = None if seen else Organization.objects.aggregate(first=Min("created_at"))["first"]
    if seen:
        since = seen + SILENT_FOR
    elif first:
        since = first + NEVER_SEEN_FOR
    else:
        return None
    return since if since < at else None


def _worker(since: datetime) -> Subject:
    matter = Matter(
        alert_type=WORKER_SILENT,
        severity=Severity.CRITICAL,
        title="No worker is running",
        detail=f"It has been missing since {since:%Y-%m-%d %H:%M} UTC. Webhooks are kept and nothing is lost, but "
        "nothing is applied or sent until one runs; alerts are told by the web processes meanwhile.",
        action_required="Start it: `manage.py up`, or the Procfile's `worker` (and `beat`). If it runs, its log says "
        "what it waits for; `manage.py doctor` says what is wrong with the installation.",
        data={"silent_since": since.isoformat()},
        count=1,
        first_seen_at=since,
        last_seen_at=since,
    )
    return Subject(
        organization_id=None, kind="worker", id="worker", label="Worker", alert_types=[WORKER_SILENT], matters=[matter]
    )
