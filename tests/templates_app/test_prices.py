"""Price lists as CSV, and what another category costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.prices import Entry, Volume, cost, read

LIST = "market,category,price\nDE,MARKETING,0.1131\nDE,UTILITY,0.0456\n*,MARKETING,0.0604\n*,UTILITY,0.0077\n"
PRICES = {(one.market, one.category): one.price for one in read(LIST)[0]}


def reckoned(*volumes: Volume, before: str = "UTILITY", after: str = "MARKETING", prices=PRICES):
    return cost(
        before=before,
        after=after,
        volumes=volumes,
        prices=prices,
        card="Meta",
        valid_from=date(2026, 10, 1),
        currency="EUR",
    )


def faults(text: str) -> list[str]:
    return [str(fault) for fault in read(text)[1]]


def test_a_list_is_read():
    assert read(LIST) == (
        [
            Entry("DE", "MARKETING", Decimal("0.1131")),
            Entry("DE", "UTILITY", Decimal("0.0456")),
            Entry("", "MARKETING", Decimal("0.0604")),
            Entry("", "UTILITY", Decimal("0.0077")),
        ],
        [],
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffMarket;Category;Price\r\nde;Utility;0,5\r\n",
        "price\tcategory\tmarket\tnote\n0.5\tTRANSACTIONAL\tDE\tmine\n\n",
        'category,market,price\n"utility","DE","0.5"',
    ],
    ids=["semicolons and decimal commas", "tabs, other columns, an old name", "quotes"],
)
def test_a_list_may_come_in_the_forms_that_spreadsheets_write(text):
    assert read(text) == ([Entry("DE", "UTILITY", Decimal("0.5"))], [])


def test_every_bad_line_and_field_is_named():
    lines = ["Germany,MARKETING,0.1", "DE,PROMO,-1", "DE,UTILITY,", "DE,UTILITY,0.1", "de,OTP", "DE,UTILITY,0.2"]

    entries, found = read("\n".join(["market,category,price", *lines]))

    assert [one.price for one in entries] == [Decimal("0.1")]
    assert [(fault.line, fault.field) for fault in found] == [
        (2, "market"),
        (3, "category"),
        (3, "price"),
        (4, "price"),
        (6, "price"),
        (7, "market"),
    ]
    assert str(found[0]) == "Line 2, market: Give a country by its two letters (ISO 3166), or * for everywhere else."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Line 1: There is nothing in it."),
        ("market,category\nDE,UTILITY", "Line 1, price: The first line does not name this column."),
        ("market,category,price\n", "Line 1: There is no price in it."),
        ("market,category,price\n" + "DE,UTILITY,1\n" * 2001, "Line 2002: A price list has at most 2,000 lines."),
    ],
    ids=["nothing", "a missing column", "a header alone", "too long"],
)
def test_what_is_no_list_is_told_as_such(text, told):
    assert faults(text)[0].startswith(told)


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet='mrket,cgoyp;\t"\n\r \x00\ud800DE*0.1é', max_size=60))
def test_no_text_makes_the_reader_fail(text):
    entries, found = read("market,category,price\n" + text)

    assert entries or found


def test_a_change_costs_the_difference_market_by_market():
    found = reckoned(Volume("DE", 1000, 900), Volume("FR", 200, 100), Volume("PT", 5, 0))

    assert [(one.market, one.messages, one.before, one.after) for one in found.markets] == [
        ("DE", 900, Decimal("41.0400"), Decimal("101.7900")),
        ("FR", 100, Decimal("0.7700"), Decimal("6.0400")),
    ]
    assert found.totals() == {
        "rate_card": "Meta",
        "valid_from": "2026-10-01",
        "currency": "EUR",
        "days": 30,
        "messages": 1000,
        "before": "41.81",
        "after": "107.83",
        "difference": "66.02",
        "without_price": 0,
    }
    assert found.sentence == (
        "At the volume of the last 30 days (1,000 delivered) MARKETING instead of UTILITY costs 66.02 EUR more: "
        "107.83 instead of 41.81 (rate card Meta, from 2026-10-01)."
    )


def test_the_way_back_costs_less():
    found = reckoned(Volume("DE", 1000, 1000), before="MARKETING", after="UTILITY")

    assert (found.totals()["difference"], "67.50 EUR less" in found.sentence) == ("-67.50", True)


def test_without_messages_it_says_so_and_invents_nothing():
    assert reckoned().sentence == "Nothing was sent with it in the last 30 days, so the change costs nothing yet."
    assert "was delivered" in reckoned(Volume("DE", 10, 0)).sentence
    assert reckoned().totals()["difference"] == "0.00"


def test_messages_for_which_the_card_has_no_price_are_counted_apart():
    only_german = {("DE", "UTILITY"): Decimal(1), ("DE", "MARKETING"): Decimal(1), ("", "UTILITY"): Decimal(1)}

    found = reckoned(Volume("DE", 10, 10), Volume("", 7, 7), Volume("FR", 5, 5), prices=only_german)

    assert (found.messages, found.totals()["without_price"]) == (10, 12)
    assert found.sentence.endswith("The rate card Meta has no price for 12 messages (market unknown, FR).")
    assert "costs the same" in found.sentence
