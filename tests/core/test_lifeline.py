"""A child ends with its parent, also when the parent is killed. With real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import core
from core import lifeline

ROOT = Path(core.__file__).resolve().parent.parent
PATIENCE = 60  # seconds until something that never happens fails the test

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1]])
time.sleep(1000)
"""
CHILD = """
import os, sys, time
sys.platform = {platform!r}
from core import lifeline
lifeline.{function}()
os.write(1, b"ready\\n")
time.sleep({seconds})
os.write(1, b"still here\\n")
"""


def outlived(*, platform: str, function: str, seconds: float, under_up: bool) -> str:
    """What a child still says after its parent was killed; all output ends when both are gone."""
    child = CHILD.format(platform=platform, function=function, seconds=seconds)
    environment = {name: value for name, value in os.environ.items() if name != lifeline.UNDER_UP}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, child],
        cwd=ROOT,
        env=environment | ({lifeline.UNDER_UP: "1"} if under_up else {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    parent.kill()
    return parent.communicate(timeout=PATIENCE)[0]


@pytest.mark.parametrize("platform", [sys.platform, "some other system"])
def test_a_child_ends_when_its_parent_is_killed(platform):
    assert outlived(platform=platform, function="end_with_parent", seconds=1000, under_up=False) == ""


def test_under_up_every_process_is_tied_to_its_parent():
    assert outlived(platform=sys.platform, function="end_with_parent_under_up", seconds=1000, under_up=True) == ""


def test_elsewhere_a_process_manager_decides():
    said = outlived(platform=sys.platform, function="end_with_parent_under_up", seconds=0.2, under_up=False)

    assert said == "still here\n"
