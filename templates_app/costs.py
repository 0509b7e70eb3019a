"""What a change of category costs: the messages of the last 30 days by market, times the rate card of its day."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from core.days import day_of
from templates_app.models import Rate, RateCard, Template, Traffic
from templates_app.prices import DAYS, Cost, Volume, cost

Prices = dict[tuple[str, str], Decimal]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """A template whose category goes from one to another on a day."""

    template: Template
    before: str
    after: str
    on: date


def card_at(day: date, *, organization_id: uuid.UUID) -> RateCard | None:
    """The rate card that holds on that day: the newest that has begun."""
    cards = RateCard.objects.filter(organization_id=organization_id, valid_from__lte=day)
    card: RateCard | None = cards.order_by("-valid_from").first()
    return card


def cost_of_change(template: Template, *, before: str, after: str, at: datetime) -> Cost | None:
    """What the change costs at the present volume; None where no rate card holds."""
    (found,) = costs_of([Asked(template=template, before=before, after=after, on=day_of(at))], at=at)
    return found


def costs_of(asked: Sequence[Asked], *, at: datetime) -> list[Cost | None]:
    """As `cost_of_change`, for many in three statements. A card that begins before the change's day counts."""
    if not asked:
        return []
    cards = _cards(asked)
    if not any(cards):
        return [None] * len(asked)
    prices = _prices(card.pk for card in cards if card)
    volumes = _volumes(asked, until=day_of(at))
    return [
        _cost(one, card, prices[card.pk], volumes[one.template.pk]) if card else None
        for one, card in zip(asked, cards, strict=True)
    ]


def _cost(asked: Asked, card: RateCard, prices: Prices, volumes: Sequence[Volume]) -> Cost:
    return cost(
        before=asked.before,
        after=asked.after,
        volumes=volumes,
        prices=prices,
        card=card.name,
        valid_from=card.valid_from,
        currency=card.currency,
    )


def _cards(asked: Sequence[Asked]) -> list[RateCard | None]:
    """The card of each, by its organization and day."""
    owners = {one.template.organization_id for one in asked}
    known = RateCard.objects.filter(organization_id__in=owners, valid_from__lte=max(one.on for one in asked))
    newest_first: dict[uuid.UUID, list[RateCard]] = defaultdict(list)
    for card in known.order_by("-valid_from"):
        newest_first[card.organization_id].append(card)
    return [
        next((card for card in newest_first[one.template.organization_id] if card.valid_from <= one.on), None)
        for one in asked
    ]


def _prices(card_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Prices]:
    found: dict[uuid.UUID, Prices] = defaultdict(dict)
    rows = Rate.objects.filter(card_id__in=set(card_ids)).order_by()
    for card_id, market, category, price in rows.values_list("card_id", "market", "category", "price"):
        found[card_id][market, category] = price
    return found


def _volumes(asked: Sequence[Asked], *, until: date) -> Mapping[uuid.UUID, list[Volume]]:
    """The messages of the last 30 days, this one included, by market."""
    rows = Traffic.objects.filter(
        template_id__in={one.template.pk for one in asked}, day__gt=until - timedelta(days=DAYS), day__lte=until
    ).order_by()
    found: dict[uuid.UUID, list[Volume]] = defaultdict(list)
    summed = rows.values_list("template_id", "market").annotate(Sum("sent"), Sum("delivered"))
    for template_id, market, sent, delivered in summed:
        found[template_id].append(Volume(market, sent, delivered))
    return found
