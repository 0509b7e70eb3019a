"""`manage.py check_worker` is for cron: where no worker lives it raises the alert, tells people, and exits 1."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from config import watchman


class Command(BaseCommand):
    help = "Looks whether a worker lives. If none does: raises the alert, sends what alerts have to tell, exits with 1."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = watchman.silent_since()
            if since is None:
                self.stdout.write("Nothing is wrong with the worker.")
                return
            watchman.stand_in()
        except (DatabaseError, InterfaceError) as error:
            raise CommandError(
                f"The database cannot be used ({type(error).__name__}): see `manage.py doctor`."
            ) from None
        told = f"No worker is running: it has been missing since {since:%Y-%m-%d %H:%M:%S} UTC."
        raise CommandError(f"{told} Start it; its log says why it ended.")
