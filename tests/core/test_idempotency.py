"""`Idempotency-Key`: the same call twice happens once and is answered alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.db import connection
from django.test import Client

from core import idempotency
from core.fence import everywhere, inside
from core.models import IdempotentAnswer, Role
from core.tasks import forget_idempotent_answers
from providers.models import Account
from tests.world import DAY, Api, api_of, error_of

ACCOUNTS = "/whatsapp/accounts"


def add(caller: Api, *, key: str = "order-1", name: str = "Shop", external_id: str = "1") -> Any:
    body = {"provider": "meta", "name": name, "external_id": external_id}
    return caller.post(ACCOUNTS, body, Idempotency_Key=key)


def accounts() -> int:
    with everywhere():
        count: int = Account.objects.count()
    return count


def test_the_same_key_and_body_get_the_same_answer_and_one_row(org_admin):
    first, second = add(org_admin), add(org_admin)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert accounts() == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in (first, second)] == [None, "true"]


def test_without_a_key_every_call_counts(org_admin):
    body = {"provider": "meta", "name": "Shop", "external_id": "1"}

    answers = [org_admin.post(ACCOUNTS, body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]


def test_the_same_key_with_another_body_is_a_conflict(org_admin):
    add(org_admin)

    assert error_of(add(org_admin, external_id="2")) == (409, "idempotency_conflict", None)
    assert accounts() == 1


def test_the_same_key_at_another_address_is_a_conflict(org_admin, ours):
    add(org_admin)
    (alert,) = org_admin.results("/alerts")
    body = {"provider": "meta", "name": "Shop", "external_id": "1"}

    answer = org_admin.post(f"/alerts/{alert['id']}/acknowledge", body, Idempotency_Key="order-1")

    assert error_of(answer) == (409, "idempotency_conflict", None)


def test_a_refusal_is_given_again_as_well(org_admin, other_account):
    first = add(org_admin, external_id=other_account.external_id)
    with everywhere():
        other_account.delete()
    second = add(org_admin, external_id="209887766554433")

    assert (first.status_code, second.status_code) == (409, 409)
    assert first.json() == second.json()


def test_while_the_first_call_is_at_work_the_second_is_told_to_wait(org_admin, monkeypatch):
    answers = []

    def add_while_adding(**kwargs: Any) -> Account:
        answers.append(add(org_admin))
        answers.append(add(org_admin, external_id="2"))
        raise ZeroDivisionError

    monkeypatch.setattr("providers.accounts.add_account", add_while_adding)

    add(Api(client=Client(raise_request_exception=False), **org_admin.headers))

    assert [error_of(answer) for answer in answers] == [
        (409, "idempotency_busy", None),
        (409, "idempotency_conflict", None),
    ]


def test_a_failure_of_ours_frees_the_key(org_admin, monkeypatch):
    def explode(**kwargs: Any) -> Account:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("providers.accounts.add_account", explode)
        failed = add(Api(client=Client(raise_request_exception=False), **org_admin.headers))
    again = add(org_admin)

    assert (failed.status_code, again.status_code) == (500, 201)


def test_a_call_whose_process_died_frees_the_key_after_a_minute(organization):
    with time_machine.travel(DAY, tick=False) as clock:
        caller = api_of(organization, Role.ORG_ADMIN)
        first = add(caller)
        with everywhere():
            IdempotentAnswer.objects.update(status=None, body=None)
            Account.objects.all().delete()
        clock.shift(timedelta(seconds=59))
        too_soon = add(caller)
        clock.shift(timedelta(seconds=2))
        again = add(caller)

    assert [answer.status_code for answer in (first, too_soon, again)] == [201, 409, 201]


def test_after_24_hours_the_key_is_new(organization):
    with time_machine.travel(DAY, tick=False) as clock:
        caller = api_of(organization, Role.ORG_ADMIN)
        add(caller)
        clock.shift(timedelta(hours=24))
        within = add(caller, external_id="2")
        clock.shift(timedelta(seconds=1))
        after = add(caller, external_id="2")

    assert (within.status_code, after.status_code) == (409, 201)


def test_each_organization_has_keys_of_its_own(org_admin, stranger):
    answers = add(org_admin), add(stranger, external_id="2")

    assert [answer.status_code for answer in answers] == [201, 201]
    assert accounts() == 2


def test_a_role_that_may_not_do_it_is_not_told_what_was_answered(org_admin, viewer):
    add(org_admin)

    assert add(viewer).status_code == 403


def test_the_kept_answer_is_not_readable_in_the_table(org_admin):
    add(org_admin, name="Very secret shop")

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_idempotentanswer")
        ((kept,),) = cursor.fetchall()
    with everywhere():
        assert IdempotentAnswer.objects.get().body["name"] == "Very secret shop"
    assert "secret" not in kept


def test_a_key_of_endless_length_is_refused(org_admin):
    assert error_of(add(org_admin, key="k" * 256))[::2] == (400, "Idempotency-Key")
    assert add(org_admin, key="k" * 255).status_code == 201


def test_a_key_on_a_reading_call_means_nothing(org_admin):
    org_admin.get(ACCOUNTS, Idempotency_Key="order-1")

    with everywhere():
        assert not IdempotentAnswer.objects.exists()


def test_an_answer_without_a_body_is_given_again_without_one(operator, ours):
    (event,) = operator.results("/parked-events")

    answers = [operator.post(f"/parked-events/{event['id']}/drop", {}, Idempotency_Key="drop-1") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (204, b"")]


def test_old_answers_are_forgotten_by_the_clock(organization, other_organization):
    with time_machine.travel(DAY, tick=False) as clock:
        add(api_of(organization, Role.ORG_ADMIN))
        clock.shift(timedelta(hours=23))
        add(api_of(other_organization, Role.ORG_ADMIN), external_id="2")
        clock.shift(timedelta(hours=2))
        count = forget_idempotent_answers()

    assert count == 1
    with inside(other_organization):
        assert IdempotentAnswer.objects.count() == 1
    assert timedelta(hours=24) == idempotency.KEPT


def test_an_empty_key_is_none(org_admin):
    add(org_admin, key="")

    assert error_of(add(org_admin, key="")) == (409, "account_taken", None)
