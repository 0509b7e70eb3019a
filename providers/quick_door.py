"""
The installation's door in front of Django: the one address that bursts reach.

A genuine call is kept and acknowledged here, without the request object, middleware and signals that cost
twice as much as the work itself. Everything else (handshakes, refusals, bodies too large, a database that is
away) goes on to Django untouched, so that each of those answers is given in one place.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.urls import reverse

from core.context import id_for
from providers import webhooks

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class QuickDoor:
    """Wraps Django's WSGI application."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._path = reverse("installation-door")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == self._path and _fits(environ):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            if _taken(body, environ.get("HTTP_X_HUB_SIGNATURE_256", "")):
                start_response("200 OK", _headers(environ))
                return [webhooks.RECEIVED]
            environ["wsgi.input"] = io.BytesIO(body)
        return self._django(environ, start_response)


def _fits(environ: Environ) -> bool:
    length = environ.get("CONTENT_LENGTH") or ""
    return length.isascii() and length.isdigit() and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _taken(body: bytes, signature: str) -> bool:
    try:
        return webhooks.take(body, signature=signature)
    except Error:  # the connection is a thread's own and lives long: Django looks at it, and tries once more
        connection.close_if_unusable_or_obsolete()
        return False


def _headers(environ: Environ) -> list[tuple[str, str]]:
    return [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(webhooks.RECEIVED))),
        ("X-Request-Id", id_for(environ.get("HTTP_X_REQUEST_ID", ""))),
    ]
