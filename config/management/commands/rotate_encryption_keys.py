"""`manage.py rotate_encryption_keys` rewrites stored secrets with the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import rotation
from core.encryption import CannotDecrypt


class Command(BaseCommand):
    help = "Rewrites every stored secret with the first of FIELD_ENCRYPTION_KEYS; then the others can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rotated = rotation.rotate()
        except CannotDecrypt as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{rotated} secrets are now encrypted with the newest key.")
