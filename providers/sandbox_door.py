"""What a sandbox account tells goes through its own door: a signed call over HTTP, as Meta's would be."""

from __future__ import annotations

from django.conf import settings

from core import http
from core.refusals import GiveUp, TryAgain
from providers.adapters.meta.signature import sign
from providers.models import Account


def post(account: Account, body: bytes) -> None:
    """Raises GiveUp where the door is closed, TryAgain and OutcomeUnknown where it may be reached later."""
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": sign(body, secret=account.secret("app_secret")),
    }
    answer = http.call(method="POST", url=settings.SANDBOX_DOOR + account.webhook_path, headers=headers, body=body)
    if answer.status == 403:
        raise GiveUp("The account's own door did not open: it is retired, or SANDBOX_DOOR is another installation.")
    if answer.status != 200:
        raise TryAgain(f"Our own door answered {answer.status}.")
