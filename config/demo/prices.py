"""A price list for the demo: made up, in the order of what such lists say."""

from __future__ import annotations

from decimal import Decimal

from templates_app.prices import CATEGORIES, EVERYWHERE_ELSE, Entry

NAME = "Sample prices"
CURRENCY = "GBP"

# Of a message in each of the categories, in their order.
_PRICES = {
    "AE": ("0.0305", "0.0125", "0.0125", "0"),
    "BR": ("0.0496", "0.0054", "0.0054", "0"),
    "DE": ("0.1082", "0.0436", "0.0436", "0"),
    "ES": ("0.0488", "0.0159", "0.0159", "0"),
    "FR": ("0.0682", "0.0238", "0.0238", "0"),
    "GB": ("0.0420", "0.0175", "0.0175", "0"),
    "IE": ("0.0470", "0.0136", "0.0136", "0"),
    "US": ("0.0198", "0.0032", "0.0032", "0"),
    EVERYWHERE_ELSE: ("0.0480", "0.0061", "0.0061", "0"),
}
ENTRIES = [
    Entry(market, category, Decimal(price))
    for market, prices in _PRICES.items()
    for category, price in zip(CATEGORIES, prices, strict=True)
]
