"""A whole installation in processes of its own: `manage.py up`, posted to as Meta posts, killed as life does."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = "a-secret-of-the-tests"
PATIENCE = 60.0  # seconds; a limit for hanging, not a measure of speed


class Installation:
    """`env` is added to the environment; `processes()` are those that `up` started."""

    def __init__(self, *, database_url: str, folder: pathlib.Path, **env: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "WHATSAPP_WEBHOOK_APP_SECRET": SECRET,
            "META_GRAPH_URL": "http://127.0.0.1:9",
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def prepare(self, *accounts: str) -> None:
        """An organization with these accounts, as its first admin would make it."""
        self.facts = json.loads(self.manage("demo", "--empty").strip().splitlines()[-1])
        self.start()
        for waba in accounts:
            fields = {"provider": "meta", "name": waba, "external_id": waba}
            assert self.call("POST", "/whatsapp/accounts", json=fields).status_code == 201

    def start(self) -> None:
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually(self.is_ready)

    def is_ready(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.address}/readyz", timeout=5).status_code == 200
        return False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "up.log").read_text(errors="replace")

    def children(self) -> dict[str, int]:
        """The pids of web and worker."""
        assert self.process is not None
        found = {}
        for pid in _children_of(self.process.pid):
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            found["web" if b"granian" in command else "worker"] = pid
        return found

    def family(self) -> list[int]:
        """`up` itself and every process below it."""
        assert self.process is not None
        pids, found = [self.process.pid], []
        while pids:
            pid = pids.pop()
            found.append(pid)
            pids += _children_of(pid)
        return found

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.facts['api_key']}"}
        return requests.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=20, **options)

    def post(self, body: bytes) -> bool:
        """Posts as Meta does; False: not acknowledged, so Meta would send it again."""
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
        with contextlib.suppress(requests.RequestException):
            url = f"{self.address}/api/v1/whatsapp/webhook"
            return requests.post(url, data=body, headers=headers, timeout=10).status_code == 200
        return False

    def post_until_taken(self, body: bytes) -> None:
        eventually(lambda: self.post(body))

    def templates(self) -> dict[str, dict[str, Any]]:
        answer = self.call("GET", "/whatsapp/templates?limit=1000")
        assert answer.status_code == 200, answer.text
        return {one["name"]: one for one in answer.json()["results"]}

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Ends `up` and whatever is below it: by SIGKILL at once, by SIGTERM in good order."""
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, number)
            self.process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def eventually(check: Callable[[], Any]) -> Any:
    """The first true answer; fails where none comes."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := check():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not so after {PATIENCE:.0f} s")


@contextlib.contextmanager
def installed(*accounts: str, database_url: str, folder: pathlib.Path, **env: str) -> Iterator[Installation]:
    installation = Installation(database_url=database_url, folder=folder, **env)
    try:
        installation.prepare(*accounts)
        yield installation
    finally:
        installation.kill(signal.SIGTERM)


def _children_of(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
