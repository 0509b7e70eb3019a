"""Checks of carousels and limited-time offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from templates_app.components import objects
from templates_app.preflight.draft import Draft, Scope, text_of
from templates_app.preflight.findings import Finding, found

CARDS = (2, 10)
CARD_HEADERS = frozenset({"IMAGE", "VIDEO", "PRODUCT"})
MEDIA_BUTTONS, PRODUCT_BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER"), ("SPM", "URL")
ON_MEDIA_CARD, ON_PRODUCT_CARD = 2, 1
OFFER_LENGTH = 16
OFFER_HEADERS = frozenset({"IMAGE", "VIDEO"})


def check_offers(draft: Draft) -> Iterator[Finding]:
    low, high = CARDS
    for path, carousel in draft.top.every("CAROUSEL"):
        count = len(objects(carousel.get("cards")))
        if not low <= count <= high:
            yield found("carousel_cards", path, count=count, low=low, high=high)
    shapes = [_shape(card) for card in draft.cards]
    for card, shape in zip(draft.cards, shapes, strict=True):
        if shape != shapes[0]:
            yield found("carousel_shape", card.path)
        yield from _card(card)
    for path, part in draft.top.every("LIMITED_TIME_OFFER"):
        yield from _offer(draft, path, part.get("limited_time_offer"))


def _shape(card: Scope) -> list[Any]:
    kinds = sorted((str(part.get("type")), str(part.get("format"))) for _, part in card.parts)
    return [kinds, [str(button.get("type")) for _, button in card.buttons]]


def _card(card: Scope) -> Iterator[Finding]:
    headers = {text_of(part.get("format")) for _, part in card.every("HEADER")}
    if not headers & CARD_HEADERS:
        yield found("card_header", card.path)
    is_product = "PRODUCT" in headers
    allowed, limit = (PRODUCT_BUTTONS, ON_PRODUCT_CARD) if is_product else (MEDIA_BUTTONS, ON_MEDIA_CARD)
    count = len(card.buttons)
    if count > limit:
        yield found("card_buttons", card.path, count=count, limit=limit, over=count - limit)
    for path, button in card.buttons:
        kind = text_of(button.get("type"))
        if kind and kind not in allowed:
            yield found("card_button_kind", path, kind=kind, allowed=" or ".join(allowed))


def _offer(draft: Draft, path: str, offer: object) -> Iterator[Finding]:
    said = offer if isinstance(offer, dict) else {}
    text = text_of(said.get("text"))
    if not text.strip():
        yield found("offer_text_missing", path)
    if len(text) > OFFER_LENGTH:
        span, over = (OFFER_LENGTH, len(text)), len(text) - OFFER_LENGTH
        yield found("offer_text_length", path, span=span, length=len(text), limit=OFFER_LENGTH, over=over)
    if not isinstance(said.get("has_expiration", False), bool):
        yield found("offer_expiration", path)
    for footer, _ in draft.top.every("FOOTER"):
        yield found("offer_footer", footer)
    for header, part in draft.top.every("HEADER"):
        if text_of(part.get("format")) not in OFFER_HEADERS:
            yield found("offer_header", header)
