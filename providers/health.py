"""Does an account's access token still open the provider's API? The clock asks."""

from __future__ import annotations

from django.utils import timezone

from core import http
from core.fence import everywhere
from core.refusals import OutcomeUnknown, TryAgain
from providers.graph import graph_url
from providers.models import Account


def check_all() -> int:
    """Every Meta account that has a token; returns how many were asked."""
    with everywhere():
        accounts = list(Account.objects.filter(provider="meta", is_retired=False).order_by("id"))
    checked = [account for account in accounts if account.secret("access_token")]
    for account in checked:
        check(account)
    return len(checked)


def check(account: Account) -> Account.Health:
    """Asks the Graph API for the account's own node and keeps what came of it (`health`, `health_detail`)."""
    health, detail = _ask(account)
    now = timezone.now()
    with everywhere():
        Account.objects.filter(pk=account.pk).update(health=health, health_detail=detail[:500], health_checked_at=now)
    return health


def _ask(account: Account) -> tuple[Account.Health, str]:
    try:
        answer = http.call(
            method="GET",
            url=graph_url(account.external_id),
            params={"fields": "id,name"},
            headers={"Authorization": f"Bearer {account.secret('access_token')}"},
        )
    except (TryAgain, OutcomeUnknown) as error:
        return Account.Health.FAILING, f"The provider was not reached: {error}"
    if answer.status == 200:
        return Account.Health.OK, ""
    told = answer.json()
    error_body = told.get("error") if isinstance(told, dict) else None
    code = error_body.get("code") if isinstance(error_body, dict) else None
    if code == 190 or answer.status == 401:
        return Account.Health.FAILING, "The access token is invalid or has expired: enter a new one."
    if code in (3, 10) or (isinstance(code, int) and 200 <= code <= 299):
        return Account.Health.FAILING, "The access token lacks whatsapp_business_management for this account."
    return Account.Health.FAILING, f"The provider answered {answer.status} (code {code})."
