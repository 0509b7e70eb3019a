"""What one person wants to be told: her own row for the organization she works in, or what holds without one."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db import transaction

from alerts.models import Preference
from alerts.recipients import wishes_of_person
from core.models import Organization, Role


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """Least severities ("" for nothing) by e-mail and in the console, and whether e-mails are collected."""

    email_minimum_severity: str
    email_digest: bool
    in_app_minimum_severity: str


IN_APP_FROM = "MEDIUM"


def wanted(*, user: Any, organization: Organization | None, role: str) -> Wanted:
    """What holds for this person now. A superuser without an organization speaks of the installation's alerts."""
    row = Preference.objects.filter(user=user, organization=organization).first()
    if row is None:
        wishes = wishes_of_person(None, is_admin=role == Role.ORG_ADMIN)
        return Wanted(
            email_minimum_severity=wishes.minimum.value if wishes.minimum else "",
            email_digest=False,
            in_app_minimum_severity=IN_APP_FROM,
        )
    return Wanted(
        email_minimum_severity=row.email_minimum_severity,
        email_digest=row.email_digest,
        in_app_minimum_severity=row.in_app_minimum_severity,
    )


def want(*, user: Any, organization: Organization | None, wanted: Wanted) -> None:
    fields = dataclasses.asdict(wanted)
    with transaction.atomic():
        row, is_new = Preference.objects.select_for_update(of=("self",)).get_or_create(
            user=user, organization=organization, defaults=fields
        )
        if not is_new:
            for name, value in fields.items():
                setattr(row, name, value)
            row.save(update_fields=list(fields))
