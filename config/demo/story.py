"""
The sixty days behind the demo, told backwards from now, as the bodies that Meta would have posted.

Nothing in here is left to chance: the same moment gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from config.demo.shop import DISPLAY_PHONE_NUMBER, NAME, WABA_ID
from config.demo.templates import TEMPLATES, Button, Definition

Value = dict[str, Any]
Change = tuple[str, Value]  # the field, and what its value says
AboutTemplate = Callable[[Definition, datetime], Change]
AboutAccount = Callable[[datetime], Change]

DAYS = 60
STATUS, QUALITY = "message_template_status_update", "message_template_quality_update"
COMPONENTS, CATEGORY = "message_template_components_update", "template_category_update"
PAUSES = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """What Meta posts, and the time in it."""

    at: datetime
    body: bytes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Acknowledgment:
    """The admin says that she knows of an alert about a template."""

    at: datetime
    template: str
    alert_type: str
    note: str


def told(*, now: datetime) -> list[Call | Acknowledgment]:
    """Everything that happened, oldest first."""
    happened: list[Call | Acknowledgment] = [*_about_account(now), *_about_templates(now)]
    happened += [
        Acknowledgment(at=_ago(now, days), template=template, alert_type=alert_type, note=note)
        for days, template, alert_type, note in ACKNOWLEDGED
    ]
    return sorted(happened, key=lambda one: one.at)


# How a change is told


def _status(event: str, *, reason: str | None = "NONE", **blocks: Value) -> AboutTemplate:
    def tell(template: Definition, at: datetime) -> Change:
        return STATUS, {"event": event, "reason": reason, "message_template_category": template.category, **blocks}

    return tell


def _paused(title: str) -> AboutTemplate:
    def tell(template: Definition, at: datetime) -> Change:
        until = f"{at + PAUSES[title]:%b %d at %I:%M %p} UTC"
        hours = PAUSES[title] // timedelta(hours=1)
        description = f"This template is paused for {hours} hours, until {until}, because of low quality."
        return _status("PAUSED", other_info={"title": title, "description": description})(template, at)

    return tell


def _disabled(template: Definition, at: datetime) -> Change:
    description = "This template was disabled after repeated quality problems."
    return _status(
        "DISABLED",
        reason="QUALITY_ISSUES",
        disable_info={"disable_date": _seconds(at)},
        other_info={"title": "DISABLED", "description": description},
    )(template, at)


def _rejected_for_variables(template: Definition, at: datetime) -> Change:
    return _status(
        "REJECTED",
        reason="INVALID_FORMAT",
        rejection_info={
            "reason": "Two variables, {{1}}{{2}}, follow each other with no words between them.",
            "recommendation": "Put descriptive words around every variable so that its meaning is clear.",
        },
    )(template, at)


def _quality(before: str, now: str) -> AboutTemplate:
    return lambda template, at: (QUALITY, {"previous_quality_score": before, "new_quality_score": now})


def _red(*reasons: str) -> AboutTemplate:
    """RED in the form that gives reasons."""
    said = {"event": "QUALITY_CHANGE", "quality_score": "RED", "quality_score_reason": list(reasons)}
    return lambda template, at: (STATUS, said)


def _notice(coming: str) -> AboutTemplate:
    """In a notice `new_category` is the one that still holds."""

    def tell(template: Definition, at: datetime) -> Change:
        due_at = _seconds(at + timedelta(days=1))
        said = {"new_category": template.category, "correct_category": coming, "category_update_timestamp": due_at}
        return CATEGORY, said

    return tell


def _moved_to(category: str) -> AboutTemplate:
    return lambda template, at: (CATEGORY, {"previous_category": template.category, "new_category": category})


def _says(edit: int) -> AboutTemplate:
    def tell(template: Definition, at: datetime) -> Change:
        text = template.texts[edit]
        said: Value = {"message_template_element": text.body}
        if text.title:
            said["message_template_title"] = text.title
        if text.footer:
            said["message_template_footer"] = text.footer
        if text.buttons:
            said["message_template_buttons"] = [_button(button) for button in text.buttons]
        return COMPONENTS, said

    return tell


def _button(button: Button) -> Value:
    name = "phone_number" if button.phone_number else "url"
    return {
        "message_template_button_type": name.upper(),
        "message_template_button_text": button.text,
        f"message_template_button_{name}": button.phone_number or button.url,
    }


def _of_account(field: str, **said: Any) -> AboutAccount:
    return lambda at: (field, said)


def _of_number(field: str, **said: Any) -> AboutAccount:
    digits = "".join(sign for sign in DISPLAY_PHONE_NUMBER if sign.isdigit())
    return lambda at: (field, {"display_phone_number": digits, **said})


def _ban_announced(at: datetime) -> Change:
    date = f"{at + timedelta(days=7):%B %d, %Y}"
    return "account_update", {
        "event": "DISABLED_UPDATE",
        "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": date},
    }


# What happened: days before now, and what one call told


SUBMITTED = (_status("PENDING"), _says(0))
EDITED = (_status("PENDING"), _says(1))
APPROVED = _status("APPROVED")
UNPAUSED = _status("APPROVED", other_info={"title": "UNPAUSE", "description": "This template is no longer paused."})
COLOURLESS, GREEN, YELLOW, RED = "UNKNOWN", "GREEN", "YELLOW", "RED"

LIVES: dict[str, list[tuple[float, Sequence[AboutTemplate]]]] = {
    "order_confirmation.en_GB": [
        (59.61, SUBMITTED),
        (59.42, [APPROVED]),
        (52.33, [_quality(COLOURLESS, GREEN)]),
        (20.44, EDITED),
        (20.17, [APPROVED]),
    ],
    "order_confirmation.pt_BR": [
        (57.52, SUBMITTED),
        (57.13, [APPROVED]),
        (48.71, [_quality(COLOURLESS, GREEN)]),
        (6.32, [_quality(GREEN, YELLOW)]),
    ],
    "parcel_on_its_way.en_GB": [
        (59.58, SUBMITTED),
        (59.31, [APPROVED]),
        (50.22, [_quality(COLOURLESS, GREEN)]),
        (5.24, [_notice("MARKETING")]),
        (4.21, [_moved_to("MARKETING")]),
    ],
    "parcel_on_its_way.ar": [
        (45.63, SUBMITTED),
        (45.34, [_rejected_for_variables]),
        (44.41, EDITED),
        (43.92, [APPROVED]),
        (33.15, [_quality(COLOURLESS, GREEN)]),
    ],
    "pickup_ready.fr": [(3.28, SUBMITTED)],
    "refund_issued.en_GB": [
        (55.23, SUBMITTED),
        (54.91, [APPROVED]),
        (41.54, [_quality(COLOURLESS, GREEN)]),
        (0.62, [_notice("MARKETING")]),
    ],
    "login_code.en": [(12.43, SUBMITTED), (12.36, [APPROVED])],
    "winter_sale.en_GB": [
        (36.24, SUBMITTED),
        (35.93, [APPROVED]),
        (30.12, [_quality(COLOURLESS, GREEN)]),
        (21.74, [_quality(GREEN, YELLOW)]),
        (17.35, [_red("SPAM", "NO_SIGN_UP")]),
        (16.94, [_paused("FIRST_PAUSE")]),
        (16.81, [UNPAUSED]),
        (16.80, [_quality(RED, YELLOW)]),
        (11.86, [_red("SPAM")]),
        (11.53, [_paused("SECOND_PAUSE")]),
        (11.28, [UNPAUSED]),
        (11.27, [_quality(RED, YELLOW)]),
        (2.43, [_red("SPAM", "NO_LONGER_NEEDED")]),
        (2.12, [_disabled]),
    ],
    "winter_sale.fr": [
        (34.82, SUBMITTED),
        (34.25, [APPROVED]),
        (26.43, [_quality(COLOURLESS, GREEN)]),
        (13.67, [_quality(GREEN, YELLOW)]),
        (9.44, [_red("NO_LONGER_NEEDED")]),
        (9.21, [_paused("FIRST_PAUSE")]),
        (9.08, [UNPAUSED]),
        (9.07, [_quality(RED, YELLOW)]),
        (0.24, [_red("SPAM", "OTHER")]),
        (0.11, [_paused("SECOND_PAUSE")]),
    ],
    "back_in_stock.es": [
        (40.37, SUBMITTED),
        (40.14, [APPROVED]),
        (28.83, [_quality(COLOURLESS, GREEN)]),
        (3.94, [_quality(GREEN, YELLOW)]),
        (0.07, [_red("LOW_READ_RATE")]),
        (0.04, [_paused("FIRST_PAUSE")]),
    ],
    "welcome_offer.es": [(1.43, SUBMITTED), (1.22, [_rejected_for_variables])],
    "review_request.pt_BR": [
        (53.46, SUBMITTED),
        (53.17, [APPROVED]),
        (42.08, [_quality(COLOURLESS, YELLOW)]),
        (38.64, [_status("FLAGGED")]),
        (37.25, [_status("REINSTATED")]),
        (35.41, [_quality(YELLOW, GREEN)]),
        (7.63, [_quality(GREEN, YELLOW)]),
        (4.73, [_status("FLAGGED")]),
    ],
    "studio_newsletter.en_GB": [
        (58.84, SUBMITTED),
        (58.27, [APPROVED]),
        (46.95, [_quality(COLOURLESS, GREEN)]),
        (24.66, [_status("ARCHIVED")]),
        (22.38, [_status("UNARCHIVED")]),
        (8.52, [_status("ARCHIVED")]),
    ],
    "loyalty_points.ar": [
        (2.66, SUBMITTED),
        (1.94, [_status("REJECTED", reason="INCORRECT_CATEGORY")]),
        (0.83, [_status("IN_APPEAL")]),
    ],
}

ACCOUNT_LIFE: list[tuple[float, Sequence[AboutAccount]]] = [
    (
        59.93,
        [
            _of_account("account_review_update", decision="APPROVED"),
            _of_account(
                "business_capability_update", max_daily_conversations_per_business=250, max_phone_numbers_per_waba=2
            ),
            _of_number("phone_number_quality_update", event="ONBOARDING", current_limit="TIER_250"),
        ],
    ),
    (
        59.87,
        [
            _of_number(
                "phone_number_name_update", decision="APPROVED", requested_verified_name=NAME, rejection_reason=None
            )
        ],
    ),
    (
        47.26,
        [
            _of_account(
                "business_capability_update", max_daily_conversations_per_business=2000, max_phone_numbers_per_waba=25
            ),
            _of_number("phone_number_quality_update", event="UPGRADE", old_limit="TIER_250", current_limit="TIER_2K"),
        ],
    ),
    (29.64, [_of_number("phone_number_quality_update", event="FLAGGED", current_limit="TIER_2K")]),
    (25.13, [_of_number("phone_number_quality_update", event="UNFLAGGED", current_limit="TIER_2K")]),
    (18.92, [_ban_announced]),
    (18.16, [_of_account("account_update", event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})]),
    (14.37, [_of_number("security", event="PIN_CHANGED")]),
    (
        5.61,
        [
            _of_account(
                "account_alerts",
                entity_type="BUSINESS",
                entity_id="771302586640915",
                alert_info={
                    "alert_severity": "WARNING",
                    "alert_status": "ACTIVE",
                    "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
                    "alert_description": "The messaging limit stays as it is until quality is better.",
                },
            )
        ],
    ),
]

ACKNOWLEDGED = [
    (1.93, "winter_sale.en_GB", "TEMPLATE_DISABLED", "The last mailing is cancelled; a new text is being written."),
]


# From days to bytes


def _about_templates(now: datetime) -> Iterator[Call]:
    for key, life in LIVES.items():
        template = TEMPLATES[key]
        for days, tellers in life:
            at = _ago(now, days)
            yield _call(at, [_named(template, *tell(template, at)) for tell in tellers])


def _about_account(now: datetime) -> Iterator[Call]:
    for days, tellers in ACCOUNT_LIFE:
        at = _ago(now, days)
        yield _call(at, [tell(at) for tell in tellers])


def _named(template: Definition, field: str, said: Value) -> Change:
    return field, {
        "message_template_id": template.id,
        "message_template_name": template.name,
        "message_template_language": template.language,
        **said,
    }


def _call(at: datetime, changes: Sequence[Change]) -> Call:
    told_changes = [{"field": field, "value": value} for field, value in changes]
    entry = {"id": WABA_ID, "time": _seconds(at), "changes": told_changes}
    return Call(at=at, body=json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())


def _ago(now: datetime, days: float) -> datetime:
    return datetime.fromtimestamp(_seconds(now - timedelta(days=days)), UTC)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
