"""`kill -9` of any process at any moment loses nothing and applies nothing twice: with the real processes."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from tests.journeys.installation import Installation, eventually, installed, is_alive
from tests.meta_bodies import WABA, about, at, body

STORY = ("PENDING", "APPROVED", "FLAGGED", "PAUSED")


@pytest.fixture(scope="module")
def installation(tmp_path_factory, module_database_url):
    with installed(WABA, database_url=module_database_url, folder=tmp_path_factory.mktemp("data")) as running:
        yield running


def bodies_about(names: list[str]) -> list[bytes]:
    return [
        body(about(event, id=f"id-{name}", name=name), time=at(hour))
        for name in names
        for hour, event in enumerate(STORY)
    ]


def post_while(installation: Installation, bodies: list[bytes], act) -> None:
    """Posts as Meta does (again and again until acknowledged) while `act` happens in the middle."""
    started = threading.Event()

    def post_all() -> None:
        for number, one in enumerate(bodies):
            installation.post_until_taken(one)
            if number >= len(bodies) // 3:
                started.set()

    posting = threading.Thread(target=post_all)
    posting.start()
    started.wait(60)
    act()
    posting.join(120)
    assert not posting.is_alive()


def everything_is_applied_once(installation: Installation, names: list[str]) -> None:
    def all_paused() -> bool:
        templates = installation.templates()
        return all(name in templates and templates[name]["status"] == "PAUSED" for name in names)

    eventually(all_paused)
    number = installation.call("GET", "/whatsapp/numbers").json()["results"]
    for name in names:
        template = installation.templates()[name]
        history = installation.call(
            "GET", f"/whatsapp/{number[0]['id']}/templates/{template['id']}/status-history"
        ).json()
        assert [row["event_type"] for row in history["history"]] == list(reversed(STORY))
        alerts = installation.call("GET", f"/alerts?subject={template['id']}&alert_type=TEMPLATE_PAUSED").json()[
            "results"
        ]
        assert [(alert["status"], alert["count"]) for alert in alerts] == [("open", 1)]
        assert len(alerts[0]["deliveries"]) == 1


@pytest.fixture(scope="module", autouse=True)
def _number(installation):
    account = installation.call("GET", "/whatsapp/accounts").json()["results"][0]["id"]
    fields = {"account": account, "external_id": "104455667788990", "display_phone_number": "+1 555 0100"}
    assert installation.call("POST", "/whatsapp/numbers", json=fields).status_code == 201


@pytest.mark.parametrize("victim", ["web", "worker"])
def test_a_killed_child_is_started_again_and_nothing_is_lost_or_applied_twice(installation, victim):
    names = [f"{victim}_killed_{number}" for number in range(6)]
    before = installation.children()

    post_while(installation, bodies_about(names), lambda: os.kill(before[victim], signal.SIGKILL))

    everything_is_applied_once(installation, names)
    assert eventually(lambda: installation.children().get(victim)) != before[victim]


def test_all_of_it_killed_leaves_nobody_behind_and_loses_nothing(installation):
    names = [f"all_killed_{number}" for number in range(6)]
    family = installation.family()

    def kill_and_start() -> None:
        installation.kill(signal.SIGKILL)
        eventually(lambda: not any(is_alive(pid) for pid in family))
        installation.start()

    post_while(installation, bodies_about(names), kill_and_start)

    everything_is_applied_once(installation, names)


def freeze_between_writes(installation: Installation, worker: int) -> None:
    """Stops the worker where it holds no lock: in the middle of a write it would hold up SQLite's other writers."""
    probe = body(about("APPROVED", id="probe", name="probe"), time=at(9))

    def is_frozen() -> bool:
        os.kill(worker, signal.SIGSTOP)
        if installation.post(probe):
            return True
        os.kill(worker, signal.SIGCONT)
        return False

    eventually(is_frozen)


def test_a_stopped_worker_only_delays(installation):
    worker = installation.children()["worker"]
    freeze_between_writes(installation, worker)
    try:
        for one in bodies_about(["worker_stopped"]):
            assert installation.post(one)
        assert "worker_stopped" not in installation.templates()
    finally:
        os.kill(worker, signal.SIGCONT)

    everything_is_applied_once(installation, ["worker_stopped"])


def test_sigterm_ends_every_process(installation):
    family = installation.family()

    installation.kill(signal.SIGTERM)

    assert not any(is_alive(pid) for pid in family)
    installation.start()
