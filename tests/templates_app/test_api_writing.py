"""Writing templates by the API: drafts, changes, retiring, and what the preflight says of them."""

from __future__ import annotations

import pytest

from alerts.models import Alert
from core.fence import everywhere
from templates_app.models import Template, TemplateEvent
from tests.world import error_of, template_of

BODY = {
    "type": "BODY",
    "text": "Hello {{1}}, your lamp oil is on its way to you.",
    "example": {"body_text": [["Ada"]]},
}
FOOTER = {"type": "FOOTER", "text": "Lamp Works"}


@pytest.fixture
def draft(account):
    return {
        "account": str(account.pk),
        "name": "oil_on_its_way",
        "language": "en_US",
        "category": "UTILITY",
        "components": [BODY],
    }


@pytest.fixture
def written(operator, draft):
    answer = operator.post("/whatsapp/templates", draft)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def place(template):
    return f"/whatsapp/templates/{template['id']}"


def errors_of(answer):
    return {(error["code"], error["attr"]) for error in answer.json()["errors"]}


def stands(written, **columns):
    """As if its provider had said so."""
    with everywhere():
        template = Template.objects.get(pk=written["id"])
        for name, value in columns.items():
            setattr(template, name, value)
        template.save()


# Writing


def test_a_template_is_written_as_a_draft_with_version_1(written, operator, account):
    assert written["status"] == "DRAFT"
    assert (written["current_version"], written["submitted_version"]) == (1, None)
    assert (written["variables"], written["parameter_format"]) == (["1"], "POSITIONAL")
    assert written["components"] == [BODY]
    assert (written["is_sendable"], written["allow_category_change"]) == (False, False)
    assert operator.get(place(written)).json() == written
    (version,) = operator.results(f"{place(written)}/versions")
    assert (version["number"], version["origin"], version["status"]) == (1, "local", "draft")
    assert version["author"] == "key:operator"


def test_writing_is_a_fact_of_the_one_who_wrote(written):
    with everywhere():
        fact = TemplateEvent.objects.get()

    assert (fact.event, fact.source, fact.actor) == ("CREATED", "user", "key:operator")


def test_earlier_category_names_and_a_hyphen_in_the_language_are_understood(operator, draft):
    made = operator.post(
        "/whatsapp/templates", draft | {"language": "pt-BR", "category": "transactional", "new_key": 1}
    ).json()

    assert (made["language"], made["category"]) == ("pt_BR", "UTILITY")


def test_named_variables_are_recognised(operator, draft):
    example = {"body_text_named_params": [{"param_name": "first_name", "example": "Ada"}]}
    body = {"type": "BODY", "text": "Hello {{first_name}}, your oil is on its way to you.", "example": example}

    made = operator.post("/whatsapp/templates", draft | {"components": [body]}).json()

    assert (made["parameter_format"], made["variables"]) == ("NAMED", ["first_name"])


def test_every_broken_rule_is_named_at_once_with_its_component(operator, draft, account):
    broken = draft | {
        "name": "Oil on its way",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "x" * 61},
            {"type": "BODY", "text": "{{1}} is on its way"},
            {"type": "FOOTER", "text": "By {{1}}"},
        ],
    }

    answer = operator.post("/whatsapp/templates", broken)

    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    assert {attr for _, attr in errors_of(answer)} >= {"name", "HEADER", "BODY", "FOOTER"}
    assert all(error["detail"].endswith(".") for error in answer.json()["errors"])
    with everywhere():
        assert not Template.objects.filter(account=account).exists()


def test_a_component_type_that_nobody_knows_is_kept(operator, draft):
    made = operator.post("/whatsapp/templates", draft | {"components": [BODY, {"type": "HOLOGRAM", "depth": 3}]})

    assert made.status_code == 201, made.json()
    assert made.json()["components"][-1] == {"type": "HOLOGRAM", "depth": 3}


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ("text", "not_a_list"),
        ([1], "not_a_list"),
        ({"type": "BODY"}, "not_a_list"),
        ([{"type": "BODY", "text": "a\x00b"}], "not_text"),
        ([{"type": "BODY", "text": "x" * 70_000}], "too_large"),
        (None, "null"),
    ],
)
def test_components_that_nobody_can_keep_are_refused(components, code, operator, draft):
    assert error_of(operator.post("/whatsapp/templates", draft | {"components": components})) == (
        400,
        code,
        "components",
    )


def test_a_number_too_large_for_json_is_refused(operator, draft):
    body = '{"account": "%s", "name": "a", "language": "en", "category": "UTILITY", "components": [{"n": 1e999}]}'

    answer = operator.client.post(
        "/api/v1/whatsapp/templates",
        body % draft["account"],
        content_type="application/json",
        headers=operator.headers,
    )

    assert error_of(answer) == (400, "not_json", "components")


def test_a_backslash_u0000_spelled_out_is_text_like_any_other(operator, draft):
    spelled = BODY | {"text": r"Hello {{1}}, \u0000 is on its way to you."}

    assert operator.post("/whatsapp/templates", draft | {"components": [spelled]}).status_code == 201


def test_what_is_missing_is_named_field_by_field(operator):
    answer = operator.post("/whatsapp/templates", {})

    named = {(name, "required") for name in ("account", "name", "language", "category", "components")}
    assert errors_of(answer) == {(code, attr) for attr, code in named}


def test_the_same_name_and_language_twice_is_a_conflict(written, operator, draft):
    assert error_of(operator.post("/whatsapp/templates", draft)) == (409, "template_exists", None)
    other = {"language": "es", "components": [BODY | {"text": "Hola {{1}}, su aceite ya va en camino a su casa."}]}
    assert operator.post("/whatsapp/templates", draft | other).status_code == 201


def test_the_text_of_another_template_is_refused_before_meta_does(written, operator, draft):
    answer = operator.post("/whatsapp/templates", draft | {"name": "oil_again"})

    assert error_of(answer)[::2] == (400, "BODY")


def test_another_organizations_account_does_not_exist(operator, draft, other_account):
    answer = operator.post("/whatsapp/templates", draft | {"account": str(other_account.pk)})

    assert error_of(answer) == (400, "does_not_exist", "account")


def test_only_an_admin_writes_a_template_whose_category_may_change(operator, org_admin, draft):
    wish = draft | {"allow_category_change": True}

    assert operator.post("/whatsapp/templates", wish).status_code == 403
    assert operator.post("/whatsapp/templates", draft | {"allow_category_change": False}).status_code == 201
    assert org_admin.post("/whatsapp/templates", wish | {"name": "other", "components": [FOOTER, BODY]}).json()[
        "allow_category_change"
    ]


def test_a_viewer_writes_nothing(viewer, draft, written):
    assert viewer.post("/whatsapp/templates", draft).status_code == 403
    assert viewer.patch(place(written), {}).status_code == 403
    assert viewer.delete(place(written)).status_code == 403


def test_a_stranger_finds_nothing_to_write_to(stranger, written):
    assert stranger.patch(place(written), {"name": "mine"}).status_code == 404
    assert stranger.delete(place(written)).status_code == 404


# Changing


def test_a_change_of_what_it_says_makes_a_version(written, operator):
    changed = operator.patch(place(written), {"components": [BODY, FOOTER], "note": "Says who we are"}).json()

    assert (changed["current_version"], len(changed["components"])) == (2, 2)
    version = operator.get(f"{place(written)}/versions/2").json()
    assert (version["note"], version["status"]) == ("Says who we are", "draft")


def test_a_change_that_says_the_same_makes_none(written, operator):
    for wish in ({}, {"components": [BODY]}, {"language": "en-US"}, {"allow_category_change": False}):
        assert operator.patch(place(written), wish).json()["current_version"] == 1


def test_a_draft_may_change_all(written, operator):
    wish = {"name": "renamed", "language": "es", "category": "MARKETING", "components": [BODY, FOOTER]}

    changed = operator.patch(place(written), wish).json()

    assert {name: changed[name] for name in ("name", "language", "category")} == {
        "name": "renamed",
        "language": "es",
        "category": "MARKETING",
    }
    version = operator.get(f"{place(written)}/versions/2").json()
    assert (version["language"], version["category"]) == ("es", "MARKETING")


def test_a_draft_cannot_take_the_place_of_another(written, operator, draft):
    operator.post("/whatsapp/templates", draft | {"name": "other", "components": [BODY, FOOTER]})

    assert error_of(operator.patch(place(written), {"name": "other"})) == (409, "template_exists", None)


def test_a_broken_change_changes_nothing(written, operator):
    answer = operator.patch(place(written), {"components": [FOOTER], "category": "MARKETING"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "body_missing")
    assert operator.get(place(written)).json() == written


@pytest.mark.parametrize(
    ("wish", "code"),
    [({"language": "es"}, "language_fixed"), ({"name": "renamed"}, "name_fixed"), ({"category": "MARKETING"}, None)],
)
def test_name_and_language_are_fixed_once_submitted(wish, code, written, operator):
    stands(written, status="PENDING")

    answer = operator.patch(place(written), wish)

    assert answer.status_code == (409 if code else 200)
    assert code is None or error_of(answer)[1] == code


def test_the_category_is_fixed_once_approved_and_open_again_when_rejected(written, operator):
    stands(written, status="APPROVED")
    assert error_of(operator.patch(place(written), {"category": "MARKETING"})) == (409, "category_fixed", None)
    assert operator.patch(place(written), {"components": [BODY, FOOTER]}).json()["current_version"] == 2

    stands(written, status="REJECTED")

    assert operator.patch(place(written), {"category": "MARKETING"}).json()["category"] == "MARKETING"


def test_only_an_admin_changes_the_flag(written, operator, org_admin):
    assert operator.patch(place(written), {"allow_category_change": True}).status_code == 403
    assert org_admin.patch(place(written), {"allow_category_change": True}).json()["allow_category_change"]
    assert operator.patch(place(written), {"allow_category_change": True}).status_code == 200


# Retiring


def test_a_retired_template_is_out_of_sight_with_its_alerts_and_can_be_brought_back(tell, org_admin, operator):
    template = tell("PAUSED")
    address = f"/whatsapp/templates/{template.pk}"

    assert org_admin.delete(address).status_code == 204

    assert operator.get(address).status_code == 404
    assert operator.results("/whatsapp/templates") == []
    assert operator.patch(address, {"is_retired": False}).status_code == 404
    with everywhere():
        assert Alert.objects.get().status == "resolved"
    assert org_admin.patch(address, {"is_retired": False}).json()["status"] == "PAUSED"
    assert operator.get(address).status_code == 200
    with everywhere():
        assert Alert.objects.get().status == "open"


def test_only_an_admin_retires(written, operator):
    assert operator.delete(place(written)).status_code == 403
    assert operator.patch(place(written), {"is_retired": True}).status_code == 403


def test_the_name_of_a_retired_template_is_taken_and_the_answer_says_how_to_get_it_back(
    written, org_admin, operator, draft
):
    org_admin.delete(place(written))

    answer = operator.post("/whatsapp/templates", draft)

    assert error_of(answer)[:2] == (409, "template_exists")
    assert "is_retired" in answer.json()["errors"][0]["detail"]


# Preflight


def test_the_preflight_answers_with_findings_instead_of_errors(viewer, draft):
    wrong = draft | {"components": [{"type": "BODY", "text": "{{1}}"}], "name": "No"}

    answer = viewer.post("/whatsapp/templates/preflight", wrong)

    assert answer.status_code == 200
    assert answer.json()["ok"] is False
    finding = next(one for one in answer.json()["findings"] if one["component"] == "name")
    assert set(finding) == {"rule", "severity", "component", "span", "message", "fix", "source"}


def test_the_preflight_of_what_is_fine_is_ok(viewer, draft):
    assert viewer.post("/whatsapp/templates/preflight", draft).json()["ok"] is True


def test_the_preflight_of_nothing_says_what_is_missing(viewer):
    found = viewer.post("/whatsapp/templates/preflight", {}).json()

    assert {"body_missing", "language_missing", "category_unknown"} <= {one["rule"] for one in found["findings"]}


def test_the_preflight_looks_through_a_template_as_it_stands(viewer, written, account, stranger):
    assert viewer.post("/whatsapp/templates/preflight", {"template": written["id"]}).json()["ok"] is True
    assert error_of(stranger.post("/whatsapp/templates/preflight", {"template": written["id"]})) == (
        400,
        "does_not_exist",
        "template",
    )
    empty = template_of(account, name="unheard")
    assert error_of(viewer.post("/whatsapp/templates/preflight", {"template": str(empty.pk)}))[::2] == (400, "template")


def test_the_list_asks_the_database_no_more_for_many_versions(operator, draft, django_assert_max_num_queries):
    for place_ in range(3):
        text = f"Hello {{{{1}}}}, lamp number {place_} is on its way to you."
        operator.post("/whatsapp/templates", draft | {"name": f"lamp_{place_}", "components": [BODY | {"text": text}]})

    with django_assert_max_num_queries(8):
        assert len(operator.results("/whatsapp/templates")) == 3
