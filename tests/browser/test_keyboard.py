"""The console without a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

ALERTS = "/admin/alerts/alert/"
TITLES = "#result_list tbody th a"

# What has the keyboard and does not show it: by an outline or a ring on itself, on what it draws, or on its frame.
UNMARKED = """
() => {
  const marks = (style) =>
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const one = document.querySelector(":focus");
  if (!one) {
    return "";
  }
  const looks = [getComputedStyle(one), getComputedStyle(one, "::after"), getComputedStyle(one.parentElement)];
  return looks.some(marks) ? "" : one.outerHTML.slice(0, 160);
}
"""


def focused(page: Page):
    return page.locator("*:focus")


def test_the_first_tab_leads_past_the_sidebar(visit):
    page = visit()
    page.goto(ALERTS)

    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page).evaluate("one => Boolean(one.closest('#content'))")


def test_it_can_always_be_seen_where_the_keyboard_is(visit):
    page, unmarked = visit(), []
    for place in ("/admin/", ALERTS, "/admin/alerts/destination/add/?kind=slack"):
        page.goto(place)
        for _ in range(60):
            page.keyboard.press("Tab")
            if unmarked_here := page.evaluate(UNMARKED):
                unmarked.append((place, unmarked_here))

    assert unmarked == []


def test_a_list_is_walked_and_its_alert_acknowledged_by_single_keys(visit):
    page = visit()
    page.goto(ALERTS)
    titles = page.locator(TITLES)

    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(titles.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("a")

    expect(page).to_have_url(re.compile("/acknowledge/"))


def test_a_slash_leads_to_the_search_and_there_keys_are_letters(visit):
    page = visit()
    page.goto(ALERTS)
    field = page.get_by_role("textbox", name="Title, subject or type")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("/j?")

    expect(field).to_have_value("/j?")


def test_a_question_mark_shows_the_keys_and_escape_closes_them(visit):
    page = visit()
    page.goto(ALERTS)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_what_a_click_opens_the_keyboard_opens_too(visit):
    page = visit()
    page.goto(ALERTS)

    page.get_by_role("button", name="admin@quill-lantern.example").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.get_by_role("button", name="Heliograph Quill & Lantern").focus()
    page.keyboard.press("Space")

    expect(page.get_by_role("button", name="All organizations")).to_be_visible()
