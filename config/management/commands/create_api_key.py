"""`manage.py create_api_key --organization SLUG --role ROLE --name NAME` prints the key, this once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import joining
from core.models import Role
from core.refusals import Refused


class Command(BaseCommand):
    help = "Creates an API key and prints it. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organization = joining.organization_called(options["organization"])
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        _, key = joining.create_api_key(organization=organization, name=options["name"][:50], role=options["role"])
        self.stdout.write(key)
