"""The API of the category guard and of rate cards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from core.fence import everywhere
from templates_app.models import Template, Traffic
from tests.world import DAY, deliver, error_of, webhook

pytestmark = pytest.mark.django_db
CHANGES = "/whatsapp/templates/category-changes"
CARDS = "/whatsapp/rate-cards"
LIST = "market,category,price\nDE,MARKETING,0.1131\nDE,UTILITY,0.0456\n"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DAY + timedelta(hours=12), tick=False) as clock:
        yield clock


@pytest.fixture
def contested(tell):
    """A template that is UTILITY to us and MARKETING to Meta."""
    tell("APPROVED", hour=1, message_template_category="UTILITY")
    value = {"template_id": "7001", "category": "MARKETING"}
    deliver(webhook(("message_template_category_update", value), at=DAY + timedelta(hours=9)))
    with everywhere():
        return Template.objects.get()


def place(template, call):
    return f"/whatsapp/templates/{template.pk}/{call}"


def test_category_info_has_the_shape_of_the_contract_and_tells_how_it_came_to_that(contested, viewer):
    told = viewer.get(place(contested, "category-info")).json()

    first, second = told.pop("history")
    assert told == {
        "category": "UTILITY",
        "meta_reported_category": "MARKETING",
        "allow_category_change": False,
        "category_changed_at": "2026-03-02T09:00:00Z",
        "category_change_alert_sent": True,
        "is_contested": True,
        "pending_category": "",
        "pending_category_at": None,
        "costs": [],
    }
    assert first == {
        "timestamp": "2026-03-02T09:00:00Z",
        "event_type": "CATEGORY_CHANGE",
        "category": "UTILITY",
        "meta_reported_category": "MARKETING",
        "reason": "Meta changed the category to MARKETING.",
        "webhook_id": first["webhook_id"],
        "source": "webhook",
        "actor": "",
    }
    assert (second["event_type"], second["meta_reported_category"]) == ("APPROVED", "UTILITY")


@pytest.mark.parametrize("body", [{"allow": True}, {"allow": "true"}])
def test_an_org_admin_allows_changes_by_the_body(body, contested, org_admin):
    answer = org_admin.patch(place(contested, "allow-category-change"), body)

    assert (answer.status_code, answer.json()["allow_category_change"]) == (200, True)
    assert answer.json()["is_contested"]
    line = answer.json()["history"][0]
    assert (line["event_type"], line["source"], line["actor"]) == ("FLAG_CHANGED", "user", "key:org_admin")


def test_or_by_the_query_and_forbids_them_again(contested, org_admin):
    path = place(contested, "allow-category-change")

    answers = [org_admin.patch(f"{path}?allow={word}", None).json() for word in ("true", "false")]

    assert [answer["allow_category_change"] for answer in answers] == [True, False]


@pytest.mark.parametrize(("query", "body"), [("", None), ("", {}), ("?allow=perhaps", None), ("", {"allow": None})])
def test_without_a_yes_or_no_the_field_is_named(query, body, contested, org_admin):
    answer = org_admin.patch(place(contested, f"allow-category-change{query}"), body)

    assert error_of(answer)[::2] == (400, "allow")


def test_a_body_that_is_no_object_is_refused(contested, org_admin):
    assert error_of(org_admin.patch(place(contested, "allow-category-change"), [True]))[::2] == (400, "allow")


def test_operators_do_not_allow_changes_and_viewers_decide_nothing(contested, operator, viewer):
    assert operator.patch(place(contested, "allow-category-change"), {"allow": True}).status_code == 403
    assert viewer.post(place(contested, "category/accept"), {}).status_code == 403


def test_an_operator_accepts_and_both_agree(contested, operator):
    answer = operator.post(place(contested, "category/accept"), {"note": "It is promotion."})

    told = answer.json()
    assert (answer.status_code, told["category"], told["is_contested"]) == (200, "MARKETING", False)
    assert told["history"][0]["reason"] == 'Meta\'s category MARKETING was accepted. Note: "It is promotion".'
    assert operator.results("/alerts?status=open") == []


def test_an_operator_keeps_and_both_stay(contested, operator):
    told = operator.post(place(contested, "category/keep")).json()

    assert (told["category"], told["meta_reported_category"], told["is_contested"]) == ("UTILITY", "MARKETING", False)
    assert told["history"][0]["event_type"] == "CATEGORY_KEPT"


@pytest.mark.parametrize("verb", ["accept", "keep"])
def test_what_is_settled_is_409(verb, contested, operator):
    operator.post(place(contested, "category/accept"), {})

    answer = operator.post(place(contested, f"category/{verb}"), {})

    assert error_of(answer)[:2] == (409, "not_contested")


def test_changes_are_listed_in_the_shape_of_the_contract(contested, viewer):
    told = viewer.get(CHANGES).json()

    (change,) = told.pop("category_changes")
    assert told == {"total": 1, "skip": 0, "limit": 20}
    assert change == {
        "template_id": str(contested.pk),
        "template_name": "lamp_oil_notice",
        "previous_category": "UTILITY",
        "new_category": "MARKETING",
        "phase": "completed",
        "allowed": False,
        "changed_at": "2026-03-02T09:00:00Z",
        "webhook_id": change["webhook_id"],
    }
    assert viewer.get(f"{CHANGES}?skip=1&limit=5").json() == {
        "category_changes": [],
        "total": 1,
        "skip": 1,
        "limit": 5,
    }


def test_the_paths_as_first_described_answer_the_same(contested, org_admin):
    earlier = f"/templates/{contested.pk}"

    assert org_admin.patch(f"{earlier}/allow-category-change?allow=true", None).json()["allow_category_change"]
    assert org_admin.get(f"{earlier}/category-info").json() == org_admin.get(place(contested, "category-info")).json()
    for path in ("/templates/category-changes", "/templates/category-changes-history"):
        assert org_admin.get(path).json() == org_admin.get(CHANGES).json()


def test_they_are_marked_as_deprecated_and_the_others_are_not(client):
    paths = client.get("/api/schema?format=json").json()["paths"]

    marks = {
        path: call.get("deprecated", False)
        for path, calls in paths.items()
        for call in calls.values()
        if "category-" in path and path.endswith(("info", "changes", "history", "category-change"))
    }
    assert {path.startswith("/api/v1/templates/") for path, is_deprecated in marks.items() if is_deprecated} == {True}
    assert (len(marks), sum(marks.values())) == (7, 4)


def test_of_another_organization_nothing_is_seen(contested, stranger):
    assert stranger.get(CHANGES).json()["total"] == 0
    assert stranger.get(place(contested, "category-info")).status_code == 404


def test_templates_are_found_by_the_earlier_name_of_their_category(contested, viewer):
    assert [row["name"] for row in viewer.results("/whatsapp/templates?category=transactional")] == ["lamp_oil_notice"]


# Rate cards


def card(**fields):
    return {"name": "Meta, October", "valid_from": "2026-01-01", "currency": "EUR"} | fields


def test_a_card_is_loaded_from_csv_and_prices_what_meta_does(contested, org_admin, viewer):
    with everywhere():
        Traffic.objects.create(
            organization_id=contested.organization_id,
            template=contested,
            day=DAY.date(),
            market="DE",
            sent=110,
            delivered=100,
        )

    answer = org_admin.post(CARDS, card(csv=LIST))

    assert answer.status_code == 201
    assert answer.json()["rates"] == [
        {"market": "DE", "category": "MARKETING", "price": "0.113100"},
        {"market": "DE", "category": "UTILITY", "price": "0.045600"},
    ]
    (cost,) = viewer.get(place(contested, "category-info")).json()["costs"]
    assert cost.pop("sentence").startswith("At the volume of the last 30 days (100 delivered)")
    assert cost == {
        "previous_category": "UTILITY",
        "new_category": "MARKETING",
        "rate_card": "Meta, October",
        "valid_from": "2026-01-01",
        "currency": "EUR",
        "days": 30,
        "messages": 100,
        "before": "4.56",
        "after": "11.31",
        "difference": "6.75",
        "without_price": 0,
        "markets": [{"market": "DE", "messages": 100, "before": "4.56", "after": "11.31"}],
    }


def test_a_card_is_loaded_from_rows_listed_shown_and_removed(org_admin):
    rows = [{"market": "*", "category": "OTP", "price": "0.02"}]
    made = org_admin.post(CARDS, card(rates=rows)).json()

    shown = org_admin.get(f"{CARDS}/{made['id']}").json()
    listed = org_admin.results(CARDS)
    gone = org_admin.delete(f"{CARDS}/{made['id']}")

    assert shown == made
    assert shown["rates"] == [{"market": "", "category": "AUTHENTICATION", "price": "0.020000"}]
    assert listed == [{name: made[name] for name in ("id", "name", "valid_from", "currency", "created_at")}]
    assert (gone.status_code, org_admin.results(CARDS)) == (204, [])


def test_every_bad_row_is_named_at_once(org_admin):
    of_csv = org_admin.post(CARDS, card(csv="market,category,price\nGermany,UTILITY,1\nDE,NONE,x")).json()["errors"]
    of_rows = org_admin.post(CARDS, card(rates=[{"market": "DE", "category": "UTILITY", "price": "-1"}]))

    assert {error["attr"] for error in of_csv} == {"csv"}
    assert [error["detail"].split(":")[0] for error in of_csv] == [
        "Line 2, market",
        "Line 3, category",
        "Line 3, price",
    ]
    assert error_of(of_rows)[::2] == (400, "rates")
    assert of_rows.json()["errors"][0]["detail"].startswith("Row 1, price")


@pytest.mark.parametrize("prices", [{}, {"csv": LIST, "rates": []}])
def test_prices_come_in_one_form_and_in_one_only(prices, org_admin):
    assert error_of(org_admin.post(CARDS, card(**prices)))[::2] == (400, "rates")


@pytest.mark.parametrize(("field", "value"), [("currency", "eur"), ("valid_from", "soon"), ("name", "")])
def test_a_card_says_from_when_and_in_what_its_prices_are(field, value, org_admin):
    assert error_of(org_admin.post(CARDS, card(csv=LIST, **{field: value})))[::2] == (400, field)


def test_two_cards_of_one_day_are_409(org_admin):
    org_admin.post(CARDS, card(csv=LIST))

    assert error_of(org_admin.post(CARDS, card(csv=LIST, name="again")))[:2] == (409, "rate_card_exists")


def test_cards_are_the_org_admin_s(operator):
    assert (operator.get(CARDS).status_code, operator.post(CARDS, card(csv=LIST)).status_code) == (403, 403)
