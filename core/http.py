"""
The one HTTP door outwards: time limits, no redirects, an answer of bounded size, nothing secret in what is logged.

It never runs inside a transaction. It says what became of a call in the words of `core.refusals`: not sent
(TryAgain), sent and unanswered (OutcomeUnknown), or an `Answer` of any status for the caller to read. An address
that somebody typed is called with `is_guarded`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import requests
from django.db import connection

from core import outbound
from core.redaction import redact
from core.refusals import OutcomeUnknown, TryAgain

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
WHOLE_SECONDS = 30.0
MAX_BYTES = 5 * 1024 * 1024
NOT_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.SSLError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def call(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    body: bytes | None = None,
    is_guarded: bool = False,
) -> Answer:
    """
    One call outwards. Raises TryAgain where nothing was sent, OutcomeUnknown where no (whole) answer came, and
    NotAllowed where the guard forbids it.

    Raises RuntimeError inside a transaction: a slow network would hold locks.
    """
    if connection.in_atomic_block and not getattr(connection, "inside_a_test", False):
        raise RuntimeError("a network call inside a transaction")
    shown = outbound.check(url) if is_guarded else redact(url.partition("?")[0])  # typed paths are often secrets
    guard = outbound.guarded() if is_guarded else contextlib.nullcontext()
    try:
        with guard:
            answer = _ask(method, url, headers=dict(headers or {}), params=params, data=body)
    except NOT_SENT as error:
        raise TryAgain(f"no connection: {type(error).__name__}") from None
    except requests.ConnectionError as error:
        if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
            raise TryAgain("no connection: the host was not reached") from None
        raise OutcomeUnknown(f"the connection broke: {type(error).__name__}") from None
    except requests.RequestException as error:
        raise OutcomeUnknown(f"no answer: {type(error).__name__}") from None
    logger.info("%s %s %s", method, shown, answer.status)
    return answer


def _ask(method: str, url: str, **request: Any) -> Answer:
    until = time.monotonic() + WHOLE_SECONDS
    limits = (CONNECT_SECONDS, READ_SECONDS)
    with requests.request(method, url, timeout=limits, allow_redirects=False, stream=True, **request) as response:
        return Answer(response.status_code, response.headers, _read(response, until=until))


def _read(response: requests.Response, *, until: float) -> bytes:
    content = bytearray()
    for piece in response.iter_content(64 * 1024):
        content += piece
        if len(content) > MAX_BYTES:
            raise requests.RequestException("the answer is larger than 5 MiB")
        if time.monotonic() > until:
            raise requests.Timeout("the answer took longer than 30 s")
    return bytes(content)
