"""Numbers at the HTTP door: whose they are, which one is the default, and that they stay with their account."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.fence import everywhere
from providers.models import Account, Number
from tests.world import account_in, error_of, number_of

pytestmark = pytest.mark.django_db
NUMBERS = "/whatsapp/numbers"


def body(account: Account, **said: Any) -> dict[str, Any]:
    return {"account": str(account.pk), "external_id": "104", "display_phone_number": "+1 555-0100"} | said


def defaults() -> list[str]:
    with everywhere():
        return list(Number.objects.filter(is_default=True).order_by("id").values_list("external_id", flat=True))


def test_a_new_number_is_answered_in_the_shape_of_the_contract(org_admin, account):
    answer = org_admin.post(NUMBERS, body(account))

    with everywhere():
        number = Number.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(number.pk),
        "account": str(account.pk),
        "external_id": "104",
        "display_phone_number": "+1 555-0100",
        "quality_rating": "UNKNOWN",
        "messaging_limit": "",
        "is_default": False,
    }
    assert (number.organization_id, number.digits) == (account.organization_id, "15550100")


def test_detail_and_list_show_the_same(org_admin, viewer, account):
    made = org_admin.post(NUMBERS, body(account)).json()

    assert viewer.get(f"{NUMBERS}/{made['id']}").json() == made
    assert viewer.results(NUMBERS) == [made]


@pytest.mark.parametrize("shown", ["+1 555-0100", "0800 LAMPS", "+49 (0)30 / 1234567", "١٢٣"])
def test_a_number_is_kept_as_the_provider_writes_it(shown, org_admin, account):
    assert org_admin.post(NUMBERS, body(account, display_phone_number=shown)).json()["display_phone_number"] == shown


def test_an_id_that_the_account_has_already_is_taken(org_admin, account, number):
    answer = org_admin.post(NUMBERS, body(account, external_id=number.external_id))

    assert error_of(answer) == (409, "number_taken", None)


def test_a_refused_number_does_not_take_the_default_away(org_admin, account):
    number_of(account, external_id="104", shown="1", is_default=True)

    answer = org_admin.post(NUMBERS, body(account, is_default=True))

    assert error_of(answer) == (409, "number_taken", None)
    assert defaults() == ["104"]


def test_a_change_to_an_id_that_the_account_has_already_is_refused(org_admin, account, number):
    second = number_of(account, external_id="2", shown="2")

    answer = org_admin.patch(f"{NUMBERS}/{second.pk}", {"external_id": number.external_id})

    assert error_of(answer) == (409, "number_taken", None)


def test_two_accounts_may_have_numbers_of_one_id(org_admin, organization, account, number):
    second = account_in(organization, external_id="2")

    assert org_admin.post(NUMBERS, body(second, external_id=number.external_id)).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("external_id", ""),
        ("external_id", None),
        ("external_id", "1" * 65),
        ("external_id", "1\x00"),
        ("display_phone_number", " "),
        ("display_phone_number", "1" * 33),
        ("display_phone_number", "1\x00"),
        ("account", None),
        ("account", "Shop"),
        ("account", 5),
        ("account", "00000000-0000-7000-8000-000000000000"),
        ("is_default", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_is_named(field, value, org_admin, account):
    assert error_of(org_admin.post(NUMBERS, body(account) | {field: value}))[::2] == (400, field)


def test_a_number_for_another_organizations_account_is_refused(org_admin, other_account):
    answer = org_admin.post(NUMBERS, body(other_account))

    assert error_of(answer) == (400, "does_not_exist", "account")


def test_another_organizations_number_does_not_exist(org_admin, other_number):
    path = f"{NUMBERS}/{other_number.pk}"

    assert [org_admin.get(path).status_code, org_admin.patch(path, {"is_default": True}).status_code] == [404, 404]


def test_a_number_stays_with_its_account(org_admin, organization, number):
    second = account_in(organization, external_id="2")

    answer = org_admin.patch(f"{NUMBERS}/{number.pk}", {"account": str(second.pk)})

    assert error_of(answer)[::2] == (400, "account")


def test_the_newest_wish_is_the_accounts_one_default(org_admin, account):
    org_admin.post(NUMBERS, body(account, external_id="1", is_default=True))
    second = org_admin.post(NUMBERS, body(account, external_id="2", is_default=True)).json()
    third = org_admin.post(NUMBERS, body(account, external_id="3")).json()
    after_adding = defaults()

    answer = org_admin.patch(f"{NUMBERS}/{third['id']}", {"is_default": True})

    assert (after_adding, defaults()) == (["2"], ["3"])
    assert (answer.status_code, answer.json()["is_default"]) == (200, True)
    assert org_admin.get(f"{NUMBERS}/{second['id']}").json()["is_default"] is False


def test_each_account_has_a_default_of_its_own(org_admin, organization, account):
    second = account_in(organization, external_id="2")

    org_admin.post(NUMBERS, body(account, external_id="1", is_default=True))
    org_admin.post(NUMBERS, body(second, external_id="2", is_default=True))

    assert defaults() == ["1", "2"]


def test_a_change_keeps_what_it_does_not_name_and_what_machines_observe(org_admin, number):
    before = org_admin.get(f"{NUMBERS}/{number.pk}").json()

    answer = org_admin.patch(
        f"{NUMBERS}/{number.pk}",
        {"display_phone_number": "+49 30 99", "quality_rating": "GREEN", "messaging_limit": "X"},
    )

    assert answer.json() == before | {"display_phone_number": "+49 30 99"}
    with everywhere():
        assert Number.objects.get().digits == "493099"


def test_the_list_can_be_narrowed_to_an_account(viewer, organization, number):
    second = account_in(organization, external_id="2")
    number_of(second, external_id="2", shown="2")

    rows = viewer.results(f"{NUMBERS}?account={second.pk}")

    assert [row["external_id"] for row in rows] == ["2"]
    assert error_of(viewer.get(f"{NUMBERS}?account=shop"))[::2] == (400, "account")


def test_a_number_is_not_deleted_by_the_api(org_admin, number):
    assert org_admin.delete(f"{NUMBERS}/{number.pk}").status_code == 405


def test_a_list_of_twenty_costs_as_many_statements_as_a_list_of_one(viewer, organization, number):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            viewer.get(NUMBERS)
        return len(queries)

    viewer.get(NUMBERS)  # notes the use of the key
    of_one = cost()
    for place in range(19):
        number_of(account_in(organization, external_id=str(place)), external_id="1", shown="1")

    assert len(viewer.results(NUMBERS)) == 20
    assert cost() == of_one
