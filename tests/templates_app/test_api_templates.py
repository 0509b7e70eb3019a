"""Templates at the HTTP door: the object, every filter, and the acknowledging of what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.fence import everywhere
from tests.meta_bodies import CATEGORY, COMPONENTS
from tests.world import DAY, account_in, deliver, error_of, session_of, status_change, template_of, webhook

pytestmark = pytest.mark.django_db
TEMPLATES = "/whatsapp/templates"
NAMED = {
    "message_template_id": 7001,
    "message_template_name": "lamp_oil_notice",
    "message_template_language": "en_US",
}


def names(caller: Any, query: str) -> list[str]:
    return [row["name"] for row in caller.results(f"{TEMPLATES}?{query}")]


def retire(template: Any) -> None:
    with everywhere():
        template.is_retired = True
        template.save()


def test_a_template_is_shown_in_the_shape_of_the_contract(tell, account, viewer):
    template = tell("APPROVED", hour=8, message_template_category="UTILITY")
    deliver(webhook((COMPONENTS, NAMED | {"message_template_element": "Hello {{1}}!"}), at=DAY.replace(hour=9)))

    shown = viewer.get(f"{TEMPLATES}/{template.pk}").json()

    assert shown == {
        "id": str(template.pk),
        "account": str(account.pk),
        "provider_template_id": "7001",
        "name": "lamp_oil_notice",
        "language": "en_US",
        "status": "APPROVED",
        "last_event": "APPROVED",
        "status_reason": "",
        "rejection_info": None,
        "disabled_reason": "",
        "disabled_at": None,
        "paused_until": None,
        "category": "UTILITY",
        "meta_reported_category": "UTILITY",
        "allow_category_change": False,
        "category_changed_at": None,
        "category_change_alert_sent": False,
        "pending_category": "",
        "pending_category_at": None,
        "is_contested": False,
        "quality_score": "UNKNOWN",
        "quality_changed_at": None,
        "delivery_health": "",
        "sent_count": 0,
        "failed_count": 0,
        "failure_rate": 0.0,
        "is_sendable": True,
        "parameter_format": "POSITIONAL",
        "variables": ["1"],
        "components": [{"type": "BODY", "text": "Hello {{1}}!"}],
        "current_version": 1,
        "submitted_version": 1,
        "approved_version": 1,
        "drifted_version": None,
        "is_retired": False,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    assert viewer.results(TEMPLATES) == [shown]


def test_a_template_whose_content_is_not_known_has_no_version(account, viewer):
    template_of(account)

    (shown,) = viewer.results(TEMPLATES)

    assert (shown["components"], shown["variables"], shown["current_version"]) == ([], [], None)
    assert (shown["status"], shown["provider_template_id"], shown["meta_reported_category"]) == ("UNKNOWN", None, None)


def test_a_rejection_is_shown_with_its_reason(tell, viewer):
    info = {"reason": "Too vague", "recommendation": "Say more"}
    tell("REJECTED", reason="INVALID_FORMAT", rejection_info=info)

    (shown,) = viewer.results(TEMPLATES)

    assert (shown["status_reason"], shown["rejection_info"]) == ("INVALID_FORMAT", info)
    assert shown["is_sendable"] is False


@pytest.mark.parametrize(
    ("sent", "failed", "rate"), [(1250, 45, 0.036), (0, 0, 0.0), (3, 1, 0.3333), (10, 10, 1.0), (7, 0, 0.0)]
)
def test_the_failure_rate_is_a_fraction_with_four_decimals(sent, failed, rate, account, viewer):
    template_of(account, sent_count=sent, failed_count=failed)

    assert viewer.results(TEMPLATES)[0]["failure_rate"] == rate


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=APPROVED", ["a"]),
        ("status=approved", ["a"]),
        ("status=PENDING_DELETION", []),
        ("status=nobody_knows", []),
        ("category=marketing", ["b"]),
        ("quality_score=RED", ["b"]),
        ("quality_score=BLUISH", []),
        ("language=de", ["b"]),
        ("language=en-US", ["c_100%_oil", "a"]),
        ("language=en_US", ["c_100%_oil", "a"]),
        ("name=a", ["a"]),
        ("name=c_100", []),
        ("search=OIL", ["c_100%_oil"]),
        ("search=0%25_", ["c_100%_oil"]),
        ("search=%25", ["c_100%_oil"]),
        ("search=9001", ["b"]),
        ("search=900", []),
        ("is_sendable=true", ["a"]),
        ("is_sendable=false", ["c_100%_oil", "b"]),
        ("status=paused&quality_score=red&language=de", ["b"]),
        ("status=approved&quality_score=red", []),
        ("search=", ["c_100%_oil", "b", "a"]),
    ],
)
def test_each_filter_finds_what_it_names(query, found, account, viewer):
    template_of(account, name="a", status="APPROVED", category="UTILITY")
    fields = {"status": "PAUSED", "category": "MARKETING", "quality_score": "RED", "provider_template_id": "9001"}
    template_of(account, name="b", language="de", **fields)
    template_of(account, name="c_100%_oil")

    assert names(viewer, query) == found


def test_the_list_can_be_narrowed_to_an_account(account, organization, other_account, viewer):
    second = account_in(organization, external_id="2")
    template_of(account, name="a")
    template_of(second, name="b")
    template_of(other_account, name="c")

    assert names(viewer, f"account={second.pk}") == ["b"]
    assert names(viewer, f"account={other_account.pk}") == []


@pytest.mark.parametrize(("name", "value"), [("account", "shop"), ("name", "a%00b"), ("search", "%00")])
def test_a_filter_value_that_cannot_be_is_named(name, value, viewer):
    assert error_of(viewer.get(f"{TEMPLATES}?{name}={value}"))[::2] == (400, name)


def test_what_is_retired_is_hidden(tell, viewer):
    template = tell("APPROVED")

    retire(template)

    assert viewer.results(TEMPLATES) == []
    assert viewer.get(f"{TEMPLATES}/{template.pk}").status_code == 404


def test_another_organizations_template_does_not_exist(other_account, viewer):
    template = template_of(other_account)

    assert viewer.results(TEMPLATES) == []
    assert viewer.get(f"{TEMPLATES}/{template.pk}").status_code == 404


def test_a_contested_template_says_so(tell, viewer):
    tell("APPROVED", hour=8)
    value = NAMED | {"previous_category": "UTILITY", "new_category": "MARKETING"}
    deliver(webhook((CATEGORY, value), at=DAY.replace(hour=9)))

    (shown,) = viewer.results(TEMPLATES)

    assert (shown["category"], shown["meta_reported_category"], shown["is_contested"]) == ("UTILITY", "MARKETING", True)


def test_a_list_of_twenty_costs_as_many_statements_as_a_list_of_one(tell, account, viewer):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            viewer.get(TEMPLATES)
        return len(queries)

    def add(place: int) -> None:
        value = {"message_template_id": place, "message_template_name": f"t{place}", "message_template_language": "en"}
        deliver(webhook((COMPONENTS, value | {"message_template_element": "Hi {{1}}"}), at=DAY))

    add(1)
    viewer.get(TEMPLATES)  # notes the use of the key
    of_one = cost()
    for place in range(2, 21):
        add(place)

    assert len([row for row in viewer.results(TEMPLATES) if row["current_version"] == 1]) == 20
    assert cost() == of_one


# Acknowledging what is wrong with a template


def test_all_that_is_open_about_a_template_is_acknowledged_at_once(tell, number, org_admin):
    tell("DISABLED", hour=8)
    template = tell("RED", hour=9)

    answer = org_admin.post(f"/whatsapp/{number.pk}/templates/{template.pk}/acknowledge-alert", {})

    alerts = org_admin.results("/alerts")
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Alert acknowledged",
        "template_id": str(template.pk),
        "acknowledged_at": alerts[0]["acknowledged_at"],
        "acknowledged_by": "key:org_admin",
        "acknowledged_count": 2,
    }
    assert [(alert["status"], alert["acknowledged_by"]) for alert in alerts] == [("acknowledged", "key:org_admin")] * 2


def test_a_body_is_not_needed_and_the_providers_number_id_does_as_well(tell, number, org_admin):
    template = tell("DISABLED")

    answer = org_admin.post(f"/whatsapp/{number.external_id}/templates/{template.pk}/acknowledge-alert")

    assert (answer.status_code, answer.json()["acknowledged_count"]) == (200, 1)


def test_the_note_stands_in_the_timeline_and_the_person_is_named_by_her_address(tell, number, admin_person):
    template, ada = tell("DISABLED"), session_of(admin_person)

    answer = ada.post(f"/whatsapp/{number.pk}/templates/{template.pk}/acknowledge-alert", {"note": "I see"})

    timeline = ada.get(f"/alerts/{ada.results('/alerts')[0]['id']}/timeline").json()["results"]
    assert answer.json()["acknowledged_by"] == "ada@example.com"
    assert ("acknowledged", "ada@example.com", "I see") in [
        (row["kind"], row["actor"], row["detail"]) for row in timeline
    ]


def test_with_nothing_open_there_is_nothing_to_acknowledge(tell, number, org_admin):
    template = tell("APPROVED")

    answer = org_admin.post(f"/whatsapp/{number.pk}/templates/{template.pk}/acknowledge-alert", {})

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Nothing to acknowledge",
        "template_id": str(template.pk),
        "acknowledged_at": None,
        "acknowledged_by": "key:org_admin",
        "acknowledged_count": 0,
    }


def test_what_was_acknowledged_once_is_not_counted_again_and_alerts_of_others_are_left(tell, number, org_admin):
    other = tell("DISABLED", message_template_id=7002, message_template_name="other")
    template = tell("DISABLED")
    path = f"/whatsapp/{number.pk}/templates/{template.pk}/acknowledge-alert"

    counts = [org_admin.post(path, {}).json()["acknowledged_count"] for _ in range(2)]

    assert counts == [1, 0]
    assert [row["subject"]["id"] for row in org_admin.results("/alerts?status=open")] == [str(other.pk)]


def test_operators_do_not_acknowledge_alerts_about_templates(tell, number, operator):
    template = tell("DISABLED")

    answer = operator.post(f"/whatsapp/{number.pk}/templates/{template.pk}/acknowledge-alert", {})

    assert (answer.status_code, operator.results("/alerts?status=open") != []) == (403, True)


@pytest.mark.parametrize("path", ["acknowledge-alert", "status-history"])
def test_the_template_must_be_of_the_numbers_account(path, tell, organization, other_number, org_admin):
    template = tell("DISABLED")
    second = account_in(organization, external_id="2")
    theirs = template_of(second)
    method = "POST" if path == "acknowledge-alert" else "GET"

    for number_id in (other_number.pk, other_number.external_id, "nobody", second.pk):
        for one in (template, theirs):
            assert org_admin.call(method, f"/whatsapp/{number_id}/templates/{one.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["acknowledge-alert", "status-history"])
def test_a_number_id_that_no_database_can_hold_is_404(path, tell, org_admin):
    template = tell("DISABLED")
    method = "POST" if path == "acknowledge-alert" else "GET"

    assert org_admin.call(method, f"/whatsapp/%00/templates/{template.pk}/{path}").status_code == 404


@pytest.mark.parametrize("note", ["x" * 501, "nul \x00"], ids=["long", "nul"])
def test_a_note_that_cannot_be_kept_is_named(note, tell, number, org_admin):
    template = tell("DISABLED")

    answer = org_admin.post(f"/whatsapp/{number.pk}/templates/{template.pk}/acknowledge-alert", {"note": note})

    assert error_of(answer)[::2] == (400, "note")


def test_a_status_word_that_nobody_knows_is_kept_and_can_be_looked_for(tell, account, viewer):
    tell("APPROVED", hour=8)
    deliver(webhook(status_change("SOMETHING_NEW"), at=DAY.replace(hour=9)))

    assert names(viewer, "status=approved") == ["lamp_oil_notice"]
    assert viewer.results(TEMPLATES)[0]["last_event"] == "SOMETHING_NEW"
