"""How organizations, people and keys come to be."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from core import joining
from core.fence import everywhere, inside
from core.models import ApiKey, Membership, Organization, Role
from core.refusals import Refused


def test_an_organization_gets_a_slug_from_its_name(db):
    organization = joining.create_organization(name="Möbel & Söhne GmbH")

    assert (organization.name, organization.slug) == ("Möbel & Söhne GmbH", "mobel-sohne-gmbh")


@pytest.mark.parametrize(("name", "code"), [("***", "no_slug"), ("灯塔", "no_slug"), ("LAMP works", "slug_taken")])
def test_a_name_without_a_slug_of_its_own_is_refused(name, code, organization):
    with pytest.raises(Refused) as refused:
        joining.create_organization(name=name)

    assert refused.value.code == code
    with everywhere():
        assert Organization.objects.count() == 1


def test_an_organization_is_found_by_its_slug(organization):
    assert joining.organization_called("lamp-works") == organization


def test_who_asks_for_one_that_is_not_is_told_those_that_are(organization, other_organization):
    with pytest.raises(Refused, match="lamp-works, rival-works"):
        joining.organization_called("lamp")


def test_a_key_of_a_name_can_be_replaced(organization):
    first = joining.replace_api_key(organization=organization, name="demo", role=Role.ORG_ADMIN)
    _, other = joining.create_api_key(organization=organization, name="erp", role=Role.VIEWER)
    second = joining.replace_api_key(organization=organization, name="demo", role=Role.ORG_ADMIN)

    now = timezone.now()
    with inside(organization):
        opened = {
            key: [row.name for row in ApiKey.objects.all() if row.opens(key, at=now)] for key in (first, second, other)
        }
    assert opened == {first: [], second: ["demo"], other: ["erp"]}


def test_a_key_that_is_revoked_stays_so(organization):
    row, key = joining.create_api_key(organization=organization, name="erp", role=Role.VIEWER)
    with inside(organization):
        joining.revoke_api_key(row)
        when = row.revoked_at
        joining.revoke_api_key(row)

    assert row.revoked_at == when
    assert not row.opens(key, at=timezone.now())


@pytest.mark.parametrize("role", ["super_admin", "", "Viewer"])
def test_a_key_has_one_of_the_three_roles(role, organization):
    with pytest.raises(ValueError, match=r"is not a valid Role|^''"):
        joining.create_api_key(organization=organization, name="erp", role=role)


def test_a_person_is_one_by_her_address_and_can_not_sign_in_until_she_has_a_password(db):
    ada = joining.person(email="ada@example.com")

    assert joining.person(email="ada@example.com") == ada
    assert (ada.email, ada.has_usable_password()) == ("ada@example.com", False)
    assert User.objects.count() == 1


def test_a_member_who_is_added_again_gets_the_new_role(organization, admin_person):
    joining.add_member(organization=organization, user=admin_person, role=Role.VIEWER)

    with inside(organization):
        membership = Membership.objects.get()
        assert membership.role == Role.VIEWER
        assert [row.role for row in membership.history.all()] == [Role.VIEWER, Role.ORG_ADMIN]


def test_roles_cover_those_below_them():
    covered = {role: [other for other in Role if role.covers(other)] for role in Role}

    assert covered == {
        Role.VIEWER: [Role.VIEWER],
        Role.OPERATOR: [Role.VIEWER, Role.OPERATOR],
        Role.ORG_ADMIN: [Role.VIEWER, Role.OPERATOR, Role.ORG_ADMIN],
    }
