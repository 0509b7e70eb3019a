"""`manage.py demo [--empty]` makes an organization to look at, and prints how to get in."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from config.demo.filling import fill
from config.demo.founding import Founded, found
from config.demo.shop import WABA_ID
from providers.models import Number


class Command(BaseCommand):
    help = "Makes a believable organization, its admin and an API key. Each run replaces password and key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="organization, admin and key only")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            founded = found()
            wants_data = not options["empty"]
            number = fill(organization=founded.organization, admin_email=founded.admin_email) if wants_data else None
        self._tell(founded)
        if wants_data and number is None:
            self.stdout.write(f"No demo data: another organization has the account {WABA_ID} already.")
        elif wants_data:
            self.stdout.write("To see something happen, while it runs: python manage.py sandbox pause_disable")
        self.stdout.write(json.dumps(_facts(founded, number)))

    def _tell(self, founded: Founded) -> None:
        url = settings.PUBLIC_URL
        self.stdout.write(
            f"Demo organization: {founded.organization.name}\n"
            f"Sign in:  {url}/admin/\n"
            f"  as      {founded.admin_email}\n"
            f"  with    {founded.admin_password}\n"
            f"API key:  {founded.api_key}\n"
            f"  try     curl -H 'Authorization: Bearer {founded.api_key}' {url}/api/v1/whatsapp/templates/critical\n"
            "Password and key are shown once. For new ones: python manage.py demo\n"
        )


def _facts(founded: Founded, number: Number | None) -> dict[str, str | None]:
    return {
        "organization": founded.organization.slug,
        "admin_email": founded.admin_email,
        "admin_password": founded.admin_password,
        "api_key": founded.api_key,
        "waba_id": WABA_ID if number else None,
        "number_id": str(number.pk) if number else None,
    }
