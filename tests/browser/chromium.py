"""Chromium as the machine has it, driven by playwright: nothing is downloaded, and what a page does amiss is kept."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "There is no Chromium on this machine: apt-get install chromium"
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # not even what no page has asked for
]
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
GRAVE = {"serious", "critical"}
AXE = Axe().axe_script
MANY = (
    "#content :is(tbody, ol, ul) > :is(tr, li):nth-child(n+6), #content tbody.block:nth-of-type(n+6), "
    "option:nth-child(n+4), #nav-sidebar-apps ol > li:nth-child(n+3)"
)


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def started(path: str) -> Iterator[Browser]:
    """
    Only for as long as the block, because inside it Django takes this thread for an asynchronous one: what talks to
    the database has to stand outside.
    """
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own wants another user than root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*sandbox, *QUIET])
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(browser: Browser, *, address: str, **options: Any) -> Iterator[Page]:
    """A page of its own context. At the end of the block nothing may have been amiss."""
    context = browser.new_context(
        **{"base_url": address, "viewport": WIDE, "color_scheme": "light", "locale": "en", "timezone_id": "UTC"}
        | options
    )
    faults = watched(context, host=urlsplit(address).netloc)
    try:
        yield context.new_page()
        assert not faults, "\n".join(faults)
    finally:
        context.close()


def watched(context: BrowserContext, *, host: str) -> list[str]:
    """Grows by every request to anywhere else, error of a script, and complaint in the browser's own console."""
    faults: list[str] = []

    def on_request(request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in {"data", "blob"} and place.netloc != host:
            faults.append(f"asked elsewhere: {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":  # what the content security policy refuses is told here too
            faults.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.on("request", on_request)
    context.on("console", on_console)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    return faults


def grave_faults(
    page: Page, *, but: Collection[tuple[str, str]], rules: Sequence[str] = RULES, without: Sequence[str] = ()
) -> list[str]:
    """What axe finds that keeps people out; `but` names what is let be, as (rule, where), `without` parts not seen."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"preload": False, "resultTypes": ["violations"], "runOnly": rules}
    found = page.evaluate("([exclude, options]) => axe.run({ exclude }, options)", [without, options])
    return [
        f"{fault['id']}: {node['html'][:160]} ({node['target'][0]})"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
        if (fault["id"], node["target"][0]) not in but
    ]


def leave_few(page: Page) -> None:
    """Of many that are alike, axe has to look at a few only: rows, items, options."""
    page.evaluate(f"document.querySelectorAll({MANY!r}).forEach(one => one.remove())")


def wear(page: Page, theme: str) -> None:
    """Light or dark, as the theme's own switch does it; colors do not fade over."""
    page.evaluate(
        """theme => new Promise(done => {
          Alpine.$data(document.documentElement).adminTheme = theme;
          requestAnimationFrame(() => done(document.getAnimations().forEach(one => one.finish())));
        })""",
        theme,
    )


def juts_out(page: Page) -> int:
    """How many pixels of the page lie beside the screen, once charts have followed its size."""
    pixels: int = page.evaluate(
        """async () => {
          const found = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
          for (let frame = 0; found() && frame < 60; frame++) {
            await new Promise(requestAnimationFrame);
          }
          return found();
        }"""
    )
    return pixels
