"""
The bell: wakes a worker when rows became due. It may be lost; the rows are the truth.

With a broker a ring becomes one Celery message, however many rows were written meanwhile. Without one only
the worker process can run tasks: it looks for due rows itself (`Watch`), by one indexed query a queue.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError as BrokerError

from core.fence import everywhere
from core.models import Heartbeat
from core.work import Queue, due_rows

logger = logging.getLogger(__name__)

WORKER = "worker"
HEARTBEAT_EVERY = timedelta(seconds=5)


def queues() -> dict[str, Queue]:
    table: dict[str, Queue] = import_string(settings.QUEUES_TABLE)
    return table


def ring(name: str) -> None:
    """After the commit, wakes a worker for this queue. Costs the caller nothing."""
    if settings.HAS_BROKER:
        transaction.on_commit(lambda: _rope.pull(name))


class _Rope:
    """One thread per process that turns any number of pulls into one message at a time."""

    def __init__(self) -> None:
        self._wanted: set[str] = set()
        self._pulled = threading.Condition()
        self._thread: threading.Thread | None = None

    def pull(self, name: str) -> None:
        with self._pulled:
            self._wanted.add(name)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="bell", daemon=True)
                self._thread.start()
            self._pulled.notify()

    def _work(self) -> None:
        while True:
            with self._pulled:
                while not self._wanted:
                    self._pulled.wait()
                names, self._wanted = self._wanted, set()
            for name in names:
                send(queues()[name])


_rope = _Rope()


def send(queue: Queue) -> None:
    """Asks Celery to carry out this queue. A broker that is away only delays: the clock rings again."""
    try:
        current_app.send_task(queue.task, retry=False, ignore_result=True)
    except (BrokerError, OSError) as error:
        logger.warning("the bell was not heard: %s", type(error).__name__)


def ring_where_due() -> None:
    for queue in queues().values():
        if is_busy(queue.name):
            continue
        with everywhere():
            due = due_rows(queue.model).exists()
        if due:
            send(queue)


class Watch(threading.Thread):
    """In the worker: looks for due rows several times a second, and says that the worker lives."""

    def __init__(self) -> None:
        super().__init__(name="watch", daemon=True)
        self._stop_wanted = threading.Event()
        self._every = 2.0 if settings.HAS_BROKER else 0.2
        self._last_beat = timezone.now() - HEARTBEAT_EVERY

    def run(self) -> None:
        while not self._stop_wanted.wait(self._every):
            try:
                self.look()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database is away: %s", type(error).__name__)
                close_old_connections()
        connection.close()

    def look(self) -> None:
        ring_where_due()
        now = timezone.now()
        if now - self._last_beat >= HEARTBEAT_EVERY:
            Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": now})
            self._last_beat = now

    def stop(self) -> None:
        self._stop_wanted.set()


# One at a time per process

_busy: dict[str, threading.Lock] = {}
_wanted_again: set[str] = set()
_registry = threading.Lock()


def one_at_a_time(name: str, drain: Callable[[], int]) -> int:
    """Runs `drain` unless this process is at it already; then that run looks once more. Returns rows done."""
    with _registry:
        lock = _busy.setdefault(name, threading.Lock())
        _wanted_again.add(name)
    done = 0
    while name in _wanted_again and lock.acquire(blocking=False):
        try:
            _wanted_again.discard(name)
            done += drain()
        finally:
            lock.release()
    return done


def is_busy(name: str) -> bool:
    lock = _busy.get(name)
    return lock is not None and lock.locked()
