"""Fields about accounts and numbers in the forms beyond the samples, and which account a change is for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.adapters import provider
from providers.events import AccountChanged, Event, NumberChanged, Unreadable

RECEIVED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def told(field: str, value: dict[str, Any], **entry: Any) -> Event:
    body = json.dumps({"entry": [{"id": "1000", "changes": [{"field": field, "value": value}], **entry}]})
    [event] = provider("meta").parse(body=body.encode(), received_at=RECEIVED_AT)
    return event


@pytest.mark.parametrize(
    ("value", "entry_id", "expected"),
    [
        ({"waba_id": "1", "waba_info": {"waba_id": "2"}}, "3", ("1", "2", "3")),
        ({"waba_id": 1, "waba_info": {"waba_id": 2}}, 3, ("1", "2", "3")),
        ({"waba_id": " 1 ", "waba_info": {"waba_id": "1"}}, "1", ("1",)),
        ({"waba_id": "", "waba_info": {}}, "3", ("3",)),
        ({"waba_id": True, "waba_info": "2"}, 3.0, ()),
        ({"waba_id": ["1"], "waba_info": {"waba_id": {"id": "2"}}}, None, ()),
        ({"waba_id": "1" * 64}, "3", ("1" * 64, "3")),
        ({"waba_id": "1" * 65}, "3", ("3",)),
    ],
)
def test_accounts_are_named_best_first(value: dict[str, Any], entry_id: Any, expected: tuple[str, ...]) -> None:
    assert told("flows", value, id=entry_id).account_ids == expected


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            {"violation_info": {"violation_type": "utility_template_abuse_unban"}},
            {"violation_info": {"violation_type": "UTILITY_TEMPLATE_ABUSE_UNBAN"}},
        ),
        (
            {"restriction_info": [{"restriction_type": "RESTRICTED_UTILITY_TEMPLATES", "expiration": "1795625600"}]},
            {"restriction_info": [{"restriction_type": "RESTRICTED_UTILITY_TEMPLATES", "expiration": 1795625600}]},
        ),
        (
            {"restriction_info": [{"restriction_type": 7, "expiration": "never"}]},
            {"restriction_info": [{"restriction_type": "", "expiration": None}]},
        ),
        ({"ban_info": {"waba_ban_state": " Reinstate "}}, {"ban_info": {"waba_ban_state": "REINSTATE"}}),
        ({"waba_info": {"owner_business_id": "5"}}, {"waba_info": {"owner_business_id": "5"}}),
        ({"disconnection_info": {"reason": "CHANGE_NUMBER"}}, {"disconnection_info": {"reason": "CHANGE_NUMBER"}}),
        ({"volume_tier_info": {"tier": "0:100"}}, {"volume_tier_info": {"tier": "0:100"}}),
        (
            {"auth_international_rate_eligibility": {"start_time": 1795625600}},
            {"auth_international_rate_eligibility": {"start_time": 1795625600}},
        ),
        (
            {"partner_client_certification_info": {"status": "PENDING"}},
            {"partner_client_certification_info": {"status": "PENDING"}},
        ),
        ({"country": "IN", "restriction_info": None}, {"country": "IN"}),
        ({"a_block_of_tomorrow": [1], "waba_id": "1000"}, {"a_block_of_tomorrow": [1]}),
    ],
)
def test_an_account_update_keeps_every_block(said: dict[str, Any], kept: dict[str, Any]) -> None:
    event = told("account_update", {"event": "ACCOUNT_RESTRICTION", **said})

    assert isinstance(event, AccountChanged)
    assert (event.kind, event.event, event.content) == ("UPDATE", "ACCOUNT_RESTRICTION", kept)


@pytest.mark.parametrize("written", [1795625600, 1795625600999, "1795625600", "1795625600999"], ids=repr)
def test_an_expiry_is_told_in_seconds(written: Any) -> None:
    event = told("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"expiration": written}]})

    assert isinstance(event, AccountChanged)
    assert event.content == {"restriction_info": [{"expiration": 1795625600}]}


@pytest.mark.parametrize(
    ("shown", "digits"),
    [("+1 (555) 014-2277", "15550142277"), (15550142277, "15550142277"), ("7", "7"), ("1" * 20, "1" * 20)],
    ids=repr,
)
def test_a_number_is_told_by_its_digits(shown: Any, digits: str) -> None:
    event = told("security", {"display_phone_number": shown, "event": "PIN_RESET_REQUEST"})

    assert isinstance(event, NumberChanged)
    assert (event.digits, event.external_id) == (digits, "")


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("account_update", {}, "`event` is missing."),
        ("account_update", {"event": "A", "restriction_info": {}}, "`restriction_info` is not a list."),
        ("account_update", {"event": "A", "restriction_info": [7]}, "`restriction_info` is not an object."),
        ("account_update", {"event": "A", "ban_info": "DISABLE"}, "`ban_info` is not an object."),
        ("account_review_update", {}, "`decision` is missing."),
        ("account_alerts", {"entity_type": "BUSINESS"}, "`alert_type` is missing."),
        ("account_alerts", {"alert_info": []}, "`alert_info` is not an object."),
        ("business_capability_update", {}, "no limit"),
        ("phone_number_quality_update", {"display_phone_number": "15550142277"}, "`event` is missing."),
        ("phone_number_name_update", {"decision": "APPROVED"}, "`display_phone_number`"),
        ("security", {"event": "PIN_CHANGED", "display_phone_number": "1" * 21}, "`display_phone_number`"),
    ],
)
def test_a_fact_without_its_core_is_unreadable(field: str, value: dict[str, Any], named: str) -> None:
    event = told(field, value)

    assert isinstance(event, Unreadable)
    assert named in event.why
