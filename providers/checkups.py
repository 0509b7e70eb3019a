"""What can be wrong with accounts although nobody says so: a token that ends, silence, events that stay parked."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone

from core.checkups import checkup
from core.matters import Matter, Severity, Subject
from providers.models import Account, ParkedEvent

TOKEN_EXPIRING = "TOKEN_EXPIRING"  # noqa: S105 (a type of alert)
NO_WEBHOOKS = "NO_WEBHOOKS"
CALLS_PARKED = "CALLS_PARKED"
EXPIRES_WITHIN = timedelta(days=7)
SILENT_FOR = timedelta(hours=48)
NEVER_HEARD_FOR = timedelta(hours=24)
PARKED_FOR = timedelta(minutes=10)

OUT_OF_USE = "can be asked of the provider or sent through this account"
NEW_TOKEN = (
    "Make a new token for the system user in Meta's Business Settings (Users, System users) and enter it under "  # noqa: S105
    "Set-up, Accounts. One that never expires spares you this."
)


def _about(account: Account, matter: Matter) -> Subject:
    return Subject(
        organization_id=account.organization_id,
        kind="account",
        id=str(account.pk),
        label=str(account),
        alert_types=[matter.alert_type],
        matters=[matter],
    )


def _accounts(*fields: str) -> Any:
    """Accounts in use, without their credentials."""
    return Account.objects.filter(is_retired=False).only("organization", "name", *fields).order_by("id")


@checkup(
    alert_type=TOKEN_EXPIRING,
    every=timedelta(minutes=10),
    what="Looks for access tokens that the provider refuses, or that expire within 7 days.",
)
def token_expiring() -> list[Subject]:
    now = timezone.now()
    is_ending = Q(token_expires_at__lt=now + EXPIRES_WITHIN) | Q(token_refused_at__isnull=False)
    rows = _accounts("token_expires_at", "token_refused_at").filter(is_ending)
    return [_about(account, _token_matter(account, at=now)) for account in rows]


def _token_matter(account: Account, *, at: datetime) -> Matter:
    expires_at, refused_at = account.token_expires_at, account.token_refused_at
    since = [refused_at] if refused_at else []
    if expires_at and expires_at < at + EXPIRES_WITHIN:
        since.append(expires_at - EXPIRES_WITHIN)
    what, effect = "is refused by its provider", f"Nothing {OUT_OF_USE}; its webhooks still arrive."
    if expires_at and expires_at <= at:
        what = f"expired on {_moment(expires_at)}"
    elif expires_at and not refused_at:
        what, effect = f"expires on {_moment(expires_at)}", f"From then on nothing {OUT_OF_USE}."
    return Matter(
        alert_type=TOKEN_EXPIRING,
        severity=Severity.HIGH,
        title=f"The access token of account {account.name} {what}",
        detail=effect,
        action_required=NEW_TOKEN,
        data={
            "account_id": str(account.pk),
            "account_name": account.name,
            "expires_at": expires_at.isoformat() if expires_at else None,
            "refused_since": refused_at.isoformat() if refused_at else None,
        },
        count=len(since),
        first_seen_at=min(since),
        last_seen_at=max(since),
    )


@checkup(
    alert_type=NO_WEBHOOKS,
    every=timedelta(minutes=10),
    what="Looks for accounts that no webhook came for: in 48 hours, or ever within a day of being added.",
)
def no_webhooks() -> list[Subject]:
    now = timezone.now()
    fell_silent = Q(last_webhook_at__lt=now - SILENT_FOR)
    never_spoke = Q(last_webhook_at__isnull=True, created_at__lt=now - NEVER_HEARD_FOR)
    rows = _accounts("external_id", "last_webhook_at", "created_at").filter(fell_silent | never_spoke)
    return [_about(account, _silence_matter(account)) for account in rows.exclude(provider="sandbox")]


def _silence_matter(account: Account) -> Matter:
    heard_at = account.last_webhook_at
    since = heard_at + SILENT_FOR if heard_at else account.created_at + NEVER_HEARD_FOR
    how_long = f"since {_moment(heard_at)}" if heard_at else "yet"
    url = f"{settings.PUBLIC_URL}{reverse('installation-door')}"
    return Matter(
        alert_type=NO_WEBHOOKS,
        severity=Severity.MEDIUM,
        title=f"Account {account.name} has not received a webhook {how_long}",
        detail="What the provider reports of its templates, numbers and messages does not arrive, so what is shown "
        "here may be out of date. It may also be that nothing happened.",
        action_required="Check at the provider that webhooks are subscribed for this account, and that the callback "
        f"URL is {url} or the account's own address (Set-up, Accounts). Calls answered 403 there need the right app "
        "secret here: `manage.py doctor` says where. Retire an account that is not used any more.",
        data={
            "account_id": str(account.pk),
            "account_name": account.name,
            "external_id": account.external_id,
            "last_webhook_at": heard_at.isoformat() if heard_at else None,
        },
        count=1,
        first_seen_at=since,
        last_seen_at=since,
    )


@checkup(
    alert_type=CALLS_PARKED,
    every=timedelta(minutes=1),
    what="Looks for events that are parked for more than 10 minutes.",
)
def calls_parked() -> list[Subject]:
    """Events that wait for an account to be added have an alert of their own, UNKNOWN_ACCOUNT."""
    rows = ParkedEvent.objects.filter(created_at__lt=timezone.now() - PARKED_FOR).order_by("reason")
    ours = rows.exclude(organization__isnull=True, reason="unknown_account")
    counted = ours.values("organization_id", "reason").annotate(
        number=Count("id"), first=Min("created_at"), last=Max("created_at")
    )
    by_organization: dict[uuid.UUID | None, list[dict[str, Any]]] = defaultdict(list)
    for row in counted:
        by_organization[row["organization_id"]].append(row)
    return [_parked(organization_id, reasons) for organization_id, reasons in by_organization.items()]


def _parked(organization_id: uuid.UUID | None, reasons: Sequence[dict[str, Any]]) -> Subject:
    number = sum(row["number"] for row in reasons)
    label = f"{number} parked events" if number > 1 else "1 parked event"
    matter = Matter(
        alert_type=CALLS_PARKED,
        severity=Severity.MEDIUM,
        title=f"{label} could not be applied",
        detail="A provider told something that could not be applied, so what is shown here may be out of date. "
        "Nothing is lost, and all else goes on.",
        action_required="Look at them under Inbox, Parked events: each says why it waits and what to do, and can be "
        "retried or dropped.",
        data={"parked": number, "reasons": {row["reason"]: row["number"] for row in reasons}},
        count=number,
        first_seen_at=min(row["first"] for row in reasons),
        last_seen_at=max(row["last"] for row in reasons),
    )
    return Subject(
        organization_id=organization_id,
        kind="parked",
        id=str(organization_id or "installation"),
        label=label,
        alert_types=[CALLS_PARKED],
        matters=[matter],
    )


def _moment(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at:%Y at %H:%M} UTC"
