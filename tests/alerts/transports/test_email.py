"""E-mail: what it says as text and as HTML, what mail clients make of it, and what a mail server's refusals mean."""

from __future__ import annotations

import re
import smtplib
from typing import Any

import pytest
from django.core.mail import EmailMessage

from alerts.transports import transport
from alerts.transports.base import Broken, OnlyThisOne, WrongAddress
from core.refusals import TryAgain
from tests.alerts.transports.saying import CONSOLE, item, many, message

EMAIL = transport("email")


@pytest.fixture
def sent(mailoutbox: Any) -> Any:
    def send(told: Any = None) -> Any:
        EMAIL.send(address="ada@example.com", secret="", message=told or message())
        return mailoutbox[-1]

    return send


def html_of(mail: Any) -> str:
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    return html


def words(html: str) -> str:
    """What a reader sees of it."""
    body = html[html.index("<body") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_one_alert_is_told_as_text_and_ends_in_the_link(sent):
    mail = sent(message(item(count=3)))

    assert (mail.to, mail.subject) == (["ada@example.com"], "[HIGH] The wick of lamp 1 is torn")
    assert mail.body.splitlines() == [
        "The wick of lamp 1 is torn",
        "",
        "It gives no light.",
        "",
        "What to do: Put in a new wick.",
        "",
        "State: High",
        "About: lamp 1",
        "Since: 2 March 2026, 12:00 UTC, 3 times",
        "",
        "Organization: Lamp Works",
        "",
        CONSOLE,
    ]


def test_the_html_says_the_same_and_has_a_button(sent):
    html = html_of(sent(message(item(count=3))))

    assert words(html) == (
        "High The wick of lamp 1 is torn It gives no light. What to do Put in a new wick. About lamp 1 "
        "Since 2 March 2026, 12:00 UTC, 3 times Open in Heliograph Lamp Works · sent by Heliograph"
    )
    assert f'href="{CONSOLE}"' in html
    assert "src=" not in html


def test_what_an_alert_has_not_is_not_shown(sent):
    mail = sent(message(item(detail="", action_required="", subject={"label": ""}), organization=""))

    assert mail.body.splitlines() == [
        "The wick of lamp 1 is torn",
        "",
        "State: High",
        "Since: 2 March 2026, 12:00 UTC",
        "",
        CONSOLE,
    ]
    assert "What to do" not in html_of(mail)


def test_many_alerts_are_counted_grouped_and_cut_at_fifty_lines(sent):
    mail = sent(many())

    lines = mail.body.splitlines()
    assert lines[:5] == [
        "62 alerts: 2 critical, 53 high, 7 resolved",
        "",
        "Flame out (2)",
        "- Critical: The wick of lamp 0 is torn",
        "- Critical: The wick of lamp 1 is torn",
    ]
    assert "Wick torn (53)" in lines
    assert "Oil low (7)" in lines
    assert sum(line.startswith("- ") for line in lines) == 50
    assert lines[-5:] == ["and 12 more", "", "Organization: Lamp Works", "", CONSOLE]
    html = html_of(mail)
    assert html.count("since 2 March 2026") == 50
    assert f'href="{CONSOLE}54/change/"' not in html
    assert "and 12 more" in words(html)
    assert "Show all 62" in words(html)


def test_texts_stay_texts_in_html(sent):
    evil = "<script>alert(1)</script><img src=x>"
    alert: dict[str, Any] = {"title": evil, "detail": evil, "action_required": evil, "subject": {"label": evil}}

    for told in (message(item(**alert), organization=evil), message(item(**alert), item(2, **alert, alert_type=evil))):
        html = html_of(sent(told))
        assert "<script" not in html
        assert "<img" not in html


def test_texts_find_their_own_direction_and_both_lights_are_known(sent):
    html = html_of(sent(message(item(title="تم إيقاف القالب"))))

    assert re.search(r'<h1[^>]*dir="auto"[^>]*>تم إيقاف القالب', html)
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html
    assert "text-align: left" not in html


def test_a_line_break_in_a_subject_is_no_header(sent):
    mail = sent(message(subject="The wick\r\nBcc: everybody@example.com\nis torn"))

    assert mail.subject == "The wick Bcc: everybody@example.com is torn"
    assert mail.message()["Bcc"] is None


def test_mail_clients_see_that_a_machine_wrote_it_and_keep_a_thread(sent):
    first, retried = sent().message(), sent().message()

    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == retried["Message-ID"] == "<018f-0001@heliograph>"
    assert first["References"] == "<alert-7@heliograph>"
    assert first.get_content_type() == "multipart/alternative"


def test_what_was_taken_is_told(mailoutbox):
    told = EMAIL.send(address="ada@example.com", secret="", message=message())

    assert (told.status, told.answer) == (None, "accepted")


@pytest.mark.parametrize(
    ("error", "refusal", "why"),
    [
        (smtplib.SMTPRecipientsRefused({"ada@example.com": (550, b"no")}), Broken, r"refuses this address \(550\)"),
        (smtplib.SMTPRecipientsRefused({"ada@example.com": (451, b"later")}), OnlyThisOne, "for now"),
        (smtplib.SMTPRecipientsRefused({}), OnlyThisOne, "for now"),
        (smtplib.SMTPAuthenticationError(535, b"no"), TryAgain, "see EMAIL_URL"),
        (smtplib.SMTPSenderRefused(553, b"no", "x"), TryAgain, "SMTPSenderRefused"),
        (smtplib.SMTPDataError(554, b"no"), TryAgain, "SMTPDataError"),
        (smtplib.SMTPServerDisconnected("gone"), TryAgain, "SMTPServerDisconnected"),
        (ConnectionRefusedError("nobody there"), TryAgain, "ConnectionRefusedError"),
        (TimeoutError("slow"), TryAgain, "TimeoutError"),
    ],
    ids=repr,
)
def test_each_refusal_of_a_mail_server_has_its_consequence(error, refusal, why, monkeypatch):
    def fail(mail: EmailMessage, *args: Any, **kwargs: Any) -> int:
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)
    with pytest.raises(refusal, match=why) as raised:
        EMAIL.send(address="ada@example.com", secret="", message=message())

    assert type(raised.value) is refusal


def test_an_e_mail_address_is_taken_and_shown_whole():
    assert EMAIL.clean_address(" ada@example.com ") == "ada@example.com"
    assert EMAIL.hint("ada@example.com") == "ada@example.com"
    assert EMAIL.has_secret_address is False


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "@example.com", "a@b.org, c@d.org", "Ada <a@b.org>", "a@b.org\nBcc: c@d.org"]
)
def test_what_is_no_e_mail_address_is_refused(address):
    with pytest.raises(WrongAddress, match=r"such as ada@example\.com"):
        EMAIL.clean_address(address)
