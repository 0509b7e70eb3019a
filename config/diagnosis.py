"""
What is misconfigured, in words: what is wrong, what it means, what to do. `manage.py doctor` prints it.

A problem keeps something from working; a hint is right on a laptop and wrong, or worth knowing, elsewhere.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import ipaddress
import os
import pathlib
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import redis
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http.request import validate_host
from django.urls import reverse
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

from config.queues import QUEUES
from core.bell import WORKER
from core.encryption import CannotDecrypt, decrypt
from core.fence import everywhere
from core.models import Heartbeat
from core.redaction import redact
from core.work import oldest_due
from providers.models import Account, ParkedEvent

PATIENCE = timedelta(seconds=60)  # a worker says every few seconds that it lives, and takes what is due at once
CONNECT_SECONDS = 3
REDIS_PATIENCE: dict[str, Any] = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": CONNECT_SECONDS}
GENERATED = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "WHATSAPP_WEBHOOK_APP_SECRET", "WHATSAPP_WEBHOOK_VERIFY_TOKEN")


class Level(enum.StrEnum):
    OK = "ok"
    HINT = "hint"
    PROBLEM = "PROBLEM"


@dataclasses.dataclass(frozen=True)
class Finding:
    level: Level
    what: str
    meaning: str = ""
    remedy: str = ""


Findings = Iterator[Finding]
Check = Callable[[], Findings]

ok = functools.partial(Finding, Level.OK)
hint = functools.partial(Finding, Level.HINT)
problem = functools.partial(Finding, Level.PROBLEM)


def diagnose() -> Findings:
    """Every finding of every check. What the database holds is looked at only where it can be read."""
    for check in CHECKS:
        yield from check()
    state = list(database())
    yield from state
    if all(finding.level is not Level.PROBLEM for finding in state):
        for check in CHECKS_OF_ROWS:
            yield from check()


def _reason(error: Exception) -> str:
    return redact(" ".join(str(error).split())).rstrip(".") or type(error).__name__


# What the settings say


def public_url() -> Findings:
    url = settings.PUBLIC_URL
    host = urlsplit(url).hostname or ""
    if settings.IS_HTTPS and not _is_local(host):
        yield ok(f"PUBLIC_URL is {url}.")
        return
    yield hint(
        f"PUBLIC_URL is {url}, which Meta cannot reach: it wants https and a name that the internet knows.",
        "No webhook of Meta arrives here. On a laptop `manage.py post_webhook` plays Meta's part.",
        "Put a TLS proxy or a tunnel in front and set PUBLIC_URL to its https address.",
    )


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def debug() -> Findings:
    if settings.DEBUG:
        say = problem if settings.IS_HTTPS else hint
        yield say(
            "DEBUG is on.",
            "Errors show source, settings and data to whoever causes them.",
            "Take it out of the environment and .env wherever others can reach this machine.",
        )
    else:
        yield ok("DEBUG is off.")


def allowed_hosts() -> Findings:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        yield ok(f"ALLOWED_HOSTS lets {host} in.")
        return
    yield problem(
        f"ALLOWED_HOSTS lacks {host}, the host of PUBLIC_URL.",
        "The console and the API answer 400 at that address (webhooks are taken all the same).",
        f"Add {host} to ALLOWED_HOSTS, or leave ALLOWED_HOSTS unset.",
    )


def data_dir() -> Findings:
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR):
            pass
    except OSError as error:
        yield problem(
            f"DATA_DIR ({settings.DATA_DIR}) cannot be written: {error.strerror}.",
            "Generated secrets, media and the SQLite file live there.",
            "Give it to the user that runs Heliograph, or point DATA_DIR elsewhere.",
        )
        return
    open_files = [path for path in map(_file, GENERATED) if path.exists() and path.stat().st_mode & 0o077]
    for path in open_files:
        yield problem(
            f"{path} can be read by other users of this machine.",
            "Who reads it can forge sign-ins or webhooks, or read credentials.",
            f"chmod 600 {path}",
        )
    if not open_files:
        yield ok(f"DATA_DIR ({settings.DATA_DIR}) can be written, and its secrets are closed to others.")


def _file(name: str) -> pathlib.Path:
    return pathlib.Path(settings.DATA_DIR) / name.lower()


def _is_generated(name: str, value: str) -> bool:
    path = _file(name)
    return os.access(path, os.R_OK) and path.read_text().strip() == value


def encryption_keys() -> Findings:
    wrong = [place for place, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, 1) if not _is_fernet(key)]
    for place in wrong:
        yield problem(
            f"Key {place} in FIELD_ENCRYPTION_KEYS is no Fernet key (32 bytes as URL-safe base64).",
            "Credentials of accounts can be neither stored nor read, so no account works.",
            "Put the right key back. For a new one: python -c "
            "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
        )
    if not wrong:
        is_ours = _is_generated("FIELD_ENCRYPTION_KEYS", settings.FIELD_ENCRYPTION_KEYS[0])
        file = _file("FIELD_ENCRYPTION_KEYS")
        keep = f" Keep a copy of {file}: without it they are lost." if is_ours else ""
        yield ok(f"Credentials of accounts can be encrypted.{keep}")


def _is_fernet(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def meta_secrets() -> Findings:
    token, token_file = settings.WHATSAPP_WEBHOOK_VERIFY_TOKEN, _file("WHATSAPP_WEBHOOK_VERIFY_TOKEN")
    is_ours = _is_generated("WHATSAPP_WEBHOOK_VERIFY_TOKEN", token)
    where = f"what stands in {token_file}" if is_ours else "the value of WHATSAPP_WEBHOOK_VERIFY_TOKEN"
    url = f"{settings.PUBLIC_URL}{reverse('installation-door')}"
    at_meta = f"At Meta the callback URL is {url}, and the verify token is {where}."
    remedy = f"Set it to the app secret (Meta's App Dashboard, App settings, Basic). {at_meta}"
    secrets = settings.WHATSAPP_WEBHOOK_APP_SECRETS
    if len(secrets) == 1 and _is_generated("WHATSAPP_WEBHOOK_APP_SECRET", secrets[0]):
        yield hint(
            "WHATSAPP_WEBHOOK_APP_SECRET is not set; a random one was made.",
            "`manage.py post_webhook` works with it, but Meta signs with the secret of your app and gets 403 here.",
            remedy,
        )
    elif not secrets:
        yield problem(
            "WHATSAPP_WEBHOOK_APP_SECRET holds no secret.",
            "Every call of Meta is answered 403, except at the door of an account with a secret of its own.",
            remedy,
        )
    else:
        yield ok(f"Meta's webhooks are checked against {len(secrets)} app secret(s). {at_meta}")


def broker() -> Findings:
    if not settings.HAS_BROKER:
        yield ok("No broker: the worker finds its work in the database, however many web processes write it there.")
        return
    url, shown = settings.CELERY_BROKER_URL, redact(settings.CELERY_BROKER_URL)
    options = REDIS_PATIENCE if url.startswith("redis") else {}
    try:
        with Connection(url, connect_timeout=CONNECT_SECONDS, transport_options=options) as door:
            door.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    except (BrokerError, OSError, KeyError, ValueError, ImportError) as error:
        yield problem(
            f"The broker at {shown} does not answer: {_reason(error)}.",
            "Webhooks are kept and nothing is lost, but the workers get no work until it answers.",
            "Start it, correct CELERY_BROKER_URL (or REDIS_URL), or unset both to run without a broker.",
        )
    else:
        yield ok(f"The broker at {shown} answers. It may forget everything: the rows are the queue.")


def cache() -> Findings:
    backend, location = settings.CACHES["default"]["BACKEND"], settings.CACHES["default"].get("LOCATION", "")
    urls = [settings.REDIS_URL] if settings.REDIS_URL else []
    if backend.endswith("RedisCache"):
        urls += re.split("[;,]", location)
    else:
        yield from _round_trip(backend.rpartition(".")[2])
    for url in dict.fromkeys(urls):
        try:
            with redis.Redis.from_url(url, **REDIS_PATIENCE) as client:
                client.ping()
        except (redis.RedisError, OSError, ValueError) as error:
            yield problem(
                f"Redis at {redact(url)} does not answer: {_reason(error)}.",
                "The limit of calls per API key is counted there, so calls to the API fail.",
                "Start it, or correct (or unset) REDIS_URL and CACHE_URL.",
            )
        else:
            yield ok(f"Redis at {redact(url)} answers. It needs no persistence.")


def _round_trip(name: str) -> Findings:
    try:
        caches["default"].set("doctor", "well", 10)
        yield ok(f"The cache ({name}) answers.")
    except (InvalidCacheBackendError, ImportError, OSError, DatabaseError) as error:
        yield problem(
            f"The cache ({name}) does not work: {_reason(error)}.",
            "What processes share through it is not shared.",
            "Correct CACHE_URL: redis://host:6379/0, or unset on one machine.",
        )


def email() -> Findings:
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield hint(
            "E-mail is written to the log instead of being sent.",
            "Nobody hears of an alert who does not look into the console.",
            "Set EMAIL_URL (smtp+tls://user:password@host:587) and DEFAULT_FROM_EMAIL.",
        )
    else:
        yield ok(f"E-mail goes through {settings.EMAIL_HOST}, from {settings.DEFAULT_FROM_EMAIL}.")


# What the database says


def database() -> Findings:
    kind = "PostgreSQL" if settings.IS_POSTGRES else "SQLite"
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InconsistentMigrationHistory) as error:
        yield problem(
            f"The database ({kind}) cannot be used: {_reason(error)}.",
            "Nothing works, and webhooks are not acknowledged, so that Meta sends them again.",
            "Start it, or correct DATABASE_URL.",
        )
        return
    if missing:
        yield problem(
            f"The database ({kind}) lacks {len(missing)} migrations.",
            "It does not fit this version of Heliograph; nothing works that needs the new tables.",
            "Run `manage.py migrate` (`manage.py up` does so by itself).",
        )
    else:
        yield ok(f"The database ({kind}) answers and is migrated.")
    if settings.IS_HTTPS and not settings.IS_POSTGRES:
        yield hint(
            "PUBLIC_URL is https, and the database is SQLite.",
            "One machine only, and one writer at a time: bursts of webhooks wait for each other.",
            "Set DATABASE_URL to a PostgreSQL before it matters.",
        )


def credentials() -> Findings:
    if not all(map(_is_fernet, settings.FIELD_ENCRYPTION_KEYS)):
        return
    with everywhere():
        sealed = Account.objects.annotate(sealed=Cast("credentials", TextField())).values_list("name", "sealed")
        closed = [name for name, token in sealed.order_by("name") if not _opens(token)]
    if closed:
        yield problem(
            f"No key in FIELD_ENCRYPTION_KEYS opens the credentials of: {', '.join(closed)}.",
            "Nothing can be done for these accounts, and webhooks about them wait.",
            "Put the key that they were written with back into FIELD_ENCRYPTION_KEYS, behind the newest.",
        )
    else:
        yield ok("Every stored credential opens.")


def _opens(token: str) -> bool:
    try:
        decrypt(token)
    except CannotDecrypt:
        return False
    return True


def account_health() -> Findings:
    with everywhere():
        failing = Account.objects.filter(health=Account.Health.FAILING, is_retired=False)
        rows = list(failing.order_by("name").values_list("name", "health_detail"))
    for name, detail in rows:
        yield problem(
            f"Account {name} fails: {detail or 'its last check did not succeed.'}",
            "Nothing can be asked of the provider or sent through it.",
            "Correct its access token in the console under Accounts; it is checked again every hour.",
        )
    if not rows:
        yield ok("No account fails its check.")


def worker() -> Findings:
    seen = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    if seen is None:
        yield hint(
            "No worker has ever run on this database.",
            "Webhooks are kept, but nothing is applied and nobody is told.",
            "Run `manage.py up`, or the Procfile's `worker` and `beat`.",
        )
    elif timezone.now() - seen > PATIENCE:
        yield problem(
            f"No worker has been seen since {seen:%Y-%m-%d %H:%M:%S} UTC.",
            "Webhooks are kept, but nothing is applied and nobody is told until one runs again.",
            "Run `manage.py up`, or the Procfile's `worker` and `beat`; its log says why it ended.",
        )
    else:
        yield ok("A worker runs.")


def queues() -> Findings:
    now = timezone.now()
    due = {name: oldest_due(queue.model) for name, queue in QUEUES.items()}
    late = {name: (number, oldest) for name, (number, oldest) in due.items() if oldest and now - oldest > PATIENCE}
    for name, (number, oldest) in late.items():
        yield problem(
            f"{number} rows in {name} wait, the oldest since {oldest:%Y-%m-%d %H:%M:%S} UTC.",
            "No worker runs, it does not keep up, or it fails at these rows; nothing is lost.",
            "Start a worker, or look into its log; /metrics shows how the queue goes on.",
        )
    if not late:
        yield ok(f"Nothing has waited for longer than {PATIENCE.seconds} s.")


def parked_events() -> Findings:
    with everywhere():
        number = ParkedEvent.objects.count()
    if number:
        yield hint(
            f"{number} parked events wait for a person.",
            "The provider told something that could not be applied; what is shown may lag behind.",
            "Look at them in the console under Parked events: each says why, and can be retried or dropped.",
        )


CHECKS: list[Check] = [
    public_url, debug, allowed_hosts, data_dir, encryption_keys, meta_secrets, broker, cache, email,
]  # fmt: skip
CHECKS_OF_ROWS: list[Check] = [credentials, account_health, worker, queues, parked_events]
