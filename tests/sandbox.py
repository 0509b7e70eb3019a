"""The sandbox at play in a test: its calls reach our own door within the test's transaction, and days take no time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
import responses
import time_machine
from django.test import Client, override_settings
from django.utils import timezone

from core.fence import everywhere
from core.models import Organization
from core.work import due_rows
from providers import accounts, sandbox, tasks
from providers.adapters.sandbox.scenarios import SPEED
from providers.models import Account, SandboxRun
from templates_app.models import Template

DOOR = "http://sandbox.example:8000"


def sandbox_account(organization: Organization, *, name: str = "Sandbox", **fields: Any) -> Account:
    with everywhere():
        return accounts.add_account(organization=organization, fields={"provider": "sandbox", "name": name} | fields)


class Play:
    """`posted`: (path, status) of each call that reached our door, `bodies`: what it said. `clock`: the test's time."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.posted: list[tuple[str, int]] = []
        self.bodies: list[object] = []
        self.before_answer: Callable[[], None] = lambda: None

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(str(request.url)).path
        headers = {"X-Hub-Signature-256": request.headers["X-Hub-Signature-256"]}
        answer = Client().generic("POST", path, request.body or b"", content_type="application/json", headers=headers)
        self.posted.append((path, answer.status_code))
        self.bodies.append(request.body)
        self.before_answer()
        return answer.status_code, {}, answer.content

    def start(self, account: Account, scenario: str, *, speed: int = SPEED) -> SandboxRun:
        with everywhere():
            return sandbox.start(account, scenario=scenario, speed=speed)

    def go_on(self) -> bool:
        """The worker does what is due next, at the moment when it is due. False: nothing is."""
        with everywhere():
            due_at = SandboxRun.objects.filter(due_at__isnull=False).values_list("due_at", flat=True).first()
            if due_at is None:
                return False
            self.clock.move_to(max(due_at, timezone.now()))
            assert due_rows(SandboxRun).exists()
        tasks.act_in_sandbox()
        tasks.apply_calls()
        return True

    def to_the_end(self, account: Account, scenario: str, *, speed: int = SPEED) -> SandboxRun:
        run = self.start(account, scenario, speed=speed)
        while self.go_on():
            pass
        return now(run)


@contextlib.contextmanager
def playing() -> Iterator[Play]:
    """The fixtures `network` and `one_lane` have to be there too."""
    with (
        override_settings(SANDBOX_DOOR=DOOR),
        time_machine.travel("2026-03-02T12:00:00.25Z", tick=False) as clock,
        responses.RequestsMock(assert_all_requests_are_fired=False) as wires,
    ):
        play = Play(clock)
        wires.add_callback(responses.POST, re.compile(re.escape(DOOR)), callback=play.answer)
        yield play


def now(run: SandboxRun) -> SandboxRun:
    with everywhere():
        found: SandboxRun = SandboxRun.objects.select_related("account").get(pk=run.pk)
    return found


def template(account: Account, name: str) -> Template:
    with everywhere():
        found: Template = Template.objects.select_related("current_version").get(account=account, name=name)
    return found
