"""E-mail, one message a person, so that nobody sees another's address; threads stay together in mail clients."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string

from alerts.transports import wording
from alerts.transports.base import Broken, Item, Message, OnlyThisOne, Told, Transport, WrongAddress
from core.matters import Severity
from core.refusals import TryAgain

DOMAIN = "heliograph"  # of ids that no mail server looks up
DONE_COLOR = "#15803d"
COLORS = {Severity.LOW: "#1d4ed8", Severity.MEDIUM: "#a16207", Severity.HIGH: "#c2410c", Severity.CRITICAL: "#b91c1c"}


class Email(Transport):
    name = "email"
    has_secret_address: ClassVar[bool] = False

    def clean_address(self, address: str) -> str:
        address = address.strip()
        try:
            validate_email(address)
        except ValidationError:
            raise WrongAddress("Enter one e-mail address, such as ada@example.com.") from None
        return address

    def send(self, *, address: str, secret: str, message: Message) -> Told:
        try:
            _mail(address, message).send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and all(code >= 500 for code in codes):
                raise Broken(f"the mail server refuses this address ({codes[0]})") from None
            raise OnlyThisOne("the mail server refuses this address for now") from None
        except smtplib.SMTPAuthenticationError:
            raise TryAgain("the mail server refuses our user name or password: see EMAIL_URL") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(f"the mail server did not take it: {type(error).__name__}") from None
        return Told(answer="accepted")


TRANSPORT = Email()


def _mail(address: str, message: Message) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=wording.one_line(message.subject),  # a line break in a header is an attack
        body="\n".join(_lines(message)),
        to=[address],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": f"<{message.id}@{DOMAIN}>",
            "References": f"<{message.thread}@{DOMAIN}>",
        },
    )
    mail.attach_alternative(render_to_string("alerts/mail.html", _view(message)), "text/html")
    return mail


def _lines(message: Message) -> Iterator[str]:
    """The plain text; its last line is the link."""
    yield from _one(message.items[0]) if len(message.items) == 1 else _many(message)
    if message.organization:
        yield from ("", f"Organization: {message.organization}")
    yield from ("", message.link)


def _one(item: Item) -> Iterator[str]:
    yield wording.title(item)
    if detail := wording.detail(item):
        yield from ("", detail)
    if advice := wording.advice(item):
        yield from ("", f"What to do: {advice}")
    yield from ("", f"State: {wording.state(item)}")
    if about := wording.about(item):
        yield f"About: {about}"
    yield f"Since: {wording.since(item)}"


def _many(message: Message) -> Iterator[str]:
    yield wording.counted(message.items)
    groups = wording.groups(message)
    for group in groups:
        yield from ("", f"{group.kind} ({group.count})")
        yield from (f"- {wording.state(item)}: {wording.title(item)}" for item in group.items)
    if more := wording.unlisted(groups):
        yield from ("", f"and {more} more")


def _view(message: Message) -> dict[str, Any]:
    """What the template shows."""
    loudest = wording.worst(message.items)
    groups = wording.groups(message)
    return {
        "message": message,
        "color": _color(loudest),
        "only": _row(message.items[0]) if len(message.items) == 1 else None,
        "counted": wording.counted(message.items),
        "groups": [(group.kind, group.count, [_row(item) for item in group.items]) for group in groups],
        "more": wording.unlisted(groups),
        "button": "Open in Heliograph" if len(message.items) == 1 else f"Show all {len(message.items)}",
    }


def _row(item: Item) -> dict[str, str]:
    return {
        "state": wording.state(item),
        "color": _color(item),
        "title": wording.title(item),
        "detail": wording.detail(item),
        "advice": wording.advice(item),
        "about": wording.about(item),
        "since": wording.since(item),
        "link": item.link,
    }


def _color(item: Item) -> str:
    return DONE_COLOR if wording.is_over(item) else COLORS[wording.severity(item)]
