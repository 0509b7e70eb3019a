"""Processes that tests start meet the database that they are meant to meet."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from django.contrib.auth.models import User
from django.db import connection

ROOT = pathlib.Path(__file__).resolve().parent.parent
COUNT_USERS = "from django.contrib.auth.models import User; print(User.objects.count())"
NAME_VENDOR = "from django.db import connection; print(connection.vendor)"


def manage(*arguments: str, database_url: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    environment = os.environ | {"DATABASE_URL": database_url}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_a_child_process_sees_what_the_test_wrote(shared_database_url: str) -> None:
    User.objects.create_user("mira")

    assert manage("shell", "-v", "0", "-c", COUNT_USERS, database_url=shared_database_url).strip() == "1"


def test_a_database_of_its_own_starts_empty(own_database_url: str) -> None:
    assert "[X]" not in manage("showmigrations", database_url=own_database_url)


def test_children_run_on_the_database_under_test(own_database_url: str) -> None:
    vendor = manage("shell", "-v", "0", "-c", NAME_VENDOR, database_url=own_database_url)

    assert vendor.strip() == connection.vendor
