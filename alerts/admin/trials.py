"""What came of a test message in words, and what to do where it was not taken."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy

from alerts.destinations import Tested
from alerts.models import Destination

Kind = Destination.Kind
_CHECK_ADDRESS = gettext_lazy("Check the address letter by letter; if it was made anew over there, enter the new one.")
BY_STATUS: dict[tuple[str, int], Any] = {
    (Kind.SLACK, 400): gettext_lazy("Slack does not accept this webhook. Make a new one in Slack and enter its URL."),
    (Kind.SLACK, 403): gettext_lazy(
        "Slack forbids posting there. Ask a Slack admin, or make a webhook for another channel."
    ),
    (Kind.SLACK, 404): gettext_lazy("This webhook does not exist any more. Make a new one in Slack and enter its URL."),
    (Kind.SLACK, 410): gettext_lazy("The channel is archived. Make a webhook for another channel and enter its URL."),
    (Kind.WEBHOOK, 401): gettext_lazy("The receiver does not accept the signature. Give it the newest signing secret."),
    (Kind.WEBHOOK, 403): gettext_lazy("The receiver does not accept the signature. Give it the newest signing secret."),
    (Kind.WEBHOOK, 404): gettext_lazy("Nothing listens at this address. Check its path."),
    (Kind.WEBHOOK, 410): gettext_lazy("The receiver wants no more messages there. Enter its new address."),
}
BY_KIND: dict[str, Any] = {
    Kind.EMAIL: gettext_lazy(
        "Check the address. If other addresses fail as well, the mail server's settings (EMAIL_URL) are the operator's."
    ),
    Kind.SLACK: gettext_lazy("Check that the webhook still exists in Slack under Apps, Incoming Webhooks."),
    Kind.WEBHOOK: gettext_lazy("Check that the receiver runs, can be reached from here, and answers with 200 to 299."),
    Kind.APPRISE: _CHECK_ADDRESS,
}
TOO_OFTEN = gettext_lazy("The other side wants fewer messages for now. Wait a minute, then test again.")
THEIR_TROUBLE = gettext_lazy("The other side has trouble of its own. Test again later.")


_ANSWERS = re.compile(r"\banswers (\d{3})\b")


def status_of(tested: Tested) -> int | None:
    """The other side's status: of its own, or where the sentence on what failed tells it."""
    told = None if tested.ok else _ANSWERS.search(tested.answer)
    return tested.status or (int(told[1]) if told else None)


def advice(destination: Destination, tested: Tested) -> str:
    status = status_of(tested) or 0
    if status == 429:
        return str(TOO_OFTEN)
    if status >= 500:
        return str(THEIR_TROUBLE)
    return str(BY_STATUS.get((destination.kind, status)) or BY_KIND[destination.kind])
