"""Organizations, members and API keys in the console."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from core import joining
from core.fence import everywhere
from core.models import ApiKey, Membership, Organization, Role
from tests.console import look, press, somebody, superuser_at_console, words
from tests.world import Api

MEMBERS = reverse("admin:core_membership_changelist")
KEYS = reverse("admin:core_apikey_changelist")


def roles_of(organization):
    with everywhere():
        return {one.user.email: one.role for one in Membership.objects.filter(organization=organization)}


def test_an_org_admin_invites_a_person_who_has_no_login_yet(organization):
    client = somebody(organization, Role.ORG_ADMIN)

    press(client, f"{MEMBERS}add/", email="New.Person@Example.com", role="operator")

    assert roles_of(organization)["new.person@example.com"] == "operator"
    user = User.objects.get(username="new.person@example.com")
    assert (user.has_usable_password(), user.is_staff, user.is_superuser) == (False, True, False)


def test_inviting_who_is_a_member_already_changes_the_role(organization, admin_person):
    client = somebody(organization, Role.ORG_ADMIN)

    press(client, f"{MEMBERS}add/", email="ada@example.com", role="viewer")

    assert roles_of(organization)["ada@example.com"] == "viewer"


def test_inviting_who_is_known_elsewhere_leaves_that_login_alone(organization, other_organization):
    user = joining.person(email="bea@example.com")
    user.set_password("lantern-oil-9")
    user.is_staff = True
    user.save()
    joining.add_member(organization=other_organization, user=user, role=Role.ORG_ADMIN)

    press(somebody(organization, Role.ORG_ADMIN), f"{MEMBERS}add/", email="bea@example.com", role="viewer")

    assert User.objects.get(pk=user.pk).password == user.password
    assert roles_of(other_organization)["bea@example.com"] == "org_admin"


def test_a_role_is_changed_and_a_member_removed_by_an_org_admin(organization, admin_person):
    client = somebody(organization, Role.ORG_ADMIN)
    with everywhere():
        row = Membership.objects.get(user=admin_person)

    press(client, reverse("admin:core_membership_change", args=[row.pk]), role="operator")
    assert roles_of(organization)["ada@example.com"] == "operator"

    press(client, reverse("admin:core_membership_delete", args=[row.pk]), post="yes")
    assert "ada@example.com" not in roles_of(organization)
    assert User.objects.filter(pk=admin_person.pk).exists()


def test_an_address_that_is_none_is_refused_with_a_word(organization):
    page = press(somebody(organization, Role.ORG_ADMIN), f"{MEMBERS}add/", email="not an address", role="viewer")

    assert "Enter a valid email address" in page.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
@pytest.mark.parametrize("address", [MEMBERS, f"{MEMBERS}add/", KEYS, f"{KEYS}add/"])
def test_members_and_keys_are_for_org_admins(role, address, organization):
    assert somebody(organization, role).get(address).status_code == 403


def test_a_superuser_who_sees_all_says_for_whom_she_invites(organization, other_organization):
    client = superuser_at_console()

    asked = press(client, f"{MEMBERS}add/", email="ada@example.com", role="viewer")
    press(client, f"{MEMBERS}add/", email="ada@example.com", role="viewer", organization=str(other_organization.pk))

    assert "This field is required" in asked.content.decode()
    assert (roles_of(organization), roles_of(other_organization)) == ({}, {"ada@example.com": "viewer"})


def made_key(client, **fields):
    page = client.post(f"{KEYS}add/", {"name": "Till", "role": "operator"} | fields).content.decode()
    return page, re.search(r"hg_[0-9a-f]{8}_[\w-]{43}", page)


def test_a_new_key_is_shown_once_and_works(organization, account):
    client = somebody(organization, Role.ORG_ADMIN)

    _page, key = made_key(client)

    assert key is not None
    assert Api(Authorization=f"Bearer {key[0]}").get("/whatsapp/accounts").status_code == 200
    for address in (KEYS, reverse("admin:core_apikey_change", args=[only_key().pk]), "/admin/"):
        assert key[0] not in look(client, address)
    assert key[0] not in str(dict(client.session.items()))


def only_key():
    with everywhere():
        return ApiKey.objects.get()


def test_a_key_is_never_edited_and_never_deleted(organization):
    client = somebody(organization, Role.ORG_ADMIN)
    made_key(client)
    row = only_key()

    changed = client.post(reverse("admin:core_apikey_change", args=[row.pk]), {"name": "Other", "role": "org_admin"})
    deleted = client.post(reverse("admin:core_apikey_delete", args=[row.pk]), {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert (only_key().name, only_key().role) == ("Till", "operator")


def test_revoking_is_confirmed_with_what_will_happen_and_then_the_key_opens_nothing(organization):
    client = somebody(organization, Role.ORG_ADMIN)
    _page, key = made_key(client)
    address = reverse("admin:core_apikey_revoke", args=[only_key().pk])

    asked = words(look(client, address))
    assert only_key().revoked_at is None
    page = words(press(client, address).content.decode())

    assert "1 key opens nothing any more. " in asked
    assert "cannot be undone" in asked
    assert "1 key revoked." in page
    assert Api(Authorization=f"Bearer {key[0]}").get("/whatsapp/accounts").status_code == 401
    assert "Revoke" not in words(look(client, reverse("admin:core_apikey_change", args=[only_key().pk])))


def test_keys_tell_whether_they_are_in_use(organization):
    client = somebody(organization, Role.ORG_ADMIN)
    made_key(client)
    made_key(client, name="Old", expires_at_0="2020-01-01", expires_at_1="00:00")

    page = words(look(client, KEYS))

    assert "in use" in page
    assert "expired" in page


def test_a_superuser_makes_an_organization(db):
    client = superuser_at_console()

    press(client, reverse("admin:core_organization_add"), name="Wick & Flame")

    with everywhere():
        assert Organization.objects.get().slug == "wick-flame"


def test_a_name_that_is_taken_is_refused_with_a_sentence(organization):
    page = press(superuser_at_console(), reverse("admin:core_organization_add"), name="Lamp Works")

    assert "There is an organization called lamp-works already." in page.content.decode()
    with everywhere():
        assert Organization.objects.count() == 1


def test_an_org_admin_renames_her_organization_and_makes_none(organization):
    client = somebody(organization, Role.ORG_ADMIN)

    press(client, reverse("admin:core_organization_change", args=[organization.pk]), name="Lamp House")

    assert client.get(reverse("admin:core_organization_add")).status_code == 403
    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Lamp House", "lamp-works")
    with everywhere():
        assert organization.history.first().actor == "org_admin@lamp-works.example"


def test_another_organization_s_page_does_not_exist(organization, other_organization):
    client = somebody(organization, Role.ORG_ADMIN)

    assert client.get(reverse("admin:core_organization_change", args=[other_organization.pk])).status_code == 404
    assert "Rival Works" not in look(client, reverse("admin:core_organization_changelist"))
