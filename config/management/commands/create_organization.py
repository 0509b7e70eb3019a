"""`manage.py create_organization NAME` prints the slug."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import joining
from core.refusals import Refused


class Command(BaseCommand):
    help = "Creates an organization and prints its slug."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organization = joining.create_organization(name=options["name"])
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(organization.slug)
