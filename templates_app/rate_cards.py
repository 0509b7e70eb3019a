"""Rate cards as people load and remove them; the alerts about categories say at once what a change costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from core.models import Organization
from core.refusals import Refused
from templates_app import category
from templates_app.models import Rate, RateCard
from templates_app.prices import Entry


def load(
    *, organization: Organization, name: str, valid_from: date, currency: str, entries: Sequence[Entry]
) -> RateCard:
    """A new card. Raises Refused `rate_card_exists` where one begins on that day already."""
    try:
        with transaction.atomic():
            card = RateCard(organization=organization, name=name, valid_from=valid_from, currency=currency)
            card.save()
            Rate.objects.bulk_create([Rate(organization=organization, card=card, **one._asdict()) for one in entries])
    except IntegrityError:
        sentence = f"A rate card that begins on {valid_from} is loaded already: remove it first."
        raise Refused(sentence, code="rate_card_exists") from None
    category.follow_again(most=category.AT_ONCE)
    return card


def remove(card: RateCard) -> None:
    """Away with its prices; what the alerts tell is reckoned anew, by the card before it."""
    card.delete()
    category.follow_again(most=category.AT_ONCE)
