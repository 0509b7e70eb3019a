"""The demo's console as a whole installation, with people of each kind who are signed in."""

from __future__ import annotations

import contextlib
import json
import pathlib
import signal
from collections.abc import Iterator
from typing import Any

import requests

from tests.journeys.installation import Installation

PASSWORD = "lantern-oil-9"
OPERATOR, VIEWER = "operator@quill-lantern.example", "viewer@quill-lantern.example"
BEGIN = f"""
from django.core.management import call_command
from core import joining
call_command("migrate", interactive=False, verbosity=0)
call_command("demo")
organization = joining.organization_called("quill-lantern")
for email, role in (({OPERATOR!r}, "operator"), ({VIEWER!r}, "viewer")):
    user = joining.person(email=email)
    user.set_password({PASSWORD!r})
    user.save()
    joining.add_member(organization=organization, user=user, role=role)
"""


@contextlib.contextmanager
def running_demo(*, database_url: str, folder: pathlib.Path, **env: str) -> Iterator[Installation]:
    """`facts` are those that the demo prints. Its admin is a superuser; an operator and a viewer have joined her."""
    installation = Installation(database_url=database_url, folder=folder, **env)
    said = installation.manage("shell", "--no-imports", "-c", BEGIN)  # in one go: each command takes seconds to start
    installation.facts = json.loads(said.strip().splitlines()[-1])
    try:
        installation.start()
        yield installation
    finally:
        installation.kill(signal.SIGTERM)


def furnish(installation: Installation, *, told_at: str) -> None:
    """What the demo leaves empty, so that every room has something to look at."""
    pager = {"kind": "webhook", "name": "Pager", "address": f"{told_at}/pager", "minimum_severity": "HIGH"}
    step = {"after_minutes": 15, "destinations": [_made(installation, "/alerts/destinations", **pager)]}
    _made(installation, "/alerts/escalations", name="At night", steps=[step])
    _made(installation, "/alerts/silences", ends_at="2999-03-02T12:00:00Z", alert_types=["NO_WEBHOOKS"])
    rehearsals = _made(installation, "/whatsapp/accounts", provider="sandbox", name="Rehearsals")
    _made(installation, f"/whatsapp/accounts/{rehearsals}/sandbox-runs", scenario="approval", speed=1_000_000)
    entry = {"id": "109887766554433", "changes": [{"field": "message_template_status_update", "value": {}}]}
    installation.post_until_taken(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())


def _made(installation: Installation, place: str, **fields: Any) -> str:
    answer = installation.call("POST", place, json=fields)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


def signed_in(installation: Installation, *, email: str, password: str) -> requests.Session:
    """A person who has given her password, at work in the demo's organization."""
    person = requests.Session()
    person.get(f"{installation.address}/admin/login/", timeout=20)
    _send(person, f"{installation.address}/admin/login/", username=email, password=password)
    _send(person, f"{installation.address}/admin/organization/", organization=installation.facts["organization"])
    assert "sessionid" in person.cookies, f"{email} is not let in"
    return person


def _send(person: requests.Session, address: str, **fields: str) -> None:
    fields["csrfmiddlewaretoken"] = person.cookies["csrftoken"]
    assert person.post(address, data=fields, timeout=20).status_code == 200, address


def state_of(person: requests.Session) -> dict[str, Any]:
    """The same person in a browser."""
    kept = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {
        "cookies": [{"name": name, "value": value, **kept} for name, value in person.cookies.items()],
        "origins": [],
    }
