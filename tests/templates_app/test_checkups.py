"""A template that is in review for too long: found by the clock, over as soon as the review is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import tasks as alert_tasks
from alerts.models import Alert, AlertEntry
from core.fence import everywhere
from core.matters import Severity, Subject
from templates_app import checkups, concerns, wording
from templates_app.models import Template
from tests.world import DAY, template_of

pytestmark = pytest.mark.django_db
MANY = 1000


@pytest.fixture
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


def ago(**time: float) -> datetime:
    return DAY - timedelta(**time)


def found() -> Sequence[Subject]:
    with everywhere():
        return checkups.template_pending_long()


def status() -> str:
    with everywhere():
        state: str = Alert.objects.get(alert_type="TEMPLATE_PENDING_LONG").status
    return state


def test_a_template_in_review_for_more_than_48_hours_is_found_since_then(account, clock):
    template = template_of(account, status="PENDING", status_at=ago(hours=49))

    (subject,) = found()

    (matter,) = subject.matters
    assert (subject.organization_id, subject.kind, subject.id) == (
        account.organization_id,
        "template",
        str(template.pk),
    )
    assert (matter.alert_type, matter.severity) == ("TEMPLATE_PENDING_LONG", Severity.MEDIUM)
    assert "lamp_oil_notice (en_US)" in matter.title
    assert matter.action_required == wording.LONG_PENDING_ACTION
    assert matter.data == {
        "template_id": str(template.pk),
        "template_name": "lamp_oil_notice",
        "language": "en_US",
        "pending_since": ago(hours=49).isoformat(),
    }
    assert matter.first_seen_at == matter.last_seen_at == ago(hours=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "PENDING", "status_at": ago(hours=48)},
        {"status": "APPROVED", "status_at": ago(hours=90)},
        {"status": "PENDING", "status_at": ago(hours=90), "is_retired": True},
        {"status": "PENDING", "status_at": None},
    ],
)
def test_a_young_review_any_other_status_and_retired_templates_are_well(fields, account, clock):
    template_of(account, **fields)

    assert found() == []


@pytest.mark.parametrize("decision", ["APPROVED", "REJECTED"])
def test_the_decision_ends_the_alert_at_once(decision, tell):
    with time_machine.travel(DAY + timedelta(hours=60), tick=False) as clock:
        tell("PENDING", hour=9)
        alert_tasks.check("template_pending_long")
        assert status() == "open"
        clock.shift(60)

        tell(decision, hour=60)

    assert status() == "resolved"


def test_what_else_is_said_of_it_meanwhile_leaves_the_alert_open(tell):
    with time_machine.travel(DAY + timedelta(hours=60), tick=False) as clock:
        tell("PENDING", hour=9)
        alert_tasks.check("template_pending_long")
        clock.shift(60)

        tell("PENDING", hour=60)
        tell("YELLOW", hour=60)

    assert status() == "open"


def test_a_retired_template_ends_it_as_soon_as_its_alerts_are_followed(account):
    template = template_of(account, status="PENDING", is_retired=True)

    assert "TEMPLATE_PENDING_LONG" in concerns.subject_of(template).alert_types


def test_a_thousand_templates_cost_one_statement_and_nothing_is_written_while_nothing_changes(account, clock):
    rows = [
        Template(
            organization_id=account.organization_id,
            account=account,
            name=f"lamp_{number}",
            language="en",
            status="PENDING",
            status_at=ago(hours=50),
        )
        for number in range(MANY)
    ]
    with everywhere():
        Template.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as first:
        assert len(found()) == MANY
    alert_tasks.check("template_pending_long")
    clock.shift(600)

    again = written_by_a_check()

    assert len(first) == 1
    assert again == []
    with everywhere():
        assert AlertEntry.objects.filter(kind="opened").count() == MANY


def written_by_a_check() -> list[Any]:
    with CaptureQueriesContext(connection) as queries:
        alert_tasks.check("template_pending_long")
    return [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
