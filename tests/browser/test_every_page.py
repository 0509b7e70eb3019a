"""Every page of the console: who cannot see, sees little, has a small screen or reads from the right can use it."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import Page

from tests.browser import chromium, walking

# What the theme and Django draw so, out of reach of our templates: (rule, where).
THEIRS = {
    # Django's choice of permissions puts a label on a sign.
    ("aria-prohibited-attr", 'label[for="id_permissions_input"] > .help-tooltip.search-label-icon'),
    ("aria-prohibited-attr", 'label[for="id_permissions_selected_input"] > .help-tooltip.search-label-icon'),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """What is amiss on one page."""

    answered: int
    faults: dict[str, list[str]]
    juts_out: int


@pytest.fixture(scope="module")
def places(people, installation):
    return walking.places(people["admin"], address=installation.address)


def test_every_page_names_its_parts_and_can_be_read_in_both_themes_and_on_a_phone(visit, places):
    page = visit()

    of_each_kind = {kind_of(shape): place for shape, (place, _) in places.items()}.values()
    seen = {place: look_at(page, place, in_the_dark=place in of_each_kind) for place, _ in places.values()}
    seen |= {"the door": look_at(visit(""), "/admin/login/")}

    assert len(seen) > 40
    assert {place: one.answered for place, one in seen.items() if one.answered != 200} == {}
    assert {place: one.faults for place, one in seen.items() if any(one.faults.values())} == {}
    assert {place: one.juts_out for place, one in seen.items() if one.juts_out} == {}


def kind_of(shape: str) -> str:
    """Forms for something new are made of the same parts: in the dark one of them is enough."""
    return "new" if "/add/" in shape else shape


def look_at(page: Page, place: str, *, in_the_dark: bool = True) -> Seen:
    answer = page.goto(place)
    juts_out = widest(page)
    chromium.leave_few(page)
    frame = [] if place == walking.FRONT_PAGE else ["#nav-sidebar"]  # the same on every page
    faults = {}
    for theme, rules in (("light", chromium.RULES), ("dark", ["color-contrast"]))[: 1 + in_the_dark]:
        chromium.wear(page, theme)
        faults[theme] = chromium.grave_faults(page, but=THEIRS, rules=rules, without=frame)
    return Seen(answered=answer.status if answer else 0, faults=faults, juts_out=juts_out)


def widest(page: Page) -> int:
    """How far it juts out of a phone or of a wide screen."""
    pixels = []
    for size in (chromium.PHONE, chromium.WIDE):
        page.set_viewport_size(size)
        pixels.append(chromium.juts_out(page))
    return max(pixels)


def test_in_arabic_pages_run_from_the_right_and_stay_within_the_screen(visit, places):
    page = visit(locale="ar")
    rooms_and_rows = [
        place for shape, (place, _) in places.items() if not shape.startswith("…") and "/add/" not in shape
    ]

    directions, juts_out = {}, {}
    for place in rooms_and_rows:
        page.goto(place)
        directions[place] = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        juts_out[place] = widest(page)

    assert {place: found for place, found in directions.items() if found != ["ar", "rtl"]} == {}
    assert {place: pixels for place, pixels in juts_out.items() if pixels} == {}
