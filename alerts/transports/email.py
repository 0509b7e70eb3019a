"""E-mail, one message a person, so that nobody sees another's address; threads stay together in mail clients."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage

from alerts.transports.base import Message, Transport
from core.refusals import GiveUp, TryAgain


class Email(Transport):
    name = "email"

    def send(self, *, address: str, message: Message) -> str:
        mail = EmailMessage(
            subject=" ".join(message.subject.split()),  # a line break in a header is an attack
            body="\n".join([*message.lines, "", message.link]),
            to=[address],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<{message.id}@heliograph>",
                "References": f"<{message.thread}@heliograph>",
            },
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and all(code >= 500 for code in codes):
                raise GiveUp(f"the mail server refuses this address ({codes[0]})") from None
            raise TryAgain("the mail server refuses this address for now") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(f"the mail server did not take it: {type(error).__name__}") from None
        return "accepted"


TRANSPORT = Email()
