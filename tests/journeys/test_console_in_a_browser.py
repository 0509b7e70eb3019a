"""The console in a real browser: an open page changes by itself, and what the reader did there stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import find_chromium, opened, started
from tests.journeys.installation import installed
from tests.world import WABA, status_change, webhook

CHROMIUM = find_chromium()
SOON = 30_000  # a limit for hanging: a page asks every five seconds

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def running(module_database_url, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with installed(WABA, database_url=module_database_url, folder=folder) as running:
        running.post_until_taken(webhook(status_change("APPROVED", message_template_name="first")))
        yield running


@pytest.fixture
def page(running):
    """The front page of somebody who has signed in."""
    assert CHROMIUM is not None
    with started(CHROMIUM) as browser, opened(browser, address=running.address) as page:
        page.goto("/admin/")
        page.fill("[name=username]", running.facts["admin_email"])
        page.fill("[name=password]", running.facts["admin_password"])
        page.click("[type=submit]")
        expect(page.locator("#front-page")).to_be_visible()
        yield page


def say(running, event, name, number):
    running.post_until_taken(
        webhook(status_change(event, message_template_name=name, message_template_id=number), account_id=WABA)
    )


def test_the_front_page_changes_by_itself_and_says_what_is_new(page, running):
    page.locator("#chart-events summary").click()
    canvas = page.locator("#chart-alerts canvas").element_handle()
    alerts = page.locator("a.console-figure-link", has_text="Open alerts").locator("xpath=..").locator("bdi")
    before = int(alerts.inner_text())

    say(running, "DISABLED", "second", 7002)

    expect(alerts).to_have_text(str(before + 1), timeout=SOON)
    expect(page.locator("#decisions + ul")).to_contain_text("second (en_US) is disabled")
    expect(page.locator("#console-toasts")).to_contain_text("1 new alert: CRITICAL")
    assert page.locator("#chart-events details").evaluate("it => it.open")
    assert canvas.evaluate("it => it.isConnected")


def test_rows_come_while_others_stay_ticked(page, running):
    say(running, "PAUSED", "third", 7003)
    page.goto("/admin/alerts/alert/?q=paused")
    expect(page.locator("#result_list")).to_contain_text("third (en_US) is paused", timeout=SOON)
    box = page.locator("tbody", has_text="third (en_US)").locator("input.action-select")
    box.check()

    say(running, "PAUSED", "fourth", 7004)

    expect(page.locator("#result_list")).to_contain_text("fourth (en_US) is paused", timeout=SOON)
    expect(box).to_be_checked()
    expect(page.locator("input.action-select:checked")).to_have_count(1)


def test_what_is_being_written_is_left_alone(page, running):
    page.goto("/admin/templates_app/template/")
    page.locator("#searchbar").fill("fif")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#console-keys")).not_to_be_visible()  # a question mark in a field is a question mark

    page.locator("#searchbar").evaluate("it => it.blur()")
    page.keyboard.press("?")
    expect(page.locator("#console-keys")).to_be_visible()
    with page.expect_response(lambda answer: "/admin/pulse/" in answer.url and answer.status == 200, timeout=SOON):
        say(running, "PAUSED", "fifth", 7005)
    assert page.locator("#result_list", has_text="fifth").count() == 0

    page.keyboard.press("Escape")

    expect(page.locator("#result_list")).to_contain_text("fifth", timeout=SOON)


def test_keys_lead_from_row_to_row_and_to_the_confirmation(page, running):
    say(running, "DISABLED", "sixth", 7006)
    page.goto("/admin/alerts/alert/?q=sixth")
    expect(page.locator("#result_list")).to_contain_text("sixth (en_US) is disabled", timeout=SOON)

    page.keyboard.press("j")
    expect(page.locator("#result_list tbody th a").first).to_be_focused()
    page.keyboard.press("a")

    expect(page).to_have_url(re.compile("/acknowledge/"))
    page.goto("/admin/")
    page.keyboard.press("Tab")
    expect(page.locator(".console-skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type("sixth")
    expect(page.locator("#command-results")).to_contain_text("sixth (en_US)", timeout=SOON)
