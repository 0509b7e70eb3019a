"""`manage.py up` prepares the database and runs web and worker (with the clock in it) until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from core.fence import everywhere
from core.models import Organization
from core.supervisor import Supervisor


class Command(BaseCommand):
    help = "Migrates, collects static files, then runs web and worker together."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo first")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["demo"]:
            self._demo()
        self.stdout.write(f"Heliograph: {settings.PUBLIC_URL}/  (Ctrl-C stops everything)")
        self.stdout.flush()
        Supervisor({"web": web_command(), "worker": worker_command()}).run()

    def _demo(self) -> None:
        with everywhere():
            is_empty = not Organization.objects.exists()
        if is_empty:
            call_command("demo", stdout=self.stdout)
        else:
            self.stdout.write("To sign in with a new demo password and key: python manage.py demo")


def web_command() -> list[str]:
    return [
        os.path.join(os.path.dirname(sys.executable), "granian"),
        "config.wsgi:application",
        *("--interface", "wsgi"),
        *("--host", os.environ.get("BIND", "127.0.0.1")),
        *("--port", str(settings.PORT)),
        *("--workers", os.environ.get("WEB_CONCURRENCY", "1")),
        *("--blocking-threads", "8"),
        *("--workers-kill-timeout", "5"),
        "--respawn-failed-workers",
        "--no-ws",
        *("--log-level", "error"),
    ]


def worker_command() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--app", "config.celery", "--quiet", "worker"),
        *("--pool", "threads", "--concurrency", "4"),
        *("--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
