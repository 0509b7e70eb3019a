"""Destinations: added, changed, tested, and switched off when the other side says that they are gone."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from alerts import lanes, raising
from alerts.composing import trial_message
from alerts.models import Destination, Escalation
from alerts.recipients import whose
from alerts.transports import transport
from alerts.transports.base import WrongAddress
from alerts.transports.webhook import new_secret
from core import auditing
from core.fence import everywhere
from core.matters import Matter, Severity, Subject
from core.models import AuditEntry, Organization
from core.redaction import redact
from core.refusals import GiveUp, NotYet, OutcomeUnknown, Refused, TryAgain

logger = logging.getLogger(__name__)

BROKEN = "DESTINATION_BROKEN"
FIRST_SLACK = "Slack"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tested:
    """What came of a test: whether it was taken, the other side's status where it has one, and its answer."""

    ok: bool
    status: int | None
    answer: str


def add(*, organization: Organization | None, fields: Mapping[str, Any]) -> Destination:
    """
    A new destination; a webhook's is given its signing secret. Raises WrongAddress, and Refused `name_taken`.
    """
    destination = Destination(organization=organization, **fields)
    _set_address(destination, fields["address"])
    if destination.kind == Destination.Kind.WEBHOOK:
        destination.secret = new_secret()
    _save(destination, force_insert=True)
    return destination


def change(destination: Destination, *, fields: Mapping[str, Any]) -> Destination:
    """Raises WrongAddress, and Refused `name_taken`. Switching it on again clears what was wrong with it."""
    for name, value in fields.items():
        setattr(destination, name, value)
    if "address" in fields:
        _set_address(destination, fields["address"])
    is_mended = destination.is_enabled and bool({"address", "is_enabled"} & set(fields))
    if is_mended:
        destination.disabled_reason = ""
        lanes.clear(_lane(destination))
    with transaction.atomic():
        _save(destination, update_fields=[*fields, "address_hint", "disabled_reason"])
        if is_mended:
            raising.follow([_subject(destination, matters=[])])
    return destination


def renew_secret(destination: Destination) -> str:
    """A new signing secret; the old one still signs beside it until the next renewal, so that nothing is refused."""
    newest = new_secret()
    previous = (destination.secret or "").split()[:1]
    destination.secret = " ".join([newest, *previous])
    destination.save(update_fields=["secret"])
    return newest


def remove(destination: Destination) -> None:
    """Raises Refused where an escalation still names it."""
    with transaction.atomic():
        for escalation in whose(Escalation.objects.all(), {destination.organization_id}):
            if any(str(destination.pk) in step["destinations"] for step in escalation.steps):
                raise Refused(
                    f"The escalation {escalation} still names it: take it out there first.", code="destination_in_use"
                )
        raising.follow([_subject(destination, matters=[])])
        destination.delete()


def try_out(destination: Destination) -> Tested:
    """Sends a test message now, once, also where the destination is switched off. Not inside a transaction."""
    name = destination.organization.name if destination.organization else ""
    message = trial_message(name=destination.name, organization=name)
    try:
        told = transport(destination.kind).send(
            address=destination.address, secret=destination.secret or "", message=message
        )
    except (TryAgain, NotYet, GiveUp, OutcomeUnknown) as error:
        result = Tested(ok=False, status=getattr(error, "status", None), answer=redact(str(error))[:500])
        failed(destination, why=result.answer)
    else:
        result = Tested(ok=True, status=told.status, answer=told.answer[:500])
        worked(destination)
    auditing.note(
        AuditEntry.Action.TESTED,
        organization_id=destination.organization_id,
        model="destination",
        object_id=str(destination.pk),
        label=destination.name,
        detail="It worked." if result.ok else result.answer,
    )
    return result


def worked(destination: Destination) -> None:
    here = Destination.objects.filter(pk=destination.pk)
    here.update(last_told_at=timezone.now(), last_error="", last_error_at=None)


def failed(destination: Destination, *, why: str) -> None:
    Destination.objects.filter(pk=destination.pk).update(last_error=why[:500], last_error_at=timezone.now())


def switch_off(destination: Destination, *, why: str) -> None:
    """The other side will not take anything there any more: shown, and told through the other destinations."""
    failed(destination, why=why)
    with transaction.atomic():
        locked = Destination.objects.select_for_update(of=("self",), no_key=True).filter(pk=destination.pk).first()
        if locked is None or not locked.is_enabled:
            return
        locked.is_enabled, locked.disabled_reason = False, why[:500]
        locked.save(update_fields=["is_enabled", "disabled_reason"])
        raising.follow([_subject(locked, matters=[_broken(locked, why)])])


def found_first_slack() -> int:
    """SLACK_WEBHOOK_URL as a first Slack destination of every organization that has none. Returns how many."""
    if not settings.SLACK_WEBHOOK_URL:
        return 0
    with everywhere():
        have_one = Destination.objects.filter(kind=Destination.Kind.SLACK, organization__isnull=False)
        without = Organization.objects.exclude(pk__in=have_one.values("organization_id"))
        made = 0
        for organization in without.order_by("created_at"):
            fields = {"kind": Destination.Kind.SLACK, "name": FIRST_SLACK, "address": settings.SLACK_WEBHOOK_URL}
            made += _add_unless_named(organization, fields)
    return made


def _add_unless_named(organization: Organization, fields: Mapping[str, Any]) -> int:
    try:
        add(organization=organization, fields=fields)
    except Refused:
        return 0  # another kind of destination has this name
    except WrongAddress as error:
        logger.warning("SLACK_WEBHOOK_URL: %s", error)
        return 0
    return 1


def _set_address(destination: Destination, address: str) -> None:
    by = transport(destination.kind)
    destination.address = by.clean_address(address)
    destination.address_hint = by.hint(destination.address)[:320]


def _save(destination: Destination, **how: Any) -> None:
    try:
        with transaction.atomic():
            destination.save(**how)
    except IntegrityError:
        raise Refused("There is a destination of that name already.", code="name_taken") from None


def _lane(destination: Destination) -> str:
    return lanes.lane_of(transport=destination.kind, address=destination.address)


def _subject(destination: Destination, *, matters: list[Matter]) -> Subject:
    return Subject(
        organization_id=destination.organization_id,
        kind="destination",
        id=str(destination.pk),
        label=destination.name,
        alert_types=[BROKEN],
        matters=matters,
    )


def _broken(destination: Destination, why: str) -> Matter:
    now = timezone.now()
    return Matter(
        alert_type=BROKEN,
        severity=Severity.HIGH,
        title=f"The destination {destination.name} takes no more alerts and is switched off",
        detail=f"What it answered: {why}",
        action_required="Under Alerts, Destinations: enter an address that works, test it, and switch it on again. "
        "Until then its alerts go to the other destinations and by e-mail.",
        data={"destination": destination.name, "kind": destination.kind},
        count=1,
        first_seen_at=now,
        last_seen_at=now,
    )
