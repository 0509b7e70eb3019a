"""
How Meta's Graph API says no, in words: every documented code, what to do about it, and whether asking again helps.

Pure. The tables are data; a code that is not in them keeps Meta's own words.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any


class Kind(enum.StrEnum):
    AGAIN = "again"  # it may work later, as it is
    REFUSED = "refused"  # never, as it is
    HALTED = "halted"  # nothing of this account works until somebody acts
    GONE = "gone"  # what was asked about is not there


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    kind: Kind
    sentence: str
    action: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class GraphError:
    """What an answer says: our sentence and what to do, and Meta's own words where it has any for people."""

    code: str  # as "100/2388299", "190", "http_502"
    kind: Kind
    sentence: str
    action: str
    told: str = ""

    @property
    def words(self) -> str:
        said = f'Meta says: "{self.told}"' if self.told else ""
        return " ".join(filter(None, (self.sentence, said, self.action)))


def read(answer: object, *, status: int) -> GraphError:
    """The error in an answer that is none of success, whatever stands in it."""
    error = _block(answer, "error")
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    named = "/".join(str(number) for number in (code, subcode) if number is not None)
    told = _told(error)
    known = _known(code, subcode)
    if known is None:
        told = told or _text(error.get("message"))
        kind = Kind.AGAIN if error.get("is_transient") is True or status == 429 or status >= 500 else Kind.REFUSED
        known = Known(kind, told or f"Meta answered with the HTTP status {status} and no reason.", _ACTIONS[kind])
        told = ""
    return GraphError(
        code=named or f"http_{status}", kind=known.kind, sentence=known.sentence, action=known.action, told=told
    )


def reads(code: int) -> Known | None:
    """What the tables say of a code or subcode."""
    return BY_SUBCODE.get(code) or BY_CODE.get(code) or (PERMISSION if code in PERMISSIONS else None)


def _known(code: int | None, subcode: int | None) -> Known | None:
    if code == 100 and subcode == 33:
        return NO_OBJECT
    if subcode is not None and subcode in BY_SUBCODE:
        return BY_SUBCODE[subcode]
    return reads(code) if code is not None and code != 100 else None


def _told(error: Mapping[str, Any]) -> str:
    """Meta's words for people, or the details: its `message` says the code once more."""
    title, message = _text(error.get("error_user_title")), _text(error.get("error_user_msg"))
    if title or message:
        return ": ".join(filter(None, (title.rstrip("."), message)))
    return _text(_block(error, "error_data").get("details")) or _text(error.get("error_data"))


def _block(holder: object, key: str) -> Mapping[str, Any]:
    found = holder.get(key) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:18])
    return value if type(value) is int else None


def _text(value: object) -> str:
    return " ".join(value.split())[:1000] if isinstance(value, str) else ""


_WAIT = "It is tried again by itself."
_ACTIONS = {
    Kind.AGAIN: _WAIT,
    Kind.REFUSED: "Correct what it names and submit it again.",
    Kind.HALTED: "",
    Kind.GONE: "",
}
_TOKEN = "Make a new token in Meta's Business Settings and enter it on the page of the account."  # noqa: S105 (advice)
_RIGHTS = (
    "Give the system user whatsapp_business_management (for sending whatsapp_business_messaging too) for this account "
    "in Meta's Business Settings."
)
_SUPPORT = "See in Meta's Business Support what is asked of the account; nothing of it works before."
_PAYMENT = "Enter a valid way to pay for the account in Meta's Business Settings."
_MANAGER = "See the account in WhatsApp Manager."
_BUG = "This should not happen: correct the values and send it again; if they are right, report it."
_PERSON = "Reach this person another way."
_REGISTER = "See the number's registration in WhatsApp Manager."
_NEW_TEMPLATE = "Write another template, or choose one that is approved."

PERMISSIONS = range(200, 300)
PERMISSION = Known(Kind.HALTED, "The access token lacks the permission for this.", _RIGHTS)
NO_OBJECT = Known(
    Kind.GONE, "Meta has no such template, or the token may not see it.", "Sync, to see what Meta has now."
)
_AWAY = Known(Kind.AGAIN, "Something went wrong at Meta.", _WAIT)
_REGISTRATION = Known(Kind.REFUSED, "The number is not registered as it should be.", _REGISTER)


def _again(sentence: str, action: str = _WAIT) -> Known:
    return Known(Kind.AGAIN, sentence, action)


def _no(sentence: str, action: str) -> Known:
    return Known(Kind.REFUSED, sentence, action)


def _halt(sentence: str, action: str) -> Known:
    return Known(Kind.HALTED, sentence, action)


# Error codes of Meta's Cloud API and Business Management API (Error codes, 2026-09-11).
BY_CODE: dict[int, Known] = {
    0: _halt("The access token is not valid.", _TOKEN),
    1: _AWAY,
    2: _AWAY,
    3: PERMISSION,
    4: _again("The app has made too many calls to Meta."),
    10: PERMISSION,
    33: _no("The number was deleted at Meta.", "Retire the number here, or register it again at Meta."),
    190: _halt("The access token is invalid or has expired.", _TOKEN),
    368: _halt("Meta has restricted the account for breaking its policies.", _SUPPORT),
    80007: _again("The account has made too many calls to Meta."),
    130403: _no("The business has blocked this person.", "Unblock the person, if that was a mistake."),
    130429: _again("More messages were sent than the number may send in a second."),
    130472: _no("Meta keeps this person out of marketing messages for an experiment.", _PERSON),
    130497: _no("The account may not send to this country.", _MANAGER),
    131000: _AWAY,
    131005: PERMISSION,
    131008: _no("A needed parameter is missing.", _BUG),
    131009: _no("The value of a parameter is not valid.", _BUG),
    131016: _again("The service is overloaded at Meta."),
    131021: _no("The sender and the recipient are one number.", "Send it to another number."),
    131026: _no("The message cannot be delivered: not on WhatsApp, an old app, or terms not accepted.", _PERSON),
    131030: _no("A test number sends to listed people only.", "Add the person to the list of the test number at Meta."),
    131031: _halt("The account is locked, or its PIN is wrong.", _SUPPORT),
    131037: _no("The display name of the number is not approved.", "Have a display name approved in WhatsApp Manager."),
    131042: _halt("Meta cannot charge the account.", _PAYMENT),
    131044: _no("Meta cannot charge the account for calling.", _PAYMENT),
    131045: _REGISTRATION,
    131047: _no("More than 24 hours have passed since the person wrote.", "Send an approved template."),
    131048: _no(
        "Meta holds the number back, because people call its messages spam.",
        "Stop the campaigns of this number and look at its quality in WhatsApp Manager.",
    ),
    131049: _no(
        "Meta holds the message back: the person gets enough marketing.", "Wait a day, or reach the person another way."
    ),
    131050: _no("The person has stopped marketing messages of the business.", "Send this person no more marketing."),
    131051: _no("Messages of this type are not supported.", "Send another type of message."),
    131052: _no("The media of the person could not be downloaded.", "Ask the person to send it again."),
    131053: _again("The media could not be uploaded.", "Look at its type and size, if it does not work the next time."),
    131055: _no("This way is for marketing templates only.", _NEW_TEMPLATE),
    131056: _again("Too many messages went to this one person in a short time."),
    131057: _again("The account is in maintenance for some minutes."),
    131062: _no("This message cannot go to a user id.", "Send it to the phone number."),
    131063: _no("Marketing is switched off for the Cloud API of this account.", _MANAGER),
    131064: _no(
        "Meta caps the utility messages of the account, because templates were in the wrong category.",
        "Move promotional templates to MARKETING; the cap ends after some days.",
    ),
    132000: _no("The number of values differs from the number of variables.", _BUG),
    132001: _no(
        "Meta has no approved template of this name in this language.", "Look at the template's name and language."
    ),
    132005: _no("The text is too long once the values are filled in.", "Send shorter values."),
    132007: _no("The content breaks Meta's policies.", "Change the text."),
    132008: _no("The value of a variable is not valid.", _BUG),
    132012: _no("A value has another form than the variable asks for.", _BUG),
    132015: _no("The template is paused.", "Wait until it is approved again."),
    132016: _no("The template is disabled for good.", _NEW_TEMPLATE),
    132018: _no(
        "A value cannot stand in a template.", "Take out line breaks, tabs and more than four spaces in a row."
    ),
    132021: _no("The name belongs to a template that was written by hand.", "Choose another name."),
    132068: _no("The flow of the template is blocked.", _MANAGER),
    132069: _again("The flow of the template is slowed down."),
    133000: _REGISTRATION,
    133004: _again("The server at Meta is away for some time."),
    133005: _no("The PIN of the number is wrong.", _REGISTER),
    133006: _no("The number has to be verified first.", _REGISTER),
    133008: _no("The PIN was wrong too often.", "Wait as long as WhatsApp Manager says, then enter the right one."),
    133009: _no("The PIN was entered too fast.", "Wait some minutes and enter it again."),
    133010: _REGISTRATION,
    133015: _no("The number was deleted a short time ago.", "Wait 5 minutes and register it again."),
    133016: _no("The number was registered too often.", "Wait 72 hours and register it again."),
    134011: _no("The terms for payments are not accepted yet.", "Accept them in WhatsApp Manager."),
    134100: _no("This way is for marketing templates only.", _NEW_TEMPLATE),
    134101: _again("Meta is still preparing the template for marketing; that takes up to 10 minutes."),
    134102: _no("The template is not there for marketing.", _NEW_TEMPLATE),
    135000: _no("The call was refused for one of its parameters.", _BUG),
    136024: _no("A code for registration cannot be asked for now.", _REGISTER),
    137000: _no("The person has another identity than before.", "Check who it is, then send it again."),
    139200: _no("Direct Send is blocked for the account.", _MANAGER),
    200005: _no("There are no figures of these templates.", "Switch template insights on in WhatsApp Manager."),
    200006: _no("Template insights cannot be switched off again.", "Leave them on."),
    200007: _no(
        "Template insights are not switched on for the account.", "Switch template insights on in WhatsApp Manager."
    ),
}

# What Meta says of a template that it refuses (code 100, and the subcode).
BY_SUBCODE: dict[int, Known] = {
    2388019: _no("The account has as many templates as it may have.", "Delete templates that are not used any more."),
    2388023: _no(
        "The name is blocked: a template of that name is being deleted, or was deleted within 30 days.",
        "Write it under another name, or wait.",
    ),
    2388024: _no(
        "Meta has a template of this name in this language already.",
        "Sync, to bring it here, and submit a change of it; or write yours under another name.",
    ),
    2388039: _no(
        "The template cannot be changed now: it is in review, or it was edited too often.",
        "Wait for the review, or a day, and submit it again.",
    ),
    2388040: _no("A text is too long.", "Shorten it and submit it again."),
    2388047: _no("The header is not in the form that Meta takes.", "Repair the header and submit it again."),
    2388072: _no("The body is not in the form that Meta takes.", "Repair the body and submit it again."),
    2388073: _no("The footer is not in the form that Meta takes.", "Repair the footer and submit it again."),
    2388293: _no(
        "There are too many variables for so few words.",
        "Write more words, or use fewer variables, and submit it again.",
    ),
    2388299: _no(
        "A variable stands at the edge of the text.",
        "Put words before the first variable and behind the last one, and submit it again.",
    ),
    2388318: _no("Meta made this template itself and lets nobody change it.", "Write a template of your own."),
    2388330: _no("Meta made this template itself and lets nobody delete it.", "Leave it; it harms nothing."),
}
