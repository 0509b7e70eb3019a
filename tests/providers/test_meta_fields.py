"""Template fields in the forms beyond the samples: bodies as described, older words, what is missing or wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.adapters import provider
from providers.events import (
    Event,
    FieldNotUsed,
    FieldUnknown,
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
    Unreadable,
)

RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEMPLATE = {"message_template_id": 77, "message_template_name": "greeting", "message_template_language": "en_GB"}
STATUS = "message_template_status_update"
CATEGORY = "template_category_update"
DOCUMENTED_ONLY = [
    "account_settings_update",
    "automatic_events",
    "business_status_update",
    "business_username_updates",
    "calls",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "message_echoes",
    "messages",
    "messaging_handovers",
    "partner_solutions",
    "payment_configuration_update",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "tracking_events",
    "user_id_update",
    "user_preferences",
]


def told(field: str, value: dict[str, Any], **entry: Any) -> Event:
    body = json.dumps({"entry": [{"id": "1000", "changes": [{"field": field, "value": value}], **entry}]})
    [event] = provider("meta").parse(body=body.encode(), received_at=RECEIVED_AT)
    return event


def status(**value: Any) -> TemplateStatusChanged:
    event = told(STATUS, {**TEMPLATE, "event": "APPROVED", **value})
    assert isinstance(event, TemplateStatusChanged)
    return event


def category_told(field: str = CATEGORY, **value: Any) -> TemplateCategoryChanged | TemplateCategoryAnnounced:
    event = told(field, TEMPLATE | value)
    assert isinstance(event, TemplateCategoryChanged | TemplateCategoryAnnounced)
    return event


def why(field: str, value: dict[str, Any]) -> str:
    event = told(field, value)
    assert isinstance(event, Unreadable)
    assert event.raw == {"field": field, "value": value}
    return event.why


# The four bodies as described: no time, ids as text, no language, and an account id that wins over the entry's.

DESCRIBED = {"waba_id": "2000", "message_template_id": "123456789", "message_template_name": "order_update"}
DESCRIBED_TOLD: dict[str, Any] = {
    "account_ids": ("2000", "1000"),
    "field": STATUS,
    "at": None,
    "raw_time": None,
    "provider_template_id": "123456789",
    "name": "order_update",
}


def described(value: dict[str, Any]) -> dict[str, Any]:
    return {**DESCRIBED_TOLD, "raw": {"field": STATUS, "value": value}}


def test_an_approval_as_described() -> None:
    value = {**DESCRIBED, "event": "APPROVED", "phone_number_id": "594817203346128"}

    assert told(STATUS, value) == TemplateStatusChanged(**described(value), event="APPROVED")


def test_a_quality_change_as_described() -> None:
    reasons = ["HIGH_FAILURE_RATE", "USER_BLOCKS"]
    value = {**DESCRIBED, "event": "QUALITY_CHANGE", "quality_score": "RED", "quality_score_reason": reasons}

    assert told(STATUS, value) == TemplateQualityChanged(**described(value), score="RED", reasons=tuple(reasons))


def test_a_disabling_as_described() -> None:
    value = {**DESCRIBED, "event": "DISABLED", "reason": "QUALITY_ISSUES"}

    expected = TemplateStatusChanged(**described(value), event="DISABLED", reason="QUALITY_ISSUES")
    assert told(STATUS, value) == expected


def test_a_category_as_described() -> None:
    field, value = "message_template_category_update", {"template_id": "123456789", "category": "MARKETING"}

    assert told(field, value) == TemplateCategoryChanged(
        account_ids=("1000",),
        field=field,
        at=None,
        raw_time=None,
        raw={"field": field, "value": value},
        provider_template_id="123456789",
        category="MARKETING",
    )


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ("Many blocks", ("Many blocks",)),
        (["A", " B ", "", None, 7], ("A", "B")),
        (None, ()),
        ("", ()),
        ({"code": "A"}, ()),
    ],
)
def test_quality_reasons_are_a_list_or_a_text(said: Any, reasons: tuple[str, ...]) -> None:
    event = told(STATUS, {**TEMPLATE, "event": "quality_change", "quality_score": " red", "quality_score_reason": said})

    assert isinstance(event, TemplateQualityChanged)
    assert (event.score, event.reasons) == ("RED", reasons)


# Which template


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"message_template_id": 7}, ("7", "", "")),
        ({"message_template_id": " 7 "}, ("7", "", "")),
        ({"message_template_name": "a", "message_template_id": None}, ("", "a", "")),
        ({"message_template_name": "a", "message_template_language": "pt-BR"}, ("", "a", "pt_BR")),
        ({"message_template_name": "a", "message_template_language": None}, ("", "a", "")),
        (
            {
                "message_template_id": "7" * 64,
                "message_template_name": "a" * 512,
                "message_template_language": "b" * 16,
            },
            ("7" * 64, "a" * 512, "b" * 16),
        ),
    ],
)
def test_a_template_is_named_by_id_or_name(value: dict[str, Any], expected: tuple[str, str, str]) -> None:
    event = told(STATUS, {"event": "FLAGGED", **value})

    assert isinstance(event, TemplateStatusChanged)
    assert (event.provider_template_id, event.name, event.language) == expected


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"message_template_id": True}, "`message_template_id`"),
        ({"message_template_id": 7.5}, "`message_template_id`"),
        ({"message_template_id": ["7"]}, "`message_template_id`"),
        ({"message_template_id": {"id": "7"}}, "`message_template_id`"),
        ({"message_template_id": "7" * 65}, "`message_template_id`"),
        ({"message_template_name": 7}, "`message_template_name`"),
        ({"message_template_name": "a" * 513}, "`message_template_name`"),
        ({"message_template_language": {}}, "`message_template_language`"),
        ({"message_template_language": "a" * 17}, "`message_template_language`"),
        ({"message_template_id": None, "message_template_name": " "}, "names a template"),
    ],
)
def test_a_template_named_wrongly_is_unreadable(value: dict[str, Any], named: str) -> None:
    assert named in why(STATUS, {**TEMPLATE, "event": "PAUSED", **value})
    assert named in why("message_template_quality_update", {**TEMPLATE, "new_quality_score": "RED", **value})


# What happened to it


@pytest.mark.parametrize(
    ("said", "event"),
    [(" paused ", "PAUSED"), ("ON_HOLD", "ON_HOLD"), ("x" * 80, "X" * 64)],
)
def test_events_are_capital_words_known_or_not(said: str, event: str) -> None:
    assert status(event=said).event == event


@pytest.mark.parametrize("said", [None, "NONE", "none", "", " ", 7, ["SCAM"]])
def test_no_reason_is_no_reason(said: Any) -> None:
    assert status(event="REJECTED", reason=said).reason == ""


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("TRANSACTIONAL", "UTILITY"),
        ("otp", "AUTHENTICATION"),
        (" marketing", "MARKETING"),
        ("FREE_SERVICE", "FREE_SERVICE"),
        ("x" * 60, "X" * 50),
        (None, ""),
        (7, ""),
    ],
)
def test_categories_bear_the_names_of_today(said: Any, category: str) -> None:
    assert status(message_template_category=said).category == category


@pytest.mark.parametrize("date", [1795007708, "1795007708", 1795007708000], ids=repr)
def test_a_disable_date_is_a_number_or_its_digits(date: Any) -> None:
    assert status(disable_info={"disable_date": date}).disable_date == datetime(2026, 11, 18, 13, 15, 8, tzinfo=UTC)


@pytest.mark.parametrize("said", [None, "soon", [], {"disable_date": "November 25, 2026", "title": 7, "reason": []}])
def test_remarks_of_the_wrong_kind_do_not_lose_the_event(said: Any) -> None:
    event = status(event="DISABLED", disable_info=said, other_info=said, rejection_info=said)

    assert (event.event, event.disable_date, event.title, event.rejection_reason) == ("DISABLED", None, "", "")


# Categories


@pytest.mark.parametrize("none_coming", ["", None])
def test_a_notice_that_names_no_category_withdraws_the_last_one(none_coming: Any) -> None:
    event = category_told(new_category="UTILITY", correct_category=none_coming)

    assert isinstance(event, TemplateCategoryAnnounced)
    assert (event.category, event.coming, event.due_at, event.detected) == ("UTILITY", "", None, False)


@pytest.mark.parametrize("due", [1795600000, "1795600000", 1795600000000], ids=repr)
def test_a_notice_is_due_at_a_date_to_come(due: Any) -> None:
    event = category_told(new_category="utility", correct_category="otp", category_update_timestamp=due)

    assert isinstance(event, TemplateCategoryAnnounced)
    assert (event.category, event.coming) == ("UTILITY", "AUTHENTICATION")
    assert event.due_at == datetime.fromtimestamp(1795600000, UTC)


@pytest.mark.parametrize("previous", [{"previous_category": "UTILITY"}, {}])
def test_a_change_that_is_done_may_not_name_what_was_before(previous: dict[str, str]) -> None:
    event = category_told(new_category="MARKETING", **previous)

    assert isinstance(event, TemplateCategoryChanged)
    assert (event.category, event.previous_category) == ("MARKETING", previous.get("previous_category", ""))


def test_a_change_that_is_done_stays_done_beside_an_empty_notice() -> None:
    event = category_told(new_category="MARKETING", previous_category="UTILITY", correct_category=None)

    assert isinstance(event, TemplateCategoryChanged)


def test_a_detection_needs_no_language() -> None:
    event = category_told("template_correct_category_detection", category="UTILITY", correct_category="MARKETING")

    assert isinstance(event, TemplateCategoryAnnounced)
    assert (event.coming, event.due_at, event.detected) == ("MARKETING", None, True)


# Components


def test_only_the_components_that_the_change_names_are_told() -> None:
    button = {"message_template_button_type": "quick_reply", "message_template_button_text": "Yes"}
    value = {"message_template_element": "Hello {{1}}! ", "message_template_buttons": [button]}

    event = told("message_template_components_update", TEMPLATE | value)

    assert isinstance(event, TemplateComponentsChanged)
    assert event.components == (
        {"type": "BODY", "text": "Hello {{1}}! "},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]},
    )


# What a fact cannot do without


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        (STATUS, {}, "`event` is missing."),
        (STATUS, {"event": None}, "`event` is missing."),
        (STATUS, {"event": " "}, "`event` is missing."),
        (STATUS, {"event": 7}, "`event` is not text."),
        (STATUS, {"event": "QUALITY_CHANGE"}, "`quality_score` is missing."),
        ("message_template_quality_update", {"new_quality_score": None}, "`new_quality_score` is missing."),
        ("message_template_category_update", {"category": "MARKETING"}, "`template_id`"),
        ("message_template_category_update", {"template_id": "7"}, "`category` is missing."),
        (CATEGORY, {"previous_category": "UTILITY"}, "`new_category` is missing."),
        (CATEGORY, {"new_category": "UTILITY", "correct_category": 7}, "`correct_category` is not text."),
        ("template_correct_category_detection", {"category": "UTILITY"}, "`correct_category` is missing."),
        ("message_template_components_update", {}, "no component"),
        ("message_template_components_update", {"message_template_element": 7}, "`message_template_element`"),
        ("message_template_components_update", {"message_template_buttons": {}}, "`message_template_buttons`"),
        ("message_template_components_update", {"message_template_buttons": [7]}, "`message_template_buttons`"),
        ("message_template_components_update", {"message_template_buttons": [{}]}, "`message_template_button_type`"),
    ],
)
def test_a_fact_without_its_core_is_unreadable(field: str, value: dict[str, Any], named: str) -> None:
    template = {} if field == "message_template_category_update" else TEMPLATE

    assert named in why(field, template | value)


# Fields


@pytest.mark.parametrize("field", DOCUMENTED_ONLY)
def test_a_documented_field_without_an_answer_is_not_used(field: str) -> None:
    assert isinstance(told(field, {}), FieldNotUsed)


@pytest.mark.parametrize("field", ["", "message_template_poem_update", "Messages", "x" * 300])
def test_a_field_nobody_documented_is_unknown(field: str) -> None:
    event = told(field, {})

    assert isinstance(event, FieldUnknown)
    assert event.field == field[:100]
