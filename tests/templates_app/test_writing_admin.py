"""Writing templates in the console: the form, what stands beside it, and retiring."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from core.fence import everywhere
from core.models import Role
from templates_app import writing
from templates_app.models import Template
from tests.console import look, press, somebody, words
from tests.world import account_in, template_of

ADD = reverse("admin:templates_app_template_add")
LOOK = reverse("admin:templates_app_template_look")
LIST = reverse("admin:templates_app_template_changelist")


@pytest.fixture
def operating(organization):
    return somebody(organization, Role.OPERATOR)


@pytest.fixture
def filled(account):
    return {
        "account": str(account.pk),
        "name": "oil_on_its_way",
        "language": "en-US",
        "category": "UTILITY",
        "header": "TEXT",
        "header_text": "Your order",
        "body": "Hello {{1}}, your lamp oil is on its way to you.",
        "footer": "Lamp Works",
        "button_0_kind": "QUICK_REPLY",
        "button_0_text": "Thanks",
        "example:BODY.1": "Ada",
    }


@pytest.fixture
def written(operating, filled):
    press(operating, ADD, **filled)
    with everywhere():
        return Template.objects.select_related("current_version", "account").get()


def write_of(template):
    return reverse("admin:templates_app_template_write", args=[template.pk])


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


def test_a_template_is_written_with_header_body_footer_buttons_and_examples(written):
    assert (written.name, written.language, written.status) == ("oil_on_its_way", "en_US", "DRAFT")
    header, body, footer, buttons = written.current_version.components
    assert header == {"type": "HEADER", "format": "TEXT", "text": "Your order"}
    assert body["example"] == {"body_text": [["Ada"]]}
    assert footer["text"] == "Lamp Works"
    assert buttons["buttons"] == [{"type": "QUICK_REPLY", "text": "Thanks"}]
    assert written.current_version.author == "operator@lamp-works.example"


def test_what_meta_would_refuse_is_not_saved_and_said_beside_the_form(operating, filled):
    page = words(press(operating, ADD, **filled | {"body": "{{1}}", "name": "No Name"}).content.decode())

    assert "Not saved: Meta would refuse it." in page
    assert "BODY" in page
    with everywhere():
        assert not Template.objects.exists()


def test_what_was_typed_stays_after_a_refusal(operating, filled):
    page = press(operating, ADD, **filled | {"name": "No Name"}).content.decode()

    assert "Your order" in page
    assert 'value="Ada"' in page


def test_a_name_that_is_taken_is_told(written, operating, filled):
    page = words(press(operating, ADD, **filled).content.decode())

    assert "The account has a template oil_on_its_way in en_US already" in page


def test_while_somebody_types_the_message_the_findings_and_the_examples_follow(operating, filled):
    told = operating.post(LOOK, filled | {"body": "<b>Hello</b> *{{name}}*"}).json()

    assert set(told) == {"preview", "findings", "examples"}
    assert "&lt;b&gt;Hello&lt;/b&gt;" in told["preview"]
    assert "Meta would refuse it" in told["findings"]
    assert 'name="example:BODY.name"' in told["examples"]
    with everywhere():
        assert not Template.objects.exists()


def test_an_empty_form_is_looked_at_without_complaint_of_the_server(operating):
    assert operating.post(LOOK, {}).status_code == 200


@pytest.mark.parametrize("text", ["{", "[1]", '{"type": "BODY"}', "[" * 100_000, '[{"n": 1e999}]'])
def test_json_that_is_none_is_told_at_its_field(text, operating, filled):
    form = filled | {"is_json": "on", "components": text}

    assert operating.post(LOOK, form).status_code == 200
    assert operating.post(ADD, form).status_code == 200
    with everywhere():
        assert not Template.objects.exists()


def test_what_the_fields_have_no_room_for_is_written_as_json(operating, filled):
    body = {
        "type": "BODY",
        "text": "Your code is here for you, {{1}}, as you asked.",
        "example": {"body_text": [["1"]]},
    }
    components = [body, {"type": "HOLOGRAM", "depth": 3}]

    press(operating, ADD, **filled | {"is_json": "on", "components": json.dumps(components)})

    with everywhere():
        template = Template.objects.select_related("current_version").get()
    assert template.current_version.components == components
    assert "HOLOGRAM" in look(operating, write_of(template))


def test_a_change_makes_a_version_and_the_same_again_none(written, operating, filled):
    shown = look(operating, write_of(written))
    assert "Hello {{1}}, your lamp oil is on its way to you." in shown
    assert 'value="Ada"' in shown

    first = words(press(operating, write_of(written), **filled | {"footer": "Us", "note": "Shorter"}).content.decode())
    again = words(press(operating, write_of(written), **filled | {"footer": "Us"}).content.decode())

    assert "Version 2 is written." in first
    assert "“Shorter”" in first
    assert "Nothing has changed." in again


def test_what_is_fixed_cannot_be_written_over(written, operating, filled):
    with everywhere():
        written.status = "APPROVED"
        written.save()

    press(operating, write_of(written), **filled | {"name": "other", "category": "MARKETING", "footer": "Us"})

    with everywhere():
        written.refresh_from_db()
    assert (written.name, written.category, written.current_version.number) == ("oil_on_its_way", "UTILITY", 2)


def test_a_template_that_only_webhooks_told_of_can_be_changed(account, operating, filled):
    template = template_of(account, status="UNKNOWN", category="FREE_SERVICE", language="")

    press(operating, write_of(template), **filled)

    with everywhere():
        template.refresh_from_db()
        assert template.language == ""


def test_only_operators_write(organization, written):
    viewing = somebody(organization, Role.VIEWER)

    assert viewing.get(ADD).status_code == 403
    assert viewing.get(write_of(written)).status_code == 403
    assert viewing.post(LOOK, {}).status_code == 403
    assert write_of(written) not in look(viewing, page_of(written))


def test_another_organizations_templates_and_accounts_are_not_there(other_organization, written, filled):
    stranger = somebody(other_organization, Role.ORG_ADMIN)

    assert stranger.get(write_of(written)).status_code == 404
    assert stranger.post(f"{LOOK}?of={written.pk}", filled).status_code == 404
    press(stranger, ADD, **filled | {"name": "mine"})
    with everywhere():
        assert Template.objects.count() == 1


def test_a_template_is_retired_and_brought_back(written, organization, operating):
    admin = somebody(organization, Role.ORG_ADMIN)
    retire, bring_back = (
        reverse(f"admin:templates_app_template_{deed}", args=[written.pk]) for deed in ("retire", "bring_back")
    )
    assert retire in look(admin, page_of(written), tab="used-by")
    assert retire not in look(operating, page_of(written), tab="used-by")

    press(admin, retire, confirmed="yes")

    assert "oil_on_its_way" not in look(admin, LIST)
    assert "oil_on_its_way" in look(admin, LIST, retired="yes")
    assert bring_back in look(admin, page_of(written), tab="used-by")
    press(admin, bring_back, confirmed="yes")
    assert "oil_on_its_way" in look(admin, LIST)


# Beside its neighbors


def test_the_templates_that_count_are_those_at_meta(account, organization):
    with everywhere():
        template_of(account, name="here", status="APPROVED")
        template_of(account, name="gone", status="DELETED")
        template_of(account, name="draft", status="DRAFT")
        template_of(account, name="put_away", status="DRAFT", is_retired=True)
        template_of(account, name="retired", status="APPROVED", is_retired=True)
        elsewhere = account_in(organization, external_id="77")
        template_of(elsewhere, name="elsewhere", status="APPROVED")
        here = Template.objects.get(name="here")

        assert writing.template_count(account) == 2
        assert writing.template_count(account, template=here) == 1
