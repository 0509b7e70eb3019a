"""A child ends with its parent, also when the parent is killed with -9: nothing of `manage.py up` is left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
UNDER_UP = "HELIOGRAPH_UNDER_UP"


def end_with_parent() -> None:
    """Linux is asked to send SIGKILL; elsewhere a thread looks once a second whether the parent is still there."""
    parent = os.getppid()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died in between
            os.kill(os.getpid(), signal.SIGKILL)
        return
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def is_under_up() -> bool:
    return bool(os.environ.get(UNDER_UP))


def end_with_parent_under_up() -> None:
    """For the processes that `up` starts and those they start in turn; elsewhere a process manager decides."""
    if is_under_up():
        end_with_parent()
