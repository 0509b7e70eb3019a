"""What every worker process does besides its tasks: it watches the queues, and without a broker holds the clock."""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.beat import EmbeddedService
from django.conf import settings

from core import bell, lifeline


class Watching(bootsteps.StartStopStep):
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.parts: list[Any] = []

    def start(self, worker: Any) -> None:
        lifeline.end_with_parent_under_up()
        self.parts = [bell.Watch()]
        if not settings.HAS_BROKER or lifeline.is_under_up():
            clock = EmbeddedService(worker.app, thread=True, scheduler_cls=settings.CELERY["beat_scheduler"])
            self.parts.append(clock)
        for part in self.parts:
            part.start()

    def stop(self, worker: Any) -> None:
        for part in self.parts:
            part.stop()

    def terminate(self, worker: Any) -> None:
        self.stop(worker)
