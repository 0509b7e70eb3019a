"""Silences at the HTTP door: made, seen, ended, and each thing that is refused with its remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.models import Alert, Silence
from core.fence import everywhere
from core.models import Organization
from tests.alerts.test_api_alerts import alert_in
from tests.world import Api, error_of

pytestmark = pytest.mark.django_db
PLACE = "/alerts/silences"


def hours(number: float) -> str:
    """So many from now."""
    return (timezone.now() + timedelta(hours=number)).isoformat()


def add(caller: Api, **fields: Any) -> Any:
    return caller.post(PLACE, {"ends_at": hours(1)} | fields)


def made(caller: Api, **fields: Any) -> dict[str, Any]:
    answer = add(caller, **fields)
    assert answer.status_code == 201, answer.content
    row: dict[str, Any] = answer.json()
    return row


def status_of(alert: Alert) -> str:
    with everywhere():
        status: str = Alert.objects.values_list("status", flat=True).get(pk=alert.pk)
    return status


def test_a_silence_has_exactly_the_fields_of_the_contract(organization, org_admin):
    alert_in(organization, about="7", subject_label="Shop")
    asked = {"alert_types": ["ACCOUNT_RESTRICTED"], "subject": {"kind": "account", "id": "7"}, "note": "We are moving"}

    row = made(org_admin, starts_at="2026-03-02T08:00:00Z", ends_at="2999-03-02T12:00:00Z", **asked)

    assert row == {
        "id": row["id"],
        "alert_types": ["ACCOUNT_RESTRICTED"],
        "subject": {"kind": "account", "id": "7", "label": "Shop"},
        "starts_at": "2026-03-02T08:00:00Z",
        "ends_at": "2999-03-02T12:00:00Z",
        "note": "We are moving",
        "created_by": "key:org_admin",
    }
    assert list(row) == ["id", "alert_types", "subject", "starts_at", "ends_at", "note", "created_by"]
    assert org_admin.get(f"{PLACE}/{row['id']}").json() == row
    assert org_admin.results(PLACE) == [row]


def test_only_its_end_must_be_said(org_admin):
    row = made(org_admin)

    assert (row["alert_types"], row["subject"], row["note"]) == ([], None, "")
    assert row["starts_at"] <= hours(0)


def test_alerts_that_it_covers_are_silenced_and_open_again_when_it_is_ended(organization, org_admin):
    covered = alert_in(organization, about="7")
    other = alert_in(organization, about="8")

    row = made(org_admin, subject={"kind": "account", "id": "7"})
    silenced = status_of(covered), status_of(other)
    ended = org_admin.delete(f"{PLACE}/{row['id']}")

    assert silenced == ("silenced", "open")
    assert ended.status_code == 204
    assert (status_of(covered), status_of(other)) == ("open", "open")
    (kept,) = org_admin.results(PLACE)
    assert kept["id"] == row["id"]
    assert kept["ends_at"] < row["ends_at"]
    assert org_admin.delete(f"{PLACE}/{row['id']}").status_code == 204


@pytest.mark.parametrize(
    ("fields", "attr", "remedy"),
    [
        ({"ends_at": "2026-03-02T00:00:00Z"}, "ends_at", "Give a time in the future."),
        ({"ends_at": None}, "ends_at", "may not be null"),
        ({"ends_at": "soon"}, "ends_at", "wrong format"),
        ({"ends_at": "2999-01-01T00:00:00Z", "starts_at": "2999-01-01T00:00:00Z"}, "ends_at", "after `starts_at`"),
        ({"starts_at": "soon"}, "starts_at", "wrong format"),
        ({"alert_types": [""]}, "alert_types.0", "may not be blank"),
        ({"alert_types": ["x"] * 51}, "alert_types", "no more than 50"),
        ({"subject": "7"}, "subject", "Expected a JSON object"),
        ({"subject": {"kind": "account"}}, "subject.id", "required"),
        ({"subject": {"kind": "", "id": "7"}}, "subject.kind", "may not be blank"),
        ({"subject": {"kind": "account", "id": "x" * 101}}, "subject.id", "no more than 100"),
        ({"note": "x" * 501}, "note", "no more than 500"),
        ({"note": "nul \x00"}, "note", "not text"),
    ],
)
def test_what_cannot_be_is_named_with_the_remedy_and_nothing_is_made(fields, attr, remedy, org_admin):
    answer = add(org_admin, **fields)

    assert error_of(answer)[::2] == (400, attr)
    assert remedy in answer.json()["errors"][0]["detail"]
    with everywhere():
        assert not Silence.objects.exists()


def test_the_same_idempotency_key_makes_one(org_admin):
    body = {"ends_at": "2999-03-02T12:00:00Z"}

    answers = [org_admin.post(PLACE, body, Idempotency_Key="move").json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(org_admin.results(PLACE)) == 1


def test_a_silence_is_not_changed_but_ended_and_made_anew(org_admin):
    row = made(org_admin)

    assert org_admin.patch(f"{PLACE}/{row['id']}", {}).status_code == 405


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_organizations_silence_does_not_exist(method, org_admin, stranger):
    row = made(org_admin)

    assert stranger.call(method, f"{PLACE}/{row['id']}").status_code == 404
    assert stranger.results(PLACE) == []


def test_silences_are_an_admins_business(operator, org_admin):
    row = made(org_admin)

    answers = [operator.get(PLACE), add(operator), operator.delete(f"{PLACE}/{row['id']}")]

    assert {answer.status_code for answer in answers} == {403}


def test_a_superuser_without_an_organization_silences_the_installations_alerts(organization, org_admin, superuser):
    theirs, ours = alert_in(None), alert_in(organization)

    row = made(superuser)

    assert (status_of(theirs), status_of(ours)) == ("silenced", "open")
    assert row["created_by"] == "root@example.com"
    assert org_admin.results(PLACE) == []
    assert superuser.delete(f"{PLACE}/{row['id']}").status_code == 204
    assert status_of(theirs) == "open"


def test_a_superuser_who_names_an_organization_silences_its_own(organization: Organization, superuser):
    theirs, ours = alert_in(None), alert_in(organization)
    superuser.headers = {"X-Organization": organization.slug}

    made(superuser)

    assert (status_of(theirs), status_of(ours)) == ("open", "silenced")
