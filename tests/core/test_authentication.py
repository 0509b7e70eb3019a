"""Who may come in: integrators by key, staff by session, each for one organization."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from core import joining
from core.fence import everywhere, inside
from core.models import ApiKey, Role
from providers.models import Account
from tests.world import Api, api_of, error_of, session_of

ACCOUNTS = "/whatsapp/accounts"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAMPLE = {"provider": "meta", "name": "Shop", "external_id": "1"}


def bearer(text: str) -> Api:
    return Api(Authorization=text)


def last_use() -> datetime | None:
    with everywhere():
        key: ApiKey = ApiKey.objects.get()
    return key.last_used_at


def test_without_a_key_the_answer_says_how_to_come_in(anonymous):
    answer = anonymous.get(ACCOUNTS)

    assert error_of(answer) == (401, "not_authenticated", None)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Bearer" in answer.json()["errors"][0]["detail"]


def test_a_key_opens_its_own_organization(account, other_account, viewer):
    assert [row["id"] for row in viewer.results(ACCOUNTS)] == [str(account.pk)]


def test_a_key_stays_with_its_organization_whatever_the_caller_asks(account, viewer, other_organization):
    answer = viewer.get(ACCOUNTS, X_Organization=other_organization.slug)

    assert [row["id"] for row in answer.json()["results"]] == [str(account.pk)]


@pytest.mark.parametrize(
    "given",
    [
        "Bearer nonsense",
        "Bearer hg_00000000_" + "x" * 43,
        "Bearer hg_",
        "Bearer " + "9" * 5000,
        "Bearer \xe9\x00",
        "bearer",
        "Bearer two words",
    ],
)
def test_a_key_nobody_has_opens_nothing(given, organization):
    answer = bearer(given).get(ACCOUNTS)

    assert error_of(answer) == (401, "authentication_failed", None)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_another_scheme_is_no_key(organization):
    assert error_of(bearer("Basic cm9vdDpyb290").get(ACCOUNTS)) == (401, "not_authenticated", None)


def test_the_right_beginning_with_a_wrong_end_opens_nothing(viewer):
    key = viewer.headers["Authorization"]
    forged = key[:-1] + ("A" if key[-1] != "A" else "B")

    assert bearer(forged).get(ACCOUNTS).status_code == 401


def test_a_revoked_key_opens_nothing(organization, viewer):
    with inside(organization):
        joining.revoke_api_key(ApiKey.objects.get())

    assert error_of(viewer.get(ACCOUNTS)) == (401, "authentication_failed", None)


def test_a_key_opens_until_it_expires(organization):
    with time_machine.travel(NOON, tick=False) as clock:
        _, key = joining.create_api_key(
            organization=organization, name="k", role=Role.VIEWER, expires_at=NOON + timedelta(hours=1)
        )
        caller = bearer(f"Bearer {key}")
        before = caller.get(ACCOUNTS)
        clock.shift(timedelta(hours=1))
        after = caller.get(ACCOUNTS)

    assert (before.status_code, after.status_code) == (200, 401)


def test_the_use_of_a_key_is_noted_once_a_minute(viewer):
    with time_machine.travel(NOON, tick=False) as clock:
        viewer.get(ACCOUNTS)
        first = last_use()
        clock.shift(timedelta(seconds=59))
        viewer.get(ACCOUNTS)
        second = last_use()
        clock.shift(timedelta(seconds=2))
        viewer.get(ACCOUNTS)

    assert (first, second, last_use()) == (NOON, NOON, NOON + timedelta(seconds=61))


def test_a_refused_key_is_not_noted_as_used(organization, viewer):
    with inside(organization):
        joining.revoke_api_key(ApiKey.objects.get())

    viewer.get(ACCOUNTS)

    assert last_use() is None


def test_the_use_of_a_key_writes_no_history(organization, viewer):
    viewer.get(ACCOUNTS)

    with inside(organization):
        assert ApiKey.objects.get().history.count() == 1


def test_what_a_key_changes_is_written_in_its_name(organization):
    api_of(organization, Role.ORG_ADMIN, name="erp").post(ACCOUNTS, SAMPLE)

    with inside(organization):
        assert Account.history.get().actor == "key:erp"


def test_what_a_person_changes_is_written_with_her_address(organization, admin_person):
    session_of(admin_person).post(ACCOUNTS, SAMPLE)

    with inside(organization):
        assert Account.history.get().actor == "ada@example.com"


def test_a_key_is_kept_as_a_digest_and_shown_never_again(organization):
    row, key = joining.create_api_key(organization=organization, name="erp", role=Role.VIEWER)

    kept = [str(value) for value in vars(row).values()]
    with inside(organization):
        kept += [str(value) for history in row.history.all() for value in vars(history).values()]

    assert not any(key in value for value in kept)
    assert row.opens(key, at=timezone.now())


def test_a_session_works_in_the_only_organization_of_a_person(admin_person, account, other_account):
    assert [row["id"] for row in session_of(admin_person).results(ACCOUNTS)] == [str(account.pk)]


def test_a_person_in_several_organizations_is_asked_which_one(admin_person, other_organization):
    joining.add_member(organization=other_organization, user=admin_person, role=Role.VIEWER)

    answer = session_of(admin_person).get(ACCOUNTS)

    assert error_of(answer)[::2] == (400, "X-Organization")
    assert "lamp-works, rival-works" in answer.json()["errors"][0]["detail"]


def test_the_named_organization_counts_with_the_role_in_it(admin_person, other_organization, account, other_account):
    joining.add_member(organization=other_organization, user=admin_person, role=Role.VIEWER)
    there = session_of(admin_person, X_Organization=other_organization.slug)

    assert [row["id"] for row in there.results(ACCOUNTS)] == [str(other_account.pk)]
    assert there.post(ACCOUNTS, SAMPLE).status_code == 403


def test_an_organization_one_is_no_member_of_cannot_be_named(admin_person, other_organization):
    answer = session_of(admin_person, X_Organization=other_organization.slug).get(ACCOUNTS)

    assert error_of(answer)[::2] == (400, "X-Organization")
    assert "rival" not in answer.json()["errors"][0]["detail"]


def test_a_person_without_an_organization_is_refused(db):
    assert error_of(session_of(User.objects.create_user("bob")).get(ACCOUNTS)) == (403, "permission_denied", None)


def test_a_person_who_left_is_out_at_once(admin_person):
    caller = session_of(admin_person)
    User.objects.filter(pk=admin_person.pk).update(is_active=False)

    assert error_of(caller.get(ACCOUNTS)) == (401, "not_authenticated", None)


def test_a_superuser_says_which_organization_is_meant(superuser, account, other_account, other_organization):
    without = superuser.get(ACCOUNTS)
    named = superuser.get(ACCOUNTS, X_Organization=other_organization.slug)

    assert error_of(without)[::2] == (400, "X-Organization")
    assert [row["id"] for row in named.json()["results"]] == [str(other_account.pk)]


def test_a_superuser_cannot_name_an_organization_that_is_not(superuser):
    answer = superuser.get(ACCOUNTS, X_Organization="nowhere")

    assert error_of(answer)[::2] == (400, "X-Organization")


@pytest.mark.parametrize("path", ["/webhook-calls", "/parked-events", "/alerts"])
def test_a_superuser_sees_what_belongs_to_nobody_and_everybody(path, superuser, ours, theirs):
    assert len(superuser.results(path)) == 2


@pytest.mark.parametrize("path", ["/parked-events", "/alerts"])
def test_a_superuser_in_an_organization_sees_that_one(path, superuser, organization, ours, theirs):
    assert len(superuser.get(path, X_Organization=organization.slug).json()["results"]) == 1


def test_a_session_without_the_csrf_token_changes_nothing(admin_person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_person)

    refused = Api(client=client).post(ACCOUNTS, SAMPLE)

    assert error_of(refused) == (403, "permission_denied", None)
    with everywhere():
        assert not Account.objects.exists()


def test_a_session_with_the_csrf_token_may(admin_person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_person)
    client.cookies["csrftoken"] = "a" * 32

    answer = Api(client=client, X_CSRFToken="a" * 32).post(ACCOUNTS, SAMPLE)

    assert answer.status_code == 201


def test_a_key_needs_no_csrf_token(org_admin):
    caller = Api(client=Client(enforce_csrf_checks=True), **org_admin.headers)

    assert caller.post(ACCOUNTS, SAMPLE).status_code == 201
