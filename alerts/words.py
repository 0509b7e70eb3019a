"""The kinds of alerts in words: what each is called, and what it says. For the console and its filters."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind:
    """`name` in two or three words; `meaning` is a sentence on when it opens and what ends it."""

    name: Any
    meaning: Any


KINDS: dict[str, Kind] = {
    "TEMPLATE_DISABLED": Kind(
        name=_("Template disabled"),
        meaning=_("The provider has disabled a template: nothing can be sent with it. It ends when it is reinstated."),
    ),
    "TEMPLATE_PAUSED": Kind(
        name=_("Template paused"),
        meaning=_("The provider pauses a template because of its quality. It ends when the pause does."),
    ),
    "TEMPLATE_REJECTED": Kind(
        name=_("Template rejected"),
        meaning=_("The provider has refused a template or a change of it. It ends when a corrected one is approved."),
    ),
    "TEMPLATE_FLAGGED": Kind(
        name=_("Template flagged"),
        meaning=_("A template is about to be paused or disabled. It ends when its status is decided."),
    ),
    "TEMPLATE_QUALITY_RED": Kind(
        name=_("Template quality red"),
        meaning=_("Many recipients block or report a template. It ends when its quality recovers."),
    ),
    "TEMPLATE_QUALITY_YELLOW": Kind(
        name=_("Template quality yellow"),
        meaning=_("Some recipients block or report a template. It ends when its quality is green, or turns red."),
    ),
    "TEMPLATE_LOW_DELIVERY": Kind(
        name=_("Template delivery low"),
        meaning=_("Fewer than 95 % of a template's messages of seven days arrive. It ends when more of them do."),
    ),
    "TEMPLATE_QUALITY_WARNING": Kind(
        name=_("Template early warning"),
        meaning=_(
            "Delivery, reading or opt-outs of a template move the bad way: it may turn red. It ends when they are as "
            "usual again, or when it has."
        ),
    ),
    "TEMPLATE_PENDING_LONG": Kind(
        name=_("Template pending for long"),
        meaning=_("A template waits for its review longer than usual. It ends when the provider decides."),
    ),
    "TEMPLATE_DRIFT": Kind(
        name=_("Template drifted"),
        meaning=_("The provider serves other words than ours. It ends when they are adopted, or ours are back."),
    ),
    "CATEGORY_CHANGE_BLOCKED": Kind(
        name=_("Category change blocked"),
        meaning=_(
            "The provider moved a template to a category that nobody here has agreed to. It ends when somebody accepts "
            "it or keeps ours, or when both agree again."
        ),
    ),
    "CATEGORY_CHANGED": Kind(
        name=_("Category changed"),
        meaning=_("The provider moved a template to another category, as it may. It ends after seven days."),
    ),
    "CATEGORY_CHANGE_ANNOUNCED": Kind(
        name=_("Category change announced"),
        meaning=_("The provider will change a template's category. It ends when that happens or is withdrawn."),
    ),
    "ACCOUNT_RESTRICTED": Kind(
        name=_("Account restricted"),
        meaning=_("The provider restricts an account, or will soon. It ends when the restriction does."),
    ),
    "PHONE_NUMBER_QUALITY": Kind(
        name=_("Number quality"),
        meaning=_("The quality of a sending number has fallen. It ends when it is green again."),
    ),
    "UNKNOWN_ACCOUNT": Kind(
        name=_("Unknown account"),
        meaning=_("Webhooks arrive for an account that nobody has added. It ends when the account is, or none wait."),
    ),
    "TOKEN_EXPIRING": Kind(
        name=_("Access token expires"),
        meaning=_("An account's access token ends soon or is refused. It ends when a new one is entered."),
    ),
    "NO_WEBHOOKS": Kind(
        name=_("No webhooks"),
        meaning=_("An account has not been heard of for unusually long. It ends with its next webhook."),
    ),
    "CALLS_PARKED": Kind(
        name=_("Events parked"),
        meaning=_("What a provider said could not be applied and waits. It ends when none wait."),
    ),
    "QUEUE_OLD": Kind(
        name=_("Work waits"),
        meaning=_("Work is due and nobody carries it out. It ends when the oldest piece is done."),
    ),
    "WORKER_SILENT": Kind(
        name=_("Worker silent"),
        meaning=_("The worker or the clock gives no sign of life. It ends with the next one."),
    ),
    "DESTINATION_BROKEN": Kind(
        name=_("Destination broken"),
        meaning=_("A destination takes no more alerts and is switched off. It ends when it is switched on again."),
    ),
}

SUBJECTS: dict[str, Any] = {
    "template": _("Template"),
    "account": _("Account"),
    "number": _("Number"),
    "unknown_account": _("Unknown account"),
    "destination": _("Destination"),
    "organization": _("Organization"),
    "installation": _("Installation"),
}


def name_of(alert_type: str) -> str:
    """The type's name; of one that the table does not know, its code made readable."""
    kind = KINDS.get(alert_type)
    return str(kind.name) if kind else alert_type.replace("_", " ").capitalize()


def meaning_of(alert_type: str) -> str:
    kind = KINDS.get(alert_type)
    return str(kind.meaning) if kind else ""


def subject_name(kind: str) -> str:
    return str(SUBJECTS.get(kind) or kind.replace("_", " ").capitalize())
