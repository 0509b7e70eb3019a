"""
What is misconfigured, in words: what is wrong, what it means, what to do. `manage.py doctor` prints it.

A problem keeps something from working; a hint is right on a laptop and wrong, or worth knowing, elsewhere. What the
database says stands here, what the settings say in `diagnosis_settings`.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from config import diagnosis_settings
from config.diagnosis_findings import Check, Findings, Level, hint, ok, problem, reason
from config.diagnosis_settings import is_fernet
from config.queues import QUEUES
from core.bell import WORKER
from core.encryption import CannotDecrypt, decrypt
from core.fence import everywhere
from core.models import Heartbeat
from core.work import oldest_due
from providers.models import Account, ParkedEvent

PATIENCE = timedelta(seconds=60)  # a worker says every few seconds that it lives, and takes what is due at once


def diagnose() -> Findings:
    """Every finding of every check. What the database holds is looked at only where it can be read."""
    for check in diagnosis_settings.CHECKS:
        yield from check()
    state = list(database())
    yield from state
    if all(finding.level is not Level.PROBLEM for finding in state):
        for check in CHECKS_OF_ROWS:
            yield from check()


def database() -> Findings:
    kind = "PostgreSQL" if settings.IS_POSTGRES else "SQLite"
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InconsistentMigrationHistory) as error:
        yield problem(
            f"The database ({kind}) cannot be used: {reason(error)}.",
            "Nothing works, and webhooks are not acknowledged, so that Meta sends them again.",
            "Start it, or correct DATABASE_URL.",
        )
        return
    if missing:
        yield problem(
            f"The database ({kind}) lacks {len(missing)} migrations.",
            "It does not fit this version of Heliograph; nothing works that needs the new tables.",
            "Run `manage.py migrate` (`manage.py up` does so by itself).",
        )
    else:
        yield ok(f"The database ({kind}) answers and is migrated.")
    if settings.IS_HTTPS and not settings.IS_POSTGRES:
        yield hint(
            "PUBLIC_URL is https, and the database is SQLite.",
            "One machine only, and one writer at a time: bursts of webhooks wait for each other.",
            "Set DATABASE_URL to a PostgreSQL before it matters.",
        )


def credentials() -> Findings:
    if not all(map(is_fernet, settings.FIELD_ENCRYPTION_KEYS)):
        return
    with everywhere():
        sealed = Account.objects.annotate(sealed=Cast("credentials", TextField())).values_list("name", "sealed")
        closed = [name for name, token in sealed.order_by("name") if not _opens(token)]
    if closed:
        yield problem(
            f"No key in FIELD_ENCRYPTION_KEYS opens the credentials of: {', '.join(closed)}.",
            "Nothing can be done for these accounts, and webhooks about them wait.",
            "Put the key that they were written with back into FIELD_ENCRYPTION_KEYS, behind the newest.",
        )
    else:
        yield ok("Every stored credential opens.")


def _opens(token: str) -> bool:
    try:
        decrypt(token)
    except CannotDecrypt:
        return False
    return True


def account_health() -> Findings:
    with everywhere():
        failing = Account.objects.filter(health=Account.Health.FAILING, is_retired=False)
        rows = list(failing.order_by("name").values_list("name", "health_detail"))
    for name, detail in rows:
        yield problem(
            f"Account {name} fails: {detail or 'its last check did not succeed.'}",
            "Nothing can be asked of the provider or sent through it.",
            "Correct its access token in the console under Accounts; it is checked again every hour.",
        )
    if not rows:
        yield ok("No account fails its check.")


def worker() -> Findings:
    seen = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    if seen is None:
        yield hint(
            "No worker has ever run on this database.",
            "Webhooks are kept, but nothing is applied and nobody is told.",
            "Run `manage.py up`, or the Procfile's `worker` and `beat`.",
        )
    elif timezone.now() - seen > PATIENCE:
        yield problem(
            f"No worker has been seen since {seen:%Y-%m-%d %H:%M:%S} UTC.",
            "Webhooks are kept, but nothing is applied and nobody is told until one runs again.",
            "Run `manage.py up`, or the Procfile's `worker` and `beat`; its log says why it ended.",
        )
    else:
        yield ok("A worker runs.")


def queues() -> Findings:
    now = timezone.now()
    due = {name: oldest_due(queue.model) for name, queue in QUEUES.items()}
    late = {name: (number, oldest) for name, (number, oldest) in due.items() if oldest and now - oldest > PATIENCE}
    for name, (number, oldest) in late.items():
        yield problem(
            f"{number} rows in {name} wait, the oldest since {oldest:%Y-%m-%d %H:%M:%S} UTC.",
            "No worker runs, it does not keep up, or it fails at these rows; nothing is lost.",
            "Start a worker, or look into its log; /metrics shows how the queue goes on.",
        )
    if not late:
        yield ok(f"Nothing has waited for longer than {PATIENCE.seconds} s.")


def parked_events() -> Findings:
    with everywhere():
        number = ParkedEvent.objects.count()
    if number:
        yield hint(
            f"{number} parked events wait for a person.",
            "The provider told something that could not be applied; what is shown may lag behind.",
            "Look at them in the console under Parked events: each says why, and can be retried or dropped.",
        )


CHECKS_OF_ROWS: list[Check] = [credentials, account_health, worker, queues, parked_events]
