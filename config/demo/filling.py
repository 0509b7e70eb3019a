"""Writes the demo's past, its traffic and its drafts, into an organization that has none of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alerts import telling
from config.demo import prices, shop
from config.demo.counting import MEASURED, Counting
from config.demo.retelling import Retelling
from config.demo.story import DAYS, Happening, told, told_in_sandbox
from config.demo.templates import GIFT_WRAPPING
from core.context import acting_as
from core.days import day_of
from core.fence import everywhere, inside
from core.models import Organization
from providers import accounts, sandbox_templates
from providers.adapters.sandbox.telling import whole
from providers.models import Account, Number
from templates_app import rate_cards, writing
from templates_app.models import RateCard

NOT_SENT = "Part of the demo's past: nothing was sent."


def fill(*, organization: Organization, admin_email: str) -> Number | None:
    """
    The demo's number, its account and their past written the first time. One transaction: all of it or nothing.

    None where another organization of this installation has the account: then nothing is written.
    """
    with transaction.atomic(), everywhere(), acting_as("demo"), telling.nobody(NOT_SENT):
        account = Account.objects.filter(provider="meta", external_id=shop.WABA_ID).first()
        if account is not None and account.organization_id != organization.pk:
            return None
        if not Account.objects.filter(organization=organization, provider="sandbox").exists():
            _write_past_of_sandbox(organization, admin_email)
        if account is None:
            return _write_past(organization, admin_email)
        return Number.objects.filter(account=account, external_id=shop.NUMBER_ID).first() or _number(account)


def _write_past(organization: Organization, admin_email: str) -> Number:
    now = timezone.now()
    opened_at = now - timedelta(days=DAYS)
    fields = {"provider": "meta", "name": shop.NAME, "external_id": shop.WABA_ID, "created_at": opened_at}
    account = accounts.add_account(organization=organization, fields=fields)
    number = _number(account)
    retelling = Retelling(account, admin_email=admin_email)
    counting = Counting(account, retelling=retelling, now=now)
    story = deque(told(now=now))
    for until in (*(now - timedelta(days=days) for days in MEASURED), now):
        retelling.tell(_until(until, story))
        with inside(organization):
            counting.measure(at=until)
    with inside(organization):
        counting.look_back()
        _load_prices(organization)
    return number


def _until(moment: datetime, story: deque[Happening]) -> Iterator[Happening]:
    while story and story[0].at <= moment:
        yield story.popleft()


def _write_past_of_sandbox(organization: Organization, admin_email: str) -> None:
    now = timezone.now()
    fields = {"provider": "sandbox", "name": shop.SANDBOX_NAME, "created_at": now - timedelta(days=DAYS)}
    account = accounts.add_account(organization=organization, fields=fields)
    retelling = Retelling(account, admin_email=admin_email)
    retelling.tell(told_in_sandbox(now=now, account_id=account.external_id))
    sandbox_templates.hear(account)
    writing.create(
        account=account,
        name=GIFT_WRAPPING.name,
        language=GIFT_WRAPPING.language,
        category=GIFT_WRAPPING.category,
        components=whole(GIFT_WRAPPING.texts[0]),
        actor=admin_email,
    )


def _load_prices(organization: Organization) -> None:
    """Costs are reckoned by them, where nobody has loaded true ones."""
    if not RateCard.objects.exists():
        begins = day_of(timezone.now() - timedelta(days=DAYS))
        rate_cards.load(
            organization=organization,
            name=prices.NAME,
            valid_from=begins,
            currency=prices.CURRENCY,
            entries=prices.ENTRIES,
        )


def _number(account: Account) -> Number:
    fields = {
        "account": account,
        "external_id": shop.NUMBER_ID,
        "display_phone_number": shop.DISPLAY_PHONE_NUMBER,
        "is_default": True,
        "created_at": account.created_at,
    }
    return accounts.add_number(organization=account.organization, fields=fields)
