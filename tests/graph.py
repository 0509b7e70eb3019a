"""Meta's Graph API in a test: an account with a token, what it is asked, and what it answers."""

from __future__ import annotations

import json
import pathlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses

from core.fence import everywhere
from core.models import Organization
from providers import accounts
from providers.models import Account
from templates_app import tasks
from templates_app.models import Submission, SyncRun, Template
from tests.world import WABA, account_in

GRAPH = "https://graph.facebook.com/v26.0"
LIST = f"{GRAPH}/{WABA}/message_templates"
FIXTURES = pathlib.Path(__file__).parent / "fixtures" / "meta"
Json = dict[str, Any]


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"api-{name}.json").read_text())


def account_with_token(organization: Organization, *, external_id: str = WABA, name: str = "Shop") -> Account:
    account = account_in(organization, external_id=external_id, name=name)
    with everywhere():
        return accounts.change_account(account, fields={"credentials": {"access_token": "EAAG-token"}})


def error(code: int, subcode: int | None = None, **others: Any) -> Json:
    named = {"error_subcode": subcode} if subcode else {}
    return {"error": {"message": "Invalid parameter", "type": "OAuthException", "code": code} | named | others}


def pages(*listed: list[Json], at: str = LIST) -> None:
    """The list of templates, in this many pages; needs an active `responses`."""
    for number, items in enumerate(listed):
        paging: Json = {"cursors": {"before": "b", "after": f"after-{number}"}}
        if number + 1 < len(listed):
            paging["next"] = f"{at}?after=after-{number}"
        responses.add(responses.GET, at, json={"data": items, "paging": paging})


def item(name: str, *, node: str, text: str = "Hello, your lamp oil is on its way.", **others: Any) -> Json:
    """A template as the list shows it."""
    return {
        "id": node,
        "name": name,
        "language": "en_US",
        "status": "APPROVED",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "rejected_reason": "NONE",
        "quality_score": {"score": "UNKNOWN", "date": 1794700000},
        "components": [{"type": "BODY", "text": text}],
    } | others


def asked() -> list[tuple[str, str]]:
    """(method, path below the version) of each call so far."""
    return [
        (str(call.request.method), urlsplit(str(call.request.url)).path.removeprefix("/v26.0/"))
        for call in responses.calls
    ]


def query(number: int = -1) -> Json:
    """The parameters in the address of a call."""
    found = parse_qs(urlsplit(str(responses.calls[number].request.url)).query)
    return {name: values[0] for name, values in found.items()}


def sent(number: int = -1) -> Any:
    """The body of a call."""
    return json.loads(responses.calls[number].request.body or "null")


def work() -> None:
    """The worker carries out what is due."""
    tasks.carry_out_submissions()
    tasks.carry_out_syncs()


def now_due(model: type[Submission | SyncRun]) -> None:
    """As if the wait were over."""
    with everywhere():
        for row in model.objects.filter(due_at__isnull=False):
            model.objects.filter(pk=row.pk).update(due_at=row.created_at)


def fresh(row: Any) -> Any:
    with everywhere():
        return type(row).objects.get(pk=row.pk)


def named(account: Account, name: str) -> Template:
    with everywhere():
        pointers = ("current_version", "submitted_version", "approved_version", "drifted_version")
        found: Template = Template.objects.select_related(*pointers).get(account=account, name=name)
    return found
