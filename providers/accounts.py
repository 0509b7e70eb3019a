"""Accounts and numbers: adding them lets through what was parked for them."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.models import Organization
from core.refusals import Refused
from providers import parking, standing
from providers.models import Account, Number
from providers.routes import routes

STRICT, PROVIDER_JUDGES = Account.WindowPolicy.STRICT, Account.WindowPolicy.PROVIDER
HOLD, RETRY_ONCE = Account.OnUnknown.HOLD, Account.OnUnknown.RETRY_ONCE
# How an account behaves where nobody said otherwise. Where messages of customers do not reach us, the provider alone
# can judge the window.
BEHAVIOUR: dict[str, dict[str, Any]] = {
    "meta": {"window_policy": STRICT, "on_unknown": HOLD},
    "twilio": {"window_policy": STRICT, "on_unknown": HOLD},
    "myoperator": {"window_policy": PROVIDER_JUDGES, "on_unknown": RETRY_ONCE},
    "sandbox": {"window_policy": PROVIDER_JUDGES, "on_unknown": HOLD},
}


def add_account(*, organization: Organization, fields: dict[str, Any]) -> Account:
    """
    A new account; events parked for its id are tried by themselves. A sandbox account needs neither id nor
    credentials: the id may be left out, and the secret of its door is made up.

    Raises Refused `account_taken` where the installation knows (provider, external id) already.
    """
    account = Account(organization=organization, **BEHAVIOUR.get(fields["provider"], {}) | fields)
    if account.is_sandbox:
        account.external_id = account.external_id or f"9{secrets.randbelow(10**14):014}"
        account.credentials = {"app_secret": secrets.token_urlsafe(32)}
        account.health = Account.Health.OK
    with transaction.atomic():
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError:
            raise Refused(
                "This id is already connected to this installation. Ask its operator if that is not you.",
                code="account_taken",
            ) from None
        parking.release([parking.account_key(account.provider, account.external_id)])
        routes().unknown_accounts([(account.provider, account.external_id)])
    return account


def change_account(account: Account, *, fields: dict[str, Any]) -> Account:
    """
    Changes settings; what machines observe meanwhile stays. Credentials given are merged over those kept, null
    removes one.
    """
    credentials = fields.pop("credentials", None)
    if credentials is not None:
        merged = {**(account.credentials or {}), **credentials}
        account.credentials = {name: value for name, value in merged.items() if value not in (None, "")}
    for name, value in fields.items():
        setattr(account, name, value)
    account.save(update_fields=[*fields, *(["credentials"] if credentials is not None else [])])
    return account


def retire(account: Account) -> None:
    """Out of the lists, its own door closed; facts that still come through the installation's door are kept."""
    account.is_retired = True
    account.save(update_fields=["is_retired"])


def add_number(*, organization: Organization, fields: dict[str, Any]) -> Number:
    """
    A new number; facts that named its digits before are its own from now on.

    Raises Refused `number_taken` where the account has this phone number id already.
    """
    number = Number(organization=organization, **fields)
    number.clean_digits()
    with transaction.atomic():
        _make_room(number)
        _save(number, force_insert=True)
        standing.adopt_facts(number)
    return number


def change_number(number: Number, *, fields: dict[str, Any]) -> Number:
    """Raises Refused `number_taken` where another number of the account has the id that is wished."""
    with transaction.atomic():
        list(Account.objects.select_for_update(of=("self",), no_key=True).filter(pk=number.account_id))  # as facts lock
        for name, value in fields.items():
            setattr(number, name, value)
        number.clean_digits()
        _make_room(number)
        _save(number, update_fields=[*fields, "digits"])
        standing.adopt_facts(number)
    return number


def _save(number: Number, **how: Any) -> None:
    try:
        with transaction.atomic():
            number.save(**how)
    except IntegrityError:
        raise Refused("This account has a number with that id already.", code="number_taken") from None


def _make_room(number: Number) -> None:
    """One default number an account: the newest wish wins, each change with its history."""
    if number.is_default:
        for other in Number.objects.filter(~Q(pk=number.pk), account=number.account, is_default=True):
            other.is_default = False
            other.save(update_fields=["is_default"])
