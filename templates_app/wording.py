"""
What people read about a template: its facts, its standing and what is wrong with it, in plain English.

The tables are data: a word of the provider's that is missing in them is shown in its own letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from core.matters import Matter, Severity
from templates_app import category_words
from templates_app.facts import COMPONENTS_CHANGE, QUALITY_CHANGE, STATUS, Fact, JsonObject
from templates_app.phrases import clock, told, when
from templates_app.standing import (
    TEMPLATE_DISABLED,
    TEMPLATE_FLAGGED,
    TEMPLATE_PAUSED,
    TEMPLATE_QUALITY_RED,
    TEMPLATE_QUALITY_YELLOW,
    TEMPLATE_REJECTED,
    Condition,
    Standing,
)

EVENT_WORDS = {
    "APPROVED": "Approved by Meta",
    "PENDING": "Meta is reviewing it",
    "REJECTED": "Rejected by Meta",
    "PAUSED": "Paused by Meta",
    "DISABLED": "Disabled by Meta",
    "FLAGGED": "Flagged by Meta after negative feedback; it can still be sent, but may be disabled",
    "REINSTATED": "Reinstated by Meta; it is no longer flagged or disabled",
    "IN_APPEAL": "Meta is looking at the appeal",
    "LIMIT_EXCEEDED": "Held back by Meta because the account has no room for more templates",
    "LOCKED": "Locked by Meta; it cannot be edited for now",
    "ARCHIVED": "Archived; Meta deletes it after 28 days unless it is taken out of the archive",
    "UNARCHIVED": "Taken out of the archive; it is again what it was before",
    "PENDING_DELETION": "To be deleted at Meta as soon as its last messages are delivered",
    "DELETED": "Deleted at Meta",
}

STATUS_WORDS = {
    "DRAFT": "A draft that Meta has not seen yet",
    "UNKNOWN": "Meta has not told the status of this template yet",
    "APPROVED": "Approved by Meta and can be sent",
    "PENDING": "In review at Meta and cannot be sent until it is approved",
    "REJECTED": "Rejected by Meta and cannot be sent",
    "PAUSED": "Paused by Meta and cannot be sent for now",
    "DISABLED": "Disabled by Meta and cannot be sent any more",
    "IN_APPEAL": "Under appeal at Meta and cannot be sent meanwhile",
    "LIMIT_EXCEEDED": "Held back by Meta, because the account has no room for more templates, and cannot be sent",
    "ARCHIVED": "Archived and cannot be sent; Meta deletes it after 28 days",
    "PENDING_DELETION": "Waiting to be deleted at Meta and cannot be sent",
    "DELETED": "Deleted at Meta and cannot be sent",
}

REASON_WORDS = {
    "ABUSIVE_CONTENT": "the content is abusive or breaks WhatsApp's policies",
    "CATEGORY_NOT_AVAILABLE": "this category is not available to the account",
    "INCORRECT_CATEGORY": "the content does not fit the category",
    "INVALID_FORMAT": "the format is not valid",
    "PROMOTIONAL": "the content is promotional",
    "SCAM": "the content looks like a scam",
    "TAG_CONTENT_MISMATCH": "the content does not match its category or its language",
    "QUALITY_ISSUES": "quality problems",
}

PAUSE_WORDS = {
    "FIRST_PAUSE": "It is the first pause for low quality and lasts 3 hours.",
    "SECOND_PAUSE": "It is the second pause for low quality and lasts 6 hours; the next one disables the template.",
    "RATE_LIMITING_PAUSE": "It was paused while Meta tried it on a few people first; it does not end by itself.",
    "UNPAUSE": "The pause is over.",
}

QUALITY_REASON_WORDS = {
    "HIGH_FAILURE_RATE": "too many messages failed",
    "LOW_READ_RATE": "too few people read it",
    "SPAM": "people called it spam",
    "NO_SIGN_UP": "people say that they never signed up",
    "NO_LONGER_NEEDED": "people no longer need it",
    "OFFENSIVE_MESSAGES": "people found it offensive",
    "OTP_DID_NOT_REQUEST": "people got a code that they had not asked for",
    "OTHER": "other reasons that people gave",
    "NO_REASON": "people blocked it without a reason",
    "NO_REASON_GIVEN": "people blocked it without a reason",
    "UNKNOWN_BLOCK_REASON": "people blocked it for a reason that Meta does not know",
}

_APPEAL = "If you think that Meta is wrong, appeal in WhatsApp Manager under Message templates."
_EDIT = "edit it here and submit it again."

PAUSE_ACTIONS = {
    "FIRST_PAUSE": "Wait until the pause ends by itself after 3 hours. Before campaigns go on, narrow them to people "
    "who expect this message, and revise the text here.",
    "SECOND_PAUSE": "Wait until the pause ends by itself after 6 hours, and revise text and audience now: "
    "edit it here; instead of a third pause Meta disables the template.",
    "RATE_LIMITING_PAUSE": "This pause does not end by itself: check text and audience, wait at least 5 minutes, then "
    "choose Unpause on the template's page.",
    "": "Look up in WhatsApp Manager under Message templates why it is paused and until when; if no end is named, "
    "choose Unpause on the template's page.",
}

REJECTION_ACTIONS = {
    "ABUSIVE_CONTENT": f"Take out threatening, insulting or otherwise forbidden content: {_EDIT} {_APPEAL}",
    "CATEGORY_NOT_AVAILABLE": f"Choose another category that fits the content: {_EDIT}",
    "INCORRECT_CATEGORY": "Choose the category that fits the content (promotion is MARKETING, one-time codes are "
    f"AUTHENTICATION): {_EDIT} Or ask for a review of the category in WhatsApp Manager within 60 days.",
    "INVALID_FORMAT": f"Repair variables, examples, braces or links, as Meta recommends: {_EDIT}",
    "PROMOTIONAL": f"Take out the promotional words, or choose the category MARKETING: {_EDIT} {_APPEAL}",
    "SCAM": "Take out what could look like fraud (requests for money, passwords or card numbers, unclear links): "
    f"{_EDIT} {_APPEAL}",
    "TAG_CONTENT_MISMATCH": f"Make content, category and language agree: {_EDIT} {_APPEAL}",
    "": f"Look up the reason in WhatsApp Manager under Message templates and correct it: {_EDIT} {_APPEAL}",
}

DISABLED_ACTION = (
    "Write a new template with a better text here, submit it, and move what used this one to it once it is approved. "
    f"{_APPEAL}"
)

LONG_PENDING_ACTION = (
    "The review takes longer than Meta's usual 24 hours: check in WhatsApp Manager under Message templates whether "
    "something is asked of you, and use another approved template in the meantime."
)

QUALITY_ACTIONS = {
    "RED": "Stop the campaigns that use this template, narrow them to people who expect the message, and revise the "
    "text here before Meta pauses it.",
    "YELLOW": "Look at who gets this template and how often, and if the score falls further revise the text here.",
}

FLAGGED_ACTION = (
    "Send this template only to people who expect it, and prepare a better text here, because Meta may disable it."
)


def history_reason(fact: Fact) -> str:
    """A fact as one or more sentences for the history; never empty."""
    return _HISTORY[fact.kind](fact)


def action_required(
    *, status: str, quality_score: str, reason: str = "", pause_title: str = "", is_long_pending: bool = False
) -> str:
    """What to do next and where, by the worst cause (`reason` is the status's); "" where nothing is to be done."""
    if is_long_pending:
        return LONG_PENDING_ACTION
    if status == "PAUSED":
        return _of(PAUSE_ACTIONS, pause_title)
    if status == "REJECTED":
        return _of(REJECTION_ACTIONS, reason)
    return DISABLED_ACTION if status == "DISABLED" else QUALITY_ACTIONS.get(quality_score, "")


def status_sentence(standing: Standing) -> str:
    """The standing in one sentence."""
    head = STATUS_WORDS.get(
        standing.status, f'Meta calls its status "{_in_words(standing.status)}" and it cannot be sent'
    )
    if standing.status == "PAUSED" and standing.paused_until:
        head = f"Paused by Meta until {clock(standing.paused_until)} and cannot be sent before"
    elif standing.status in ("REJECTED", "DISABLED") and standing.status_reason:
        head += f" ({_in_words(standing.status_reason, REASON_WORDS)})"
    tail = [f"its quality is {standing.quality_score}"] if standing.quality_score in QUALITY_ACTIONS else []
    if standing.flagged_at:
        tail.insert(0, "Meta has flagged it after negative feedback")
    return "; ".join([head, *tail]) + "."


def matters(standing: Standing, *, template_id: str, name: str, language: str) -> list[Matter]:
    """What is wrong with the template now, one matter per condition of its standing."""
    label = f"{name} ({language})" if language else name
    return [
        Matter(
            alert_type=alert_type,
            severity=_SEVERITIES[alert_type],
            title=f"Template {label} {_TITLES[alert_type]}",
            detail=_DETAILS[alert_type](standing, condition),
            action_required=_action_for(alert_type, standing),
            data={
                "template_id": template_id,
                "template_name": name,
                "language": language,
                **_data_for(alert_type, standing, condition),
            },
            count=condition.count,
            first_seen_at=condition.first_seen_at,
            last_seen_at=condition.last_seen_at,
        )
        for alert_type, condition in standing.conditions.items()
        if alert_type in _SEVERITIES
    ]


_SEVERITIES = {
    TEMPLATE_DISABLED: Severity.CRITICAL,
    TEMPLATE_QUALITY_RED: Severity.CRITICAL,
    TEMPLATE_PAUSED: Severity.HIGH,
    TEMPLATE_REJECTED: Severity.HIGH,
    TEMPLATE_FLAGGED: Severity.MEDIUM,
    TEMPLATE_QUALITY_YELLOW: Severity.MEDIUM,
}

_TITLES = {
    TEMPLATE_DISABLED: "is disabled",
    TEMPLATE_PAUSED: "is paused",
    TEMPLATE_REJECTED: "was rejected",
    TEMPLATE_FLAGGED: "is flagged",
    TEMPLATE_QUALITY_RED: "has quality RED",
    TEMPLATE_QUALITY_YELLOW: "has quality YELLOW",
}

_QUALITY_TYPES = (TEMPLATE_QUALITY_RED, TEMPLATE_QUALITY_YELLOW)


def _action_for(alert_type: str, standing: Standing) -> str:
    if alert_type == TEMPLATE_FLAGGED:
        return FLAGGED_ACTION
    if alert_type in _QUALITY_TYPES:
        return QUALITY_ACTIONS[standing.quality_score]
    return action_required(
        status=standing.status,
        quality_score=standing.quality_score,
        reason=standing.status_reason,
        pause_title=standing.pause_title,
    )


def _data_for(alert_type: str, standing: Standing, condition: Condition) -> JsonObject:
    if alert_type in _QUALITY_TYPES:
        return {"quality_score": standing.quality_score, "previous_score": standing.previous_quality}
    if alert_type == TEMPLATE_FLAGGED:
        data: JsonObject = {"reason": condition.said.get("reason", "")}
    else:
        data = {"reason": standing.status_reason or standing.pause_title}
    if alert_type in (TEMPLATE_DISABLED, TEMPLATE_PAUSED):
        data["campaigns"] = []
    if "disable_date" in condition.said:
        data["disable_date"] = condition.said["disable_date"]
    return data


def _status_detail(standing: Standing, condition: Condition) -> str:
    # A status that came back out of the archive has its reasons in the standing, not in what was said then.
    said = {"reason": standing.status_reason, "title": standing.pause_title, "rejection": standing.rejection_info}
    return _event_sentences(standing.status, {**condition.said, **said})


def _flag_detail(standing: Standing, condition: Condition) -> str:
    return _event_sentences("FLAGGED", condition.said)


def _quality_detail(standing: Standing, condition: Condition) -> str:
    return _quality_sentences(standing.quality_score, standing.previous_quality, standing.quality_reasons)


_DETAILS: dict[str, Callable[[Standing, Condition], str]] = {
    TEMPLATE_DISABLED: _status_detail,
    TEMPLATE_PAUSED: _status_detail,
    TEMPLATE_REJECTED: _status_detail,
    TEMPLATE_FLAGGED: _flag_detail,
    TEMPLATE_QUALITY_RED: _quality_detail,
    TEMPLATE_QUALITY_YELLOW: _quality_detail,
}


def _event_sentences(event: str, said: JsonObject) -> str:
    rejection = said.get("rejection") or {}
    return " ".join(
        filter(
            None,
            (
                EVENT_WORDS.get(event, f'Meta said "{_in_words(event)}", a word that is not known here') + ".",
                told("Reason: {}.", _in_words(said.get("reason", ""), REASON_WORDS)),
                told('Meta found: "{}".', rejection.get("reason")),
                told('Meta recommends: "{}".', rejection.get("recommendation")),
                PAUSE_WORDS.get(said.get("title", "")),
                told('Meta says: "{}".', said.get("description")),
                told("Meta names {} as the date of disabling.", when(said.get("disable_date"))),
            ),
        )
    )


def _quality_sentences(score: str, previous: str, reasons: list[str] | tuple[str, ...]) -> str:
    head = f"Quality changed from {previous} to {score}." if previous not in ("", score) else f"Quality is {score}."
    words = ", ".join(dict.fromkeys(_in_words(reason, QUALITY_REASON_WORDS) for reason in reasons))
    return " ".join(filter(None, (head, told("Reasons: {}.", words))))


def _status_history(fact: Fact) -> str:
    return _event_sentences(fact.event, fact.said)


def _quality_history(fact: Fact) -> str:
    said = fact.said
    return _quality_sentences(said.get("score", "UNKNOWN"), said.get("previous_score", ""), said.get("reasons", ()))


def _components_history(fact: Fact) -> str:
    version = fact.said.get("version")  # where it comes from us
    if version:
        return f"v{version} was submitted to Meta."
    return "A sync found this content at Meta." if fact.said.get("is_whole") else "The content was edited at Meta."


_HISTORY: dict[str, Callable[[Fact], str]] = {
    STATUS: _status_history,
    QUALITY_CHANGE: _quality_history,
    **category_words.HISTORY,
    COMPONENTS_CHANGE: _components_history,
}

_CODE = re.compile(r"[A-Z0-9_]+")


def _in_words(code: str, table: dict[str, str] | None = None) -> str:
    """A provider's code in words; what is no code is a text already."""
    if table and code in table:
        return table[code]
    return code.replace("_", " ").lower() if _CODE.fullmatch(code) else code.strip().rstrip(".")


def _of(actions: dict[str, str], cause: str) -> str:
    return actions.get(cause, actions[""])
