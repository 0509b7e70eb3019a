"""Who is told of an alert: every org_admin's address from MEDIUM on; superusers where there is no organization."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.contrib.auth import get_user_model

from alerts.models import AlertDelivery, AlertEntry
from core import bell
from core.matters import Severity
from core.models import Membership, Role

QUEUE = "alert_deliveries"
LEAST = Severity.MEDIUM
WORTH_TELLING = (AlertEntry.Kind.OPENED, AlertEntry.Kind.REOPENED, AlertEntry.Kind.RAISED)


def tell(occasions: Sequence[AlertEntry]) -> None:
    """Writes a delivery for each occasion and address; why nobody is told goes into the timeline."""
    loud = [entry for entry in occasions if entry.alert.severity_rank >= LEAST.rank]
    addresses = _addresses({entry.alert.organization_id for entry in loud})
    deliveries, not_told = [], []
    for entry in occasions:
        if entry.alert.severity_rank < LEAST.rank:
            not_told.append(_not_told(entry, f"Only {LEAST} and above is sent by e-mail."))
            continue
        to = addresses[entry.alert.organization_id]
        if not to:
            whoever = "No admin of this organization" if entry.alert.organization_id else "No superuser"
            not_told.append(_not_told(entry, f"{whoever} has an e-mail address."))
        deliveries += [
            AlertDelivery(
                organization_id=entry.organization_id,
                alert=entry.alert,
                occasion=entry,
                transport="email",
                address=address,
            )
            for address in to
        ]
    AlertEntry.objects.bulk_create(not_told)
    AlertDelivery.objects.bulk_create(deliveries)
    if deliveries:
        bell.ring(QUEUE)


def _not_told(entry: AlertEntry, why: str) -> AlertEntry:
    return AlertEntry(
        organization_id=entry.organization_id, alert=entry.alert, kind=AlertEntry.Kind.NOT_TOLD, detail=why
    )


def _addresses(organizations: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, list[str]]:
    """Each address once, also where several people read the same mailbox."""
    found: dict[uuid.UUID | None, list[str]] = defaultdict(list)
    wanted = {one for one in organizations if one is not None}
    if wanted:
        admins = Membership.objects.filter(organization_id__in=wanted, role=Role.ORG_ADMIN, user__is_active=True)
        pairs = admins.exclude(user__email="").order_by("created_at").values_list("organization_id", "user__email")
        for organization_id, address in dict.fromkeys(pairs):
            found[organization_id].append(address)
    if None in set(organizations):
        superusers = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")
        found[None] = list(dict.fromkeys(superusers.order_by("pk").values_list("email", flat=True)))
    return found
