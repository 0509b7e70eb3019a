"""A newcomer's first minute: something is let happen by command, seen over the API, and put right again."""

from __future__ import annotations

import pytest

from tests.journeys.installation import Installation, eventually, installed


@pytest.fixture(scope="module")
def installation(tmp_path_factory, module_database_url):
    with installed(database_url=module_database_url, folder=tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def account(installation):
    made = installation.call("POST", "/whatsapp/accounts", json={"provider": "sandbox", "name": "Playground"})
    assert made.status_code == 201
    return made.json()["id"]


def unresolved(installation: Installation) -> set[str]:
    answer = installation.call("GET", "/alerts?limit=1000").json()["results"]
    return {one["alert_type"] for one in answer if one["status"] != "resolved"}


def test_what_the_sandbox_lets_happen_is_seen_and_what_it_puts_right_is_over(installation, account):
    fall = installation.manage("sandbox", "pause_disable", "--speed", "1000000")
    eventually(lambda: installation.templates()["flash_sale"]["status"] == "DISABLED")
    wrong = unresolved(installation)
    recovery = installation.manage("sandbox", "recovery", "--speed", "1000000")
    eventually(lambda: installation.templates()["flash_sale"]["quality_score"] == "GREEN")

    template = installation.templates()["flash_sale"]
    runs = installation.call("GET", f"/whatsapp/accounts/{account}/sandbox-runs").json()["results"]
    assert fall.splitlines()[-2].endswith("flash_sale is disabled.")
    assert {"TEMPLATE_DISABLED", "TEMPLATE_QUALITY_RED"} <= wrong
    assert (template["status"], template["is_sendable"]) == ("APPROVED", True)
    assert not unresolved(installation) & {"TEMPLATE_DISABLED", "TEMPLATE_QUALITY_RED", "TEMPLATE_PAUSED"}
    assert "reinstated" in recovery
    assert [(run["scenario"], run["state"], run["step"] == run["steps"]) for run in runs] == [
        ("recovery", "done", True),
        ("pause_disable", "done", True),
    ]
