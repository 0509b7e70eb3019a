"""Alerts on their way out, with the real processes: `kill -9` loses none, and what was confirmed is not sent again."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.journeys.installation import eventually, installed
from tests.meta_bodies import WABA, about, at, body
from tests.receiver import receiving

LEASES_RUN_OUT = """
from django.utils import timezone
from alerts.models import AlertDelivery, Lane
from core.fence import everywhere
with everywhere():
    AlertDelivery.objects.exclude(leased_until=None).update(leased_until=timezone.now())
Lane.objects.update(busy_until=timezone.now())
"""
NAMES = [f"lamp_{number}" for number in range(30)]


@pytest.fixture
def receiver():
    with receiving() as server:
        yield server


@pytest.fixture(scope="module")
def installation(tmp_path_factory, module_database_url):
    folder = tmp_path_factory.mktemp("data")
    with installed(
        WABA, database_url=module_database_url, folder=folder, OUTBOUND_ALLOWED_HOSTS="127.0.0.1"
    ) as running:
        yield running


def test_a_worker_killed_while_it_tells_loses_nothing_and_repeats_nothing_confirmed(installation, receiver):
    hook = {"kind": "webhook", "name": "Hook", "address": f"{receiver.url}/hook"}
    assert installation.call("POST", "/alerts/destinations", json=hook).status_code == 201

    for name in NAMES:
        installation.post_until_taken(body(about("DISABLED", id=f"id-{name}", name=name), time=at(1)))
    eventually(lambda: len(receiver.got) >= 5)
    killed = installation.children()["worker"]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: installation.children().get("worker") not in (None, killed))
    installation.manage("shell", "-c", LEASES_RUN_OUT)  # instead of two minutes of waiting

    def all_told() -> bool:
        told = {json.loads(posted.body)["data"]["subject"]["label"] for posted in receiver.got}
        return len(told) == len(NAMES)

    eventually(all_told)
    ids = [posted.headers["webhook-id"] for posted in receiver.got]
    assert len(set(ids)) == len(NAMES)
    assert len(ids) - len(set(ids)) <= 1  # the one that was on its way: the same id, for the receiver to drop


def test_five_hundred_templates_paused_at_once_are_a_few_messages_to_people(installation, receiver):
    slack = {"kind": "slack", "name": "Ops", "address": f"{receiver.url}/services/T0/B0/x"}
    assert installation.call("POST", "/alerts/destinations", json=slack).status_code == 201
    names = [f"burst_{number}" for number in range(500)]

    for name in names:
        installation.post_until_taken(body(about("PAUSED", id=f"id-{name}", name=name), time=at(2)))

    def all_told() -> bool:
        alerts = installation.call("GET", "/alerts?alert_type=TEMPLATE_PAUSED&limit=1000").json()["results"]
        told = [any(one["kind"] == "slack" and one["state"] == "sent" for one in row["deliveries"]) for row in alerts]
        return len(told) == len(names) and all(told)

    eventually(all_told)
    assert len(receiver.got) <= 10
