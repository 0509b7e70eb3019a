"""Alerts at the HTTP door: who sees and answers which, filters, the timeline, and what a list costs."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts import tasks
from alerts.models import Alert, AlertEntry, Silence
from core.fence import everywhere
from core.matters import Severity
from core.models import Organization, Role
from tests.world import DAY, Api, api_of, error_of, session_of

pytestmark = pytest.mark.django_db
SHAPE = [
    "id",
    "alert_type",
    "severity",
    "status",
    "title",
    "detail",
    "action_required",
    "subject",
    "data",
    "count",
    "first_seen_at",
    "last_seen_at",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
    "silenced_until",
    "deliveries",
]


def alert_in(organization: Organization | None, *, about: str = "", kind: str = "account", **fields: Any) -> Alert:
    severity = Severity(fields.pop("severity", "HIGH"))
    with everywhere():
        return Alert.objects.create(
            **{
                "organization": organization,
                "alert_type": "ACCOUNT_RESTRICTED",
                "severity": severity.value,
                "severity_rank": severity.rank,
                "title": "The account is restricted",
                "subject_kind": kind,
                "subject_id": about or uuid.uuid4().hex,
                "subject_label": "Shop",
                "first_seen_at": DAY,
                "last_seen_at": DAY,
            }
            | fields
        )


def found(caller: Api, query: str = "") -> list[str]:
    return [row["id"] for row in caller.results(f"/alerts{query}")]


def test_an_alert_has_exactly_the_fields_of_the_contract(organization, viewer):
    row = alert_in(organization, about="7", data={"a": 1}, detail="Why", action_required="Do it")

    assert viewer.get(f"/alerts/{row.pk}").json() == {
        "id": str(row.pk),
        "alert_type": "ACCOUNT_RESTRICTED",
        "severity": "HIGH",
        "status": "open",
        "title": "The account is restricted",
        "detail": "Why",
        "action_required": "Do it",
        "subject": {"kind": "account", "id": "7", "label": "Shop"},
        "data": {"a": 1},
        "count": 1,
        "first_seen_at": "2026-03-02T00:00:00Z",
        "last_seen_at": "2026-03-02T00:00:00Z",
        "acknowledged_at": None,
        "acknowledged_by": "",
        "resolved_at": None,
        "silenced_until": None,
        "deliveries": [],
    }


def test_the_list_shows_the_same_and_the_newest_first(organization, viewer):
    rows = [alert_in(organization) for _ in range(3)]

    listed = viewer.results("/alerts")

    assert [row["id"] for row in listed] == [str(row.pk) for row in rows[::-1]]
    assert list(listed[0]) == SHAPE
    assert listed[0] == viewer.get(f"/alerts/{rows[2].pk}").json()


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("?status=open", [3, 1, 0]),
        ("?status=resolved", [2]),
        ("?severity=CRITICAL", [1]),
        ("?alert_type=PHONE_NUMBER_QUALITY", [3]),
        ("?alert_type=NOBODY_KNOWS", []),
        ("?subject=lamp-1", [1, 0]),
        ("?since=2026-03-02T05:00:00Z", [3, 2]),
        ("?since=2026-03-02T07:00:00%2B02:00", [3, 2]),
        ("?since=2026-03-01T05:00:00-23:59", [3, 2]),
        ("?since=2026-03-01T05:02:00-23:59", []),
        ("?status=open&severity=HIGH&subject=lamp-1", [0]),
    ],
)
def test_each_filter_finds_what_it_names(query, places, organization, viewer):
    later: dict[str, Any] = {"last_seen_at": DAY + timedelta(hours=5)}
    rows = [
        alert_in(organization, about="lamp-1"),
        alert_in(organization, about="lamp-1", severity="CRITICAL", alert_type="TEMPLATE_DISABLED"),
        alert_in(organization, status="resolved", **later),
        alert_in(organization, alert_type="PHONE_NUMBER_QUALITY", **later),
    ]

    assert found(viewer, query) == [str(rows[place].pk) for place in places]


@pytest.mark.parametrize(
    "query",
    ["status=never", "severity=never", "since=never", "since=0001-01-01T00:00:00%2B01:00", "together=never"],
)
def test_a_filter_value_that_cannot_be_is_named(query, viewer):
    assert error_of(viewer.get(f"/alerts?{query}"))[::2] == (400, query.partition("=")[0])


def test_the_timeline_tells_what_happened_oldest_first(tell, viewer, org_admin, admin_person):
    tell("DISABLED", hour=8)
    tasks.send_due()
    (alert,) = viewer.results("/alerts")
    org_admin.post(f"/alerts/{alert['id']}/acknowledge", {"note": "I see"})
    tell("APPROVED", hour=10)

    rows = viewer.get(f"/alerts/{alert['id']}/timeline").json()["results"]

    assert list(rows[0]) == ["at", "kind", "actor", "destination", "outcome", "detail"]
    assert [(row["kind"], row["actor"], row["outcome"], row["detail"]) for row in rows] == [
        ("opened", "", "", ""),
        ("told", "", "sent", "accepted"),
        ("acknowledged", "key:org_admin", "", "I see"),
        ("resolved", "", "", "What was wrong is over."),
    ]


def test_acknowledging_answers_with_the_alert_as_it_is_then(organization, operator):
    row = alert_in(organization)

    answer = operator.post(f"/alerts/{row.pk}/acknowledge", {"note": "I am on it"})

    assert (answer.status_code, list(answer.json())) == (200, SHAPE)
    assert (answer.json()["status"], answer.json()["acknowledged_by"]) == ("acknowledged", "key:operator")
    assert answer.json() == operator.get(f"/alerts/{row.pk}").json()


def test_a_person_is_named_by_her_address(organization, admin_person):
    row = alert_in(organization)

    answer = session_of(admin_person).post(f"/alerts/{row.pk}/acknowledge", {})

    assert answer.json()["acknowledged_by"] == "ada@example.com"


def test_resolving_answers_with_the_alert_as_it_is_then(organization, operator):
    row = alert_in(organization)

    answer = operator.post(f"/alerts/{row.pk}/resolve", {"note": "mended"})

    assert (answer.status_code, answer.json()["status"]) == (200, "resolved")
    assert answer.json()["resolved_at"] is not None


@pytest.mark.parametrize(
    ("status", "deed", "code"),
    [
        ("acknowledged", "acknowledge", "already_acknowledged"),
        ("resolved", "acknowledge", "already_resolved"),
        ("resolved", "resolve", "already_resolved"),
    ],
)
def test_what_is_answered_already_is_a_conflict(status, deed, code, organization, operator):
    row = alert_in(organization, status=status)

    assert error_of(operator.post(f"/alerts/{row.pk}/{deed}", {})) == (409, code, None)


@pytest.mark.parametrize("note", ["x" * 501, "nul \x00", 5 * [1]], ids=["long", "nul", "list"])
@pytest.mark.parametrize("deed", ["acknowledge", "resolve"])
def test_a_note_that_cannot_be_kept_is_named_and_nothing_is_done(deed, note, organization, operator):
    row = alert_in(organization)

    assert error_of(operator.post(f"/alerts/{row.pk}/{deed}", {"note": note}))[::2] == (400, "note")
    assert operator.get(f"/alerts/{row.pk}").json()["status"] == "open"


@pytest.mark.parametrize("deed", ["acknowledge", "resolve", "silence"])
@pytest.mark.parametrize(
    ("kind", "role", "status"),
    [
        ("account", Role.VIEWER, 403),
        ("account", Role.OPERATOR, 200),
        ("number", Role.OPERATOR, 200),
        ("template", Role.VIEWER, 403),
        ("template", Role.OPERATOR, 403),
        ("template", Role.ORG_ADMIN, 200),
    ],
)
def test_alerts_about_templates_are_answered_by_org_admins_others_by_operators(kind, role, status, deed, organization):
    row = alert_in(organization, kind=kind)

    body = {"until": tomorrow().isoformat()} if deed == "silence" else {}

    assert api_of(organization, role).post(f"/alerts/{row.pk}/{deed}", body).status_code == status


@pytest.mark.parametrize("method", ["get", "acknowledge", "resolve", "silence", "timeline"])
def test_another_organizations_alert_does_not_exist(method, other_organization, org_admin):
    path = f"/alerts/{alert_in(other_organization).pk}"
    ask = {"get": lambda: org_admin.get(path), "timeline": lambda: org_admin.get(f"{path}/timeline")}

    answer = ask.get(method, lambda: org_admin.post(f"{path}/{method}", {}))()

    assert answer.status_code == 404


def test_alerts_of_the_installation_are_seen_and_answered_by_superusers_alone(organization, org_admin, superuser):
    theirs, ours = alert_in(None), alert_in(organization)

    assert found(org_admin) == [str(ours.pk)]
    assert org_admin.post(f"/alerts/{theirs.pk}/resolve", {}).status_code == 404
    assert found(superuser) == [str(ours.pk), str(theirs.pk)]
    assert superuser.post(f"/alerts/{theirs.pk}/resolve", {}).status_code == 200


def test_a_superuser_who_names_an_organization_sees_its_alerts_alone(organization, other_organization, superuser):
    alert_in(None)
    alert_in(other_organization)
    ours = alert_in(organization)

    rows = superuser.get("/alerts", X_Organization=organization.slug).json()["results"]

    assert [row["id"] for row in rows] == [str(ours.pk)]


def test_the_newest_part_of_a_long_timeline_is_told(organization, viewer):
    alert = alert_in(organization)
    with everywhere():
        AlertEntry.objects.bulk_create(
            AlertEntry(organization=organization, alert=alert, kind="reminded", at=DAY + timedelta(minutes=place))
            for place in range(1002)
        )

    rows = viewer.get(f"/alerts/{alert.pk}/timeline").json()["results"]

    assert (len(rows), rows[0]["at"], rows[-1]["at"]) == (1000, "2026-03-02T00:02:00Z", "2026-03-02T16:41:00Z")


# Silencing one


def silence(caller: Api, alert: Alert, **body: Any) -> Any:
    return caller.post(f"/alerts/{alert.pk}/silence", {"until": tomorrow().isoformat()} | body)


def tomorrow() -> datetime:
    return (timezone.now() + timedelta(days=1)).replace(microsecond=0)


@pytest.mark.parametrize("status", ["open", "acknowledged"])
def test_silencing_answers_with_the_alert_as_it_is_then(status, organization, operator):
    row, until = alert_in(organization, status=status), tomorrow()

    answer = silence(operator, row, until=until.isoformat(), note="We know, the shop is being moved")

    assert (answer.status_code, list(answer.json())) == (200, SHAPE)
    assert (answer.json()["status"], answer.json()["silenced_until"]) == ("silenced", f"{until:%Y-%m-%dT%H:%M:%SZ}")
    (entry,) = operator.get(f"/alerts/{row.pk}/timeline").json()["results"][-1:]
    assert (entry["kind"], entry["actor"]) == ("silenced", "key:operator")
    assert entry["detail"].endswith("We know, the shop is being moved")


@pytest.mark.parametrize(
    ("until", "detail"),
    [
        ("2026-03-02T00:00:00Z", "This is over already. Give a time in the future."),
        ("never", "Datetime has wrong format."),
        ("0001-01-01T00:00:00+01:00", "Datetime value out of range."),
        (None, "This field may not be null."),
    ],
)
def test_a_silence_until_no_moment_to_come_is_refused(until, detail, organization, operator):
    row = alert_in(organization)

    answer = silence(operator, row, until=until)

    assert error_of(answer)[::2] == (400, "until")
    assert answer.json()["errors"][0]["detail"].startswith(detail)
    assert operator.get(f"/alerts/{row.pk}").json()["status"] == "open"


def test_a_resolved_alert_is_not_silenced(organization, operator):
    row = alert_in(organization, status="resolved")

    assert error_of(silence(operator, row)) == (409, "already_resolved", None)
    with everywhere():
        assert not Silence.objects.exists()
