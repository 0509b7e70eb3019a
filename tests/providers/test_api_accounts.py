"""Accounts at the HTTP door: what goes in, what never comes out, and what is fixed once they exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.fence import everywhere
from providers.models import Account
from tests.world import DAY, WABA, Api, account_in, deliver, error_of, post, status_change, webhook

pytestmark = pytest.mark.django_db
ACCOUNTS = "/whatsapp/accounts"
SECRETS = {"access_token": "token-1", "app_secret": "secret-1", "verify_token": "verify-1"}


def body(**said: Any) -> dict[str, Any]:
    return {"provider": "meta", "name": "Shop", "external_id": WABA} | said


def stored(answer: Any) -> Account:
    with everywhere():
        account: Account = Account.objects.get(pk=answer.json()["id"])
    return account


def change(caller: Api, account: Account, **said: Any) -> Any:
    return caller.patch(f"{ACCOUNTS}/{account.pk}", said)


def test_a_new_account_is_answered_in_the_shape_of_the_contract(org_admin, organization):
    answer = org_admin.post(ACCOUNTS, body(credentials=SECRETS))

    account = stored(answer)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(account.pk),
        "provider": "meta",
        "name": "Shop",
        "external_id": WABA,
        "webhook_path": f"/api/v1/webhooks/meta/{account.pk}/{account.webhook_token}",
        "window_policy": "strict",
        "on_unknown": "hold",
        "health": "unknown",
        "health_detail": "",
        "last_sync_at": None,
        "last_webhook_at": None,
    }
    assert (account.organization_id, account.credentials) == (organization.pk, SECRETS)


def test_detail_and_list_show_the_same(org_admin, viewer):
    made = org_admin.post(ACCOUNTS, body(window_policy="provider", on_unknown="retry_once")).json()

    assert viewer.get(f"{ACCOUNTS}/{made['id']}").json() == made
    assert viewer.results(ACCOUNTS) == [made]


def test_credentials_go_in_and_never_come_out(org_admin):
    made = org_admin.post(ACCOUNTS, body(credentials=SECRETS))
    path = f"{ACCOUNTS}/{made.json()['id']}"
    answers = [made, org_admin.get(path), org_admin.get(ACCOUNTS), org_admin.patch(path, {"credentials": SECRETS})]

    shown = b" ".join(answer.content for answer in answers).decode()
    assert [secret for secret in SECRETS.values() if secret in shown] == []
    assert "credentials" not in shown


def test_the_path_of_the_own_door_opens_it(org_admin):
    made = org_admin.post(ACCOUNTS, body(credentials=SECRETS)).json()
    call = webhook(status_change("APPROVED"), at=DAY)

    assert post(call, path=made["webhook_path"], secret="secret-1").status_code == 200


def test_an_id_that_another_organization_has_is_taken(org_admin, other_account):
    answer = org_admin.post(ACCOUNTS, body(external_id=other_account.external_id))

    assert error_of(answer) == (409, "account_taken", None)
    assert "Rival" not in answer.content.decode()
    assert org_admin.results(ACCOUNTS) == []


def test_an_id_that_a_retired_account_of_ours_has_is_taken_too(org_admin, account):
    org_admin.delete(f"{ACCOUNTS}/{account.pk}")

    assert error_of(org_admin.post(ACCOUNTS, body())) == (409, "account_taken", None)


@pytest.mark.parametrize("field", ["provider", "name", "external_id"])
def test_what_is_needed_is_named_when_it_is_missing(field, org_admin):
    said = {name: value for name, value in body().items() if name != field}

    assert error_of(org_admin.post(ACCOUNTS, said)) == (400, "required", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", None),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("name", ["x"]),
        ("external_id", ""),
        ("external_id", "1" * 65),
        ("external_id", "1\x00"),
        ("provider", "carrier-pigeon"),
        ("provider", "twilio"),
        ("window_policy", "never"),
        ("on_unknown", "shrug"),
        ("credentials", "token"),
        ("credentials", ["token"]),
        ("credentials", None),
    ],
)
def test_a_value_that_cannot_be_is_named(field, value, org_admin):
    assert error_of(org_admin.post(ACCOUNTS, body(**{field: value})))[::2] == (400, field)


@pytest.mark.parametrize(
    ("credentials", "attr"),
    [
        ({"acess_token": "x"}, "credentials"),
        ({"auth_token": "x"}, "credentials"),
        ({"access_token": "x" * 2001}, "credentials.access_token"),
        ({"access_token": "a\x00b"}, "credentials.access_token"),
        ({"access_token": {"deep": 1}}, "credentials.access_token"),
    ],
)
def test_a_credential_that_the_provider_does_not_have_or_that_cannot_be_is_named(credentials, attr, org_admin):
    answer = org_admin.post(ACCOUNTS, body(credentials=credentials))

    assert error_of(answer)[::2] == (400, attr)


def test_the_refusal_of_a_credential_names_those_there_are_and_shows_no_value(org_admin):
    answer = org_admin.post(ACCOUNTS, body(credentials={"token": "very-secret"}))

    (error,) = answer.json()["errors"]
    assert error["detail"] == "Unknown: token. Known: access_token, app_secret, verify_token."


def test_a_change_keeps_what_it_does_not_name(org_admin, account):
    answer = change(org_admin, account, name="New shop")

    assert (answer.status_code, answer.json()["name"], answer.json()["external_id"]) == (200, "New shop", WABA)


def test_credentials_are_merged_and_null_removes_one(org_admin, organization):
    account = account_in(organization, external_id="1", credentials=SECRETS)

    answer = change(org_admin, account, credentials={"access_token": "token-2", "verify_token": None})

    assert stored(answer).credentials == {"access_token": "token-2", "app_secret": "secret-1"}


def test_other_changes_leave_the_credentials(org_admin, organization):
    account = account_in(organization, external_id="1", credentials=SECRETS)

    assert stored(change(org_admin, account, name="New shop")).credentials == SECRETS


def test_an_unknown_credential_changes_nothing(org_admin, organization):
    account = account_in(organization, external_id="1", credentials=SECRETS)

    answer = change(org_admin, account, name="New shop", credentials={"auth_token": "x"})

    assert error_of(answer)[::2] == (400, "credentials")
    account.refresh_from_db()
    assert (account.name, account.credentials) == ("Shop", SECRETS)


@pytest.mark.parametrize(("field", "value"), [("external_id", "1"), ("provider", "sandbox")])
def test_provider_and_id_are_fixed_once_the_account_exists(field, value, org_admin, account):
    assert error_of(change(org_admin, account, **{field: value}))[::2] == (400, field)


def test_provider_and_id_may_be_said_again_as_they_are(org_admin, account):
    assert change(org_admin, account, provider="meta", external_id=WABA, name="New shop").status_code == 200


def test_what_machines_observe_cannot_be_written(org_admin, account):
    answer = change(org_admin, account, health="ok", last_sync_at="2026-01-01T00:00:00Z", webhook_path="/x", id="1")

    assert answer.status_code == 200
    assert answer.json() == org_admin.get(f"{ACCOUNTS}/{account.pk}").json()
    assert (answer.json()["health"], answer.json()["last_sync_at"], answer.json()["id"]) == (
        "unknown",
        None,
        str(account.pk),
    )


def test_an_account_that_is_retired_is_gone_from_the_api(org_admin, account):
    path = f"{ACCOUNTS}/{account.pk}"

    answer = org_admin.delete(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert org_admin.results(ACCOUNTS) == []
    assert [org_admin.get(path).status_code, org_admin.patch(path, {}).status_code] == [404, 404]
    assert org_admin.delete(path).status_code == 404


def test_the_own_door_of_a_retired_account_is_shut(org_admin, organization):
    account = account_in(organization, external_id=WABA, credentials=SECRETS)
    call = webhook(status_change("APPROVED"), at=DAY)
    before = post(call, path=account.webhook_path, secret="secret-1").status_code

    org_admin.delete(f"{ACCOUNTS}/{account.pk}")

    assert (before, post(call, path=account.webhook_path, secret="secret-1").status_code) == (200, 403)
    question = f"{account.webhook_path}?hub.mode=subscribe&hub.verify_token=verify-1&hub.challenge=7"
    assert Client().get(question).status_code == 403


def test_facts_through_the_installations_door_are_kept_for_a_retired_account(org_admin, account, tell):
    org_admin.delete(f"{ACCOUNTS}/{account.pk}")

    assert tell("PAUSED").status == "PAUSED"


def test_the_time_of_the_last_webhook_is_shown(viewer, account):
    call = deliver(webhook(status_change("APPROVED"), at=DAY))

    (shown,) = viewer.results(ACCOUNTS)

    assert shown["last_webhook_at"] == call.received_at.isoformat().replace("+00:00", "Z")


def test_every_change_is_audited_with_its_actor_and_without_secrets(org_admin):
    made = org_admin.post(ACCOUNTS, body(credentials=SECRETS))
    account = stored(made)
    change(org_admin, account, name="New shop", credentials={"access_token": "token-2"})
    org_admin.delete(f"{ACCOUNTS}/{account.pk}")

    with everywhere():
        trail = list(account.history.order_by("history_id").values())
    assert [(row["history_type"], row["actor"], row["name"], row["is_retired"]) for row in trail] == [
        ("+", "key:org_admin", "Shop", False),
        ("~", "key:org_admin", "New shop", False),
        ("~", "key:org_admin", "New shop", True),
    ]
    assert not any(secret in str(trail) for secret in [*SECRETS.values(), "token-2", account.webhook_token])


def test_a_list_of_twenty_costs_as_many_statements_as_a_list_of_one(viewer, organization, account):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            viewer.get(ACCOUNTS)
        return len(queries)

    viewer.get(ACCOUNTS)  # notes the use of the key
    of_one = cost()
    for place in range(19):
        account_in(organization, external_id=str(place))

    assert len(viewer.results(ACCOUNTS)) == 20
    assert cost() == of_one
