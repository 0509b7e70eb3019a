"""Several programs run as one: what dies is started again, and all end together. With real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import core

ROOT = Path(core.__file__).resolve().parent.parent
PATIENCE = 60  # seconds until something that never happens fails the test

SLEEPER = """
import os, sys, time
os.write(1, f"{sys.argv[1]} {os.getpid()} {os.environ.get('HELIOGRAPH_UNDER_UP')}\\n".encode())  # a line at a time
time.sleep(1000)
"""
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN){SLEEPER}"
SHORT_LIVED = "import os, sys; os.write(1, (sys.argv[1] + '\\n').encode())"
PARENT = """
import sys
from core import supervisor
supervisor.ALL_GONE_WITHIN = float(sys.argv[1])
names, code = sys.argv[3:], sys.argv[2]
supervisor.Supervisor({name: [sys.executable, "-c", code, name] for name in names}).run()
print("ended", flush=True)
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a supervisor over children of this code; its output is theirs as well."""
    started = []

    def start(code: str, *names: str, patience: float = 8) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PARENT, str(patience), code, *names]
        environment = {name: value for name, value in os.environ.items() if name != "HELIOGRAPH_UNDER_UP"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[str]) -> list[str]:
    """The next line that a child wrote, in words; what the supervisor logs is passed over."""
    assert process.stdout is not None
    for line in process.stdout:
        if "started again" not in line:
            return line.split()
    raise AssertionError("everything ended")


def rest_of(process: subprocess.Popen[str]) -> str:
    """All output until nobody holds it open any more: until parent and children are gone."""
    rest: Any = process.communicate(timeout=PATIENCE)[0]
    return str(rest)


def test_every_program_is_started_and_knows_where(start):
    process = start(SLEEPER, "web", "worker")

    lines = [line_of(process) for _ in range(2)]

    assert sorted((name, under_up) for name, _, under_up in lines) == [("web", "1"), ("worker", "1")]


def test_a_child_that_died_is_started_again(start):
    process = start(SLEEPER, "web")
    _, first, _ = line_of(process)

    os.kill(int(first), signal.SIGKILL)
    name, second, _ = line_of(process)

    assert name == "web"
    assert second != first


def test_a_child_that_ends_at_once_is_started_again_and_again(start):
    process = start(SHORT_LIVED, "web")

    assert [line_of(process)[0] for _ in range(3)] == ["web"] * 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_end_together(start, number):
    process = start(SLEEPER, "web", "worker")
    for _ in range(2):
        line_of(process)

    process.send_signal(number)

    assert rest_of(process) == "ended\n"
    assert process.returncode == 0


def test_a_child_that_does_not_want_to_end_is_killed(start):
    process = start(STUBBORN, "web", patience=0.2)
    line_of(process)

    process.terminate()

    assert rest_of(process) == "ended\n"


def test_children_end_when_their_parent_is_killed(start):
    process = start(STUBBORN, "web", "worker")
    for _ in range(2):
        line_of(process)

    process.kill()

    assert rest_of(process) == ""
