"""`/healthz`, `/readyz` and `/metrics`: is this process alive, can it store a call, and how does the whole stand."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core.bell import WORKER, queues
from core.metrics import registry
from core.models import Heartbeat
from core.work import oldest_due

_migrated = False


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """503 only when this process cannot store a call. Queues and the worker are told, not judged."""
    try:
        missing = _missing_migrations()
        told = {} if missing else {"queues": _queues(), "worker_seen_seconds_ago": _worker_age()}
    except Error:
        return _unavailable("The database does not answer.")
    if missing:
        return _unavailable("Migrations are missing: run `manage.py migrate`.")
    return JsonResponse({"status": "ready", **told})


def _unavailable(reason: str) -> JsonResponse:
    return JsonResponse({"status": "unavailable", "reason": reason}, status=503)


def _missing_migrations() -> bool:
    global _migrated  # noqa: PLW0603 (asked once per process: what is migrated stays migrated)
    if not _migrated:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    return not _migrated


def _queues() -> dict[str, Any]:
    now = timezone.now()
    told = {}
    for name, queue in queues().items():
        waiting, oldest = oldest_due(queue.model)
        age = (now - oldest).total_seconds() if oldest else 0
        told[name] = {"waiting": waiting, "oldest_due_seconds": round(age, 1)}
    return told


def _worker_age() -> float | None:
    seen = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    return round((timezone.now() - seen).total_seconds(), 1) if seen else None


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text. With METRICS_TOKEN set it wants `Authorization: Bearer <token>`."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
