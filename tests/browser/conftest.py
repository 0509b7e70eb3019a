"""One running installation and, for each module, one Chromium; where there is none, these tests are skipped."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium, running
from tests.databases import empty_database
from tests.journeys.installation import PATIENCE, Installation
from tests.receiver import Receiver, receiving

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def executable() -> str:
    if path := chromium.find_chromium():
        return path
    if os.environ.get("CI") == "true":
        pytest.fail(chromium.MISSING)
    pytest.skip(chromium.MISSING)


@pytest.fixture(scope="session")
def installation(
    executable: str, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    with (
        empty_database(folder) as url,
        running.running_demo(database_url=url, folder=folder, OUTBOUND_ALLOWED_HOSTS="127.0.0.1") as installation,
    ):
        running.furnish(installation, told_at=receiver.url)
        yield installation


@pytest.fixture(scope="session")
def people(installation: Installation) -> dict[str, requests.Session]:
    facts = installation.facts
    passwords = {facts["admin_email"]: facts["admin_password"], running.VIEWER: running.PASSWORD}
    return {
        email.partition("@")[0]: running.signed_in(installation, email=email, password=password)
        for email, password in passwords.items()
    }


@pytest.fixture(scope="module")
def browser(executable: str, installation: Installation) -> Iterator[Browser]:
    with chromium.started(executable) as browser:
        yield browser


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, installation: Installation, people: dict[str, requests.Session]) -> Iterator[Visit]:
    """Opens the console for "admin", "viewer", or "" who still has to sign in; at the end nothing was amiss."""
    with contextlib.ExitStack() as pages:

        def open_page(who: str = "admin", **options: Any) -> Page:
            state = running.state_of(people[who]) if who else None
            opened = chromium.opened(browser, address=installation.address, storage_state=state, **options)
            return pages.enter_context(opened)

        yield open_page
