"""Destinations at the HTTP door: what goes in, what never comes out, and each thing that is refused with its remedy."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Destination, Escalation
from core.fence import everywhere
from tests.world import Api, error_of

pytestmark = pytest.mark.django_db
PLACE = "/alerts/destinations"
SLACK = "https://hooks.slack.com/services/T01/B02/abcdefgh"
HOOK = "https://pager.example.com/heliograph?token=abcdefgh"
EMAIL = {"kind": "email", "name": "Night watch", "address": "night@example.com"}
WEBHOOK = {"kind": "webhook", "name": "Pager", "address": HOOK}


def add(caller: Api, **fields: Any) -> Any:
    """By default an e-mail destination."""
    return caller.post(PLACE, EMAIL | fields)


def made(caller: Api, **fields: Any) -> dict[str, Any]:
    answer = add(caller, **fields)
    assert answer.status_code == 201, answer.content
    row: dict[str, Any] = answer.json()
    return row


def rows() -> int:
    with everywhere():
        count: int = Destination.objects.count()
    return count


def test_a_destination_has_exactly_the_fields_of_the_contract_and_what_was_not_said_has_a_default(org_admin):
    row = made(org_admin)

    assert row == {
        "id": row["id"],
        "kind": "email",
        "name": "Night watch",
        "address": "night@example.com",
        "minimum_severity": "MEDIUM",
        "alert_types": [],
        "quiet_hours": None,
        "time_zone": "UTC",
        "digest_minutes": 0,
        "is_enabled": True,
        "last_error": "",
        "secret": None,
        "disabled_reason": "",
        "last_error_at": None,
        "last_told_at": None,
        "created_at": row["created_at"],
    }
    assert list(row)[:12] == [
        "id",
        "kind",
        "name",
        "address",
        "minimum_severity",
        "alert_types",
        "quiet_hours",
        "time_zone",
        "digest_minutes",
        "is_enabled",
        "last_error",
        "secret",
    ]


def test_what_is_asked_for_is_kept(org_admin):
    asked = {
        "minimum_severity": "HIGH",
        "alert_types": ["TEMPLATE_PAUSED", "SOME_DAY"],
        "quiet_hours": {"from": "22:00", "until": "07:00"},
        "time_zone": "Europe/Berlin",
        "digest_minutes": 1440,
        "is_enabled": False,
    }

    row = made(org_admin, **asked)

    assert {name: row[name] for name in asked} == asked
    assert org_admin.get(f"{PLACE}/{row['id']}").json() == row
    assert org_admin.results(PLACE) == [row]


@pytest.mark.parametrize(("kind", "address"), [("slack", SLACK), ("webhook", HOOK)])
def test_a_secret_address_goes_in_whole_and_comes_out_as_its_hint(kind, address, org_admin):
    row = made(org_admin, kind=kind, address=address)

    shown = [
        row["address"],
        org_admin.get(f"{PLACE}/{row['id']}").json()["address"],
        org_admin.results(PLACE)[0]["address"],
    ]
    assert len(set(shown)) == 1
    assert shown[0].endswith("efgh")
    assert "abcd" not in shown[0]
    with everywhere():
        assert Destination.objects.get().address == address


def test_the_signing_secret_of_a_webhook_is_shown_once(org_admin):
    row = made(org_admin, **WEBHOOK)

    assert row["secret"].startswith("whsec_")
    assert org_admin.get(f"{PLACE}/{row['id']}").json()["secret"] is None
    assert org_admin.patch(f"{PLACE}/{row['id']}", {"name": "Beeper"}).json()["secret"] is None
    assert org_admin.results(PLACE)[0]["secret"] is None


def test_a_renewed_secret_is_shown_once_and_is_another_one(org_admin):
    row = made(org_admin, **WEBHOOK)

    renewed = org_admin.post(f"{PLACE}/{row['id']}/renew-secret")

    assert renewed.status_code == 200
    assert renewed.json()["secret"].startswith("whsec_")
    assert renewed.json()["secret"] != row["secret"]
    assert renewed.json() | {"secret": None} == org_admin.get(f"{PLACE}/{row['id']}").json()


def test_what_is_no_webhook_has_no_secret_to_renew(org_admin):
    row = made(org_admin)

    assert error_of(org_admin.post(f"{PLACE}/{row['id']}/renew-secret")) == (409, "no_secret", None)


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("kind", "pigeon", "One of email, slack, webhook, apprise."),
        ("address", "nobody", "such as ada@example.com"),
        ("address", "", "may not be blank"),
        ("name", "x" * 101, "no more than 100 characters"),
        ("name", "nul \x00", "not text"),
        ("minimum_severity", "SEVERE", "One of LOW, MEDIUM, HIGH, CRITICAL."),
        ("minimum_severity", None, "may not be null"),
        ("alert_types", "TEMPLATE_PAUSED", "Expected a list"),
        ("alert_types", ["T"] * 51, "no more than 50"),
        ("time_zone", "europe/berlin", "Enter an IANA name such as Europe/Berlin. Did you mean Europe/Berlin?"),
        ("time_zone", "Europe/Berln", "Did you mean Europe/Berlin?"),
        ("time_zone", "kolkata", "Did you mean Asia/Kolkata?"),
        ("time_zone", "Mars/Olympus_Mons", "Enter an IANA name such as Europe/Berlin."),
        ("digest_minutes", 1441, "less than or equal to 1440"),
        ("digest_minutes", -1, "greater than or equal to 0"),
        ("quiet_hours", {"from": "22:00", "until": "22:00"}, "Give two different times"),
        ("quiet_hours", "at night", "Expected a JSON object"),
    ],
)
def test_what_cannot_be_is_named_with_the_remedy_and_nothing_is_made(field, value, remedy, org_admin):
    answer = add(org_admin, **{field: value})

    assert error_of(answer)[::2] == (400, field)
    assert remedy in answer.json()["errors"][0]["detail"]
    assert rows() == 0


@pytest.mark.parametrize(
    ("fields", "attr"),
    [
        ({"alert_types": [""]}, "alert_types.0"),
        ({"alert_types": ["X", "x" * 65]}, "alert_types.1"),
        ({"quiet_hours": {"from": "22:00"}}, "quiet_hours.until"),
        ({"quiet_hours": {"from": "25:00", "until": "07:00"}}, "quiet_hours.from"),
        ({"quiet_hours": {"from": "22:00", "until": "7 o'clock"}}, "quiet_hours.until"),
    ],
)
def test_a_part_of_a_field_that_cannot_be_is_named_by_its_place(fields, attr, org_admin):
    assert error_of(add(org_admin, **fields))[::2] == (400, attr)
    assert rows() == 0


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("slack", "https://example.com/services/T01/B02/abcdefgh"),
        ("slack", "night@example.com"),
        ("webhook", "http://pager.example.com/"),
        ("webhook", "https://127.0.0.1/"),
        ("webhook", "https://10.1.2.3/"),
        ("webhook", "not an address"),
        ("apprise", "not an address"),
        ("email", "a@example.com, b@example.com"),
    ],
)
def test_an_address_that_cannot_be_told_is_refused_and_not_repeated(kind, address, org_admin):
    answer = add(org_admin, kind=kind, address=address)

    assert error_of(answer)[::2] == (400, "address")
    assert rows() == 0


def test_a_taken_name_is_a_conflict_here_and_free_elsewhere(org_admin, stranger):
    made(org_admin)
    other = made(org_admin, name="Day watch")

    assert error_of(add(org_admin)) == (409, "name_taken", None)
    assert error_of(org_admin.patch(f"{PLACE}/{other['id']}", {"name": "Night watch"})) == (409, "name_taken", None)
    assert add(stranger).status_code == 201


def test_a_change_leaves_what_it_does_not_name(org_admin):
    quiet = {"from": "22:00", "until": "07:00"}
    row = made(org_admin, kind="slack", address=SLACK, quiet_hours=quiet)

    changed = org_admin.patch(f"{PLACE}/{row['id']}", {"minimum_severity": "CRITICAL"}).json()

    assert changed == row | {"minimum_severity": "CRITICAL"}


def test_null_ends_the_quiet_hours(org_admin):
    row = made(org_admin, quiet_hours={"from": "22:00", "until": "07:00"})

    assert org_admin.patch(f"{PLACE}/{row['id']}", {"quiet_hours": None}).json()["quiet_hours"] is None


def test_quiet_hours_are_changed_as_a_whole(org_admin):
    row = made(org_admin, quiet_hours={"from": "22:00", "until": "07:00"})

    answer = org_admin.patch(f"{PLACE}/{row['id']}", {"quiet_hours": {"from": "21:00"}})

    assert error_of(answer)[::2] == (400, "quiet_hours")


def test_the_kind_is_fixed(org_admin):
    row = made(org_admin)

    assert error_of(org_admin.patch(f"{PLACE}/{row['id']}", {"kind": "slack"}))[::2] == (400, "kind")
    assert org_admin.patch(f"{PLACE}/{row['id']}", {"kind": "email"}).status_code == 200


def test_what_was_read_can_be_sent_back_and_changes_nothing(org_admin):
    row = made(org_admin, kind="slack", address=SLACK)

    answer = org_admin.patch(f"{PLACE}/{row['id']}", row)

    assert (answer.status_code, answer.json()) == (200, row)
    with everywhere():
        assert Destination.objects.get().address == SLACK


def test_a_changed_address_shows_its_own_hint(org_admin):
    row = made(org_admin, kind="slack", address=SLACK)
    refused = org_admin.patch(f"{PLACE}/{row['id']}", {"address": "https://example.com/"})

    changed = org_admin.patch(f"{PLACE}/{row['id']}", {"address": SLACK.replace("efgh", "ijkl")})

    assert error_of(refused)[::2] == (400, "address")
    assert changed.json()["address"].endswith("ijkl")


def test_a_change_that_names_nothing_writes_no_history(org_admin):
    row = made(org_admin)

    answer = org_admin.patch(f"{PLACE}/{row['id']}", {})

    assert (answer.status_code, answer.json()) == (200, row)
    with everywhere():
        assert Destination.history.count() == 1


def test_who_made_and_changed_it_is_kept_without_what_is_secret(org_admin):
    row = made(org_admin, kind="slack", address=SLACK)
    org_admin.patch(f"{PLACE}/{row['id']}", {"digest_minutes": 10})

    with everywhere():
        kept = list(Destination.history.order_by("history_date").values())

    assert [one["actor"] for one in kept] == ["key:org_admin"] * 2
    assert "abcdefgh" not in str(kept)


def test_a_deleted_destination_is_gone(org_admin):
    row = made(org_admin)

    assert org_admin.delete(f"{PLACE}/{row['id']}").status_code == 204
    assert org_admin.get(f"{PLACE}/{row['id']}").status_code == 404


def test_one_that_an_escalation_names_stays(organization, org_admin):
    row = made(org_admin)
    with everywhere():
        Escalation.objects.create(
            organization=organization, name="At night", steps=[{"after_minutes": 5, "destinations": [row["id"]]}]
        )

    answer = org_admin.delete(f"{PLACE}/{row['id']}")

    assert error_of(answer) == (409, "destination_in_use", None)
    assert "At night" in answer.json()["errors"][0]["detail"]
    assert rows() == 1


def test_the_same_idempotency_key_makes_one_and_shows_the_secret_again(org_admin):
    first, second = (org_admin.post(PLACE, WEBHOOK, Idempotency_Key="pager-1") for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.json()["secret"] is not None
    assert rows() == 1


# Whose they are


@pytest.mark.parametrize("who", ["viewer", "operator"])
def test_they_are_an_admins_business(who, org_admin, request):
    row = made(org_admin)
    caller = request.getfixturevalue(who)

    answers = [caller.get(PLACE), caller.get(f"{PLACE}/{row['id']}"), caller.post(f"{PLACE}/{row['id']}/test")]

    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize("deed", ["GET", "PATCH", "DELETE", "POST test", "POST renew-secret"])
def test_another_organizations_destination_does_not_exist(deed, org_admin, stranger):
    row = made(org_admin, **WEBHOOK)
    method, _, action = deed.partition(" ")

    answer = stranger.call(method, f"{PLACE}/{row['id']}{f'/{action}' if action else ''}", {})

    assert answer.status_code == 404
    assert stranger.results(PLACE) == []


def test_a_superuser_without_an_organization_makes_the_installations(org_admin, superuser):
    ours = made(org_admin)

    theirs = made(superuser)

    assert error_of(add(superuser)) == (409, "name_taken", None)
    assert [row["id"] for row in superuser.results(PLACE)] == [theirs["id"], ours["id"]]
    assert [row["id"] for row in org_admin.results(PLACE)] == [ours["id"]]
    with everywhere():
        assert Destination.objects.get(pk=theirs["id"]).organization is None
    assert org_admin.delete(f"{PLACE}/{theirs['id']}").status_code == 404
    assert superuser.patch(f"{PLACE}/{theirs['id']}", {"name": "Root"}).json()["name"] == "Root"
    assert superuser.post(f"{PLACE}/{theirs['id']}/test").json()["ok"] is True
    assert superuser.delete(f"{PLACE}/{theirs['id']}").status_code == 204


def test_a_superuser_who_names_an_organization_makes_its_own(organization, org_admin, superuser):
    superuser.headers = {"X-Organization": organization.slug}

    row = made(superuser)

    assert org_admin.results(PLACE) == [row]


def test_a_list_costs_as_many_statements_as_a_list_of_one(org_admin):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            org_admin.get(PLACE)
        return len(queries)

    made(org_admin)
    of_one = cost()
    for place in range(9):
        made(org_admin, name=f"Watch {place}")

    assert cost() == of_one
