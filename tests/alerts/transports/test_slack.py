"""Slack by an incoming webhook: every limit of its blocks, every answer of its table, and nobody called by a text."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.transports import transport
from alerts.transports.base import Broken, WrongAddress
from alerts.transports.slack import escaped, payload_of
from core.outbound import NotAllowed
from core.refusals import GiveUp, NotYet, OutcomeUnknown, TryAgain
from tests.alerts.transports.saying import CONSOLE, item, many, message
from tests.world import DAY

REAL = "https://hooks.slack.com/services/T0001/B0002/abcdefghijx1Yz"
HOSTILE = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["<!channel> ", "&<>", '"quoted" ', "\\", "\n", "🔥", "<https://evil.example|click>", "\x01", "|"]),
)
LONG = st.builds(lambda text, times: text * times, HOSTILE, st.integers(1, 300))


@pytest.fixture
def send(receiver: Any) -> Any:
    def do(told: Any = None, *, path: str = "/services/T/B/x") -> Any:
        return transport("slack").send(address=f"http://{receiver.place}{path}", secret="", message=told or message())

    return do


def texts(blocks: Any) -> list[dict[str, Any]]:
    """Every text object, wherever it stands."""
    if isinstance(blocks, list):
        return [text for block in blocks for text in texts(block)]
    if not isinstance(blocks, dict):
        return []
    if blocks.get("type") in {"plain_text", "mrkdwn"}:
        return [blocks]
    return [text for value in blocks.values() for text in texts(value)]


def by_type(payload: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in payload["blocks"] if block["type"] == kind]


# What is sent


def test_one_alert_says_what_it_is_what_to_do_since_when_and_where(send, receiver):
    told = send(message(item(count=3)))

    assert (told.status, told.answer) == (200, "ok")
    (payload,) = receiver.bodies()
    said = [text["text"] for text in texts(payload["blocks"])]
    assert payload["text"] == "[HIGH] The wick of lamp 1 is torn"
    assert said == [
        "🟠 High: The wick of lamp 1 is torn",
        "It gives no light.",
        "*What to do:* Put in a new wick.",
        "About\nlamp 1",
        "Since\n2 March 2026, 12:00 UTC, 3 times",
        "Open in Heliograph",
        "Lamp Works",
    ]
    assert by_type(payload, "actions")[0]["elements"][0]["url"] == CONSOLE


@pytest.mark.parametrize(
    ("occasion", "severity", "head"),
    [
        ("opened", "CRITICAL", "🔴 Critical: "),
        ("opened", "MEDIUM", "🟡 Medium: "),
        ("opened", "LOW", "🔵 Low: "),
        ("reopened", "HIGH", "🟠 Open again, high: "),
        ("raised", "CRITICAL", "🔴 More severe now, critical: "),
        ("reminded", "HIGH", "🟠 Still open, high: "),
        ("escalated", "HIGH", "🟠 Still open, escalated, high: "),
        ("acknowledged", "HIGH", "🟠 Acknowledged, high: "),
        ("silenced", "HIGH", "🟠 Silenced, high: "),
        ("resolved", "HIGH", "✅ Resolved: "),
        ("test", "LOW", "🔵 Test, low: "),
    ],
)
def test_the_head_tells_in_words_and_by_a_sign_how_it_stands(occasion, severity, head):
    (header,) = by_type(payload_of(message(item(occasion=occasion, severity=severity))), "header")

    assert header["text"]["text"] == f"{head}The wick of lamp 1 is torn"


def test_what_is_over_asks_for_nothing_to_do():
    payload = payload_of(message(item(occasion="resolved")))

    assert "What to do" not in json.dumps(payload)


def test_many_alerts_are_counted_grouped_and_cut_with_a_link_to_all():
    payload = payload_of(many())

    sections = [block["text"]["text"] for block in by_type(payload, "section")]
    assert by_type(payload, "header")[0]["text"]["text"] == "62 alerts of Lamp Works"
    assert sections[0] == "62 alerts: 2 critical, 53 high, 7 resolved"
    assert sections[1].splitlines()[:2] == [
        "*Flame out* (2)",
        f"🔴 Critical: <{CONSOLE}0/change/|The wick of lamp 0 is torn>",
    ]
    assert sections[2].startswith("*Wick torn* (53)\n🟠 High: ")
    assert sections[3:] == ["*Oil low* (7)", "… and 47 more"]
    assert by_type(payload, "actions")[0]["elements"][0]["text"]["text"] == "Show all 62"


@settings(deadline=None)
@given(st.lists(st.tuples(LONG, LONG, HOSTILE), min_size=1, max_size=6), LONG, st.integers(1, 60))
def test_whatever_the_texts_hold_no_limit_is_passed_and_nobody_is_called(parts, other, count):
    items = [
        item(
            number,
            alert_type=kind or "X",
            title=title,
            detail=detail,
            action_required=other,
            subject={"label": other},
            link=other if number % 7 == 3 else "",
        )
        for number, (title, detail, kind) in enumerate(itertools.islice(itertools.cycle(parts), count))
    ]
    payload = payload_of(message(*items, subject=other, organization=other, link=parts[0][2]))

    blocks = payload["blocks"]
    assert 0 < len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 13_000
    assert len(payload["text"]) <= 4_000
    assert all(1 <= len(text["text"]) <= 3_000 for text in texts(blocks))
    assert all(len(block["text"]["text"]) <= 150 for block in by_type(payload, "header"))
    for field in (field for block in by_type(payload, "section") for field in block.get("fields", [])):
        assert len(field["text"]) <= 2_000
    marked = [payload["text"], *(text["text"] for text in texts(blocks) if text["type"] == "mrkdwn")]
    ours = re.compile(rf"<{re.escape(CONSOLE)}\d+/change/\|[^<>]*>")
    assert not [text for text in marked if re.search(r"[<>]", ours.sub("", text))]
    assert not [text for text in marked if re.search(r"&(?!amp;|lt;|gt;)", text)]


@settings(deadline=None)
@given(LONG, st.integers(10, 500))
def test_an_escape_is_never_cut_in_two(text, length):
    cut = escaped(text, length)

    assert len(cut) <= length
    assert not re.search(r"&(?!amp;|lt;|gt;)", cut)


def test_a_text_that_just_fits_is_not_cut():
    assert (escaped("a<b", 6), escaped("a<bc", 6)) == ("a&lt;b", "a&lt;…")


def test_an_address_that_is_none_gives_no_button():
    payload = payload_of(dataclasses.replace(message(), link="javascript:alert(1)"))

    assert by_type(payload, "actions") == []


# What is answered


@pytest.mark.parametrize(
    ("status", "word", "refusal"),
    [
        (400, "invalid_payload", GiveUp),
        (400, "user_not_found", GiveUp),
        (400, "invalid_token", Broken),
        (403, "action_prohibited", Broken),
        (403, "posting_to_general_channel_denied", Broken),
        (403, "team_disabled", Broken),
        (404, "channel_not_found", Broken),
        (404, "no_service", Broken),
        (404, "no_service_id", Broken),
        (404, "no_active_hooks", Broken),
        (404, "no_team", Broken),
        (410, "channel_is_archived", Broken),
        (500, "rollup_error", TryAgain),
        (502, "", TryAgain),
        (503, "", TryAgain),
        (200, "not ok", TryAgain),
        (204, "", TryAgain),
        (302, "", TryAgain),
        (401, "who are you", TryAgain),
        (418, "a teapot", TryAgain),
    ],
)
def test_each_answer_has_its_consequence(status, word, refusal, send, receiver):
    receiver.answer = (status, {}, word.encode())

    with pytest.raises(Exception, match=f"Slack answers {status} ?{word}") as raised:
        send()

    assert type(raised.value) is refusal
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("1.5", 1.5),
        (" 90 ", 90),
        ("0", 1),
        ("999999999", 3600),
        ("Mon, 02 Mar 2026 00:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 00:02:00", 120),
        ("Sun, 01 Mar 2026 00:00:00 GMT", 1),
        ("Tue, 03 Mar 2026 00:00:00 GMT", 3600),
        ("soon", 30),
        ("-5", 30),
        ("", 30),
        ("Mon, 99 Mar 2026 00:02:00 GMT", 30),
    ],
)
def test_too_many_messages_wait_as_long_as_slack_asks_within_an_hour(value, seconds, send, receiver):
    receiver.answer = (429, {"Retry-After": value}, b"rate_limited")

    with time_machine.travel(DAY, tick=False), pytest.raises(NotYet, match="429 rate_limited") as raised:
        send()

    assert raised.value.wait == timedelta(seconds=seconds)


def test_slack_in_trouble_is_given_the_time_that_it_asks_for(send, receiver):
    receiver.answer = (503, {"Retry-After": "60"}, b"")

    with pytest.raises(TryAgain) as raised:
        send()

    assert raised.value.wait == timedelta(minutes=1)


def test_no_answer_leaves_the_outcome_open(send, monkeypatch):
    monkeypatch.setattr("core.http.WHOLE_SECONDS", -1)

    with pytest.raises(OutcomeUnknown):
        send()


def test_an_inner_address_that_is_allowed_no_longer_is_not_called(send, receiver, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = []

    with pytest.raises(NotAllowed):
        send()

    assert receiver.got == []


def test_the_address_is_not_logged(send, caplog):
    caplog.set_level("DEBUG")

    send(path="/services/T0/B0/s3cr3t")

    assert "s3cr3t" not in caplog.text


# The address


@pytest.mark.parametrize("address", [REAL, f"  {REAL}\n", REAL.replace("slack.com", "slack-gov.com")])
def test_an_incoming_webhook_of_slack_is_taken(address):
    assert transport("slack").clean_address(address) == address.strip()


def test_another_host_is_taken_where_the_operator_allows_it(settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["mattermost.lan", "chat.example.org"]

    for address in ("http://mattermost.lan/hooks/abc", "https://chat.example.org/hooks/abc"):
        assert transport("slack").clean_address(address) == address


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://hooks.slack.com/", "begins with https://hooks.slack.com/services/"),
        ("https://hooks.slack.com/workflows/T/A/1/x", "begins with https://hooks.slack.com/services/"),
        ("https://hooks.slack.com/services/T/B", "begins with https://hooks.slack.com/services/"),
        ("https://hooks.slack.com.evil.example/services/T/B/x", "OUTBOUND_ALLOWED_HOSTS"),
        (REAL + "/../../x", "begins with https://hooks.slack.com/services/"),
        (REAL.replace("https", "http"), "https://"),
        ("https://hooks.slack.com@10.0.0.1/services/T/B/x", "user name"),
        ("https://hooks.slack.com\\@10.0.0.1/services/T/B/x", "whole one"),
        ("https://10.0.0.1/services/T/B/x", "a private network"),
        ("xoxb-1234", "whole one"),
    ],
)
def test_any_other_address_is_refused_with_the_remedy(address, why):
    with pytest.raises(WrongAddress, match=re.escape(why)):
        transport("slack").clean_address(address)


def test_a_hint_shows_the_host_and_the_last_four():
    assert transport("slack").hint(REAL) == "hooks.slack.com/…x1Yz"
