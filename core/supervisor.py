"""Runs several programs as one: starts them, starts again what died, and ends all of them together."""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import FrameType

from core.lifeline import UNDER_UP, end_with_parent

logger = logging.getLogger(__name__)

ALL_GONE_WITHIN = 8.0  # seconds that children have to end by themselves
SETTLED_AFTER = 10.0  # seconds after which a child counts as started well


@dataclasses.dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0


class Supervisor:
    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self.children = [Child(name, command) for name, command in commands.items()]
        self._stopping = False

    def run(self) -> None:
        """Until SIGTERM or SIGINT; then every child has ended when this returns."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                for child in self.children:
                    self._keep_alive(child)
                time.sleep(0.2)
        finally:
            self._end_all()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _keep_alive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            if child.process.poll() is None:
                return
            child.failures = 1 if now - child.started > SETTLED_AFTER else child.failures + 1
            child.start_at = now + min(0.2 * 2**child.failures, 10)
            logger.warning("%s ended with %s and is started again", child.name, child.process.returncode)
            child.process = None
        if now >= child.start_at:
            child.started = now
            child.process = subprocess.Popen(  # noqa: S603 (our own commands)
                child.command,
                env={**os.environ, UNDER_UP: "1"},
                preexec_fn=end_with_parent,  # noqa: PLW1509 (no threads here yet)
            )

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + ALL_GONE_WITHIN
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
