"""The installation's door in front of Django: the same answers as behind it, and only genuine calls stay in front."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections

from providers import webhooks
from providers.quick_door import QuickDoor
from tests.meta_bodies import about, at, body, calls
from tests.world import DOOR, signature_of

pytestmark = pytest.mark.django_db
APPROVED = body(about("APPROVED"), time=at(9))


class Django:
    """Django's own application, and whether it was asked."""

    def __init__(self) -> None:
        self.handler, self.asked = WSGIHandler(), 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.asked += 1
        return self.handler(environ, start_response)


@pytest.fixture
def django() -> Iterator[Django]:
    """As the test client does it: a request does not close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Django()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(django: Django, content: bytes = APPROVED, *, method: str = "POST", path: str = DOOR, **environ: str):
    """(status, headers, body) of the answer."""
    told: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
        told.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))

    given = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(content),
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        **environ,
    }
    answer = b"".join(QuickDoor(django)(given, start_response))
    return told["status"], told["headers"], answer


def test_a_genuine_call_is_kept_and_answered_in_front(django):
    status, headers, answer = ask(django, HTTP_X_HUB_SIGNATURE_256=signature_of(APPROVED))

    assert (status, answer) == (200, b'{"status": "received"}')
    assert (headers["Content-Length"], headers["Content-Type"]) == (str(len(answer)), "application/json")
    assert [(call.door, bytes(call.body)) for call in calls()] == [("meta", APPROVED)]
    assert django.asked == 0


def test_the_answer_carries_the_callers_request_id_or_a_new_one(django):
    signature = signature_of(APPROVED)

    given = ask(django, HTTP_X_HUB_SIGNATURE_256=signature, HTTP_X_REQUEST_ID="trace-12345")[1]["X-Request-Id"]
    own = ask(django, HTTP_X_HUB_SIGNATURE_256=signature)[1]["X-Request-Id"]

    assert given == "trace-12345"
    assert len(own) == 32


def test_a_repeat_is_kept_once_in_front_and_behind_together(django, client):
    ask(django, HTTP_X_HUB_SIGNATURE_256=signature_of(APPROVED))

    headers = {"X-Hub-Signature-256": signature_of(APPROVED)}
    assert client.post(DOOR, APPROVED, content_type="application/json", headers=headers).status_code == 200
    assert len(calls()) == 1


@pytest.mark.parametrize("signature", ["", "sha256=00", "sha256=\xff"])
def test_what_is_not_signed_is_refused_by_django_with_its_body_intact(django, signature):
    status, _, _ = ask(django, HTTP_X_HUB_SIGNATURE_256=signature)

    assert (status, django.asked, calls()) == (403, 1, [])


def test_a_handshake_and_another_address_go_on_to_django(django):
    assert ask(django, b"", method="GET")[0] == 403
    assert ask(django, path="/healthz", method="GET")[0] == 200
    assert django.asked == 2


@pytest.mark.parametrize("length", ["", "-1", "four", "²", str(4 * 1024 * 1024 + 1)])
def test_a_length_that_does_not_fit_goes_on_to_django(django, length):
    ask(django, CONTENT_LENGTH=length, HTTP_X_HUB_SIGNATURE_256=signature_of(APPROVED))

    assert django.asked == 1


@pytest.mark.django_db(transaction=True)
def test_when_the_database_refuses_django_tries_once_more(django, monkeypatch):
    broken = iter([True, False])
    really = webhooks.keep

    def keep(*arguments: Any, **named: Any) -> None:
        if next(broken):
            raise OperationalError("gone away")
        really(*arguments, **named)

    monkeypatch.setattr(webhooks, "keep", keep)

    status, _, _ = ask(django, HTTP_X_HUB_SIGNATURE_256=signature_of(APPROVED))

    assert (status, django.asked, len(calls())) == (200, 1, 1)
