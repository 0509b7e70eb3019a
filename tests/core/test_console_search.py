"""Global search: what a person may see is found, and of another organization there is no trace anywhere."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from core.console import OwnedAdmin
from core.models import Role
from tests.console import look, somebody, superuser_at_console, words
from tests.world import account_in, deliver, number_of, quality_change, status_change, template_of, webhook

SEARCH = reverse("admin:search")
ROOMS = [room for room in admin.site._registry.values() if isinstance(room, OwnedAdmin)]


def search(client, text):
    return words(look(client, SEARCH, s=text, extended="1"))


@pytest.fixture
def both(organization, other_organization):
    """The same things in both organizations; those of the other one are all called zebra."""
    for owner, name, digit in ((organization, "lantern", "1"), (other_organization, "zebra", "2")):
        account = account_in(owner, external_id=digit * 15, name=f"{name} shop")
        number_of(account, external_id=f"{name}-number", shown=f"+49 30 {digit * 6}")
        template_of(account, name=f"{name}_quiet", language="es", status="APPROVED", category=f"{name.upper()}")
        about = {"message_template_id": int(digit * 6), "message_template_name": f"{name}_sale"}
        deliver(
            webhook(
                status_change("DISABLED", **about),
                quality_change("RED", **about),
                ("message_template_status_update", {"event": 5, "note": name}),
                account_id=account.external_id,
            )
        )
        somebody(owner, Role.ORG_ADMIN, email=f"{name}@example.com")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lantern_sale", ["lantern_sale (en_US) • Template", "Template lantern_sale (en_US) is disabled • Alert"]),
        ("lantern shop", ["lantern shop • Account"]),
        ("lantern-number", ["+49 30 111111 • Number"]),
        ("lantern@", ["• Member"]),
        ("alerts", ["Alerts"]),
    ],
)
def test_what_one_may_see_is_found(text, found, both, organization):
    page = search(somebody(organization, Role.ORG_ADMIN), text)

    for words_of_it in found:
        assert words_of_it in page


def test_what_one_s_role_may_not_see_is_not_found(both, organization):
    viewer = somebody(organization, Role.VIEWER)

    assert "Member" not in search(viewer, "lantern@")
    assert "Webhook call" not in search(viewer, "meta")
    assert "Webhook call" in search(superuser_at_console(), "meta")


@pytest.mark.parametrize("text", ["zebra", "zebra_sale", "zebra shop", "222222", "zebra-number", "zebra@", "rival"])
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ORG_ADMIN])
def test_search_finds_no_trace_of_another_organization(text, role, both, organization):
    page = search(somebody(organization, role), text).lower()

    assert "zebra" not in page
    assert "rival" not in page
    assert "222222" not in page


@pytest.mark.parametrize("room", ROOMS, ids=[room.opts.label for room in ROOMS])
def test_lists_their_filters_and_their_search_show_no_trace_of_another_organization(room, both, organization):
    client = somebody(organization, Role.OPERATOR)
    address = reverse(f"admin:{room.opts.app_label}_{room.opts.model_name}_changelist")

    for query in ({}, {"q": "zebra"}, {"q": "222222"}):
        answer = client.get(address, query)
        shown = re.sub(r'(q=|q%3D|value=")zebra', "", answer.content.decode())
        assert answer.status_code in (200, 302, 403)
        assert not re.search("zebra|rival", shown, flags=re.IGNORECASE)


def test_the_front_page_with_its_charts_shows_no_trace_of_another_organization(both, organization):
    page = look(somebody(organization, Role.OPERATOR), "/admin/")

    assert "zebra" not in page.lower()
    assert '"label": "RED", "data": [' in page
    assert "RED 1" in words(page)
    assert "CRITICAL 2" in words(page)


@pytest.mark.parametrize(
    ("app", "model", "field"),
    [("providers", "number", "account"), ("templates_app", "template", "account"), ("core", "membership", "user")],
)
def test_autocomplete_offers_nothing_of_another_organization(app, model, field, both, organization):
    client = somebody(organization, Role.OPERATOR)
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": ""}

    answer = client.get(reverse("admin:autocomplete"), asked)

    assert answer.status_code in (200, 403)
    assert b"zebra" not in answer.content.lower()
    if answer.status_code == 200:
        assert {one["text"] for one in answer.json()["results"]} == {"lantern shop"}
