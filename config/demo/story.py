"""
The sixty days behind the demo, told backwards from now: the bodies that Meta would have posted, and what people did.

Nothing in here is left to chance: the same moment gives the same bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from config.demo.shop import DISPLAY_PHONE_NUMBER, NAME, WABA_ID
from config.demo.templates import TEMPLATES
from providers.adapters.sandbox.telling import (
    APPROVED,
    GREEN,
    PENDING,
    RED,
    REJECTED_FOR_VARIABLES,
    STATUS,
    UNPAUSED,
    UNRATED,
    YELLOW,
    AboutTemplate,
    Change,
    Definition,
    about,
    body,
    disabled,
    moved_to,
    notice,
    paused,
    quality,
    says,
    seconds,
    status,
)
from providers.adapters.sandbox.templates import FLASH_SALE, WEEKLY_OFFERS

AboutAccount = Callable[[datetime], Change]

DAYS = 60
UNTIL_SYNC = timedelta(minutes=10)  # from the beginning of a review to the sync that reads what is reviewed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """What Meta posts, and the time in it."""

    at: datetime
    body: bytes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Synced:
    """A sync reads what the template says at the provider, in whole: the text of this place among its texts."""

    at: datetime
    template: Definition
    place: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Written:
    """The admin writes another text for the template."""

    at: datetime
    template: Definition
    place: int
    note: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Acknowledgment:
    """The admin says that she knows of an alert about a template."""

    at: datetime
    template: Definition
    alert_type: str
    note: str


Happening = Call | Synced | Written | Acknowledgment


def told(*, now: datetime) -> list[Happening]:
    """Everything that happened, oldest first."""
    happened: list[Happening] = [*_about_account(now), *_about_templates(now)]
    happened += [
        Acknowledgment(at=_ago(now, days), template=TEMPLATES[key], alert_type=alert_type, note=note)
        for days, key, alert_type, note in ACKNOWLEDGED
    ]
    happened += [
        Written(at=_ago(now, days), template=TEMPLATES[key], place=place, note=note)
        for days, key, place, note in WRITTEN
    ]
    return sorted(happened, key=lambda one: one.at)


def told_in_sandbox(*, now: datetime, account_id: str) -> Iterator[Call | Synced]:
    """Two templates of the sandbox, approved and well, so that what is let happen there has a beginning."""
    for template, approved_days, rated_days in ((FLASH_SALE, 11.52, 9.31), (WEEKLY_OFFERS, 11.21, 8.74)):
        for days, tell in (
            (12.43, PENDING),
            (12.41, says(0)),  # after the sync: it knows the examples, and this does not
            (approved_days, APPROVED),
            (rated_days, quality(UNRATED, GREEN)),
        ):
            at = _ago(now, days)
            yield _call(at, [about(template, tell, at)], account_id=account_id)
            if tell is PENDING:
                yield Synced(at=at + UNTIL_SYNC, template=template, place=0)


# How a change is told, where the sandbox does not tell it


def _red(*reasons: str) -> AboutTemplate:
    """RED in the form that gives reasons."""
    said = {"event": "QUALITY_CHANGE", "quality_score": "RED", "quality_score_reason": list(reasons)}
    return lambda template, at: (STATUS, said)


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


SUBMITTED = EDITED = [PENDING]

LIVES: dict[str, list[tuple[float, Sequence[AboutTemplate]]]] = {
    "order_confirmation.en_GB": [
        (59.61, SUBMITTED),
        (59.42, [APPROVED]),
        (52.33, [quality(UNRATED, GREEN)]),
        (20.44, EDITED),
        (20.17, [APPROVED]),
    ],
    "order_confirmation.pt_BR": [
        (57.52, SUBMITTED),
        (57.13, [APPROVED]),
        (48.71, [quality(UNRATED, GREEN)]),
        (6.32, [quality(GREEN, YELLOW)]),
    ],
    "parcel_on_its_way.en_GB": [
        (59.58, SUBMITTED),
        (59.31, [APPROVED]),
        (50.22, [quality(UNRATED, GREEN)]),
        (5.24, [notice("MARKETING")]),
        (4.21, [moved_to("MARKETING")]),
    ],
    "parcel_on_its_way.ar": [
        (45.63, SUBMITTED),
        (45.34, [REJECTED_FOR_VARIABLES]),
        (44.41, EDITED),
        (43.92, [APPROVED]),
        (33.15, [quality(UNRATED, GREEN)]),
    ],
    "pickup_ready.fr": [(3.28, SUBMITTED)],
    "refund_issued.en_GB": [
        (55.23, SUBMITTED),
        (54.91, [APPROVED]),
        (41.54, [quality(UNRATED, GREEN)]),
        (33.37, EDITED),
        (33.05, [APPROVED]),
        (0.62, [notice("MARKETING")]),
    ],
    "login_code.en": [(12.43, SUBMITTED), (12.36, [APPROVED])],
    "winter_sale.en_GB": [
        (36.24, SUBMITTED),
        (35.93, [APPROVED]),
        (30.12, [quality(UNRATED, GREEN)]),
        (21.74, [quality(GREEN, YELLOW)]),
        (17.35, [_red("SPAM", "NO_SIGN_UP")]),
        (16.94, [paused("FIRST_PAUSE")]),
        (16.81, [UNPAUSED]),
        (16.80, [quality(RED, YELLOW)]),
        (11.86, [_red("SPAM")]),
        (11.53, [paused("SECOND_PAUSE")]),
        (11.28, [UNPAUSED]),
        (11.27, [quality(RED, YELLOW)]),
        (2.43, [_red("SPAM", "NO_LONGER_NEEDED")]),
        (2.12, [disabled(reason="QUALITY_ISSUES")]),
    ],
    "winter_sale.fr": [
        (34.82, SUBMITTED),
        (34.25, [APPROVED]),
        (26.43, [quality(UNRATED, GREEN)]),
        (13.67, [quality(GREEN, YELLOW)]),
        (9.44, [_red("NO_LONGER_NEEDED")]),
        (9.21, [paused("FIRST_PAUSE")]),
        (9.08, [UNPAUSED]),
        (9.07, [quality(RED, YELLOW)]),
        (0.24, [_red("SPAM", "OTHER")]),
        (0.11, [paused("SECOND_PAUSE")]),
    ],
    "back_in_stock.es": [
        (40.37, SUBMITTED),
        (40.14, [APPROVED]),
        (28.83, [quality(UNRATED, GREEN)]),
        (26.61, EDITED),
        (26.24, [APPROVED]),
        (5.83, EDITED),
        (5.51, [APPROVED]),
        (3.94, [quality(GREEN, YELLOW)]),
        (0.07, [_red("LOW_READ_RATE")]),
        (0.04, [paused("FIRST_PAUSE")]),
    ],
    "welcome_offer.es": [(1.43, SUBMITTED), (1.22, [REJECTED_FOR_VARIABLES])],
    "review_request.pt_BR": [
        (53.46, SUBMITTED),
        (53.17, [APPROVED]),
        (42.08, [quality(UNRATED, YELLOW)]),
        (38.64, [status("FLAGGED")]),
        (37.25, [status("REINSTATED")]),
        (35.41, [quality(YELLOW, GREEN)]),
        (7.63, [quality(GREEN, YELLOW)]),
        (4.73, [status("FLAGGED")]),
    ],
    "studio_newsletter.en_GB": [
        (58.84, SUBMITTED),
        (58.27, [APPROVED]),
        (46.95, [quality(UNRATED, GREEN)]),
        (30.52, (PENDING, says(1))),
        (30.14, [APPROVED]),
        (24.66, [status("ARCHIVED")]),
        (22.38, [status("UNARCHIVED")]),
        (8.52, [status("ARCHIVED")]),
    ],
    "loyalty_points.ar": [
        (2.66, SUBMITTED),
        (1.94, [status("REJECTED", reason="INCORRECT_CATEGORY")]),
        (0.83, [status("IN_APPEAL")]),
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

WRITTEN = [
    (33.38, "refund_issued.en_GB", 1, "Say sorry with free shipping."),
    (26.62, "back_in_stock.es", 1, "Tell people that there are few."),
    (3.42, "review_request.pt_BR", 1, "Softer, and with a way out."),
]

ACKNOWLEDGED = [
    (1.93, "winter_sale.en_GB", "TEMPLATE_DISABLED", "The last mailing is cancelled; a new text is being written."),
]


# From days to bytes


def _about_templates(now: datetime) -> Iterator[Call | Synced]:
    """With every review comes the next of the template's texts, and a sync reads it."""
    for key, life in LIVES.items():
        template, reviews = TEMPLATES[key], 0
        for days, tellers in life:
            at = _ago(now, days)
            yield _call(at, [about(template, tell, at) for tell in tellers])
            if PENDING in tellers:
                yield Synced(at=at + UNTIL_SYNC, template=template, place=reviews)
                reviews += 1


def _about_account(now: datetime) -> Iterator[Call]:
    for days, tellers in ACCOUNT_LIFE:
        at = _ago(now, days)
        yield _call(at, [tell(at) for tell in tellers])


def _call(at: datetime, changes: Sequence[Change], *, account_id: str = WABA_ID) -> Call:
    return Call(at=at, body=body(changes, account_id=account_id, at=at))


def _ago(now: datetime, days: float) -> datetime:
    return datetime.fromtimestamp(seconds(now - timedelta(days=days)), UTC)
