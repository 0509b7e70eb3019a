"""Preferences at the HTTP door: each person's own, one set for each organization she works in."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.models import Preference
from core import joining
from core.fence import everywhere
from core.models import Role
from tests.world import error_of, session_of

pytestmark = pytest.mark.django_db
PLACE = "/alerts/preferences"
NOTHING = {"email": {"minimum_severity": None, "digest": False}, "in_app": {"minimum_severity": None}}
MUCH = {"email": {"minimum_severity": "LOW", "digest": True}, "in_app": {"minimum_severity": "CRITICAL"}}


@pytest.fixture
def ada(admin_person: Any) -> Any:
    return session_of(admin_person)


@pytest.fixture
def bob(organization: Any) -> Any:
    """A viewer."""
    user = joining.person(email="bob@example.com")
    joining.add_member(organization=organization, user=user, role=Role.VIEWER)
    return session_of(user)


def test_who_said_nothing_is_told_by_e_mail_as_an_admin_and_not_as_anybody_else(ada, bob):
    assert ada.get(PLACE).json() == {
        "email": {"minimum_severity": "MEDIUM", "digest": False},
        "in_app": {"minimum_severity": "MEDIUM"},
    }
    assert bob.get(PLACE).json()["email"] == {"minimum_severity": None, "digest": False}
    with everywhere():
        assert not Preference.objects.exists()


@pytest.mark.parametrize("wanted", [NOTHING, MUCH], ids=["nothing", "much"])
def test_what_is_wanted_is_kept_for_the_caller_alone(wanted, ada, bob):
    before = bob.get(PLACE).json()

    for _ in range(2):
        answer = ada.call("PUT", PLACE, wanted)

        assert (answer.status_code, answer.json()) == (200, wanted)

    assert ada.get(PLACE).json() == wanted
    assert bob.get(PLACE).json() == before


def test_each_organization_has_its_own(organization, other_organization, admin_person):
    joining.add_member(organization=other_organization, user=admin_person, role=Role.OPERATOR)
    here = session_of(admin_person, X_Organization=organization.slug)
    there = session_of(admin_person, X_Organization=other_organization.slug)
    before = there.get(PLACE).json()

    here.call("PUT", PLACE, MUCH)

    assert (here.get(PLACE).json(), there.get(PLACE).json()) == (MUCH, before)


def test_a_superuser_without_an_organization_speaks_of_the_installations_alerts(organization, superuser):
    before = superuser.get(PLACE, X_Organization=organization.slug).json()

    answer = superuser.call("PUT", PLACE, MUCH)

    assert (answer.status_code, superuser.get(PLACE).json()) == (200, MUCH)
    assert superuser.get(PLACE, X_Organization=organization.slug).json() == before
    with everywhere():
        assert Preference.objects.get().organization is None


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_api_key_has_none(method, org_admin):
    answer = org_admin.call(method, PLACE, MUCH)

    assert error_of(answer) == (403, "permission_denied", None)
    assert "API key" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("part", "value", "attr"),
    [
        ("email", {"minimum_severity": "SEVERE", "digest": True}, "email.minimum_severity"),
        ("email", {"minimum_severity": "", "digest": True}, "email.minimum_severity"),
        ("email", {"digest": True}, "email.minimum_severity"),
        ("email", {"minimum_severity": "LOW"}, "email.digest"),
        ("email", {"minimum_severity": "LOW", "digest": "hourly"}, "email.digest"),
        ("email", None, "email"),
        ("in_app", {}, "in_app.minimum_severity"),
        ("in_app", "LOW", "in_app"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_kept(part, value, attr, ada):
    answer = ada.call("PUT", PLACE, MUCH | {part: value})

    assert error_of(answer)[::2] == (400, attr)
    with everywhere():
        assert not Preference.objects.exists()
