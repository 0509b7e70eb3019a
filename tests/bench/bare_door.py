"""The door's baseline: a WSGI application that checks the signature and inserts the row, and does nothing else."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg

from core.ids import new_id
from core.lifeline import end_with_parent
from tests.bench.calls import SECRET

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INSERT = """
    INSERT INTO providers_webhookcall
        (id, door, received_at, body, digest, state, changes, due_at, attempts, last_error, replayed_by)
    VALUES (%s, 'meta', %s, %s, %s, 'waiting', '[]', %s, 0, '', '')
    ON CONFLICT (digest) DO NOTHING
"""
KEY = SECRET.encode()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", "22")]
_of_this_thread = threading.local()
end_with_parent()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    expected = "sha256=" + hmac.digest(KEY, body, hashlib.sha256).hex()
    if not hmac.compare_digest(environ.get("HTTP_X_HUB_SIGNATURE_256", "").encode(), expected.encode()):
        start_response("403 Forbidden", [("Content-Length", "0")])
        return [b""]
    now = datetime.now(UTC)
    _connection().execute(INSERT, [new_id(), now, body, hashlib.sha256(b"meta\n" + body).digest(), now])
    start_response("200 OK", HEADERS)
    return [b'{"status": "received"}']


def _connection() -> psycopg.Connection:
    if not hasattr(_of_this_thread, "connection"):
        _of_this_thread.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection: psycopg.Connection = _of_this_thread.connection
    return connection
