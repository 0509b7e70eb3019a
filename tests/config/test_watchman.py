"""The watchman and `manage.py check_worker`: people hear of a silent worker although no worker tells them."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from alerts.models import Alert, AlertDelivery, AlertEntry, Destination, Escalation, Silence
from config import watchman
from config.watchman import Watchman
from core.bell import WORKER
from core.encryption import CannotDecrypt
from core.fence import everywhere
from core.models import Heartbeat

ROOT = pathlib.Path(__file__).resolve().parents[2]


def beat(*, seconds_ago: float) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": at})


def alerts() -> list[tuple[str, str]]:
    with everywhere():
        return list(Alert.objects.values_list("alert_type", "status"))


@pytest.fixture
def root(db, one_lane) -> User:
    user: User = User.objects.create_superuser("root", email="root@example.com")
    return user


@pytest.fixture
def watching(root) -> Watchman:
    """A watchman that has heard the worker since it began."""
    beat(seconds_ago=1)
    one = Watchman()
    one.look()
    return one


# What it does


def test_while_a_worker_is_heard_it_does_nothing(watching, mailoutbox):
    watching.look()

    assert alerts() == []
    assert mailoutbox == []


def test_it_raises_the_alert_of_a_silent_worker_and_tells_people_itself(watching, mailoutbox):
    beat(seconds_ago=61)

    watching.look()

    assert alerts() == [("WORKER_SILENT", "open")]
    (mail,) = mailoutbox
    assert mail.to == ["root@example.com"]
    assert "No worker is running" in mail.subject + mail.body


def test_people_are_told_once_however_often_and_however_many_look(watching, mailoutbox):
    beat(seconds_ago=1)
    other = Watchman()
    other.look()
    beat(seconds_ago=61)

    for one in (watching, other, watching):
        one.look()

    assert len(mailoutbox) == 1
    with everywhere():
        assert list(AlertEntry.objects.filter(kind="opened").values_list("actor", flat=True)) == [""]


def test_it_sends_what_waited_for_the_worker_as_well(watching, mailoutbox, organization, admin_person):
    beat(seconds_ago=61)
    with everywhere():
        delivery = AlertDelivery.objects.create(
            organization=organization, transport="email", address="ada@example.com", recipient="person:x:ada"
        )

    watching.look()

    with everywhere():
        delivery.refresh_from_db()
    assert delivery.due_at is None


def test_whoever_is_told_by_an_escalation_alone_is_told_too(watching, mailoutbox):
    beat(seconds_ago=61)
    with everywhere():
        on_call = Destination.objects.create(
            kind="email", name="On call", address="oncall@example.com", address_hint="oncall@example.com"
        )
        Escalation.objects.create(name="Night", steps=[{"after_minutes": 0, "destinations": [str(on_call.pk)]}])

    watching.look()

    assert sorted(mail.to[0] for mail in mailoutbox) == ["oncall@example.com", "root@example.com"]


def test_a_silence_that_ends_meanwhile_ends(watching, mailoutbox):
    beat(seconds_ago=61)
    now = timezone.now()
    with everywhere():
        silence = Silence.objects.create(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
        watching.look()
        assert (alerts(), mailoutbox) == ([("WORKER_SILENT", "silenced")], [])
        silence.ends_at = now
        silence.save()
        Alert.objects.update(silenced_until=now)

    watching.look()

    assert len(mailoutbox) == 1


# When it waits


def test_a_worker_that_starts_along_with_the_web_process_has_a_minute(root, monkeypatch):
    beat(seconds_ago=3600)
    starting = Watchman()
    starting.look()
    before = alerts()
    monkeypatch.setattr(watchman, "STARTING", timedelta(0))

    starting.look()

    assert (before, alerts()) == ([], [("WORKER_SILENT", "open")])


# How it lives


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [DatabaseError("gone"), CannotDecrypt("no key")])
def test_it_survives_trouble_and_looks_again_and_keeps_no_connection(trouble, monkeypatch):
    looked: list[bool] = []
    again = threading.Event()

    def look() -> None:
        if looked:
            again.set()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        looked.append(True)
        raise trouble

    monkeypatch.setattr(watchman, "EVERY", timedelta(milliseconds=5))
    monkeypatch.setattr(watchman, "silent_since", look)
    running = watchman.start()

    assert again.wait(30)
    running.stop()
    running.join(30)
    assert not running.is_alive()
    assert running.daemon


@pytest.mark.django_db(transaction=True)
def test_two_web_processes_at_the_same_time_tell_people_once(root, mailoutbox):
    beat(seconds_ago=61)
    together = threading.Barrier(2, timeout=60)

    def look_twice() -> None:
        for _ in range(2):
            together.wait()
            with contextlib.suppress(DatabaseError):  # one of them may lose the race, and looks again
                watchman.stand_in()
        connection.close()

    processes = [threading.Thread(target=look_twice) for _ in range(2)]
    for one in processes:
        one.start()
    for one in processes:
        one.join(60)

    assert alerts() == [("WORKER_SILENT", "open")]
    assert len(mailoutbox) == 1


def threads_after(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import threading; print([one.name for one in threading.enumerate()])"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_each_web_process_has_one():
    assert threads_after("import config.wsgi").count("watchman") == 1


def test_a_command_has_none():
    command = "import django; django.setup(); from django.core.management import call_command; call_command('check')"

    assert "watchman" not in threads_after(command)


# The command for cron


def test_check_worker_says_that_all_is_well(root, mailoutbox):
    beat(seconds_ago=1)
    out = io.StringIO()

    call_command("check_worker", stdout=out)

    assert out.getvalue() == "Nothing is wrong with the worker.\n"
    assert alerts() == []


def test_check_worker_does_the_same_at_once_and_fails_with_a_sentence(root, mailoutbox):
    beat(seconds_ago=61)

    with pytest.raises(
        CommandError, match=r"^No worker is running: it has been missing since .* UTC\. Start it"
    ) as refusal:
        call_command("check_worker")

    assert refusal.value.returncode == 1
    assert alerts() == [("WORKER_SILENT", "open")]
    assert len(mailoutbox) == 1


def test_check_worker_says_so_where_the_database_is_away(monkeypatch):
    def away() -> None:
        raise DatabaseError("postgres://root:hunter2@db")

    monkeypatch.setattr(watchman, "silent_since", away)

    with pytest.raises(CommandError, match=r"see `manage\.py doctor`") as refusal:
        call_command("check_worker")

    assert "hunter2" not in str(refusal.value)
