"""The clock: beat's database scheduler, filled once from the table in `config/schedule.py` and then left to people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

OURS = "Heliograph: "


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tick:
    """Run `task` every so often. `what` is the sentence that the console shows."""

    task: str
    every: timedelta
    what: str
    arguments: Mapping[str, str] = dataclasses.field(default_factory=dict)


def fill_schedule() -> None:
    """Adds what the table has and the database lacks, and removes ours that the table no longer has."""
    table: dict[str, Tick] = import_string(settings.CLOCK_TABLE)
    names = {f"{OURS}{name}": tick for name, tick in table.items()}
    known = set(PeriodicTask.objects.filter(name__startswith=OURS).values_list("name", flat=True))
    for name in names.keys() - known:
        tick = names[name]
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=int(tick.every.total_seconds()), period=IntervalSchedule.SECONDS
        )
        PeriodicTask.objects.get_or_create(
            name=name,
            defaults={
                "task": tick.task,
                "kwargs": json.dumps(dict(tick.arguments)),
                "interval": interval,
                "description": tick.what,
            },
        )
    PeriodicTask.objects.filter(name__in=known - names.keys()).delete()


class Clock(DatabaseScheduler):
    def setup_schedule(self) -> None:
        fill_schedule()
        super().setup_schedule()

    def install_default_entries(self, data: Any) -> None:
        """Celery's own entry cleans up results; we keep none."""
