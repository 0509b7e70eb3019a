"""Changing from one organization to another in the console."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core import joining
from core.models import Role
from core.switching import SHOWN
from tests.console import browser_of, look, press, somebody, superuser_at_console, words

SWITCH = "/admin/organization/"


@pytest.fixture
def of_both(organization, other_organization):
    user = joining.person(email="both@example.com")
    joining.add_member(organization=organization, user=user, role=Role.VIEWER)
    joining.add_member(organization=other_organization, user=user, role=Role.ORG_ADMIN)
    return browser_of(user)


def test_a_member_of_two_changes_over_and_has_the_role_of_that_place(of_both, account, other_account):
    before = words(look(of_both, reverse("admin:providers_account_changelist")))

    page = press(of_both, SWITCH, organization="rival-works").content.decode()

    assert "Rival Works" in words(page)
    assert "API keys" in words(page)
    after = words(look(of_both, reverse("admin:providers_account_changelist")))
    assert ("Rival shop" in before, "Rival shop" in after) == (False, True)


def test_who_has_one_organization_is_offered_no_switch(organization):
    assert SWITCH not in look(somebody(organization, Role.ORG_ADMIN), "/admin/")


def test_who_has_two_is_offered_both(of_both):
    page = look(of_both, "/admin/")

    assert page.count(f'action="{SWITCH}"') == 2
    assert 'value="lamp-works"' in page
    assert 'value="rival-works"' in page


@pytest.mark.parametrize("slug", ["rival-works", "no-such-place", ""])
def test_an_organization_of_others_does_not_exist(slug, organization, other_organization):
    client = somebody(organization, Role.ORG_ADMIN)

    assert client.post(SWITCH, {"organization": slug}).status_code == 404
    assert "Lamp Works" in words(look(client, "/admin/"))


def test_a_superuser_sees_all_or_one(organization, account, other_account):
    client = superuser_at_console()
    accounts = reverse("admin:providers_account_changelist")

    everything = accounts_in(words(look(client, accounts)))
    press(client, SWITCH, organization="rival-works")
    one = accounts_in(words(look(client, accounts)))
    press(client, SWITCH, organization="")
    again = accounts_in(words(look(client, accounts)))

    assert (everything, one, again) == ({"Shop", "Rival shop"}, {"Rival shop"}, {"Shop", "Rival shop"})


def accounts_in(page: str) -> set[str]:
    return {name for name in ("Rival shop", "Shop") if f" {name} Meta" in page}


def test_a_superuser_with_very_many_organizations_is_led_to_their_list(db):
    for number in range(SHOWN + 1):
        joining.create_organization(name=f"Shop {number}")
    client = superuser_at_console()

    page = look(client, "/admin/")

    assert "More…" in page
    assert page.count(f'action="{SWITCH}"') == SHOWN + 1


def test_a_superuser_goes_to_work_from_an_organization_s_page(organization, other_organization):
    client = superuser_at_console()
    address = reverse("admin:core_organization_change", args=[other_organization.pk])

    assert "Work in this organization" in look(client, address)
    press(client, SWITCH, organization="rival-works")

    assert "Work in this organization" not in look(client, address)


def test_the_switch_is_a_post_and_needs_the_token_against_forgery(organization):
    joining.add_member(organization=organization, user=joining.person(email="ada@example.com"), role=Role.VIEWER)
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="ada@example.com"))

    assert client.get(SWITCH).status_code == 405
    assert client.post(SWITCH, {"organization": "lamp-works"}).status_code == 403


def test_a_stranger_is_sent_to_the_sign_in(db):
    assert Client().post(SWITCH, {"organization": "lamp-works"}).status_code == 302


def test_who_sees_several_organizations_is_told_whose_each_row_is(account, other_account):
    client = superuser_at_console()

    page = words(look(client, reverse("admin:providers_account_changelist")))

    assert "By organization" in page
    assert "Shop Meta 109887766554433 Unknown 0 – Lamp Works" in page


def test_who_sees_one_organization_is_not_told_its_name_in_each_row(organization, account):
    page = words(look(superuser_at_console(), reverse("admin:providers_account_changelist")))

    assert "By organization" not in page
