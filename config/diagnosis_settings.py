"""What the settings say, and whether what they name answers. Nothing of it needs the database."""

from __future__ import annotations

import ipaddress
import os
import pathlib
import re
import tempfile
from typing import Any
from urllib.parse import urlsplit

import redis
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.db import DatabaseError
from django.http.request import validate_host
from django.urls import reverse
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

from alerts.transports import transport
from alerts.transports.base import WrongAddress
from config.diagnosis_findings import Check, Findings, hint, ok, problem, reason
from core.redaction import redact

CONNECT_SECONDS = 3
REDIS_PATIENCE: dict[str, Any] = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": CONNECT_SECONDS}
GENERATED = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "WHATSAPP_WEBHOOK_APP_SECRET", "WHATSAPP_WEBHOOK_VERIFY_TOKEN")
WITH_PORT = re.compile(r"(?P<host>\[.*\]|[^:]*):(?P<port>[0-9]+)")
NAME = re.compile(r"(\*\.)?[\w-]+(\.[\w-]+)*\.?")


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
    wrong = [place for place, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, 1) if not is_fernet(key)]
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


def is_fernet(key: str) -> bool:
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
            f"The broker at {shown} does not answer: {reason(error)}.",
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
                f"Redis at {redact(url)} does not answer: {reason(error)}.",
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
            f"The cache ({name}) does not work: {reason(error)}.",
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


def slack() -> Findings:
    url = settings.SLACK_WEBHOOK_URL
    if not url:
        yield ok("No Slack by SLACK_WEBHOOK_URL: organizations add their own destinations in the console.")
        return
    by = transport("slack")
    try:
        shown = by.hint(by.clean_address(url))
    except WrongAddress as error:
        yield problem("SLACK_WEBHOOK_URL cannot be used.", "No organization is told of its alerts by it.", str(error))
    else:
        yield ok(f"SLACK_WEBHOOK_URL ({shown}) is the first Slack destination of an organization that has none.")


def outbound_hosts() -> Findings:
    wrong = [entry for entry in settings.OUTBOUND_ALLOWED_HOSTS if not _names_a_place(entry)]
    for entry in wrong:
        yield problem(
            f"OUTBOUND_ALLOWED_HOSTS holds {redact(entry)!r}, which names no host.",
            "It allows nothing, so alerts to what was meant are refused.",
            "Write host, host:port, or *.example.org for all that is below it: no scheme, no path, no network.",
        )
    if not wrong and settings.OUTBOUND_ALLOWED_HOSTS:
        yield ok(f"Alerts may also be sent to {', '.join(settings.OUTBOUND_ALLOWED_HOSTS)}.")
    elif not wrong:
        yield ok("Alerts are sent to public addresses alone.")


def _names_a_place(entry: str) -> bool:
    found = WITH_PORT.fullmatch(entry)
    host, port = (found["host"], int(found["port"])) if found else (entry, 443)
    return 0 < port < 2**16 and (NAME.fullmatch(host) is not None or _is_ipv6(host.strip("[]")))


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


CHECKS: list[Check] = [
    public_url, debug, allowed_hosts, data_dir, encryption_keys, meta_secrets, broker, cache, email, slack,
    outbound_hosts,
]  # fmt: skip
