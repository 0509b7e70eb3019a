"""The pictures of README and docs, taken of a demo that has just been started: `make pictures`."""

from __future__ import annotations

import contextlib
import pathlib
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import chromium, running
from tests.journeys.installation import PATIENCE, ROOT, Installation
from tests.receiver import receiving

IMAGES = ROOT / "docs" / "images"
TALL: ViewportSize = {"width": 1280, "height": 1000}
MOST = 400_000  # bytes of one picture


class Studio:
    """Opens the console as the demo's admin, and keeps what it looks like."""

    def __init__(self, browser: Browser, installation: Installation) -> None:
        self.browser, self.installation = browser, installation
        email, password = installation.facts["admin_email"], installation.facts["admin_password"]
        self.admin = running.state_of(running.signed_in(installation, email=email, password=password))

    @contextlib.contextmanager
    def page(self, place: str, **options: Any) -> Iterator[Page]:
        address = self.installation.address
        with chromium.opened(self.browser, address=address, storage_state=self.admin, **options) as page:
            page.goto(place)
            yield page

    def keep(self, page: Page, name: str) -> None:
        """The upper part of the page; charts have been drawn, and what it says of news is not in the way."""
        page.wait_for_load_state("networkidle")
        page.locator("#console-toasts").evaluate("one => one.replaceChildren()")
        page.wait_for_timeout(1_500)
        kept = IMAGES / f"{name}.png"
        page.screenshot(path=kept, animations="disabled")
        size = kept.stat().st_size
        if size > MOST:
            raise SystemExit(f"{kept.name} has {size} bytes: more than a page should have to load.")
        sys.stdout.write(f"{kept.relative_to(ROOT)}: {size // 1000} kB\n")


def take_all(studio: Studio, *, told_at: str) -> None:
    _front_page(studio)
    _template(studio)
    _destination(studio, told_at=told_at)
    _alert(studio)
    _sandbox(studio)


def _front_page(studio: Studio) -> None:
    with studio.page("/admin/") as page:
        studio.keep(page, "front-page")
    with studio.page("/admin/", color_scheme="dark") as page:
        studio.keep(page, "front-page-dark")
    with studio.page("/admin/", viewport=chromium.PHONE) as page:
        studio.keep(page, "front-page-phone")


def _template(studio: Studio) -> None:
    with studio.page("/admin/templates_app/template/") as page:
        studio.keep(page, "templates")
    with studio.page("/admin/templates_app/template/?q=winter_sale") as page:
        page.get_by_role("link", name="winter_sale fr").click()
        studio.keep(page, "template")
        page.get_by_role("link", name="Timeline").click()
        studio.keep(page, "template-timeline")
    with studio.page("/admin/templates_app/template/?q=order_confirmation") as page:
        page.get_by_role("link", name="order_confirmation en_GB").click()
        page.get_by_role("link", name="Versions").click()
        page.get_by_role("button", name="Compare the chosen two").click()
        studio.keep(page, "template-versions")
    with studio.page("/admin/templates_app/template/?q=order_confirmation", viewport=TALL) as page:
        page.get_by_role("link", name="order_confirmation pt_BR").click()
        page.get_by_role("navigation", name="About this template").get_by_role("link", name="Quality").click()
        studio.keep(page, "template-quality")
    with studio.page("/admin/templates_app/template/?q=gift_wrapping", viewport=TALL) as page:
        page.get_by_role("link", name="gift_wrapping_ready").click()
        page.get_by_role("link", name="Change", exact=True).click()
        page.get_by_label("Body", exact=True).fill("Hello {{1}}, your gift is wrapped. Buy now with 20 % off: {{2}}")
        expect(page.get_by_text("reads as promotion").first).to_be_visible()
        studio.keep(page, "template-writing")


def _destination(studio: Studio, *, told_at: str) -> None:
    with studio.page("/admin/alerts/destination/add/?kind=slack", viewport={"width": 1280, "height": 480}) as page:
        page.get_by_label("Name").fill("Shop floor")
        page.get_by_label("Webhook URL").fill(f"{told_at}/services/T01/B02/channel")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Shop floor").first.click()
        page.get_by_role("button", name="Test now").click()
        studio.keep(page, "destination-test")


def _alert(studio: Studio) -> None:
    """Of the README's journey: told to the destination, then acknowledged."""
    studio.installation.post_until_taken((ROOT / "docs/examples/template_disabled.json").read_bytes())
    with studio.page("/admin/alerts/alert/?q=order_confirmation", viewport={"width": 1280, "height": 1000}) as page:
        told = page.get_by_role("link", name="Template order_confirmation (en_GB) is disabled")
        expect(told.first).to_be_visible()
        told.first.click()
        expect(page.get_by_role("complementary").get_by_text("Shop floor")).to_be_visible()
        page.get_by_role("link", name="Acknowledge").click()
        page.get_by_label("Note").fill("The campaign is stopped; a better text is being written.")
        page.get_by_role("button", name="Acknowledge").click()
        studio.keep(page, "alert")


def _sandbox(studio: Studio) -> None:
    with studio.page("/admin/providers/account/") as page:
        page.get_by_role("link", name="Sandbox").click()
        page.get_by_role("link", name="Let something happen", exact=True).click()
        page.get_by_role("radio", name=re.compile("^Paused twice, then disabled")).check()
        page.get_by_role("button", name="Let it happen").click()
        expect(page.get_by_text("flash_sale is disabled.")).to_be_visible()
        studio.keep(page, "sandbox")


def main() -> int:
    executable = chromium.find_chromium()
    if executable is None:
        sys.stderr.write(f"{chromium.MISSING}\n")
        return 1
    expect.set_options(timeout=PATIENCE * 1000)
    with tempfile.TemporaryDirectory(prefix="heliograph-") as name, receiving() as receiver:
        folder = pathlib.Path(name)
        url = f"sqlite:///{folder / 'pictures.sqlite3'}"
        with (
            running.running_demo(database_url=url, folder=folder, OUTBOUND_ALLOWED_HOSTS="127.0.0.1") as installation,
            chromium.started(executable) as browser,
        ):
            take_all(Studio(browser, installation), told_at=receiver.url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
