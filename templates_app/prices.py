"""
Price lists as CSV, and what another category costs at a known volume.

Pure. A list that is wrong in places is told in whole: every line and field of it, never the first alone.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

COLUMNS = ("market", "category", "price")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE")
LEGACY = {"TRANSACTIONAL": "UTILITY", "OTP": "AUTHENTICATION"}
EVERYWHERE_ELSE = ""  # the market of a price that holds wherever there is none of its own
DAYS = 30
ROWS_MOST = 2_000
_DELIMITERS = ",;\t"
_PRICE = re.compile(r"\d{1,6}([.,]\d{1,6})?", re.ASCII)
_CENT = Decimal("0.01")

Prices = Mapping[tuple[str, str], Decimal]


class Entry(NamedTuple):
    """The price of one delivered message to one market in one category."""

    market: str
    category: str
    price: Decimal


class Fault(NamedTuple):
    """What is wrong with one field of one line, as a sentence; `field` "" where it is the line itself."""

    line: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.field}: {self.why}" if self.field else f"Line {self.line}: {self.why}"


class Volume(NamedTuple):
    """Messages of the last 30 days to one market."""

    market: str
    sent: int
    delivered: int


def read(text: str) -> tuple[list[Entry], list[Fault]]:
    """The entries of a CSV with a header line (`market`, `category`, `price`), and everything that is wrong with it."""
    lines = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=_delimiter(text))
    try:
        rows = [(lines.line_num, row) for row in lines if any(field.strip() for field in row)]
    except csv.Error as error:
        return [], [Fault(lines.line_num, "", f"This is not CSV: {error}.")]
    if not rows:
        return [], [Fault(1, "", f"There is nothing in it. The first line names the columns {', '.join(COLUMNS)}.")]
    (first, header), *given = rows
    places = {name.strip().lower(): place for place, name in enumerate(header)}
    missing = [name for name in COLUMNS if name not in places]
    if missing:
        return [], [Fault(first, name, "The first line does not name this column.") for name in missing]
    if len(given) > ROWS_MOST:
        return [], [Fault(given[ROWS_MOST][0], "", f"A price list has at most {ROWS_MOST:,} lines.")]
    cells = [(line, {name: _cell(row, places[name]) for name in COLUMNS}) for line, row in given]
    return checked(cells)


def checked(rows: Sequence[tuple[int, Mapping[str, str]]]) -> tuple[list[Entry], list[Fault]]:
    """The entries in these rows (each with its line), and everything that is wrong with them."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    known: dict[tuple[str, str], int] = {}
    for line, row in rows:
        market, category = row["market"].upper().replace("*", ""), read_category(row["category"])
        wrong = list(_wrong(line, market, category, row))
        if not wrong and known.setdefault((market, category), line) != line:
            before = known[market, category]
            wrong = [Fault(line, "market", f"Line {before} has a price for it and this category already.")]
        faults += wrong
        if not wrong:
            entries.append(Entry(market, category, Decimal(row["price"].replace(",", "."))))
    if not rows:
        faults = [Fault(1, "", "There is no price in it.")]
    return entries, faults


def read_category(word: str) -> str:
    """A category as Meta calls it now."""
    spelled = word.strip().upper()
    return LEGACY.get(spelled, spelled)


def _wrong(line: int, market: str, category: str, row: Mapping[str, str]) -> Iterator[Fault]:
    if market and not re.fullmatch(r"[A-Z]{2}", market):
        yield Fault(line, "market", "Give a country by its two letters (ISO 3166), or * for everywhere else.")
    if category not in CATEGORIES:
        yield Fault(line, "category", f"Must be one of {', '.join(CATEGORIES)}.")
    if not _PRICE.fullmatch(row["price"]):
        yield Fault(line, "price", "Give a number of 0 or more, with at most 6 digits before and after the point.")


def _delimiter(text: str) -> str:
    header = text.lstrip("\ufeff \r\n").partition("\n")[0]
    return max(_DELIMITERS, key=header.count)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MarketCost:
    """What the messages to one market cost in the category before and after."""

    market: str
    messages: int
    before: Decimal
    after: Decimal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cost:
    """What a change of category costs at the volume of the last 30 days, by the card that is valid on its day."""

    before_category: str
    after_category: str
    card: str
    valid_from: date
    currency: str
    sent: int
    markets: tuple[MarketCost, ...]
    unpriced: tuple[Volume, ...]

    @property
    def messages(self) -> int:
        """Delivered, and with a price."""
        return sum(one.messages for one in self.markets)

    @property
    def before(self) -> Decimal:
        return sum((one.before for one in self.markets), Decimal(0))

    @property
    def after(self) -> Decimal:
        return sum((one.after for one in self.markets), Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def sentence(self) -> str:
        if not self.sent:
            return f"Nothing was sent with it in the last {DAYS} days, so the change costs nothing yet."
        if not self.markets and not self.unpriced:
            return f"None of its messages of the last {DAYS} days was delivered, so the change costs nothing yet."
        missing = self._missing_sentence()
        return " ".join(filter(None, (self._priced_sentence() if self.markets else "", missing)))

    def _priced_sentence(self) -> str:
        card = f"rate card {self.card}, from {self.valid_from}"
        volume = f"At the volume of the last {DAYS} days ({self.messages:,} delivered)"
        instead = f"{self.after_category} instead of {self.before_category}"
        if not self.difference:
            return f"{volume} {instead} costs the same ({card})."
        way = "more" if self.difference > 0 else "less"
        sums = f"{amount(self.after)} instead of {amount(self.before)}"
        return f"{volume} {instead} costs {amount(abs(self.difference))} {self.currency} {way}: {sums} ({card})."

    def _missing_sentence(self) -> str:
        if not self.unpriced:
            return ""
        messages = sum(one.delivered for one in self.unpriced)
        where = ", ".join(one.market or "unknown" for one in self.unpriced[:10])
        more = f" and {len(self.unpriced) - 10} more" if len(self.unpriced) > 10 else ""
        return f"The rate card {self.card} has no price for {messages:,} messages (market {where}{more})."

    def totals(self) -> dict[str, Any]:
        """As JSON; amounts as text, in the card's currency."""
        return {
            "rate_card": self.card,
            "valid_from": self.valid_from.isoformat(),
            "currency": self.currency,
            "days": DAYS,
            "messages": self.messages,
            "before": amount(self.before),
            "after": amount(self.after),
            "difference": amount(self.difference),
            "without_price": sum(one.delivered for one in self.unpriced),
        }


def amount(value: Decimal) -> str:
    return f"{value.quantize(_CENT):.2f}"


def cost(
    *,
    before: str,
    after: str,
    volumes: Sequence[Volume],
    prices: Prices,
    card: str,
    valid_from: date,
    currency: str,
) -> Cost:
    """What these messages cost in one category and in the other, market by market, the largest volume first."""
    markets, unpriced = [], []
    for volume in sorted(volumes, key=lambda one: (-one.delivered, one.market)):
        was, becomes = price_in(prices, volume.market, before), price_in(prices, volume.market, after)
        if not volume.delivered:
            continue
        if was is None or becomes is None:
            unpriced.append(volume)
            continue
        count = volume.delivered
        markets.append(MarketCost(market=volume.market, messages=count, before=was * count, after=becomes * count))
    return Cost(
        before_category=before,
        after_category=after,
        card=card,
        valid_from=valid_from,
        currency=currency,
        sent=sum(volume.sent for volume in volumes),
        markets=tuple(markets),
        unpriced=tuple(unpriced),
    )


def price_in(prices: Prices, market: str, category: str) -> Decimal | None:
    """The market's own price, else the one for everywhere else."""
    own = prices.get((market, category))
    return prices.get((EVERYWHERE_ELSE, category)) if own is None else own
