"""A template is written in the browser: the message and what Meta would say of it follow the keys."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import chromium


def test_the_message_and_what_meta_would_say_follow_the_keys_on_a_phone_too(visit):
    page = visit(viewport=chromium.PHONE)
    page.goto("/admin/templates_app/template/add/")
    findings, body = page.locator("#writing-findings"), page.locator("#id_body")
    page.locator("#id_account").select_option(index=1)
    page.locator("#id_name").fill("depot_notice")
    page.locator("#id_language").fill("en_GB")

    body.fill("Hello {{1}}, your parcel waits at our *depot* until Friday.")
    expect(findings).to_contain_text("has no example")
    page.locator("#writing-examples input").fill("Ada")

    expect(findings).to_contain_text("Nothing to find fault with")
    expect(page.locator("#writing-preview .console-variable")).to_have_text("Ada")
    expect(page.locator("#writing-preview strong")).to_have_text("depot")
    page.locator("#template-writing button[type=submit]").click()
    expect(page.locator("#template-badges")).to_contain_text("DRAFT")
    assert chromium.juts_out(page) == 0
