"""Who answers what a provider tells us: the shape of the table in `config/events.py`, and how it is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from providers.adapters.sandbox.reviewing import Submission, Verdict
from providers.events import Event
from providers.models import Account, Number, WebhookCall

APPLIED, KNOWN, PARKED, NOT_USED, UNKNOWN_FIELD, DROPPED = (
    "applied",
    "known",
    "parked",
    "not_used",
    "unknown_field",
    "dropped",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Incoming:
    """
    One event with the account it belongs to, and where it comes from.

    `call` is None for what the provider was asked for (`source` "sync").
    """

    event: Event
    account: Account
    received_at: datetime
    call: WebhookCall | None = None
    source: str = "webhook"
    actor: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """One event of one call, and the account that the installation knows for it."""

    call: WebhookCall
    position: int
    event: Event
    account: Account | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What became of an event. `object`: `{kind, id, label}`; `before` and `after`: its standing as JSON.

    Parked ones say why, in a code and a sentence, and which key (`waits_for`) would let them through.
    """

    status: str
    object: dict[str, str] | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    reason: str = ""
    detail: str = ""
    waits_for: str = ""


def parked(reason: str, detail: str, *, waits_for: str = "") -> Outcome:
    return Outcome(status=PARKED, reason=reason, detail=detail, waits_for=waits_for)


Handler = Callable[[Sequence[Incoming]], Sequence[Outcome]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Routes:
    """
    `handlers`: event type → the function that answers a batch of them, called inside one transaction.

    `unknown_accounts`: told (provider, external id) pairs that just had something parked or let through.
    `standing_changed`: told the accounts and numbers whose standing may be another now.
    `review`: judges a template in the sandbox's name, which has these others already.
    """

    handlers: Mapping[type[Event], Handler]
    unknown_accounts: Callable[[Sequence[tuple[str, str]]], None]
    standing_changed: Callable[[Sequence[Account], Sequence[Number]], None]
    review: Callable[[Submission, Sequence[Submission]], Verdict]

    def handler(self, event: Event) -> Handler:
        return self.handlers[type(event)]


def routes() -> Routes:
    found: Routes = import_string(settings.PROVIDER_EVENT_ROUTES)
    return found
