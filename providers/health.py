"""Does an account's access token still open the provider's API, and until when? The clock asks."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from core import http
from core.fence import everywhere
from core.refusals import OutcomeUnknown, TryAgain
from providers.graph import graph_url
from providers.models import Account

REFUSED = "The access token is invalid or has expired: enter a new one."
LACKING = "The access token lacks whatsapp_business_management for this account."
LATEST = datetime(3000, 1, 1, tzinfo=UTC)  # an end behind it is none


class _Token(enum.Enum):
    TAKEN = enum.auto()
    REFUSED = enum.auto()
    UNTRIED = enum.auto()  # the answer says nothing about it


def check_all() -> int:
    """Every Meta account that has a token; returns how many were asked."""
    with everywhere():
        accounts = list(Account.objects.filter(provider="meta", is_retired=False).order_by("id"))
    checked = [account for account in accounts if account.secret("access_token")]
    _forget_token({account.pk for account in accounts} - {account.pk for account in checked})
    for account in checked:
        check(account)
    return len(checked)


def _forget_token(account_ids: Collection[uuid.UUID]) -> None:
    """What was seen of a token that is no longer here."""
    with everywhere():
        seen = Q(token_expires_at__isnull=False) | Q(token_refused_at__isnull=False)
        gone = Account.objects.filter(seen, pk__in=account_ids)
        gone.update(token_expires_at=None, token_refused_at=None)


def check(account: Account) -> Account.Health:
    """Asks the Graph API for the account's own node and its token, and keeps what came of it (`Account.OBSERVED`)."""
    health, detail, token = _ask(account)
    observed: dict[str, Any] = {}
    if token is _Token.TAKEN:
        observed = {"token_expires_at": _expiry(account), "token_refused_at": None}
        detail = detail or _words(observed["token_expires_at"])
    elif token is _Token.REFUSED:
        observed = {"token_refused_at": account.token_refused_at or timezone.now()}
    observed |= {"health": health, "health_detail": detail[:500], "health_checked_at": timezone.now()}
    with everywhere():
        Account.objects.filter(pk=account.pk).update(**observed)
    return health


def _ask(account: Account) -> tuple[Account.Health, str, _Token]:
    try:
        answer = http.call(
            method="GET",
            url=graph_url(account.external_id),
            params={"fields": "id,name"},
            headers=_authorization(account),
        )
    except (TryAgain, OutcomeUnknown) as error:
        return Account.Health.FAILING, f"The provider was not reached: {error}", _Token.UNTRIED
    if answer.status == 200:
        return Account.Health.OK, "", _Token.TAKEN
    code = _part(_part(answer.json(), "error"), "code")
    if code == 190 or answer.status == 401:
        return Account.Health.FAILING, REFUSED, _Token.REFUSED
    if code in (3, 10) or (isinstance(code, int) and 200 <= code <= 299):
        return Account.Health.FAILING, LACKING, _Token.TAKEN
    return Account.Health.FAILING, f"The provider answered {answer.status} (code {code}).", _Token.UNTRIED


def _expiry(account: Account) -> datetime | None:
    """
    When the token ends; None: never, or nobody says. What was known stays where the provider is in trouble.

    Meta reads POST with `method=GET` as GET: so the token stands in no address, which somebody might log.
    """
    asked = {"method": "GET", "input_token": account.secret("access_token")}
    try:
        answer = http.call(
            method="POST",
            url=graph_url("debug_token"),
            headers=_authorization(account) | {"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(asked).encode(),
        )
    except (TryAgain, OutcomeUnknown):
        return account.token_expires_at
    if answer.status == 429 or answer.status >= 500:
        return account.token_expires_at
    seconds = _part(_part(answer.json(), "data"), "expires_at")
    is_moment = type(seconds) is int and 0 < seconds < LATEST.timestamp()  # 0: never
    return datetime.fromtimestamp(seconds, UTC) if is_moment else None


def _authorization(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.secret('access_token')}"}


def _part(told: Any, name: str) -> Any:
    return told.get(name) if isinstance(told, dict) else None


def _words(expires_at: datetime | None) -> str:
    return f"The access token expires on {expires_at:%Y-%m-%d at %H:%M} UTC." if expires_at else ""
