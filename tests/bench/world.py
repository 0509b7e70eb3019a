"""Run on its own: an organization with its accounts, and a backlog of webhook calls that wait to be applied."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from config.wsgi import application  # importing it is what sets Django up: it stands before the models
from core.fence import everywhere
from core.models import Membership, Organization, Role
from providers.models import Account, WebhookCall
from tests.bench import calls

__all__ = ["application"]


def prepare(*, count: int, until: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    with everywhere():
        organization = Organization.objects.create(name="Acme", slug="acme")
        admin = get_user_model().objects.create_user("ada", email="ada@example.com")
        Membership.objects.create(organization=organization, user=admin, role=Role.ORG_ADMIN)
        for external_id in calls.ACCOUNTS:
            Account.objects.create(
                organization=organization, provider="meta", name=f"Acme {external_id}", external_id=external_id
            )
        received_at = datetime.fromtimestamp(until, UTC)
        backlog = [
            WebhookCall(
                door="meta",
                received_at=received_at,
                due_at=received_at,
                body=body,
                digest=hashlib.sha256(b"meta\n" + body).digest(),
            )
            for body in calls.bodies(count=count, until=until)
        ]
        WebhookCall.objects.bulk_create(backlog, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    prepare(count=int(sys.argv[1]), until=int(sys.argv[2]))
