"""Signed webhooks after Standard Webhooks 1.0.0: what is signed, what is sent, and what becomes of each answer."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
import standardwebhooks
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from alerts.transports import transport
from alerts.transports.base import Broken, WrongAddress
from alerts.transports.webhook import MOST_BYTES, body_of, new_secret, signatures
from core.outbound import NotAllowed
from core.refusals import GiveUp, NotYet, TryAgain
from tests.alerts.transports.saying import item, message
from tests.world import DAY

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
NEWER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
BODY = b'{"type":"alert.opened","timestamp":"2026-11-20T10:00:00Z","data":{"id":"a1"}}'


@pytest.fixture
def send(receiver):
    def do(told: Any = None, *, secret: str = SECRET, path: str = "/in") -> Any:
        address = f"http://{receiver.place}{path}"
        return transport("webhook").send(address=address, secret=secret, message=told or message())

    return do


# The signature


def test_the_signature_is_that_of_the_specification():
    signature = signatures(SECRET, id="msg_fixture1", timestamp=1795168805, body=BODY)

    assert signature == "v1,tXayINFgscygTBI5lQp7vaB083LPhNBWPbS8lYxIuMM="


def test_while_a_secret_is_replaced_both_sign():
    both = signatures(f"{NEWER} {SECRET}", id="a", timestamp=1, body=b"{}").split(" ")

    assert both == [signatures(one, id="a", timestamp=1, body=b"{}") for one in (NEWER, SECRET)]


def test_a_new_secret_holds_32_bytes_of_chance():
    one, other = new_secret(), new_secret()

    assert one.startswith("whsec_")
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32
    assert one != other


def test_an_id_with_a_dot_is_never_signed():
    with pytest.raises(ValueError, match="two messages"):
        signatures(SECRET, id="a.b", timestamp=1, body=b"{}")


@pytest.mark.parametrize("secret", ["", " ", "whsec_not base64!", "whsec_ä"])
def test_without_a_sound_secret_nothing_is_sent(secret, send, receiver):
    with pytest.raises(GiveUp, match="make a new one"):
        send(secret=secret)

    assert receiver.got == []


@pytest.mark.parametrize("secret", [SECRET, NEWER])
def test_the_library_of_the_specification_believes_what_is_sent(secret, send, receiver):
    send(secret=f"{NEWER} {SECRET}")

    ((_, headers, body),) = receiver.got
    event = standardwebhooks.Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert event["type"] == "alert.opened"


def test_a_changed_body_is_not_believed(send, receiver):
    send()

    ((_, headers, body),) = receiver.got
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(SECRET).verify(
            body.replace(b"torn", b"fine"), {name.lower(): value for name, value in headers.items()}
        )


def test_a_retry_has_the_same_id_and_body_and_the_moment_of_its_own(send, receiver):
    with time_machine.travel(DAY, tick=False) as clock:
        send()
        clock.shift(timedelta(minutes=5))
        send()

    (first, second) = receiver.got
    assert first[1]["webhook-id"] == second[1]["webhook-id"] == "018f-0001"
    assert int(second[1]["webhook-timestamp"]) - int(first[1]["webhook-timestamp"]) == 300
    assert first[2] == second[2]


# The body


def test_the_body_tells_the_alert_as_the_api_does(send, receiver):
    one = item(7, occasion="raised")

    told = send(message(one))

    assert (told.status, told.answer) == (200, "ok")
    assert receiver.got[0][1]["Content-Type"] == "application/json"
    assert receiver.bodies() == [
        {
            "type": "alert.raised",
            "timestamp": "2026-03-02T12:05:00+00:00",
            "data": {**one.alert, "organization": "Lamp Works", "link": one.link},
        }
    ]


@given(text=st.text(min_size=1, max_size=40), times=st.integers(1, 3000))
def test_a_body_stays_under_20_kb(text, times):
    long = text * times
    alert = {
        "title": long,
        "detail": long,
        "action_required": long,
        "subject": {"label": long},
        "data": {"all": [long]},
    }

    body = body_of(message(item(**alert | {"data": alert})))

    assert len(body) <= MOST_BYTES
    assert json.loads(body)["data"]["link"] == item().link


def test_data_that_cannot_be_cut_is_left_out():
    body = body_of(message(item(data={"lamps": list(range(10_000))})))

    data = json.loads(body)["data"]
    assert (data["title"], "data" in data) == ("The wick of lamp 1 is torn", False)


# The answers


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_answer_of_the_two_hundreds_is_a_success(status, send, receiver):
    receiver.answer = (status, {}, b"")

    assert send().status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_says_what_to_enter(status, send, receiver):
    receiver.answer = (status, {"Location": f"http://{receiver.place}/else"}, b"")

    with pytest.raises(Broken, match="enter the address that it leads to"):
        send()

    assert len(receiver.got) == 1


def test_gone_means_that_no_more_is_wanted(send, receiver):
    receiver.answer = (410, {}, b"gone")

    with pytest.raises(Broken, match="410 gone: it wants no more messages"):
        send()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422, 429, 500, 502, 503, 504])
def test_other_failures_are_tried_again(status, send, receiver):
    receiver.answer = (status, {}, b"not now")

    with pytest.raises(TryAgain, match=f"{status} not now") as raised:
        send()

    assert raised.value.wait is None


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_receiver_in_trouble_is_given_the_time_that_it_asks_for(status, send, receiver):
    receiver.answer = (status, {"Retry-After": "120"}, b"")

    with pytest.raises(TryAgain) as raised:
        send()

    assert raised.value.wait == timedelta(minutes=2)


def test_too_many_requests_counts_as_no_attempt(send, receiver):
    receiver.answer = (429, {"Retry-After": "7"}, b"")

    with pytest.raises(NotYet) as raised:
        send()

    assert raised.value.wait == timedelta(seconds=7)


def test_no_answer_is_tried_again_because_the_id_tells_a_repeat(send, receiver, monkeypatch):
    monkeypatch.setattr("core.http.WHOLE_SECONDS", -1)

    with pytest.raises(TryAgain, match="under the same webhook-id"):
        send()


def test_what_a_receiver_says_is_cut_and_shows_no_secret(send, receiver):
    receiver.answer = (500, {}, b"token=s3cr3t\x00 " + b"x" * 5000)

    with pytest.raises(TryAgain) as raised:
        send()

    assert "token=***" in str(raised.value)
    assert len(str(raised.value)) < 250


def test_an_inner_address_that_nobody_allowed_is_not_called(send, receiver, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = []

    with pytest.raises(NotAllowed, match="OUTBOUND_ALLOWED_HOSTS"):
        send()

    assert receiver.got == []


def test_the_address_is_not_logged(send, caplog):
    caplog.set_level("DEBUG")

    send(path="/in/s3cr3t?key=s3cr3t")

    assert "s3cr3t" not in caplog.text


# The address


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (" https://hooks.example.com/in/abc?x=1 ", "https://hooks.example.com/in/abc?x=1"),
        ("https://hooks.example.com:8443", "https://hooks.example.com:8443"),
    ],
)
def test_an_address_is_kept_as_it_is(address, kept):
    assert transport("webhook").clean_address(address) == kept


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("hooks.example.com/in", "whole one"),
        ("http://hooks.example.com/in", "https://"),
        ("https://192.168.1.4/in", "a private network"),
        ("https://hooks.example.com/in#part", "without #"),
        (f"https://hooks.example.com/{'a' * 2000}", "at most 2,000"),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused_with_the_remedy(address, why):
    with pytest.raises(WrongAddress, match=why):
        transport("webhook").clean_address(address)


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("https://hooks.example.com/in/0123456789wxyz", "https://hooks.example.com/…wxyz"),
        ("https://hooks.example.com:8443/in?key=0123456789wxyz", "https://hooks.example.com:8443/…wxyz"),
        ("https://hooks.example.com/in", "https://hooks.example.com/…"),
    ],
)
def test_a_hint_shows_the_host_and_the_end(address, hint):
    assert transport("webhook").hint(address) == hint
