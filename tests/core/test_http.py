"""The one HTTP door outwards: what was not sent, what was sent and not answered, what was answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import responses
from django.db import connection

from core import http
from core.outbound import NotAllowed
from core.refusals import OutcomeUnknown, TryAgain

URL = "https://graph.example.com/v26.0/me"


class OtherSide(BaseHTTPRequestHandler):
    """A server that answers as its address asks for."""

    server: Any

    def do_GET(self) -> None:
        self.server.asked.append(
            (self.path, dict(self.headers), self.rfile.read(int(self.headers.get("Content-Length", 0))))
        )
        getattr(self, f"_{self.path.strip('/').partition('?')[0]}")()

    def do_POST(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _fine(self) -> None:
        self._answer(200, b'{"id": "7"}', X_Answer="yes")

    def _moved(self) -> None:
        self._answer(302, Location=f"http://127.0.0.1:{self.server.server_address[1]}/fine")

    def _large(self) -> None:
        self._answer(200, b"x" * 100_000)

    def _cut(self) -> None:
        self._answer(200, b"half", Content_Length="1000")

    def _at_odds(self) -> None:
        self._answer(200, b"half", **{"Content-Length": "1000"})

    def _hung_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _silent(self) -> None:
        self.server.go_on.wait(30)
        self._answer(200)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing to the screen."""


@pytest.fixture
def server() -> Iterator[Any]:
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), OtherSide)
    running.asked, running.go_on = [], threading.Event()
    running.url = f"http://127.0.0.1:{running.server_address[1]}"
    running.handle_error = lambda *args: None  # it hangs up on purpose
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.go_on.set()
    running.shutdown()
    running.server_close()
    thread.join()


def test_an_answer_comes_back_as_it_was_given(server):
    answer = http.call(
        method="POST", url=f"{server.url}/fine", params={"fields": "id"}, headers={"X-Ours": "1"}, body=b"hello"
    )

    ((path, headers, body),) = server.asked
    assert (answer.status, answer.body, answer.json()) == (200, b'{"id": "7"}', {"id": "7"})
    assert answer.headers["x-answer"] == "yes"
    assert (path, headers["X-Ours"], body) == ("/fine?fields=id", "1", b"hello")


@pytest.mark.parametrize("status", [201, 400, 401, 429, 500, 503])
@responses.activate
def test_any_status_is_an_answer_for_the_caller_to_read(status):
    responses.get(URL, status=status, body="no JSON")

    answer = http.call(method="GET", url=URL)

    assert (answer.status, answer.body, answer.json()) == (status, b"no JSON", None)


def test_a_redirect_is_not_followed(server):
    answer = http.call(method="GET", url=f"{server.url}/moved")

    assert answer.status == 302
    assert [path for path, _, _ in server.asked] == ["/moved"]


def test_an_answer_without_end_is_cut_off(server, monkeypatch):
    monkeypatch.setattr(http, "MAX_BYTES", 50_000)

    with pytest.raises(OutcomeUnknown, match="no answer"):
        http.call(method="GET", url=f"{server.url}/large")


def test_an_answer_that_takes_too_long_as_a_whole_is_cut_off(server, monkeypatch):
    monkeypatch.setattr(http, "WHOLE_SECONDS", -1)

    with pytest.raises(OutcomeUnknown, match="no answer"):
        http.call(method="GET", url=f"{server.url}/fine")


def test_sent_and_never_answered_is_an_unknown_outcome(server, monkeypatch):
    monkeypatch.setattr(http, "READ_SECONDS", 0.05)

    with pytest.raises(OutcomeUnknown):
        http.call(method="POST", url=f"{server.url}/silent", body=b"hello")

    assert len(server.asked) == 1


@pytest.mark.parametrize("way", ["hung_up", "cut", "at_odds"])
def test_a_connection_that_breaks_is_an_unknown_outcome(way, server):
    with pytest.raises(OutcomeUnknown):
        http.call(method="POST", url=f"{server.url}/{way}", body=b"hello")


def test_a_closed_door_means_that_nothing_was_sent(server):
    url = server.url
    server.shutdown()
    server.server_close()

    with pytest.raises(TryAgain):
        http.call(method="GET", url=f"{url}/fine")


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectTimeout("slow"),
        requests.exceptions.SSLError("bad certificate"),
        requests.exceptions.ProxyError("403 from the proxy"),
        requests.ConnectionError("NewConnectionError: refused"),
        requests.ConnectionError("NameResolutionError: no such host"),
    ],
    ids=repr,
)
@responses.activate
def test_where_no_connection_came_about_nothing_was_sent(error):
    responses.get(URL, body=error)

    with pytest.raises(TryAgain):
        http.call(method="GET", url=URL)


@pytest.mark.parametrize("url", ["graph.example.com/me", "gopher://graph.example.com", "https://", "https://[::1"])
def test_an_address_that_is_none_means_that_nothing_was_sent(url):
    with pytest.raises(TryAgain):
        http.call(method="GET", url=url)


@pytest.mark.parametrize("error", [requests.ReadTimeout("slow"), requests.ConnectionError("reset by peer")], ids=repr)
@responses.activate
def test_where_a_connection_broke_the_outcome_is_unknown(error):
    responses.post(URL, body=error)

    with pytest.raises(OutcomeUnknown):
        http.call(method="POST", url=URL)


@pytest.mark.django_db
@responses.activate
def test_inside_a_transaction_nobody_calls():
    responses.get(URL)
    assert connection.in_atomic_block

    with pytest.raises(RuntimeError, match="transaction"):
        http.call(method="GET", url=URL)

    assert len(responses.calls) == 0


@responses.activate
def test_no_secret_is_in_the_log(caplog):
    caplog.set_level(logging.INFO, logger="core.http")
    hook = "https://hooks.slack.com/services/T0/B0/s3cr3t"
    responses.post(hook)

    http.call(method="POST", url=hook, params={"access_token": "EAAB123"}, headers={"Authorization": "Bearer EAAB123"})

    assert [record.getMessage() for record in caplog.records] == ["POST https://hooks.slack.com/*** 200"]


@responses.activate
def test_of_an_address_that_somebody_typed_only_the_host_is_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    responses.post("https://hook.example.org/in/s3cr3t")

    http.call(method="POST", url="https://hook.example.org/in/s3cr3t", is_guarded=True)

    assert "POST hook.example.org 200" in caplog.messages
    assert "s3cr3t" not in caplog.text


def test_an_address_that_somebody_typed_is_guarded(server):
    with pytest.raises(NotAllowed):
        http.call(method="GET", url=f"{server.url}/fine", is_guarded=True)

    assert server.asked == []


@responses.activate
def test_no_secret_is_in_an_error():
    responses.get(URL, body=requests.ConnectionError(f"{URL}?access_token=EAAB123 reset"))

    with pytest.raises(OutcomeUnknown) as raised:
        http.call(method="GET", url=URL, params={"access_token": "EAAB123"})

    assert "EAAB123" not in f"{raised.value!r}{raised.value.__cause__!r}"


@responses.activate
def test_every_call_has_its_limits():
    limits = responses.matchers.request_kwargs_matcher({"timeout": (5.0, 15.0), "stream": True})
    responses.get(URL, match=[limits])

    assert http.call(method="GET", url=URL).status == 200
