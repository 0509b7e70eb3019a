"""The console's door in a browser: a password, and then the code of an authenticator app."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from playwright.sync_api import Page, expect

from tests.browser.running import OPERATOR, PASSWORD


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows that was given this key (RFC 6238), now or so many steps of 30 s later."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, (int(time.time()) // 30 + steps).to_bytes(8, "big"), hashlib.sha1)
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def give_password(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(OPERATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def give_code(page: Page, code: str, *, button: str) -> None:
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name=button).click()


def test_a_person_sets_up_a_second_factor_and_from_then_on_a_password_is_not_enough(visit):
    page, front_page = visit(""), "What needs me today?"
    give_password(page)
    expect(page.get_by_role("heading", name=front_page)).to_be_visible()

    page.goto("/admin/account/")
    page.get_by_role("button", name="Set up").click()
    page.get_by_text("No camera?").click()
    secret = page.get_by_role("code").inner_text()
    give_code(page, code_of(secret), button="Switch it on")
    expect(page.get_by_role("code")).to_have_count(10)  # the backup codes
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("signing in asks for a code of your authenticator app")).to_be_visible()

    other = visit("")
    give_password(other)
    expect(other.get_by_text(f"Signing in as {OPERATOR}")).to_be_visible()
    other.goto("/admin/")
    expect(other.get_by_label("Username")).to_be_visible()
    give_password(other)
    give_code(other, "000000", button="Log in")
    expect(other.get_by_text("This code is wrong, or was used already.")).to_be_visible()
    give_code(other, code_of(secret, steps=1), button="Log in")  # the code of now has set it up: each works once
    expect(other.get_by_role("heading", name=front_page)).to_be_visible()
