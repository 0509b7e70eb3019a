"""A worker that stands still: the web process raises the alert and tells people; the worker that is back ends it."""

from __future__ import annotations

import os
import pathlib
import signal
from email import message_from_string, policy

import pytest

from tests.journeys.installation import eventually, installed
from tests.journeys.test_killed_processes import freeze_between_writes
from tests.meta_bodies import WABA

AN_HOUR_LATER = """
from datetime import timedelta
from django.db.models import F
from core.models import Heartbeat
Heartbeat.objects.update(at=F("at") - timedelta(hours=1))
"""


@pytest.fixture
def mails(tmp_path):
    folder: pathlib.Path = tmp_path / "mails"
    folder.mkdir()
    return folder


@pytest.fixture
def installation(tmp_path, module_database_url, mails):
    folder = tmp_path / "data"
    folder.mkdir()
    mail = f"filemail:///{mails}"
    with installed(WABA, database_url=module_database_url, folder=folder, EMAIL_URL=mail) as running:
        yield running


def told(folder: pathlib.Path) -> list[tuple[str, str]]:
    """(to, subject) of every message, in the order in which they were sent."""
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns):
        for text in file.read_text().split(f"\n{'-' * 79}\n"):
            message = message_from_string(text.lstrip(), policy=policy.default)
            if message["To"]:
                found.append((message["To"], message["Subject"]))
    return found


def test_people_hear_of_a_worker_that_stands_still_and_that_it_is_back(installation, mails):
    eventually(lambda: "the watchman hears a worker" in installation.log)
    worker = installation.children()["worker"]
    freeze_between_writes(installation, worker)
    try:
        installation.manage("shell", "-v", "0", "-c", AN_HOUR_LATER)
        ((to, subject),) = eventually(lambda: told(mails))
    finally:
        os.kill(worker, signal.SIGCONT)

    assert to == installation.facts["admin_email"]
    assert "No worker is running" in subject
    (_, back) = eventually(lambda: len(told(mails)) > 1 and told(mails))
    assert back == (to, subject.replace("] ", "] over: "))
