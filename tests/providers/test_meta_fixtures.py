"""Every sample body from Meta, and what it says in our words."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.adapters import provider
from providers.events import (
    AccountChanged,
    Event,
    FieldNotUsed,
    NumberChanged,
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "meta"
RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)

SHOP, CLINIC = "317420698811204", "402918837755061"


def template(provider_template_id: str, name: str, language: str = "en_GB") -> dict[str, Any]:
    return {"provider_template_id": provider_template_id, "name": name, "language": language}


def heard(field: str, time: int | None = None, account: str = SHOP) -> dict[str, Any]:
    at = None if time is None else datetime.fromtimestamp(time, UTC)
    return {"account_ids": (account,), "field": field, "at": at, "raw_time": time, "raw": {}}


def status_heard(time: int, account: str = SHOP) -> dict[str, Any]:
    return heard("message_template_status_update", time, account)


ORDER_DISPATCHED = template("1873340926614507", "order_dispatched_v3")
BASKET_REMINDER = template("1873340926614988", "basket_reminder_v1")
VOUCHER = template("2088135590427760", "winter_voucher_v2")
APPOINTMENT = template("1904477120653318", "appointment_moved", "en_US")

EXPECTED: dict[str, Event] = {
    "message_template_status_update-approved": TemplateStatusChanged(
        **status_heard(1794873604),
        **ORDER_DISPATCHED,
        event="APPROVED",
        category="UTILITY",
    ),
    "message_template_status_update-rejected_invalid_format": TemplateStatusChanged(
        **status_heard(1794874210),
        **BASKET_REMINDER,
        event="REJECTED",
        reason="INVALID_FORMAT",
        category="MARKETING",
        rejection_reason="Two variables, {{1}}{{2}}, follow each other with no words between them.",
        rejection_recommendation="Put descriptive words around every variable so that its meaning is clear.",
    ),
    "message_template_status_update-rejected_incorrect_category": TemplateStatusChanged(
        **status_heard(1794874815),
        **(VOUCHER | {"name": "winter_voucher_v1"}),
        event="REJECTED",
        reason="INCORRECT_CATEGORY",
        category="UTILITY",
    ),
    "message_template_status_update-paused_first": TemplateStatusChanged(
        **status_heard(1794901127),
        **VOUCHER,
        event="PAUSED",
        category="MARKETING",
        title="FIRST_PAUSE",
        description="This template is paused for 3 hours, until Nov 17 at 10:38 AM UTC, because of low quality.",
    ),
    "message_template_status_update-unpaused": TemplateStatusChanged(
        **status_heard(1794911953),
        **VOUCHER,
        event="APPROVED",
        category="MARKETING",
        title="UNPAUSE",
        description="This template is no longer paused.",
    ),
    "message_template_status_update-disabled": TemplateStatusChanged(
        **status_heard(1795007711),
        **VOUCHER,
        event="DISABLED",
        category="MARKETING",
        title="DISABLED",
        description="This template was disabled after repeated quality problems.",
        disable_date=datetime.fromtimestamp(1795007708, UTC),
    ),
    "message_template_status_update-flagged": TemplateStatusChanged(
        **status_heard(1794899000),
        **VOUCHER,
        event="FLAGGED",
        category="MARKETING",
    ),
    "message_template_status_update-pending_deletion": TemplateStatusChanged(
        **status_heard(1795100442),
        **BASKET_REMINDER,
        event="PENDING_DELETION",
        category="MARKETING",
    ),
    "message_template_status_update-archived": TemplateStatusChanged(
        **status_heard(1795119007, CLINIC),
        **APPOINTMENT,
        event="ARCHIVED",
        category="UTILITY",
    ),
    "message_template_quality_update-green_to_yellow": TemplateQualityChanged(
        **heard("message_template_quality_update", 1794890312),
        **VOUCHER,
        score="YELLOW",
        previous_score="GREEN",
    ),
    "message_template_components_update-edited": TemplateComponentsChanged(
        **heard("message_template_components_update", 1794870055),
        **ORDER_DISPATCHED,
        components=(
            {"type": "HEADER", "format": "TEXT", "text": "Your parcel has left us"},
            {
                "type": "BODY",
                "text": "Hello {{1}}, parcel {{2}} was handed to {{3}} this morning and should reach you by {{4}}. "
                "Reply here if anything looks wrong.",
            },
            {"type": "FOOTER", "text": "Harbour & Finch, Bristol"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "URL", "text": "Track parcel", "url": "https://track.example.com/p/{{1}}"},
                    {"type": "PHONE_NUMBER", "text": "Call the depot", "phone_number": "+442079460117"},
                ],
            },
        ),
    ),
    "template_category_update-impending": TemplateCategoryAnnounced(
        **heard("template_category_update", 1794960000),
        **ORDER_DISPATCHED,
        category="UTILITY",
        coming="MARKETING",
        due_at=datetime.fromtimestamp(1795046400, UTC),
    ),
    "template_category_update-completed": TemplateCategoryChanged(
        **heard("template_category_update", 1795046406),
        **ORDER_DISPATCHED,
        category="MARKETING",
        previous_category="UTILITY",
    ),
    "template_correct_category_detection-utility_to_marketing": TemplateCategoryAnnounced(
        **heard("template_correct_category_detection", 1794961000),
        **APPOINTMENT,
        category="UTILITY",
        coming="MARKETING",
        detected=True,
    ),
    "phone_number_quality_update-throughput_upgrade": NumberChanged(
        **heard("phone_number_quality_update", 1794931200),
        kind="QUALITY",
        event="THROUGHPUT_UPGRADE",
        digits="15550142277",
        content={
            "current_limit": "TIER_UNLIMITED",
            "max_daily_conversations_per_business": "TIER_UNLIMITED",
        },
    ),
    "phone_number_name_update-rejected": NumberChanged(
        **heard("phone_number_name_update", 1794850777),
        kind="NAME",
        event="REJECTED",
        digits="15550142277",
        content={
            "requested_verified_name": "H&F Best Deals!!",
            "rejection_reason": "NAME_FORMAT_UNACCEPTABLE",
        },
    ),
    "security-pin_changed": NumberChanged(
        **heard("security", 1794830000),
        kind="SECURITY",
        event="PIN_CHANGED",
        digits="15550142277",
        content={},
    ),
    "account_update-restriction": AccountChanged(
        **heard("account_update", 1795020800),
        kind="UPDATE",
        event="ACCOUNT_RESTRICTION",
        content={
            "restriction_info": [
                {
                    "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                    "expiration": 1795625600,
                    "remediation": "Check that every recipient opted in, then ask for a review.",
                },
                {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 1795625600},
            ]
        },
    ),
    "account_update-disabled": AccountChanged(
        **heard("account_update", 1795033000, CLINIC),
        kind="UPDATE",
        event="DISABLED_UPDATE",
        content={"ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "November 25, 2026"}},
    ),
    "account_alerts-eligibility_deferred": AccountChanged(
        **heard("account_alerts", 1794860404),
        kind="ALERT",
        event="INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
        content={
            "entity_type": "BUSINESS",
            "entity_id": "771205533908164",
            "alert_info": {
                "alert_severity": "WARNING",
                "alert_status": "ACTIVE",
                "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
                "alert_description": "The messaging limit stays as it is for now; keep sending high-quality messages.",
            },
        },
    ),
    "account_review_update-approved": AccountChanged(
        **heard("account_review_update", 1794812000),
        kind="REVIEW",
        event="APPROVED",
        content={},
    ),
    "business_capability_update-limit_2k": AccountChanged(
        **heard("business_capability_update", 1794932000),
        kind="CAPABILITY",
        event="",
        content={"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25},
    ),
    "user_preferences-stop": FieldNotUsed(**heard("user_preferences")),
    "messages-text": FieldNotUsed(**heard("messages")),
    "messages-button_quick_reply": FieldNotUsed(**heard("messages")),
    "messages-interactive_button_reply": FieldNotUsed(**heard("messages")),
    "messages-unsupported": FieldNotUsed(**heard("messages")),
    "messages-status_delivered": FieldNotUsed(**heard("messages")),
    "messages-status_failed_131049": FieldNotUsed(**heard("messages")),
}


def test_every_webhook_sample_is_expected_here() -> None:
    samples = {path.stem for path in FIXTURES.glob("*.json") if not path.stem.startswith("api-")}

    assert samples == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_read_as(name: str) -> None:
    body = (FIXTURES / f"{name}.json").read_bytes()

    [event] = provider("meta").parse(body=body, received_at=RECEIVED_AT)

    assert event.raw == json.loads(body)["entry"][0]["changes"][0]
    assert dataclasses.replace(event, raw={}) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_holds_a_time_of_its_own(name: str) -> None:
    body = (FIXTURES / f"{name}.json").read_bytes()

    assert provider("meta").is_dated(body=body, received_at=RECEIVED_AT)
