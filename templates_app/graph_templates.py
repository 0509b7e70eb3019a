"""
What is asked of an account's Graph API about templates, and what its answers mean for whoever waits for them.

Never inside a transaction: these are network calls.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils import timezone

from core.http import Answer
from core.redaction import redact
from core.refusals import GiveUp, NotYet, OutcomeUnknown, Refused, TryAgain
from providers import graph_calls
from providers.adapters.meta.reading import Garbled, read_json
from providers.models import Account
from templates_app import graph_errors
from templates_app.components import JsonObject
from templates_app.graph_errors import GraphError, Kind

PROVIDERS = ("meta", "sandbox")
FIELDS = (
    "id", "name", "language", "status", "category", "previous_category", "correct_category", "rejected_reason",
    "quality_score", "parameter_format", "sub_category", "components",
)  # fmt: skip
PAGE = 100  # templates; Meta takes more, but then some pages come out too large
PAGES_TO_FIND = 10
LIMITED = frozenset({"4", "80007", "http_429"})  # too many calls: that is no failed attempt
USUAL_REST = timedelta(minutes=5)
SHORTEST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(hours=6)


class Denied(Exception):
    """The provider says no, and would say it again."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(error.words)
        self.error = error


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page of templates as they stood at `asked_at`; `after` is the cursor of the next one, "" for the last."""

    asked_at: datetime
    items: Sequence[Any]
    after: str


def check_account(account: Account) -> None:
    """Whether the provider can be asked about templates in this account's name."""
    if account.provider not in PROVIDERS:
        raise Refused("This provider has no templates that could be asked about.", code="not_supported")
    if account.is_retired:
        raise Refused("The account is retired: bring it back first.", code="account_retired")
    if not account.is_sandbox and not account.secret("access_token"):
        sentence = "The account has no access token: enter one on its page, or by PATCH with `credentials`."
        raise Refused(sentence, code="no_access_token")


def can_be_asked(account: Account) -> bool:
    try:
        check_account(account)
    except Refused:
        return False
    return True


def call(
    account: Account,
    *,
    method: str,
    path: Sequence[str],
    params: Mapping[str, str] | None = None,
    body: JsonObject | None = None,
) -> JsonObject:
    """What the provider answers where it does as asked. Raises Denied; TryAgain, NotYet, GiveUp, OutcomeUnknown."""
    answer = graph_calls.ask(account, method=method, path=path, params=params, body=body)
    told = _read(answer)
    if 200 <= answer.status < 300:
        if isinstance(told, dict) and "error" not in told:
            return told
        if told is None:
            raise (TryAgain if method == "GET" else OutcomeUnknown)("the answer cannot be read")
    error = graph_errors.read(told, status=answer.status)
    words = redact(error.words)
    if error.kind == Kind.AGAIN:
        wait = wait_of(answer.headers, at=timezone.now())
        if wait is None and error.code not in LIMITED:
            raise TryAgain(words)
        raise NotYet(words, wait=wait or USUAL_REST)
    if error.kind == Kind.HALTED:
        raise GiveUp(words)
    raise Denied(error)


def page(account: Account, *, after: str = "", name: str = "", language: str = "") -> ListPage:
    """A page of the account's templates. Raises as `call`."""
    asked_at = timezone.now()
    given = {"after": after, "name": name, "language": language}
    params = {"fields": ",".join(FIELDS), "limit": str(PAGE)} | {key: value for key, value in given.items() if value}
    told = call(account, method="GET", path=[account.external_id, "message_templates"], params=params)
    items = told.get("data")
    if not isinstance(items, list):
        raise TryAgain("the list of templates cannot be read")
    return ListPage(asked_at=asked_at, items=items, after=_next(told.get("paging")))


def one(account: Account, provider_template_id: str) -> JsonObject:
    """The template of this id. Raises as `call`; Denied with the kind GONE where there is none."""
    return call(account, method="GET", path=[provider_template_id], params={"fields": ",".join(FIELDS)})


def find(account: Account, *, name: str, language: str) -> JsonObject | None:
    """The template of this name and language. Raises as `call`."""
    after = ""
    for _ in range(PAGES_TO_FIND):
        listed = page(account, after=after, name=name, language=language)
        for item in listed.items:
            if isinstance(item, dict) and (item.get("name"), item.get("language")) == (name, language):
                return item
        after = listed.after
        if not after:
            break
    return None


def wait_of(headers: Mapping[str, str], *, at: datetime) -> timedelta | None:
    """How long the provider wants to be left alone: by `Retry-After`, or by the usage that Meta tells."""
    wait = _retry_after(headers.get("Retry-After", ""), at=at) or _regain(headers.get("X-Business-Use-Case-Usage", ""))
    return None if wait is None else min(max(wait, SHORTEST_REST), LONGEST_REST)


def _retry_after(said: str, *, at: datetime) -> timedelta | None:
    """In seconds, or as a date."""
    if said.isascii() and said.isdigit():
        return timedelta(seconds=int(said[:9]))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return until - at if until.tzinfo else None


def _regain(said: str) -> timedelta | None:
    """Meta tells minutes for each kind of call; the longest counts."""
    try:
        usage = json.loads(said)
    except ValueError:
        return None
    kinds = [kind for told in usage.values() if isinstance(told, list) for kind in told] if _is(usage) else []
    minutes = [kind.get("estimated_time_to_regain_access") for kind in kinds if _is(kind)]
    longest = max((each for each in minutes if type(each) is int), default=0)
    return timedelta(minutes=min(longest, 60 * 24)) if longest > 0 else None


def _is(value: object) -> bool:
    return isinstance(value, dict)


def _read(answer: Answer) -> Any:
    try:
        return read_json(answer.body)
    except Garbled:
        return None


def _next(paging: Any) -> str:
    """The last page has no `next`."""
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else ""
