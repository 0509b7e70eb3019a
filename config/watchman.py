"""
The watchman: hears when no worker lives, and sees to it that people are told although none does.

A worker cannot report its own silence, nor tell of it. So each web process has a watchman, and cron can call one
(`manage.py check_worker`): whoever comes first raises the alert and carries out what alerts have to tell.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from alerts import checking, checkups, tasks
from core.context import acting_as
from core.encryption import CannotDecrypt
from core.fence import everywhere

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=20)
STARTING = timedelta(seconds=60)  # a worker that is started along with this process has so long to be heard


def silent_since() -> datetime | None:
    """Since when no worker has been heard, if that is too long."""
    with everywhere():
        return checkups.silent_since(at=timezone.now())


def stand_in() -> None:
    """What a worker would do about its own silence: raise the alert, go on with what alerts are about, and tell."""
    with acting_as("watchman"):
        checking.check(checkups.worker_silent.__name__)
        tasks.keep_silences()
        tasks.escalate_due()
        tasks.send_due()


class Watchman(threading.Thread):
    """One a web process. Several do no harm: an alert is open once, and a delivery is leased."""

    def __init__(self) -> None:
        super().__init__(name="watchman", daemon=True)
        self._stop_wanted = threading.Event()
        self._started_at = time.monotonic()
        self._hears: bool | None = None  # None: not yet

    def run(self) -> None:
        """Whatever it meets, it looks again."""
        while not self._stop_wanted.wait(EVERY.total_seconds()):
            try:
                self.look()
            except (DatabaseError, InterfaceError, CannotDecrypt) as error:
                logger.warning("the watchman could not look: %s", type(error).__name__)
            finally:
                connection.close()

    def look(self) -> None:
        since = silent_since()
        if since is None:
            self._note(hears=True)
        elif self._hears is not None or time.monotonic() - self._started_at >= STARTING.total_seconds():
            self._note(hears=False)
            stand_in()

    def _note(self, *, hears: bool) -> None:
        if hears is not self._hears:
            logger.info("the watchman hears %s", "a worker" if hears else "no worker and tells people of it")
        self._hears = hears

    def stop(self) -> None:
        self._stop_wanted.set()


def start() -> Watchman:
    watchman = Watchman()
    watchman.start()
    return watchman
