"""The Graph API of a sandbox account: it takes and refuses what Meta does, and answers in Meta's own forms."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.fence import everywhere
from providers.adapters.sandbox.scenarios import SCENARIOS
from providers.graph_calls import ask
from providers.models import Account, SandboxTemplate
from tests.sandbox import playing, sandbox_account, template

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parent.parent / "fixtures" / "meta"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REVIEWED = timedelta(minutes=1)
BODY = "Hello {{1}}, parcel {{2}} was handed to the courier this morning."
Json = dict[str, Any]


@pytest.fixture
def account(organization):
    return sandbox_account(organization)


@pytest.fixture
def play(network, one_lane):
    with playing() as play:
        yield play


def body(text: str = BODY) -> Json:
    return {"type": "BODY", "text": text, "example": {"body_text": [["Ada", "HF-20417"]]}}


def wish(name: str = "parcel_left", **other: Any) -> Json:
    return {"name": name, "language": "en_US", "category": "UTILITY", "components": [body()]} | other


def call(account: Account, method: str, *path: str, **how: Any) -> Any:
    with everywhere():
        answer = ask(account, method=method, path=path, **how)
    told = answer.json()
    assert (answer.status == 200) == ("error" not in told)
    return told


def create(account: Account, **wanted: Any) -> Any:
    return call(account, "POST", account.external_id, "message_templates", body=wish(**wanted))


def edit(account: Account, node: str, text: str, **other: Any) -> Any:
    return call(account, "POST", node, body={"components": [body(text)]} | other)


def delete(account: Account, **params: str) -> Any:
    return call(account, "DELETE", account.external_id, "message_templates", params=params)


def listed(account: Account, **params: str) -> Any:
    return call(account, "GET", account.external_id, "message_templates", params=params)


def read(account: Account, node: str) -> Any:
    return call(account, "GET", node, params={"fields": "status,category,rejected_reason,components"})


def code(told: Any) -> int:
    return told["error"].get("error_subcode") or told["error"]["code"]


def approved(play, account: Account, **wanted: Any) -> str:
    made = create(account, **wanted)
    play.turn(account, by=REVIEWED)
    return str(made["id"])


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


# Submissions


def test_a_template_that_is_taken_waits_for_its_review_and_is_approved_by_webhook(play, account):
    made = create(account)
    play.catch_up()
    waits = template(account, "parcel_left")
    play.turn(account, by=REVIEWED)

    done = template(account, "parcel_left")
    assert made.keys() == fixture("api-message_template_create_ok").keys()
    assert (made["status"], made["category"], len(made["id"]), made["id"].isdigit()) == ("PENDING", "UTILITY", 16, True)
    assert (waits.status, waits.provider_template_id) == ("PENDING", made["id"])
    assert (done.status, done.meta_reported_category) == ("APPROVED", "UTILITY")
    assert [path for path, _ in play.posted] == [account.webhook_path] * 2


def test_a_review_takes_its_time(play, account):
    made = create(account)
    play.turn(account, by=timedelta(seconds=29))

    assert read(account, made["id"])["status"] == "PENDING"


def test_what_preflight_calls_an_error_is_rejected_with_why_and_what_would_help(play, account):
    node = approved(play, account, components=[body("Hello {{1}}{{2}}, we are glad to have you with us today.")])

    rejected = template(account, "parcel_left")
    assert read(account, node)["rejected_reason"] == "INVALID_FORMAT"
    assert (rejected.status, rejected.status_reason) == ("REJECTED", "INVALID_FORMAT")
    assert all((rejected.rejection_info or {})[name] for name in ("reason", "recommendation"))


def test_a_promotion_that_is_asked_for_as_utility_is_approved_as_marketing(play, account):
    text = "Hello {{1}}, your order {{2}} is on its way. Get 20% off with our special offer today."
    made = create(account, components=[body(text)])
    play.turn(account, by=REVIEWED)

    assert made["category"] == "MARKETING"
    assert template(account, "parcel_left").meta_reported_category == "MARKETING"


def test_two_templates_may_not_say_the_same(play, account):
    approved(play, account)
    approved(play, account, name="parcel_left_v2")

    assert template(account, "parcel_left_v2").status == "REJECTED"


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ({"name": "Parcel left"}, 100),
        ({"language": "English"}, 100),
        ({"category": "NEWS"}, 100),
        ({"components": "BODY"}, 100),
        ({"components": [{"type": "FOOTER", "text": "Harbour"}]}, 100),
        ({"parameter_format": "SPOKEN"}, 100),
        ({"components": [body("x" * 1025)]}, 2388040),
        ({"components": [body("Your parcel has left, {{1}}")]} , 2388299),
    ],
)  # fmt: skip
def test_what_is_no_template_is_refused_at_once(wanted, number, play, account):
    told = create(account, **wanted)

    assert code(told) == number
    assert not listed(account)["data"]


def test_a_refusal_has_the_form_of_meta(play, account):
    told = create(account, components=[body("Your parcel has left, {{1}}")])

    known = fixture("api-error_create_trailing_variable")
    assert told["error"].keys() == known["error"].keys()
    assert told["error"] | {"fbtrace_id": ""} == known["error"] | {"fbtrace_id": ""}


def test_a_name_is_taken_once_in_each_language(play, account):
    create(account)

    assert code(create(account)) == 2388024
    assert create(account, language="en_GB")["status"] == "PENDING"


def test_a_hundred_templates_are_created_in_an_hour_and_no_more(play, account, monkeypatch):
    monkeypatch.setattr("providers.adapters.sandbox.limits.CREATIONS_AN_HOUR", 2)
    for number in range(2):
        create(account, name=f"parcel_{number}")
    too_many = create(account, name="parcel_2")
    play.turn(account, by=HOUR)

    assert code(too_many) == 80007
    assert create(account, name="parcel_2")["status"] == "PENDING"


def test_an_account_has_as_many_templates_as_meta_allows(play, account, monkeypatch):
    monkeypatch.setattr("providers.adapters.sandbox.limits.TEMPLATES_MOST", 1)
    create(account)

    assert code(create(account, name="parcel_2")) == 2388019


# Edits


def test_an_edit_replaces_what_it_says_and_is_reviewed_again(play, account):
    node = approved(play, account)
    told = edit(account, node, "Hello {{1}}, parcel {{2}} is at the depot and comes tomorrow.")
    play.catch_up()
    waits = template(account, "parcel_left")
    play.turn(account, by=REVIEWED)

    after = read(account, node)
    assert told == {"success": True}
    assert waits.status == "PENDING"
    assert (after["status"], after["id"]) == ("APPROVED", node)
    assert after["components"] == [body("Hello {{1}}, parcel {{2}} is at the depot and comes tomorrow.")]
    assert template(account, "parcel_left").status == "APPROVED"


def test_an_approved_template_is_edited_once_a_day_and_ten_times_a_month(play, account):
    node = approved(play, account)
    answers = []
    for number in range(10):
        answers.append(edit(account, node, f"{BODY} This is text number {number} of ours."))
        play.turn(account, by=REVIEWED)
        answers.append(edit(account, node, f"{BODY} Too soon."))
        play.turn(account, by=DAY)
    eleventh = edit(account, node, f"{BODY} One too many.")

    assert answers[::2] == [{"success": True}] * 10
    assert {code(answer) for answer in answers[1::2]} == {code(eleventh)} == {2388039}


def test_what_is_in_review_cannot_be_edited_and_a_rejected_one_as_often_as_one_likes(play, account):
    node = create(account, components=[body("Hello {{1}}{{2}}, we are glad to have you with us today.")])["id"]
    in_review = edit(account, node, BODY)
    play.turn(account, by=REVIEWED)
    again = []
    for _ in range(2):
        again.append(edit(account, node, "Hello {{1}}{{2}}, we are as glad as we were before.", category="MARKETING"))
        play.turn(account, by=REVIEWED)

    assert code(in_review) == 2388039
    assert again == [{"success": True}] * 2
    assert read(account, node)["category"] == "MARKETING"


def test_the_category_of_an_approved_template_is_fixed(play, account):
    node = approved(play, account)

    assert code(edit(account, node, BODY, category="MARKETING")) == 100
    assert edit(account, node, BODY, category="UTILITY") == {"success": True}


# Deletions


def test_one_language_is_deleted_by_its_id_and_all_by_the_name(play, account):
    first = approved(play, account)
    for language, text in (("en_GB", "Hello {{1}}, parcel {{2}} left."), ("en_AU", "Hello {{1}}, {{2}} is gone.")):
        create(account, language=language, components=[body(text)])
    one = delete(account, name="parcel_left", hsm_id=first)
    left = {row["language"] for row in listed(account)["data"]}
    all_others = delete(account, name="parcel_left")
    play.catch_up()

    assert (one, all_others) == ({"success": True}, {"success": True})
    assert left == {"en_GB", "en_AU"}
    assert listed(account) == {"data": []}
    assert code(delete(account, name="parcel_left")) == 33
    with everywhere():
        assert set(account.templates.values_list("status", flat=True)) == {"DELETED"}


def test_the_name_of_what_was_approved_is_blocked_for_thirty_days(play, account):
    approved(play, account)
    delete(account, name="parcel_left")
    at_once = create(account)
    play.turn(account, by=30 * DAY)

    assert code(at_once) == 2388023
    assert create(account)["status"] == "PENDING"


def test_the_name_of_what_was_never_approved_is_free_at_once(play, account):
    create(account)
    delete(account, name="parcel_left")

    assert create(account)["status"] == "PENDING"


# Questions


def test_a_page_of_templates_has_the_form_of_meta_and_leads_to_the_next(play, account):
    for number in range(3):
        create(account, name=f"parcel_{number}")
    known = fixture("api-message_templates_list_page")
    fields = "id,name,language,status,category,parameter_format,rejected_reason,quality_score,components"
    first = listed(account, limit="2", fields=fields)
    second = listed(account, limit="2", after=first["paging"]["cursors"]["after"])
    back = listed(account, limit="2", before=second["paging"]["cursors"]["before"])

    assert first["paging"]["cursors"] == known["paging"]["cursors"]
    assert first["paging"].keys() == known["paging"].keys()
    assert f"/{account.external_id}/message_templates?limit=2" in first["paging"]["next"]
    assert first["data"][0].keys() == known["data"][1].keys()
    assert {row["name"] for row in first["data"] + second["data"]} == {"parcel_0", "parcel_1", "parcel_2"}
    assert "next" not in second["paging"]
    assert [row["id"] for row in back["data"]] == [row["id"] for row in first["data"]]


def test_without_fields_quality_and_reason_of_a_rejection_are_left_out(play, account):
    create(account)

    (row,) = listed(account)["data"]
    assert row.keys() == {"id", "name", "language", "status", "category", "parameter_format", "components"}


def test_a_list_can_be_narrowed_and_counted(play, account):
    approved(play, account)
    create(account, name="parcel_lost")

    told = listed(account, status="approved", summary="total_count,message_template_limit")
    assert [row["name"] for row in told["data"]] == ["parcel_left"]
    assert told["summary"] == {"total_count": 1, "message_template_count": 2, "message_template_limit": 250}


@pytest.mark.parametrize("params", [{"fields": "name,colour"}, {"after": "!!"}, {"limit": "0"}, {"limit": "many"}])
def test_a_question_that_meta_would_not_understand_is_an_error(params, play, account):
    assert code(listed(account, **params)) == 100


@pytest.mark.parametrize(
    ("method", "path", "number"),
    [("GET", ["1"], 33), ("POST", ["1"], 33), ("GET", ["1", "phone_numbers"], 100), ("PUT", [], 100)],
)
def test_nothing_else_is_known_there(method, path, number, play, account):
    assert code(call(account, method, *path)) == number


def test_another_account_s_templates_do_not_exist(play, account, organization):
    node = create(account)["id"]
    other = sandbox_account(organization, name="Second")

    assert code(call(other, "GET", node)) == 33
    assert listed(other) == {"data": []}


# Stories


@pytest.mark.parametrize("story", ["approval", "pause_disable", "category_notice"])
def test_what_a_story_told_is_what_the_account_has(story, play, account):
    play.to_the_end(account, story)

    rows = listed(account, fields="id,name,status,category,quality_score,components")["data"]
    assert {row["name"] for row in rows} == {
        told.name for moment in SCENARIOS[story].moments for told, _ in moment.tells
    }
    for row in rows:
        ours = template(account, row["name"])
        assert (row["id"], row["status"]) == (ours.provider_template_id, ours.status)
        assert (row["category"], row["quality_score"]["score"]) == (ours.meta_reported_category, ours.quality_score)
        assert row["components"] == ours.current_version.components


def test_a_template_of_a_story_can_be_edited_and_is_reviewed(play, account):
    play.to_the_end(account, "approval")
    (row,) = [row for row in listed(account)["data"] if row["name"] == "order_received"]
    edit(account, row["id"], "Hello {{1}}, we have your order {{2}} and begin to pack it.")
    play.turn(account, by=REVIEWED)

    assert read(account, row["id"])["status"] == "APPROVED"
    assert template(account, "order_received").status == "APPROVED"


def test_what_a_story_tells_of_a_name_that_is_taken_here_changes_nothing(play, account):
    node = approved(play, account, name="order_received")
    play.to_the_end(account, "approval")

    rows = {row["name"]: row["id"] for row in listed(account)["data"]}
    assert rows["order_received"] == node
    with everywhere():
        assert SandboxTemplate.objects.filter(name="order_received").count() == 1
