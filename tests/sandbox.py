"""The sandbox at play in a test: its calls reach our own door within the test's transaction, and days take no time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
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
from providers import accounts, sandbox, sandbox_clock, tasks
from providers.adapters.sandbox.scenarios import SPEED
from providers.models import Account, SandboxRun, SandboxTemplate
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
            dues = [
                model.objects.filter(due_at__isnull=False).order_by("due_at").values_list("due_at", flat=True).first()
                for model in (SandboxRun, SandboxTemplate)
            ]
            due_at = min(filter(None, dues), default=None)
            if due_at is None:
                return False
            self.clock.move_to(max(due_at, timezone.now()))
            assert due_rows(SandboxRun).exists() or due_rows(SandboxTemplate).exists()
        self.catch_up()
        return True

    def catch_up(self) -> None:
        """The worker does all that is due now: what a sandbox account has to tell is told, and applied here."""
        tasks.act_in_sandbox()
        tasks.live_in_sandbox()
        tasks.apply_calls()

    def turn(self, account: Account, *, by: timedelta) -> None:
        """
        Turns the account's clock, and the worker does what is due by then. The test's time moves by seconds: what
        is told afterwards is newer.
        """
        with everywhere():
            sandbox_clock.turn(account, by=by)
        self.catch_up()
        self.clock.shift(timedelta(seconds=10))

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
