"""
Calls to the Graph API in an account's name: Meta's by HTTP, a sandbox account's in process.

Who calls need not know which it is: both answer in the same forms, and neither may be asked inside a transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.db import connection

from core import http
from core.refusals import GiveUp
from providers import sandbox_graph
from providers.graph import graph_url
from providers.models import Account


def ask(
    account: Account,
    *,
    method: str,
    path: Sequence[str],
    params: Mapping[str, str] | None = None,
    body: dict[str, Any] | None = None,
) -> http.Answer:
    """
    One call; the answer may have any status. `path`: what follows the version, as `[waba, "message_templates"]`.

    Raises TryAgain and OutcomeUnknown as `core.http.call` does, and GiveUp where this account cannot call.
    """
    if account.is_sandbox:
        if connection.in_atomic_block and not getattr(connection, "inside_a_test", False):
            raise RuntimeError("a network call inside a transaction")  # as core.http does, so that tests find it here
        return sandbox_graph.answer(account, method=method, path=path, params=params or {}, body=body or {})
    return http.call(
        method=method,
        url=graph_url(*(quote(part, safe="") for part in path)),
        params=params,
        headers=_headers(account, has_body=body is not None),
        body=None if body is None else json.dumps(body).encode(),
    )


def _headers(account: Account, *, has_body: bool) -> dict[str, str]:
    if account.provider != "meta":
        raise GiveUp("Only accounts at Meta and sandbox accounts have a Graph API to call.")
    token = account.secret("access_token")
    if not token:
        raise GiveUp("The account has no access token: enter an access token on the page of the account.")
    return {"Authorization": f"Bearer {token}"} | ({"Content-Type": "application/json"} if has_body else {})
