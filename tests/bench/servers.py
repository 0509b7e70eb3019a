"""The Procfile's `web`, on a free loopback port, with the product or with another application in its place."""

from __future__ import annotations

import contextlib
import http.client
import os
import pathlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from core.lifeline import UNDER_UP, end_with_parent
from tests.bench.environment import ROOT

PRODUCT = "config.wsgi:application"
ALL_ADDRESSES = "--host 0.0.0.0"
STARTED_WITHIN = 60.0
ENDED_WITHIN = 10.0


def web_command(application: str) -> str:
    """What the Procfile runs, kept to this machine."""
    lines = (line.partition(": ") for line in (ROOT / "Procfile").read_text().splitlines())
    command = next(command for name, _, command in lines if name == "web")
    if PRODUCT not in command or ALL_ADDRESSES not in command:
        raise ValueError(f"the Procfile's web is not what the bench knows: {command}")
    return command.replace(PRODUCT, application).replace(ALL_ADDRESSES, "--host 127.0.0.1")


@contextlib.contextmanager
def serving(application: str, *, environment: Mapping[str, str], folder: pathlib.Path, path: str) -> Iterator[int]:
    """The port on which it answers until the block ends; a killed bench takes the server with it."""
    port = _free_port()
    programs = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    own = {"PORT": str(port), "WEB_CONCURRENCY": "2", "PATH": programs, UNDER_UP: "1"}
    log = folder / f"{application.partition(':')[0]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {web_command(application)}"],
            cwd=ROOT,
            env={**environment, **own},
            stdout=output,
            stderr=output,
            preexec_fn=end_with_parent,  # noqa: PLW1509 (no threads here)
        )
    try:
        _wait_for_an_answer(process, port, path)
        yield port
    except (OSError, ValueError):
        sys.stderr.write(log.read_text())  # it is gone with the folder
        raise
    finally:
        process.terminate()
        try:
            process.wait(ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for_an_answer(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTED_WITHIN)
        try:
            client.request("GET", path)
            client.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            client.close()
    raise TimeoutError("the web process did not start")
