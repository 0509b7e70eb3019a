"""What stands out among the templates: the critical ones with what to do, and their quality in figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.fence import everywhere
from core.models import Role
from templates_app import wording
from tests.world import DAY, api_of, deliver, error_of, quality_change, template_of, webhook

pytestmark = pytest.mark.django_db
CRITICAL, SUMMARY = "/whatsapp/templates/critical", "/whatsapp/templates/quality-summary"
NOON = DAY + timedelta(hours=12)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def viewer(organization):
    return api_of(organization, Role.VIEWER)


def critical(caller: Any, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller.get(f"{CRITICAL}{query}").json()["critical_templates"]
    return rows


def names(caller: Any, query: str = "") -> list[str]:
    return [row["name"] for row in critical(caller, query)]


def quality(score: str, *, at: datetime, template: int = 1, **value: Any) -> None:
    """Meta names the score of this template; `previous_quality_score` is left out unless given."""
    said = {"message_template_id": template, "message_template_name": f"t{template}", "previous_quality_score": None}
    deliver(webhook(quality_change(score, **said | value), at=at))


def recent(caller: Any) -> list[tuple[str, str, str]]:
    rows = caller.get(SUMMARY).json()["recent_quality_changes"]
    return [(row["template_name"], row["previous_score"], row["new_score"]) for row in rows]


# Critical templates


def test_a_critical_template_is_shown_in_the_shape_of_the_contract(tell, viewer):
    template = tell("DISABLED", hour=9, reason="QUALITY_ISSUES")

    assert viewer.get(CRITICAL).json() == {
        "critical_templates": [
            {
                "id": str(template.pk),
                "name": "lamp_oil_notice",
                "language": "en_US",
                "status": "DISABLED",
                "quality_score": "UNKNOWN",
                "disabled_reason": "QUALITY_ISSUES",
                "disabled_at": "2026-03-02T09:00:00Z",
                "sent_count": 0,
                "failed_count": 0,
                "failure_rate": 0.0,
                "campaigns_affected": [],
                "action_required": wording.DISABLED_ACTION,
            }
        ],
        "total_critical": 1,
        "timestamp": "2026-03-02T12:00:00Z",
    }


@pytest.mark.parametrize("status", ["DISABLED", "PAUSED", "REJECTED"])
def test_disabled_paused_and_rejected_templates_are_critical(status, account, viewer):
    template_of(account, status=status)

    assert names(viewer) == ["lamp_oil_notice"]


@pytest.mark.parametrize("status", ["APPROVED", "UNKNOWN", "PENDING", "ARCHIVED"])
def test_quality_red_is_critical_whatever_the_status(status, account, viewer):
    template_of(account, status=status, quality_score="RED")

    assert names(viewer) == ["lamp_oil_notice"]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "APPROVED"},
        {"status": "APPROVED", "quality_score": "YELLOW"},
        {"status": "UNKNOWN"},
        {"status": "IN_APPEAL"},
        {"status": "DELETED"},
        {"status": "PENDING", "status_at": None},
        {"status": "DISABLED", "is_retired": True},
        {"status": "APPROVED", "status_at": NOON - timedelta(days=9)},
    ],
)
def test_nothing_else_is_critical(fields, account, viewer):
    template_of(account, **fields)

    assert viewer.get(CRITICAL).json()["total_critical"] == 0


def test_pending_is_critical_after_more_than_48_hours(tell, viewer, clock):
    tell("PENDING", at=NOON)

    clock.move_to(NOON + timedelta(hours=48))
    at_48_hours = names(viewer)
    clock.move_to(NOON + timedelta(hours=48, seconds=1))

    assert (at_48_hours, names(viewer)) == ([], ["lamp_oil_notice"])
    assert critical(viewer)[0]["action_required"] == wording.LONG_PENDING_ACTION


def test_pending_that_is_said_again_is_as_old_as_when_it_was_said_first(tell, viewer, clock):
    tell("PENDING", at=NOON)
    clock.move_to(NOON + timedelta(hours=47))
    tell("PENDING", at=NOON + timedelta(hours=47))

    clock.move_to(NOON + timedelta(hours=49))

    assert names(viewer) == ["lamp_oil_notice"]


def test_the_worst_come_first_and_of_one_kind_the_newest(account, viewer):
    old: dict[str, Any] = {"status_at": NOON - timedelta(days=5)}
    template_of(account, name="pending", status="PENDING", **old)
    template_of(account, name="rejected", status="REJECTED", **old)
    template_of(account, name="paused earlier", status="PAUSED", **old)
    template_of(account, name="paused later", status="PAUSED", status_at=NOON)
    template_of(account, name="red and paused", status="PAUSED", quality_score="RED", **old)
    template_of(account, name="disabled", status="DISABLED", **old)

    assert names(viewer) == ["disabled", "red and paused", "paused later", "paused earlier", "rejected", "pending"]


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"status": "DISABLED"}, wording.DISABLED_ACTION),
        ({"status": "PAUSED", "pause_title": "FIRST_PAUSE"}, wording.PAUSE_ACTIONS["FIRST_PAUSE"]),
        ({"status": "PAUSED", "pause_title": "SECOND_PAUSE"}, wording.PAUSE_ACTIONS["SECOND_PAUSE"]),
        ({"status": "PAUSED", "pause_title": "RATE_LIMITING_PAUSE"}, wording.PAUSE_ACTIONS["RATE_LIMITING_PAUSE"]),
        ({"status": "PAUSED", "pause_title": "NEW_PAUSE"}, wording.PAUSE_ACTIONS[""]),
        *[
            ({"status": "REJECTED", "status_reason": reason}, action)
            for reason, action in wording.REJECTION_ACTIONS.items()
        ],
        ({"status": "REJECTED", "status_reason": "NEW_REASON"}, wording.REJECTION_ACTIONS[""]),
        ({"status": "APPROVED", "quality_score": "RED"}, wording.QUALITY_ACTIONS["RED"]),
        ({"status": "PENDING", "quality_score": "RED", "status_at": NOON}, wording.QUALITY_ACTIONS["RED"]),
        ({"status": "DISABLED", "quality_score": "RED"}, wording.DISABLED_ACTION),
        ({"status": "PENDING", "status_at": NOON - timedelta(days=3)}, wording.LONG_PENDING_ACTION),
    ],
)
def test_each_cause_says_what_to_do(fields, action, account, viewer):
    template_of(account, **fields)

    (row,) = critical(viewer)
    assert row["action_required"] == action
    assert row["action_required"].endswith(".")


def test_the_list_of_critical_templates_is_cut_by_limit_and_offset_and_the_total_is_not(account, viewer):
    for place in range(5):
        template_of(account, name=f"t{place}", status="PAUSED", status_at=NOON - timedelta(hours=place))

    assert names(viewer, "?limit=2&offset=1") == names(viewer, "?limit=2&skip=1") == ["t1", "t2"]
    assert viewer.get(f"{CRITICAL}?limit=2").json()["total_critical"] == 5
    assert error_of(viewer.get(f"{CRITICAL}?limit=0"))[::2] == (400, "limit")


def test_another_organizations_critical_templates_are_not_ours(other_account, viewer, org_admin):
    template_of(other_account, status="DISABLED", quality_score="RED", sent_count=5)

    assert viewer.get(CRITICAL).json()["total_critical"] == 0
    assert org_admin.get(SUMMARY).json()["quality_summary"]["total_templates"] == 0


def test_twenty_critical_templates_cost_as_many_statements_as_one(account, viewer):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            viewer.get(CRITICAL)
        return len(queries)

    template_of(account, name="t", status="PAUSED")
    viewer.get(CRITICAL)  # notes the use of the key
    of_one = cost()
    for place in range(19):
        template_of(account, name=f"t{place}", status="PAUSED")

    assert len(critical(viewer)) == 20
    assert cost() == of_one


# The state of their quality in figures


def summary(caller: Any) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(SUMMARY).json()["quality_summary"]
    return found


def test_without_templates_and_messages_all_is_zero(org_admin):
    assert org_admin.get(SUMMARY).json() == {
        "quality_summary": {
            "total_templates": 0,
            "approved": 0,
            "pending": 0,
            "rejected": 0,
            "disabled": 0,
            "paused": 0,
            "quality_distribution": {"GREEN": 0, "YELLOW": 0, "RED": 0, "UNKNOWN": 0},
            "status_distribution": {},
            "avg_success_rate": 0.0,
            "avg_failure_rate": 0.0,
            "total_messages_sent": 0,
            "total_messages_failed": 0,
        },
        "recent_quality_changes": [],
        "timestamp": "2026-03-02T12:00:00Z",
    }


def test_every_template_is_counted_once_by_status_and_by_score(account, org_admin):
    rows = [
        ("APPROVED", "GREEN"),
        ("APPROVED", "GREEN"),
        ("APPROVED", "YELLOW"),
        ("PENDING", "UNKNOWN"),
        ("REJECTED", "UNKNOWN"),
        ("PAUSED", "RED"),
        ("DISABLED", "RED"),
        ("SOMETHING_NEW", "BLUISH"),
    ]
    for place, (status, score) in enumerate(rows):
        template_of(account, name=f"t{place}", status=status, quality_score=score)
    template_of(account, name="gone", status="APPROVED", quality_score="GREEN", is_retired=True)

    told = summary(org_admin)

    assert told["quality_distribution"] == {"GREEN": 2, "YELLOW": 1, "RED": 2, "UNKNOWN": 2, "BLUISH": 1}
    assert told["status_distribution"] == {
        "APPROVED": 3,
        "PENDING": 1,
        "REJECTED": 1,
        "PAUSED": 1,
        "DISABLED": 1,
        "SOMETHING_NEW": 1,
    }
    assert (told["approved"], told["pending"], told["rejected"], told["paused"], told["disabled"]) == (3, 1, 1, 1, 1)
    assert sum(told["quality_distribution"].values()) == sum(told["status_distribution"].values()) == 8
    assert told["total_templates"] == 8


def test_45_failures_of_1250_messages_are_a_rate_of_0_036(account, org_admin):
    template_of(account, sent_count=1250, failed_count=45)

    told = summary(org_admin)

    assert (told["avg_failure_rate"], told["avg_success_rate"]) == (0.036, 0.964)
    assert (told["total_messages_sent"], told["total_messages_failed"]) == (1250, 45)


def test_rates_are_weighted_by_messages_and_no_mean_of_rates(account, org_admin):
    template_of(account, name="a", sent_count=990, failed_count=0)
    template_of(account, name="b", sent_count=10, failed_count=10)
    template_of(account, name="c", sent_count=0, failed_count=0)

    told = summary(org_admin)

    assert (told["avg_failure_rate"], told["avg_success_rate"]) == (0.01, 0.99)


def test_the_summary_is_for_org_admins(operator, org_admin):
    assert (operator.get(SUMMARY).status_code, org_admin.get(SUMMARY).status_code) == (403, 200)


# The newest changes of quality


def test_a_change_of_quality_is_shown_in_the_shape_of_the_contract(tell, org_admin):
    template = tell("RED", hour=9, previous_quality_score="GREEN", quality_score_reason=["SPAM"])

    (change,) = org_admin.get(SUMMARY).json()["recent_quality_changes"]

    assert change == {
        "template_id": str(template.pk),
        "template_name": "lamp_oil_notice",
        "language": "en_US",
        "previous_score": "GREEN",
        "new_score": "RED",
        "changed_at": "2026-03-02T09:00:00Z",
        "reason": change["reason"],
    }
    assert change["reason"].startswith("Quality changed from GREEN to RED.")


def test_what_is_older_than_seven_days_is_not_recent(account, org_admin):
    quality("GREEN", at=NOON - timedelta(days=7, seconds=1))
    quality("YELLOW", at=NOON - timedelta(days=7))
    quality("RED", at=NOON - timedelta(days=1))

    assert recent(org_admin) == [("t1", "YELLOW", "RED"), ("t1", "GREEN", "YELLOW")]


def test_the_newest_ten_are_shown_the_newest_first(account, org_admin):
    for hour in range(12):
        quality("RED", at=NOON - timedelta(hours=hour), template=hour)

    assert [name for name, _, _ in recent(org_admin)] == [f"t{hour}" for hour in range(10)]


def test_a_score_that_is_said_again_is_no_change(account, org_admin):
    quality("RED", at=NOON - timedelta(hours=3))
    quality("RED", at=NOON - timedelta(hours=2))

    assert recent(org_admin) == [("t1", "UNKNOWN", "RED")]


def test_a_score_that_is_said_twice_at_one_moment_is_one_change(account, org_admin):
    quality("RED", at=NOON - timedelta(hours=3))
    quality("RED", at=NOON - timedelta(hours=3), quality_score_reason=["SPAM"])

    assert recent(org_admin) == [("t1", "UNKNOWN", "RED")]


def test_many_repeats_do_not_hide_an_earlier_change(account, org_admin):
    quality("YELLOW", at=NOON - timedelta(days=2), template=2)
    for minute in range(60):
        quality("RED", at=NOON - timedelta(minutes=minute), template=1)

    assert [name for name, _, _ in recent(org_admin)] == ["t1", "t2"]


def test_changes_of_retired_templates_are_not_shown(tell, org_admin):
    template = tell("RED", hour=9)
    before = recent(org_admin)

    with everywhere():
        template.is_retired = True
        template.save()

    assert (len(before), recent(org_admin)) == (1, [])


def test_twenty_changes_cost_as_many_statements_as_one(account, org_admin):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            org_admin.get(SUMMARY)
        return len(queries)

    quality("RED", at=NOON, template=100)
    org_admin.get(SUMMARY)  # notes the use of the key
    of_one = cost()
    for place in range(19):
        quality("RED", at=NOON - timedelta(hours=place), template=place)

    assert len(recent(org_admin)) == 10
    assert cost() == of_one
