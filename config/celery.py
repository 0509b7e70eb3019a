"""The Celery app. Tasks are one-liners: the rows are the queue, Celery only carries the work out."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("heliograph")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks()
app.set_default()
app.steps["worker"].add("core.worker:Watching")


@setup_logging.connect
def leave_logging_to_django(**kwargs: Any) -> None:
    """Having a listener is what keeps Celery from replacing the JSON log."""
