"""
Keeps what providers say of accounts and numbers, each fact once, and makes their standing of it.

The account's row is the lock for all that is said of it and its numbers. What is wrong is worded here;
who turns it into alerts is named by the routes.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.context import current_actor
from core.fence import everywhere
from core.matters import Matter, Severity
from providers.account_facts import (
    DISABLE,
    FLAGGED,
    NUMBER_ID,
    RED,
    SCHEDULE_FOR_DISABLE,
    YELLOW,
    AccountFact,
    AccountStanding,
    NumberStanding,
    end_of,
    fact_of,
    fingerprint,
    fold_account,
    fold_number,
    order_key,
    says_the_same,
)
from providers.events import ACCOUNT_KINDS, NUMBER_KINDS, JsonObject
from providers.models import Account, AccountEvent, Number
from providers.routes import APPLIED, KNOWN, Incoming, Outcome, routes

ACCOUNT_RESTRICTED = "ACCOUNT_RESTRICTED"
PHONE_NUMBER_QUALITY = "PHONE_NUMBER_QUALITY"


@dataclasses.dataclass(frozen=True)
class Stranger:
    """A number that the account does not have (yet): what was said of it is kept until the number is added."""

    account_id: uuid.UUID
    digits: str
    external_id: str


Subject = Account | Number | Stranger


class _Ledger:
    """The locked accounts of a batch, their numbers, and all that was ever said of them."""

    def __init__(self, account_ids: Iterable[uuid.UUID]) -> None:
        self.accounts: dict[uuid.UUID, Account] = {account.pk: account for account in _locked(account_ids)}
        self.numbers: dict[uuid.UUID, Number] = {
            number.pk: number for number in Number.objects.filter(account_id__in=self.accounts)
        }
        for number in self.numbers.values():
            number.account = self.accounts[number.account_id]
        ours: list[Account | Number] = [*self.accounts.values(), *self.numbers.values()]
        self.before = {subject: subject.standing for subject in ours}
        self.rows: list[AccountEvent] = []
        self.facts: defaultdict[Subject, list[AccountFact]] = defaultdict(list)
        self.fingerprints: set[tuple[uuid.UUID, str]] = set()
        for row in AccountEvent.objects.filter(account_id__in=self.accounts):
            self.facts[self._subject_of_row(row)].append(_fact(row))
            self.fingerprints.add((row.account_id, row.fingerprint))

    def record(self, incoming: Incoming) -> tuple[Subject, bool]:
        """Whom the event is about, and whether it says anything new; if so it is noted to be kept."""
        fact = fact_of(incoming.event, received_at=incoming.received_at)
        account = self.accounts[incoming.account.pk]
        subject = self._subject(account, fact)
        if self._is_known(account, subject, fact):
            return subject, False
        self.facts[subject].append(fact)
        self.fingerprints.add((account.pk, fingerprint(fact)))
        self.rows.append(_row(account, subject, fact, incoming))
        return subject, True

    def _is_known(self, account: Account, subject: Subject, fact: AccountFact) -> bool:
        if (account.pk, fingerprint(fact)) in self.fingerprints:
            return True
        earlier = [] if fact.is_timed else [one for one in self.facts[subject] if one.kind == fact.kind]
        return bool(earlier) and says_the_same(max(earlier, key=order_key), fact)

    def _subject(self, account: Account, fact: AccountFact) -> Subject:
        """The provider's id of a number says more than its digits; of two rows with the same digits the newer one."""
        if fact.kind in ACCOUNT_KINDS:
            return account
        mine = [number for number in self.numbers.values() if number.account_id == account.pk]
        by_id = [number for number in mine if fact.external_id and number.external_id == fact.external_id]
        by_digits = [number for number in mine if fact.digits and number.digits == fact.digits]
        if by_id or by_digits:
            return max(by_id or by_digits, key=lambda number: number.created_at)
        return Stranger(account.pk, fact.digits, fact.external_id)

    def _subject_of_row(self, row: AccountEvent) -> Subject:
        if row.kind in ACCOUNT_KINDS:
            return self.accounts[row.account_id]
        if row.number_id is not None:
            return self.numbers[row.number_id]
        return Stranger(row.account_id, row.digits, _fact(row).external_id)


def apply(batch: Sequence[Incoming]) -> list[Outcome]:
    """Applies facts about accounts and numbers, in any order and any number of times. In a transaction, scopes open."""
    ledger = _Ledger({incoming.account.pk for incoming in batch})
    entries = [ledger.record(incoming) for incoming in batch]
    AccountEvent.objects.bulk_create(ledger.rows)
    _stand({subject: ledger.facts[subject] for subject, is_new in entries if is_new})
    return [
        _outcome(incoming, ledger, subject, is_new) for incoming, (subject, is_new) in zip(batch, entries, strict=True)
    ]


def adopt_facts(number: Number) -> None:
    """What was said of this number before it was here becomes its own. Inside a transaction and a scope."""
    _locked([number.account_id])
    waiting = AccountEvent.objects.filter(account_id=number.account_id, number=None, kind__in=NUMBER_KINDS)
    by_digits, by_id = Q(digits=number.digits) & ~Q(digits=""), Q(**{f"said__{NUMBER_ID}": number.external_id})
    waiting.filter(by_digits | by_id).update(number=number)
    _stand({number: [_fact(row) for row in AccountEvent.objects.filter(number=number)]})


def lapse() -> int:
    """Takes restrictions that have ended by their date out of the standing of their accounts; returns of how many."""
    now = timezone.now()
    with everywhere():
        perhaps = Account.objects.filter(standing__has_key="condition")
        due = [account.pk for account in perhaps if _has_lapsed(account, now)]
        if not due:  # so far plain reads: `atomic` takes SQLite's write lock
            return 0
        with transaction.atomic():
            accounts = [account for account in _locked(due) if _has_lapsed(account, now)]
            for account in accounts:
                standing = AccountStanding.from_json(account.standing)
                _save(account, standing=dataclasses.replace(standing, restrictions=[], condition=None).to_json())
            routes().standing_changed(accounts, [])
    return len(accounts)


def _has_lapsed(account: Account, at: datetime) -> bool:
    standing = AccountStanding.from_json(account.standing)
    return standing.condition is not None and not standing.is_restricted(at=at)


def _locked(account_ids: Iterable[uuid.UUID]) -> list[Account]:
    return list(Account.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=account_ids).order_by("id"))


def _fact(row: AccountEvent) -> AccountFact:
    return AccountFact(
        kind=row.kind, event=row.event, at=row.at, said=row.said, digits=row.digits, is_timed=row.is_timed
    )


def _row(account: Account, subject: Subject, fact: AccountFact, incoming: Incoming) -> AccountEvent:
    return AccountEvent(
        organization_id=account.organization_id,
        account=account,
        number=subject if isinstance(subject, Number) else None,
        digits=fact.digits,
        kind=fact.kind,
        event=fact.event,
        said=fact.said,
        at=fact.at,
        is_timed=fact.is_timed,
        fingerprint=fingerprint(fact),
        received_at=incoming.received_at,
        call=incoming.call,
        actor=current_actor(),
    )


def _stand(facts: dict[Subject, list[AccountFact]]) -> None:
    """Saves what the facts make of each subject, and tells of those that are something else now."""
    changed = [subject for subject, told in facts.items() if _stands_anew(subject, told)]
    accounts = [subject for subject in changed if isinstance(subject, Account)]
    numbers = [subject for subject in changed if isinstance(subject, Number)]
    if changed:
        routes().standing_changed(accounts, numbers)


def _stands_anew(subject: Subject, facts: Sequence[AccountFact]) -> bool:
    if isinstance(subject, Stranger):
        return False
    standing = fold_account(facts) if isinstance(subject, Account) else fold_number(facts)
    saved = standing.to_json()
    if saved == subject.standing:
        return False
    if isinstance(standing, AccountStanding):
        _save(subject, standing=saved)
    else:
        rating, limit = standing.quality_rating, standing.messaging_limit
        _save(subject, standing=saved, quality_rating=rating, messaging_limit=limit)
    return True


def _save(row: Account | Number, **observed: Any) -> None:
    """What machines observe is no part of the audit trail, so it is written past it."""
    for name, value in observed.items():
        setattr(row, name, value)
    type(row).objects.filter(pk=row.pk).update(**observed)


def _outcome(incoming: Incoming, ledger: _Ledger, subject: Subject, is_new: bool) -> Outcome:
    """A fact about a stranger is told of the account, which stays as it is."""
    shown = ledger.accounts[incoming.account.pk] if isinstance(subject, Stranger) else subject
    return Outcome(
        status=APPLIED if is_new else KNOWN,
        object={"kind": shown._meta.model_name or "", "id": str(shown.pk), "label": str(shown)},
        before=ledger.before[shown] if is_new else shown.standing,
        after=shown.standing,
    )


def matters_of(account: Account, *, at: datetime) -> list[Matter]:
    """What is wrong with an account at that moment: a restriction that has ended by its date is not."""
    standing = AccountStanding.from_json(account.standing)
    condition = standing.condition
    if condition is None or not standing.is_restricted(at=at):
        return []
    holding = standing.holding(at=at)
    title, action = _worded(account, standing)
    return [
        Matter(
            alert_type=ACCOUNT_RESTRICTED,
            severity=Severity.CRITICAL,
            title=title,
            detail=_detail(standing, holding),
            action_required=" ".join([*_advice(holding), action]),
            data={
                "account_id": str(account.pk),
                "account_name": account.name,
                "restrictions": holding,
                "ban_state": standing.ban_state,
                "ban_date": standing.ban_date,
                "restricted_since": condition.first_seen_at.isoformat(),
                "restricted_until": standing.restricted_until.isoformat() if standing.restricted_until else None,
            },
            **dataclasses.asdict(condition),
        )
    ]


def _advice(holding: Sequence[JsonObject]) -> list[str]:
    """The provider's own, each once, as sentences."""
    said = dict.fromkeys(restriction["remediation"].rstrip(".") for restriction in holding)
    return [f"{text}." for text in said if text]


def _worded(account: Account, standing: AccountStanding) -> tuple[str, str]:
    """The title, and what to do."""
    if standing.ban_state == DISABLE:
        return (
            f"Account {account.name} is disabled by its provider",
            "Stop what sends from this account, and ask for a review in the provider's account quality page.",
        )
    if standing.ban_state == SCHEDULE_FOR_DISABLE:
        return (
            f"Account {account.name} will be disabled by its provider{_on(standing.ban_date)}",
            "Ask for a review in the provider's account quality page before that, and prepare another account.",
        )
    until = f" until {_moment(standing.restricted_until)}" if standing.restricted_until else ""
    return (
        f"Account {account.name} is restricted by its provider{until}",
        "Hold what this stops, read the reason in the provider's account quality page, and ask for a review there.",
    )


def _detail(standing: AccountStanding, holding: Sequence[JsonObject]) -> str:
    sentences = []
    if standing.ban_state == DISABLE:
        sentences.append(f"The account is disabled{_on(standing.ban_date)}: it can neither send nor receive.")
    elif standing.ban_state == SCHEDULE_FOR_DISABLE:
        sentences.append(f"The provider has announced to disable the account{_on(standing.ban_date)}.")
    for restriction in holding:
        end = end_of(restriction)
        until = f"until {_moment(end)}" if end else "until the provider lifts it"
        sentences.append(f"Restricted {until}: {_restricted(restriction['type'])}.")
    return " ".join(sentences)


RESTRICTED = {
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": "adding phone numbers",
    "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING": "all calls",
    "RESTRICTED_BIZ_INITIATED_MESSAGING": "starting conversations with customers",
    "RESTRICTED_BUSINESS_INITIATED_CALLING": "calling customers",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": "answering customers who write first",
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": "sending utility messages without a template of one's own",
    "RESTRICTED_USER_INITIATED_CALLING": "calls by customers",
    "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN": "calls by customers, whose call button is hidden",
    "RESTRICTED_UTILITY_TEMPLATES": "creating and sending utility templates",
    "RATE_LIMITED_UTILITY_TEMPLATE_MESSAGING": "the number of messages from utility templates",
}


def _restricted(restriction_type: str) -> str:
    """A type that we do not know is shown in its own words."""
    own_words = restriction_type.removeprefix("RESTRICTED_").replace("_", " ").lower()
    return RESTRICTED.get(restriction_type, own_words or "something that the provider does not name")


def _on(date: str) -> str:
    return f" on {date}" if date else ""


def _moment(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at:%Y at %H:%M} UTC"


def matters_of_number(number: Number) -> list[Matter]:
    """What is wrong with a number now."""
    standing = NumberStanding.from_json(number.standing)
    condition, rating = standing.condition, standing.quality_rating
    if condition is None:
        return []
    return [
        Matter(
            alert_type=PHONE_NUMBER_QUALITY,
            severity=Severity.MEDIUM if rating == YELLOW else Severity.HIGH,
            title=f"Number {number} {_QUALITY[rating]}",
            detail="Customers block or report what this number sends. If that goes on, the provider lowers its "
            "messaging limit or restricts the account.",
            action_required="Find the templates that customers block or report, and stop or improve them; send only "
            "to people who opted in.",
            data={
                "number_id": str(number.pk),
                "number": str(number),
                "account_id": str(number.account_id),
                "account_name": number.account.name,
                "quality_rating": rating,
                "messaging_limit": standing.messaging_limit,
            },
            **dataclasses.asdict(condition),
        )
    ]


_QUALITY = {
    YELLOW: "has medium quality (YELLOW)",
    RED: "has low quality (RED)",
    FLAGGED: "is flagged for low quality",
}
