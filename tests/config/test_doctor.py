"""`manage.py doctor`: each thing that can be wrong is found, said in words, and weighed."""

from __future__ import annotations

import io
import os
import pathlib
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import redis
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.utils import timezone

from config.diagnosis import diagnose
from config.diagnosis_findings import Finding, Level
from config.diagnosis_settings import broker, cache, slack
from core.bell import WORKER
from core.models import Heartbeat
from providers import webhooks
from tests.world import account_in, deliver, status_change, webhook

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOBODY = "redis://:hunter2@127.0.0.1:1/0"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def well(db: None, settings: Any, tmp_path: pathlib.Path) -> Any:
    """An installation with which nothing is wrong."""
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL, settings.IS_HTTPS, settings.IS_POSTGRES = "https://hub.example.com", True, True
    settings.ALLOWED_HOSTS = ["hub.example.com"]
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    settings.WHATSAPP_WEBHOOK_APP_SECRETS = ["from-meta"]
    settings.EMAIL_BACKEND = SMTP
    Heartbeat.objects.create(name=WORKER, at=timezone.now())
    return settings


def found(level: Level) -> list[Finding]:
    return [finding for finding in diagnose() if finding.level is level]


def only(level: Level) -> Finding:
    """The one finding that is not good."""
    (finding,) = [finding for finding in diagnose() if finding.level is not Level.OK]
    assert finding.level is level
    assert finding.meaning
    assert finding.remedy
    return finding


def examined() -> tuple[int, str]:
    """The exit code of the command, and what it prints."""
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def examined_apart(**environment: str) -> tuple[int, str]:
    """The same in a process of its own, on another database."""
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


# The command


def test_a_good_installation_is_told_so_and_exits_with_0(well):
    code, text = examined()

    assert code == 0
    assert text.endswith("0 problem(s), 0 hint(s).\n")
    assert text.count("ok  ") == len(text.splitlines()) - 1 > 10


def test_hints_are_no_failure(well):
    well.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    code, text = examined()

    assert code == 0
    assert "hint     E-mail is written to the log" in text
    assert "It means: " in text
    assert "To do: " in text


def test_a_problem_exits_with_1(well):
    well.DEBUG = True

    code, text = examined()

    assert code == 1
    assert "PROBLEM  DEBUG is on." in text
    assert text.endswith("1 problem(s), 0 hint(s).\n")


def test_nothing_secret_is_printed(well, monkeypatch):
    well.WHATSAPP_WEBHOOK_APP_SECRETS = ["Gravel-Otter-71"]
    well.WHATSAPP_WEBHOOK_VERIFY_TOKEN = "Copper-Heron-52"
    well.REDIS_URL = well.CELERY_BROKER_URL = NOBODY
    well.HAS_BROKER = True

    _, text = examined()

    secrets = ["Gravel-Otter-71", "Copper-Heron-52", "hunter2", well.SECRET_KEY, *well.FIELD_ENCRYPTION_KEYS]
    assert [secret for secret in secrets if secret in text] == []
    assert "redis://:***@127.0.0.1:1/0" in text


# The database


def test_a_database_without_tables_is_a_problem(own_database_url):
    code, text = examined_apart(DATABASE_URL=own_database_url)

    assert code == 1
    assert "migrations." in text
    assert "manage.py migrate" in text
    assert "Traceback" not in text


def test_a_database_that_is_away_is_a_problem():
    code, text = examined_apart(DATABASE_URL="postgres://heliograph:hunter2@127.0.0.1:1/heliograph")

    assert code == 1
    assert "PROBLEM  The database (PostgreSQL) cannot be used" in text
    assert "DATABASE_URL" in text
    assert "Traceback" not in text
    assert "hunter2" not in text


def test_sqlite_behind_https_is_a_hint(well):
    well.IS_POSTGRES = False

    assert "the database is SQLite" in only(Level.HINT).what


# Address and files


@pytest.mark.parametrize(
    ("url", "is_https"),
    [
        ("http://hub.example.com", False),
        ("http://127.0.0.1:8000", False),
        ("https://localhost", True),
        ("https://192.168.7.4", True),
        ("https://[::1]:8000", True),
        ("https://intranet", True),
        ("https://hub.internal", True),
    ],
)
def test_an_address_that_meta_cannot_reach_is_a_hint(well, url, is_https):
    well.PUBLIC_URL, well.IS_HTTPS, well.ALLOWED_HOSTS = url, is_https, ["*"]

    assert "which Meta cannot reach" in only(Level.HINT).what


def test_debug_without_https_is_a_hint(well):
    well.DEBUG, well.IS_HTTPS, well.PUBLIC_URL = True, False, "http://hub.example.com"

    assert [finding.what for finding in found(Level.HINT)][1:] == ["DEBUG is on."]
    assert found(Level.PROBLEM) == []


def test_a_public_address_that_is_not_let_in_is_a_problem(well):
    well.ALLOWED_HOSTS = ["other.example.com"]

    assert only(Level.PROBLEM).what == "ALLOWED_HOSTS lacks hub.example.com, the host of PUBLIC_URL."


@pytest.mark.parametrize("allowed", [".example.com", "*"])
def test_allowed_hosts_may_hold_patterns(well, allowed):
    well.ALLOWED_HOSTS = [allowed]

    assert found(Level.PROBLEM) == []


def test_a_data_folder_that_cannot_be_written_is_a_problem(well, tmp_path):
    well.DATA_DIR = tmp_path / "no-folder"
    well.DATA_DIR.write_text("")

    assert "cannot be written: Not a directory" in only(Level.PROBLEM).what


def test_a_secret_that_others_can_read_is_a_problem(well, tmp_path):
    for name, mode in (("secret_key", 0o644), ("field_encryption_keys", 0o600)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)

    assert only(Level.PROBLEM).remedy == f"chmod 600 {tmp_path / 'secret_key'}"


# Secrets


def test_a_key_that_is_no_key_is_a_problem(well, organization):
    account_in(organization, external_id="1")
    well.FIELD_ENCRYPTION_KEYS = [*well.FIELD_ENCRYPTION_KEYS, "rubbish"]

    assert only(Level.PROBLEM).what.startswith("Key 2 in FIELD_ENCRYPTION_KEYS is no Fernet key")


def test_a_credential_that_no_key_opens_is_a_problem(well, organization):
    account_in(organization, external_id="1", name="Old shop")
    well.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    account_in(organization, external_id="2", name="New shop")

    assert only(Level.PROBLEM).what == "No key in FIELD_ENCRYPTION_KEYS opens the credentials of: Old shop."


def test_an_older_key_still_opens(well, organization):
    account_in(organization, external_id="1")
    well.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *well.FIELD_ENCRYPTION_KEYS]

    assert found(Level.PROBLEM) == []


def test_a_generated_encryption_key_is_to_be_copied(well, tmp_path):
    (tmp_path / "field_encryption_keys").write_text(well.FIELD_ENCRYPTION_KEYS[0] + "\n")
    (tmp_path / "field_encryption_keys").chmod(0o600)

    assert any(f"Keep a copy of {tmp_path}/field_encryption_keys" in finding.what for finding in found(Level.OK))


def test_a_generated_app_secret_is_a_hint_that_tells_what_to_give_meta(well, tmp_path):
    for name, value in (("app_secret", "made-here"), ("verify_token", "made-too")):
        (tmp_path / f"whatsapp_webhook_{name}").write_text(value)
        (tmp_path / f"whatsapp_webhook_{name}").chmod(0o600)
    well.WHATSAPP_WEBHOOK_APP_SECRETS, well.WHATSAPP_WEBHOOK_VERIFY_TOKEN = ["made-here"], "made-too"

    finding = only(Level.HINT)

    assert finding.what.startswith("WHATSAPP_WEBHOOK_APP_SECRET is not set")
    assert "https://hub.example.com/api/v1/whatsapp/webhook" in finding.remedy
    assert f"what stands in {tmp_path}/whatsapp_webhook_verify_token" in finding.remedy


def test_a_verify_token_that_was_set_is_named_by_its_setting(well):
    well.WHATSAPP_WEBHOOK_APP_SECRETS = ["new", "old"]

    assert any("2 app secret(s)" in finding.what for finding in found(Level.OK))
    assert any("the value of WHATSAPP_WEBHOOK_VERIFY_TOKEN" in finding.what for finding in found(Level.OK))


def test_no_app_secret_at_all_is_a_problem(well):
    well.WHATSAPP_WEBHOOK_APP_SECRETS = []

    assert only(Level.PROBLEM).what == "WHATSAPP_WEBHOOK_APP_SECRET holds no secret."


# Broker and cache


@pytest.mark.parametrize("url", [NOBODY, "amqp://127.0.0.1:1//", "carrier-pigeon://loft"])
def test_a_broker_that_is_away_is_a_problem(well, url):
    well.HAS_BROKER, well.CELERY_BROKER_URL = True, url

    finding = only(Level.PROBLEM)

    assert "does not answer" in finding.what
    assert "nothing is lost" in finding.meaning


def test_a_broker_that_answers_is_well(well):
    well.HAS_BROKER, well.CELERY_BROKER_URL = True, "memory://"

    assert [finding.level for finding in broker()] == [Level.OK]


def test_no_broker_is_said_and_is_well(well):
    (finding,) = broker()

    assert finding.level is Level.OK
    assert finding.what.startswith("No broker")


def test_a_redis_that_is_away_is_a_problem(well):
    well.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOBODY}}
    well.REDIS_URL = NOBODY

    assert only(Level.PROBLEM).what.startswith("Redis at redis://:***@127.0.0.1:1/0 does not answer")


def test_every_redis_that_is_named_is_asked(well, monkeypatch):
    monkeypatch.setattr(redis.Redis, "ping", lambda client: True)
    well.REDIS_URL = "redis://first/0"
    well.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://b/1,redis://c/1"}
    }

    assert [(finding.level, finding.what.split()[2]) for finding in cache()] == [
        (Level.OK, "redis://first/0"),
        (Level.OK, "redis://b/1"),
        (Level.OK, "redis://c/1"),
    ]


def test_a_cache_that_cannot_be_used_is_a_problem(well):
    well.CACHES = {"default": {"BACKEND": "no.such.Cache"}}

    assert only(Level.PROBLEM).what.startswith("The cache (Cache) does not work")


# Alerts


def test_a_slack_address_is_shown_by_its_end_alone(well):
    well.SLACK_WEBHOOK_URL = "https://hooks.slack.com/services/T0000/B0000/Gravel71Otter"

    (finding,) = slack()

    assert finding.level is Level.OK
    assert "tter" in finding.what
    assert "Gravel" not in finding.what


@pytest.mark.parametrize(
    "url", ["hooks.slack.com/services/T/B/Gravel71", "https://example.com/Gravel71", "http://hooks.slack.com/Gravel71"]
)
def test_an_address_that_is_not_slacks_is_a_problem(well, url):
    well.SLACK_WEBHOOK_URL = url

    finding = only(Level.PROBLEM)

    assert finding.what == "SLACK_WEBHOOK_URL cannot be used."
    assert "Gravel71" not in f"{finding}"


@pytest.mark.parametrize(
    "entry",
    ["hooks.example.org", "hooks.internal:8080", "*.example.org", "chat", "10.1.2.3", "[fd00::1]:8443", "fd00::1"],
)
def test_a_host_that_may_be_called_is_named_by_host_port_or_star(well, entry):
    well.OUTBOUND_ALLOWED_HOSTS = [entry]

    assert found(Level.PROBLEM) == []


@pytest.mark.parametrize(
    "entry",
    ["https://hooks.example.org", "hooks.example.org/alerts", "10.0.0.0/8", "*", "*example.org", "a:0", "a:99999", ""],
)
def test_what_names_no_host_is_a_problem_and_says_how_to_write_it(well, entry):
    well.OUTBOUND_ALLOWED_HOSTS = [entry]

    finding = only(Level.PROBLEM)

    assert finding.what == f"OUTBOUND_ALLOWED_HOSTS holds {entry!r}, which names no host."
    assert "host:port" in finding.remedy


# Worker, queues, accounts


def test_a_worker_that_never_ran_is_a_hint(well):
    Heartbeat.objects.all().delete()

    assert only(Level.HINT).what == "No worker has ever run on this database."


def test_a_worker_that_fell_silent_is_a_problem(well):
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=90))

    assert only(Level.PROBLEM).what.startswith("No worker has been seen since")


@pytest.mark.parametrize(("age", "problems"), [(90, 1), (30, 0)])
def test_rows_that_wait_for_more_than_a_minute_are_a_problem(well, age, problems):
    received_at = timezone.now() - timedelta(seconds=age)
    webhooks.keep(b"{}", door="meta", account_id=None, received_at=received_at, is_dated=False)

    late = [finding.what for finding in found(Level.PROBLEM)]

    assert len(late) == problems
    assert all(what.startswith("1 rows in webhook_calls wait") for what in late)


def test_an_account_that_fails_its_check_is_a_problem(well, organization):
    expired = "The access token is invalid or has expired."
    account_in(organization, external_id="1", health="failing", health_detail=expired)
    account_in(organization, external_id="2", health="failing", is_retired=True)
    account_in(organization, external_id="3", health="ok")

    assert only(Level.PROBLEM).what == f"Account Shop fails: {expired}"


def test_parked_events_are_a_hint(well):
    deliver(webhook(status_change("APPROVED"), account_id="of-nobody", at=timezone.now()))

    assert only(Level.HINT).what == "1 parked events wait for a person."
