"""
Somebody who follows a page of the documentation: its commands are typed into a shell, its answers are compared.

The shell is real. What would reach outside (`curl`, `manage.py`, `make`, `openssl`) comes back to this process, which
answers with Django's test client and does a worker's work after each call.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import io
import json
import pathlib
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from alerts import tasks as alert_tasks
from core import http
from core.bell import WORKER
from core.models import Heartbeat
from providers import tasks as provider_tasks
from templates_app import tasks as template_tasks

ROOT = pathlib.Path(__file__).resolve().parent.parent
SITE = "http://127.0.0.1:8000"
PATIENCE = 120.0  # seconds; a limit for hanging, not a measure of speed

SHIM = """\
import json, os, pathlib, socket, sys
name, words = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
if name == "python" and words[:1] != ["manage.py"]:
    os.execv(sys.executable, [sys.executable, *words])
with socket.create_connection(("127.0.0.1", {port})) as door, door.makefile("rw") as line:
    print(json.dumps([name, *words]), file=line, flush=True)
    said, code = json.loads(line.readline())
sys.stdout.write(said)
sys.exit(code)
"""
CURL = argparse.ArgumentParser()
CURL.add_argument("url")
CURL.add_argument("-s", action="store_true")
for _flag in ("-X", "-o", "-b", "-c", "-d", "--data-binary"):
    CURL.add_argument(_flag)
for _flag in ("-H", "--data-urlencode"):
    CURL.add_argument(_flag, action="append", default=[])


class Block(NamedTuple):
    """Fenced lines, and what the page says right behind them: "Answer `200`, in full:" and perhaps a body."""

    text: str
    status: int | None
    is_full: bool
    answer: Any


FENCED = re.compile(
    r"^```(?P<language>\w+)\n(?P<text>.*?)^```\n"
    r"(?:\nAnswer `(?P<status>\d+)`(?P<is_full>, in full)?)?"
    r"(?P<behind>.*?)(?=^```|\Z)",
    re.MULTILINE | re.DOTALL,
)


def blocks(page: str, language: str) -> list[Block]:
    """Every fenced block of that language; a body that is told as an answer belongs to its command."""
    parts = list(FENCED.finditer(page))
    found, is_answer = [], False
    for place, part in enumerate(parts):
        is_told = bool(part["status"]) and part["behind"] in (":\n\n", ", shortened:\n\n")
        answer = json.loads(parts[place + 1]["text"]) if is_told else None
        if part["language"] == language and not is_answer:
            found.append(Block(part["text"], int(part["status"] or 0) or None, bool(part["is_full"]), answer))
        is_answer = is_told
    return found


class Told(NamedTuple):
    """One call that a page's commands made, and its answer."""

    block: int
    method: str
    route: str
    status: int
    body: bytes


class Reader:
    """In a folder like a clone that is set up. `told` is what was answered so far."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.browser = Client(enforce_csrf_checks=True)
        self.block = 0
        self.code = 0  # with which the last command exits
        self.told: list[Told] = []
        for name in ("bin", ".local", ".venv/bin"):
            (folder / name).mkdir(parents=True)
        (folder / "docs").symlink_to(ROOT / "docs")
        (folder / ".local/whatsapp_webhook_app_secret").write_text(settings.WHATSAPP_WEBHOOK_APP_SECRETS[0])
        (folder / ".local/whatsapp_webhook_verify_token").write_text(settings.WHATSAPP_WEBHOOK_VERIFY_TOKEN)

    def follow(self, page: str) -> None:
        """Types the page's commands one after the other, and holds each answer against what the page says of it."""
        examples = blocks(page, "sh")
        assert len([one for one in examples if one.status]) == len(re.findall(r"^Answer `", page, re.MULTILINE)) > 0

        self._type([example.text for example in examples])

        for number, example in enumerate(examples):
            told = [one for one in self.told if one.block == number]
            wrong = [
                f"{one.status}: {one.body.decode()}"
                for one in told[: len(told) - bool(example.status)]
                if one.status >= 400
            ]
            if example.status is not None:
                wrong += differences(example, told[-1])
            assert wrong == [], "\n".join([example.text, *wrong])

    def _type(self, commands: Sequence[str]) -> None:
        script = "".join(f"at {number}\n{command}\n" for number, command in enumerate(commands))
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(PATIENCE)
            self._make_shims(port=door.getsockname()[1])
            shell = subprocess.Popen(
                ["sh", "-c", f"set -eu\ntrap 'at end' EXIT\n{script}"],
                cwd=self.folder,
                env={"PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"},
                stdout=subprocess.DEVNULL,
            )
            try:
                while self._hear(door):
                    pass
                assert shell.wait(PATIENCE) == 0, f"the shell gave up at: {commands[self.block]}"
            finally:
                shell.kill()

    def _make_shims(self, *, port: int) -> None:
        for name in ("bin/curl", "bin/openssl", "bin/make", "bin/at", ".venv/bin/python"):
            shim = self.folder / name
            shim.write_text(f"#!{sys.executable}\n{SHIM.format(port=port)}")
            shim.chmod(0o755)

    def _hear(self, door: socket.socket) -> bool:
        """Carries out one command of the shell; False once there are no more."""
        does: dict[str, Callable[[list[str]], str]] = {
            "at": self._at,
            "curl": self._curl,
            "make": self._make,
            "openssl": openssl_in(self.folder),
            "python": self.manage,
        }
        with door.accept()[0] as caller, caller.makefile("rw") as line:
            name, *words = json.loads(line.readline())
            self.code = 0
            said = does[name](words)
            print(json.dumps([said, self.code]), file=line, flush=True)
        return [name, *words] != ["at", "end"]

    def _at(self, words: list[str]) -> str:
        self.block = self.block if words == ["end"] else int(words[0])
        return ""

    def _make(self, words: list[str]) -> str:
        assert words == ["run"]
        return self.manage(["manage.py", "demo"])

    def manage(self, words: list[str]) -> str:
        out = io.StringIO()
        with contextlib.chdir(self.folder):
            try:
                call_command(*words[1:], stdout=out)
            except SystemExit as end:
                self.code = int(end.code or 0)
        return out.getvalue()

    def _curl(self, words: list[str]) -> str:
        asked = CURL.parse_args(words)
        body = self._data(asked.data_binary or asked.d or "")
        if asked.data_urlencode:
            body = urlencode([tuple(field.split("=", 1)) for field in asked.data_urlencode]).encode()
        method = asked.X or ("POST" if body else "GET")
        headers = dict(header.split(": ", 1) for header in asked.H)
        client = self.browser if asked.b or asked.c else Client()
        answer = self._call(client, method, asked.url, headers, body)
        route = str(resolve(asked.url.removeprefix(SITE).partition("?")[0]).route)
        content = answer.getvalue()  # also of what is streamed
        self.told.append(Told(self.block, method, route, answer.status_code, content))
        work()
        if asked.c:
            (self.folder / asked.c).write_text("".join(self._jar()))
        return "" if asked.o else self.told[-1].body.decode()

    def _data(self, given: str) -> bytes:
        return (self.folder / given[1:]).read_bytes() if given.startswith("@") else given.encode()

    def _jar(self) -> Iterator[str]:
        for name, cookie in self.browser.cookies.items():
            yield f"127.0.0.1\tFALSE\t/\tFALSE\t0\t{name}\t{cookie.value}\n"

    def _call(self, client: Client, method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
        path = url.removeprefix(SITE)
        assert path != url, f"{url} is not at {SITE}"
        kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")  # as curl says by itself
        place: dict[str, Any] = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
        return client.generic(method, path, body, content_type=kind, headers=headers, **place)

    def call_outwards(self, *, method: str, url: str, headers: dict[str, str], body: bytes) -> http.Answer:
        """What takes the place of `core.http.call`: the only host outside is this one."""
        answer = self._call(Client(), method, url, dict(headers), body)
        work()
        return http.Answer(answer.status_code, answer.headers, answer.content)


def openssl_in(folder: pathlib.Path) -> Callable[[list[str]], str]:
    def openssl(words: list[str]) -> str:
        *asked, key, form, name = words
        assert [*asked, form] == ["dgst", "-sha256", "-hmac", "-r"]
        return f"{hmac.new(key.encode(), (folder / name).read_bytes(), hashlib.sha256).hexdigest()} *{name}\n"

    return openssl


def work() -> None:
    """What an idle worker does within a second."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": timezone.now()})
    template_tasks.carry_out_submissions()
    template_tasks.carry_out_syncs()
    provider_tasks.live_in_sandbox()
    provider_tasks.apply_calls()
    provider_tasks.retry_parked()
    alert_tasks.send_due()


def differences(example: Block, told: Told) -> Iterator[str]:
    """Where an answer is not as documented: status, names, kinds, values that are single words or whole numbers."""
    if told.status != example.status:
        yield f"{told.status} instead of {example.status}: {told.body.decode()}"
    elif example.answer is not None:
        yield from _differences(example.answer, json.loads(told.body), example.is_full, "")


def _differences(said: Any, given: Any, is_full: bool, at: str) -> Iterator[str]:
    if isinstance(said, dict) and isinstance(given, dict):
        missing = said.keys() ^ given.keys() if is_full else said.keys() - given.keys()
        yield from (f"{at}.{name}" for name in sorted(missing))
        for name in sorted(said.keys() & given.keys()):
            yield from _differences(said[name], given[name], is_full, f"{at}.{name}")
    elif isinstance(said, list) and isinstance(given, list) and bool(said) == bool(given):
        for first, other in zip(said[:1], given[:1], strict=True):
            yield from _differences(first, other, is_full, f"{at}[0]")
    elif said != given and not _may_differ(said, given):
        yield f"{at}: {given!r}, not {said!r}"


def _may_differ(said: Any, given: Any) -> bool:
    """Ids, moments and sentences are another each time; so are measured times."""
    if isinstance(said, str) and isinstance(given, str):
        return not re.fullmatch(r"\w+", said)
    return isinstance(said, float) and isinstance(given, float)
