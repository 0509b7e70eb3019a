"""Who is told: destinations of the organization, and its people by e-mail, each with what they asked for."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from alerts.models import Destination, Preference
from alerts.timing import QuietHours, Wishes
from alerts.transports import transport
from core.matters import Severity
from core.models import Membership, Role

EMAIL = "email"
DIGEST_OF_PEOPLE = timedelta(hours=1)
ADMINS_ARE_TOLD_FROM = Severity.MEDIUM
Whose = uuid.UUID | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipient:
    """`key` tells recipients apart; `address` is what may be shown of it."""

    key: str
    name: str
    transport: str
    address: str
    wishes: Wishes
    destination: Destination | None = None

    @property
    def is_a_machine(self) -> bool:
        return not transport(self.transport).is_for_people


def recipients(organizations: Collection[Whose]) -> dict[Whose, list[Recipient]]:
    """All that could be told, destinations first. An address that several people read is told once."""
    found: dict[Whose, list[Recipient]] = defaultdict(list)
    wanted = set(organizations)
    for destination in whose(Destination.objects.filter(is_enabled=True), wanted).order_by("id"):
        found[destination.organization_id].append(of_destination(destination))
    for organization_id, person in _people(wanted):
        if person.key not in {known.key for known in found[organization_id]}:
            found[organization_id].append(person)
    return found


def of_destination(destination: Destination) -> Recipient:
    return Recipient(
        key=f"destination:{destination.pk}",
        name=destination.name,
        transport=destination.kind,
        address=destination.address_hint,
        wishes=wishes_of(destination),
        destination=destination,
    )


def wishes_of(destination: Destination) -> Wishes:
    quiet = None
    if destination.quiet_from is not None and destination.quiet_until is not None:
        quiet = QuietHours(start=destination.quiet_from, end=destination.quiet_until, zone=destination.time_zone)
    return Wishes(
        minimum=Severity(destination.minimum_severity),
        alert_types=frozenset(destination.alert_types),
        quiet=quiet,
        digest=timedelta(minutes=destination.digest_minutes),
    )


def wishes_of_person(preference: Preference | None, *, is_admin: bool) -> Wishes:
    """Who has not said anything is told from MEDIUM on as an admin, and of nothing as anybody else."""
    if preference is None:
        return Wishes(minimum=ADMINS_ARE_TOLD_FROM if is_admin else None)
    least = preference.email_minimum_severity
    digest = DIGEST_OF_PEOPLE if preference.email_digest else timedelta(0)
    return Wishes(minimum=Severity(least) if least else None, digest=digest)


def whose(rows: models.QuerySet[Any], organizations: set[Whose]) -> models.QuerySet[Any]:
    """The rows of these organizations; None among them: those of the installation too."""
    inside = Q(organization__in=[one for one in organizations if one is not None])
    return rows.filter(inside | Q(organization__isnull=True) if None in organizations else inside)


def _people(organizations: set[Whose]) -> list[tuple[Whose, Recipient]]:
    """Everybody with an address; where several share one, the one who wants the most comes first."""
    people = []
    asked = {(one.organization_id, one.user_id): one for one in whose(Preference.objects.all(), organizations)}
    members = Membership.objects.filter(
        organization__in=[one for one in organizations if one is not None], user__is_active=True
    ).select_related("user")
    for member in members.exclude(user__email="").order_by("created_at", "id"):
        wishes = wishes_of_person(
            asked.get((member.organization_id, member.user_id)), is_admin=member.role == Role.ORG_ADMIN
        )
        people.append((member.organization_id, _person(member.user.email, member.organization_id, wishes)))
    if None in organizations:
        superusers = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")
        for user in superusers.order_by("pk"):
            wishes = wishes_of_person(asked.get((None, user.pk)), is_admin=True)
            people.append((None, _person(user.email, None, wishes)))
    return sorted(people, key=_wants_least)


def _wants_least(found: tuple[Whose, Recipient]) -> int:
    minimum = found[1].wishes.minimum
    return len(Severity) if minimum is None else minimum.rank


def _person(email: str, organization_id: Whose, wishes: Wishes) -> Recipient:
    key = f"person:{organization_id or 'installation'}:{email}"  # what several organizations tell stays apart
    return Recipient(key=key, name=email, transport=EMAIL, address=email, wishes=wishes)
