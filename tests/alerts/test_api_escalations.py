"""Escalations at the HTTP door: planned, changed, taken away, and each thing that is refused with its remedy."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.models import Destination, Escalation, EscalationRun
from core.fence import everywhere
from core.models import Organization
from tests.alerts.test_api_alerts import alert_in
from tests.world import Api, error_of

pytestmark = pytest.mark.django_db
PLACE = "/alerts/escalations"
NOBODYS = "00000000-0000-7000-8000-000000000000"


def destination_in(organization: Organization | None, name: str = "Night watch") -> str:
    with everywhere():
        row = Destination.objects.create(
            organization=organization, kind="email", name=name, address="a@example.com", address_hint="a@example.com"
        )
    return str(row.pk)


@pytest.fixture
def watch(organization: Organization) -> str:
    return destination_in(organization)


def step(minutes: Any, *destinations: str) -> dict[str, Any]:
    return {"after_minutes": minutes, "destinations": list(destinations)}


def made(caller: Api, **fields: Any) -> dict[str, Any]:
    answer = caller.post(PLACE, fields)
    assert answer.status_code == 201, answer.content
    row: dict[str, Any] = answer.json()
    return row


def runs() -> list[tuple[str, str]]:
    """(alert, escalation) of those that run."""
    with everywhere():
        found = EscalationRun.objects.filter(due_at__isnull=False).values_list("alert_id", "escalation_id")
        return [(str(alert), str(escalation)) for alert, escalation in found]


def test_an_escalation_has_exactly_the_fields_of_the_contract(organization, org_admin, watch):
    boss = destination_in(organization, "Boss")
    asked = {
        "name": "At night",
        "alert_types": ["TEMPLATE_DISABLED"],
        "minimum_severity": "CRITICAL",
        "steps": [step(0, watch), step(15, watch, boss)],
        "repeat_minutes": 60,
        "is_enabled": False,
    }

    row = made(org_admin, **asked)

    assert row == {"id": row["id"]} | asked
    assert list(row) == ["id", *asked]
    assert org_admin.get(f"{PLACE}/{row['id']}").json() == row
    assert org_admin.results(PLACE) == [row]


def test_only_its_steps_must_be_said(org_admin, watch):
    row = made(org_admin, steps=[step(10, watch)])

    assert row == {
        "id": row["id"],
        "name": "",
        "alert_types": [],
        "minimum_severity": "HIGH",
        "steps": [step(10, watch)],
        "repeat_minutes": 0,
        "is_enabled": True,
    }


def test_what_is_open_already_is_taken_on(organization, org_admin, watch):
    open_now = alert_in(organization)
    alert_in(organization, severity="LOW")

    row = made(org_admin, steps=[step(10, watch)])

    assert runs() == [(str(open_now.pk), row["id"])]


def test_a_change_takes_on_what_it_covers_now(organization, org_admin, watch):
    low = alert_in(organization, severity="LOW")
    row = made(org_admin, steps=[step(10, watch)])

    changed = org_admin.patch(f"{PLACE}/{row['id']}", {"minimum_severity": "LOW"})

    assert (changed.status_code, changed.json()) == (200, row | {"minimum_severity": "LOW"})
    assert runs() == [(str(low.pk), row["id"])]


def test_one_that_is_taken_away_runs_no_more(organization, org_admin, watch):
    alert_in(organization)
    row = made(org_admin, steps=[step(10, watch)])

    assert org_admin.delete(f"{PLACE}/{row['id']}").status_code == 204
    assert org_admin.get(f"{PLACE}/{row['id']}").status_code == 404
    assert runs() == []
    with everywhere():
        kept = list(Escalation.history.order_by("history_date").values_list("history_type", "actor"))
    assert kept == [("+", "key:org_admin"), ("-", "key:org_admin")]


@pytest.mark.parametrize(
    ("steps", "attr", "remedy"),
    [
        ([], "steps", "at least 1"),
        ([(place, "watch") for place in range(11)], "steps", "no more than 10"),
        ([(10, "watch"), (10, "watch")], "steps", "let `after_minutes` rise"),
        ([(10, "watch"), (5, "watch")], "steps", "let `after_minutes` rise"),
        ([(-1, "watch")], "steps.0.after_minutes", "greater than or equal to 0"),
        ([(1, "watch"), (10081, "watch")], "steps.1.after_minutes", "less than or equal to 10080"),
        ([("soon", "watch")], "steps.0.after_minutes", "valid integer"),
        ([(1,)], "steps.0.destinations", "at least 1"),
        ([(1, *["watch"] * 21)], "steps.0.destinations", "no more than 20"),
        ([(1, "nobody")], "steps.0.destinations.0", "valid UUID"),
        ([(1, "watch", NOBODYS)], "steps", NOBODYS),
    ],
)
def test_steps_that_cannot_be_are_named_with_the_remedy(steps, attr, remedy, org_admin, watch):
    asked = [step(minutes, *(watch if one == "watch" else one for one in told)) for minutes, *told in steps]

    answer = org_admin.post(PLACE, {"steps": asked})

    assert error_of(answer)[::2] == (400, attr)
    assert remedy in answer.json()["errors"][0]["detail"]
    with everywhere():
        assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "attr", "remedy"),
    [
        ({"repeat_minutes": 4}, "repeat_minutes", "5 minutes"),
        ({"repeat_minutes": 10081}, "repeat_minutes", "10080"),
        ({"minimum_severity": "SEVERE"}, "minimum_severity", "One of LOW, MEDIUM, HIGH, CRITICAL."),
        ({"alert_types": [""]}, "alert_types.0", "blank"),
        ({"name": "x" * 101}, "name", "no more than 100"),
        ({"steps": None}, "steps", "null"),
        ({"steps": ["night"]}, "steps.0", "Expected a JSON object."),
    ],
)
def test_what_cannot_be_is_named_with_the_remedy(fields, attr, remedy, org_admin, watch):
    answer = org_admin.post(PLACE, {"steps": [step(10, watch)]} | fields)

    assert error_of(answer)[::2] == (400, attr)
    assert remedy in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("minutes", [0, 5, 10080])
def test_it_repeats_never_or_from_every_five_minutes_to_every_week(minutes, org_admin, watch):
    assert made(org_admin, steps=[step(10080, watch)], repeat_minutes=minutes)["repeat_minutes"] == minutes


@pytest.mark.parametrize("part", ["after_minutes", "destinations"])
def test_a_step_is_changed_as_a_whole(part, org_admin, watch):
    row = made(org_admin, steps=[step(10, watch)])
    half = {name: value for name, value in step(20, watch).items() if name != part}

    assert error_of(org_admin.patch(f"{PLACE}/{row['id']}", {"steps": [half]}))[::2] == (400, "steps")
    assert org_admin.get(f"{PLACE}/{row['id']}").json() == row


def test_a_destination_that_is_named_twice_in_a_step_is_told_once(org_admin, watch):
    assert made(org_admin, steps=[step(10, watch, watch.upper())])["steps"] == [step(10, watch)]


def test_a_step_names_no_destination_of_others(organization, other_organization, org_admin, superuser, watch):
    theirs, the_installations = destination_in(other_organization), destination_in(None)
    row = made(org_admin, steps=[step(10, watch)])

    answers = [
        org_admin.post(PLACE, {"steps": [step(10, theirs)]}),
        org_admin.post(PLACE, {"steps": [step(10, the_installations)]}),
        superuser.post(PLACE, {"steps": [step(10, watch)]}),
        superuser.patch(f"{PLACE}/{row['id']}", {"steps": [step(10, the_installations)]}),
    ]

    assert [error_of(answer)[::2] for answer in answers] == [(400, "steps")] * 4


def test_the_same_idempotency_key_makes_one(org_admin, watch):
    body = {"steps": [step(10, watch)]}

    answers = [org_admin.post(PLACE, body, Idempotency_Key="night").json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(org_admin.results(PLACE)) == 1


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_another_organizations_escalation_does_not_exist(method, org_admin, stranger, watch):
    row = made(org_admin, steps=[step(10, watch)])

    assert stranger.call(method, f"{PLACE}/{row['id']}", {}).status_code == 404
    assert stranger.results(PLACE) == []


def test_escalations_are_an_admins_business(operator, org_admin, watch):
    row = made(org_admin, steps=[step(10, watch)])

    answers = [operator.get(PLACE), operator.post(PLACE, {}), operator.delete(f"{PLACE}/{row['id']}")]

    assert {answer.status_code for answer in answers} == {403}


def test_a_superuser_without_an_organization_plans_for_the_installations_alerts(organization, org_admin, superuser):
    theirs = alert_in(None)
    alert_in(organization)

    row = made(superuser, steps=[step(10, destination_in(None))])

    assert runs() == [(str(theirs.pk), row["id"])]
    assert org_admin.results(PLACE) == []
    assert superuser.patch(f"{PLACE}/{row['id']}", {"repeat_minutes": 5}).json()["repeat_minutes"] == 5
