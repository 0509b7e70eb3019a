"""Versions by the API: reading, comparing, rolling back, and settling a drift."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.models import Alert
from core.fence import everywhere
from templates_app import versions
from templates_app.content import Content
from templates_app.models import Submission, TemplateVersion
from templates_app.versions import Origin
from tests.world import error_of, template_of

FIRST = {"type": "BODY", "text": "Hello, your lamp oil arrives on {{1}} at your door."}
SECOND = {"type": "BODY", "text": "Hello, your lamp oil arrives soon at your door."}


def content(*components, category="UTILITY"):
    return Content.of(list(components), language="en_US", category=category)


@pytest.fixture
def template(account):
    """Two versions, of which the first is at Meta and approved."""
    with everywhere():
        template = template_of(account, status="APPROVED", category="UTILITY")
        template.submitted_version = template.approved_version = versions.write(
            template, content(FIRST), origin=Origin.LOCAL, author="ada@example.com"
        )
        template.save()
        versions.write(template, content(SECOND), origin=Origin.LOCAL, author="bob@example.com", note="Shorter")
    return template


@pytest.fixture
def changed(template):
    """Meta has approved the second, too."""
    with everywhere():
        template.submitted_version = template.approved_version = template.versions.get(number=2)
        template.save()
    return template


@pytest.fixture
def drifted(template):
    """Meta serves what nobody here wrote."""
    with everywhere():
        told = content({"type": "BODY", "text": "Buy more lamp oil."})
        version = versions.append(template, told, origin=Origin.PROVIDER, author="meta")
        template.drifted_version, template.current_version = version, template.submitted_version
        versions.save(template, why="drifted", fields=["current_version", "drifted_version"])
    return template


def place(template, *more):
    return "/".join([f"/whatsapp/templates/{template.pk}", *map(str, more)])


def numbers(template):
    with everywhere():
        return list(
            TemplateVersion.objects.filter(template=template).order_by("number").values_list("number", "origin")
        )


# Reading


def test_versions_are_listed_newest_first_with_what_became_of_them(template, viewer):
    listed = viewer.results(place(template, "versions"))

    assert [(one["number"], one["status"], one["author"]) for one in listed] == [
        (2, "draft", "bob@example.com"),
        (1, "approved", "ada@example.com"),
    ]


def test_a_version_is_shown_in_the_shape_of_the_contract(template, viewer):
    shown = viewer.get(place(template, "versions", 1)).json()

    assert shown == {
        "number": 1,
        "language": "en_US",
        "components": [FIRST],
        "parameter_format": "POSITIONAL",
        "category": "UTILITY",
        "variables": ["1"],
        "checksum": content(FIRST).checksum,
        "delta": shown["delta"],
        "origin": "local",
        "author": "ada@example.com",
        "note": "",
        "status": "approved",
        "created_at": shown["created_at"],
    }


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999", "x", "-1"])
def test_a_version_that_is_not_there_is_not_found(number, template, viewer):
    assert viewer.get(place(template, "versions", number)).status_code == 404


def test_another_organizations_versions_do_not_exist(template, stranger):
    for path in ("versions", "versions/1", "versions/compare?from=1&to=2"):
        assert stranger.get(place(template, path)).status_code == 404
    for path in ("versions/1/rollback", "drift/adopt", "drift/restore"):
        assert stranger.post(place(template, path), {}).status_code == 404


# Comparing


def test_two_versions_are_compared_word_by_word(template, viewer):
    found = viewer.get(place(template, "versions/compare?from=1&to=2")).json()

    assert (found["from"], found["to"], found["severity"]) == (1, 2, "breaking")
    assert found["variables"] == {"added": [], "removed": ["1"], "renamed": []}
    (change,) = found["changes"]
    assert (change["component"], change["kind"]) == ("BODY", "changed")
    assert ["removed", "on {{1}}"] in change["words"]
    assert ["added", "soon"] in change["words"]
    assert any(row["state"] == "changed" for row in found["side_by_side"])


@pytest.mark.parametrize(("query", "pair"), [("", (2, 3)), ("?from=1", (1, 3)), ("?to=2", (1, 2)), ("?to=1", (1, 1))])
def test_the_newest_is_compared_with_the_one_before_unless_others_are_named(query, pair, drifted, viewer):
    found = viewer.get(place(drifted, f"versions/compare{query}")).json()

    assert (found["from"], found["to"]) == pair


@pytest.mark.parametrize("query", ["?from=x&to=99999999999", "?from=0&to=-1"])
def test_what_is_no_number_is_named(query, template, viewer):
    answer = viewer.get(place(template, f"versions/compare{query}"))

    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"from", "to"}


def test_a_version_that_is_not_there_cannot_be_compared(template, account, viewer):
    assert viewer.get(place(template, "versions/compare?from=1&to=9")).status_code == 404
    with everywhere():
        unheard = template_of(account, name="unheard")
    assert viewer.get(place(unheard, "versions/compare")).status_code == 404


# Rolling back


def test_rolling_back_makes_a_new_version_and_says_what_it_costs(changed, org_admin):
    answer = org_admin.post(place(changed, "versions/1/rollback"), {"note": "Too short"})

    assert answer.status_code == 201
    made = answer.json()
    assert (made["number"], made["origin"], made["status"]) == (3, "rollback", "draft")
    assert (made["components"], made["note"]) == ([FIRST], "Back to v1. Too short")
    assert "reviews it again" in made["warnings"][0]
    assert numbers(changed) == [(1, "local"), (2, "local"), (3, "rollback")]
    assert org_admin.get(place(changed)).json()["current_version"] == 3


def test_going_back_to_what_meta_has_approved_costs_nothing_and_is_no_edit(template, org_admin):
    edited(template, 1)

    made = org_admin.post(place(template, "versions/1/rollback"), {}).json()

    assert (made["number"], made["status"], made["warnings"]) == (3, "approved", [])


def test_only_an_admin_rolls_back(template, operator):
    for path in ("versions/1/rollback", "drift/adopt", "drift/restore"):
        assert operator.post(place(template, path), {}).status_code == 403


def test_a_version_that_was_tampered_with_is_not_rolled_back_to(template, org_admin):
    with everywhere():
        TemplateVersion.objects.filter(template=template, number=1).update(components=[SECOND])

    assert error_of(org_admin.post(place(template, "versions/1/rollback"), {})) == (409, "integrity_error", None)
    assert len(numbers(template)) == 2


def test_an_approved_template_is_not_rolled_back_to_another_category(template, org_admin):
    with everywhere():
        other = versions.append(template, content(FIRST, category="MARKETING"), origin=Origin.LOCAL, author="a")

    path = place(template, "versions", other.number, "rollback")

    assert error_of(org_admin.post(path, {})) == (409, "category_fixed", None)


def test_a_rejected_template_goes_back_to_the_category_it_asked_for(template, org_admin):
    with everywhere():
        versions.append(template, content(FIRST, category="MARKETING"), origin=Origin.LOCAL, author="a")
        template.status = "REJECTED"
        template.save()

    assert org_admin.post(place(template, "versions/3/rollback"), {}).json()["category"] == "MARKETING"
    assert org_admin.get(place(template)).json()["category"] == "MARKETING"


def edited(template, *hours_ago, state="done"):
    with everywhere():
        for hours in hours_ago:
            Submission.objects.create(
                organization_id=template.organization_id,
                template=template,
                kind=Submission.Kind.EDIT,
                of_approved=True,
                state=state,
                asked_at=timezone.now() - timedelta(hours=hours),
            )


@pytest.mark.parametrize(
    ("hours_ago", "state", "status"),
    [
        ([1], "done", 409),
        ([25], "done", 201),
        ([1], "refused", 201),
        ([1], "waiting", 409),
        ([48 + hour for hour in range(10)], "done", 409),
        ([48 + hour for hour in range(9)], "done", 201),
        ([24 * 31] * 10, "done", 201),
    ],
)
def test_an_approved_template_is_rolled_back_as_often_as_meta_takes_edits(hours_ago, state, status, changed, org_admin):
    if state == "waiting":
        hours_ago = hours_ago[:1]
    edited(changed, *hours_ago, state=state)

    answer = org_admin.post(place(changed, "versions/1/rollback"), {})

    assert answer.status_code == status
    assert status == 201 or error_of(answer)[1] == "edit_limit"


def test_a_draft_costs_nothing_to_roll_back(account, org_admin):
    with everywhere():
        template = template_of(account, status="DRAFT", category="UTILITY")
        versions.write(template, content(FIRST), origin=Origin.LOCAL, author="a")

    assert org_admin.post(place(template, "versions/1/rollback"), {}).json()["warnings"] == []


# A drift


def test_adopting_makes_what_meta_serves_ours(drifted, org_admin):
    made = org_admin.post(place(drifted, "drift/adopt"), {"note": "Marketing did that"}).json()

    assert (made["number"], made["status"]) == (3, "approved")
    shown = org_admin.get(place(drifted)).json()
    assert [shown[f"{name}_version"] for name in ("current", "submitted", "approved", "drifted")] == [3, 3, 3, None]
    assert len(numbers(drifted)) == 3
    with everywhere():
        reason = drifted.history.latest().history_change_reason
    assert reason == "v3 of Meta adopted: Marketing did that"


def test_restoring_makes_our_version_once_more_to_be_submitted(drifted, org_admin):
    made = org_admin.post(place(drifted, "drift/restore"), {}).json()
    again = org_admin.post(place(drifted, "drift/restore"), {}).json()

    assert (made["number"], made["origin"], made["components"]) == (4, "rollback", [FIRST])
    assert again["number"] == 4
    shown = org_admin.get(place(drifted)).json()
    assert [shown[f"{name}_version"] for name in ("current", "submitted", "drifted")] == [4, 1, 3]


def test_the_alert_of_a_drift_ends_with_its_adoption(drifted, org_admin):
    org_admin.patch(place(drifted), {"is_retired": True})
    org_admin.patch(place(drifted), {"is_retired": False})
    (alert,) = org_admin.results("/alerts?alert_type=TEMPLATE_DRIFT&status=open")

    org_admin.post(place(drifted, "drift/adopt"), {})

    with everywhere():
        assert Alert.objects.get(pk=alert["id"]).status == "resolved"


@pytest.mark.parametrize("path", ["drift/adopt", "drift/restore"])
def test_without_a_drift_there_is_nothing_to_settle(path, template, org_admin):
    assert error_of(org_admin.post(place(template, path), {})) == (409, "not_drifted", None)
