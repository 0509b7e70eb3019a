"""Alerts follow what is wrong: one unresolved alert a matter, opened, repeated, made worse, resolved, opened again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alerts import answering, raising
from alerts.models import Alert, AlertDelivery, AlertEntry
from core.fence import everywhere
from core.matters import Matter, Severity, Subject
from tests.world import DAY

pytestmark = pytest.mark.django_db
TYPES = ("WICK_TORN", "GLASS_LOOSE")


def matter(alert_type: str = "WICK_TORN", **said: Any) -> Matter:
    """What is wrong with the lamp; `since` and `last` are hours of the day."""
    since = said.pop("since", 1)
    usual: dict[str, Any] = {
        "severity": Severity.HIGH,
        "title": "The wick is torn",
        "detail": "It is dark.",
        "action_required": "Mend it.",
        "data": {},
        "count": 1,
        "first_seen_at": DAY + timedelta(hours=since),
        "last_seen_at": DAY + timedelta(hours=said.pop("last", since)),
    }
    return Matter(alert_type=alert_type, **usual | said)


def subject(*matters: Matter, of: Any = None, lamp: str = "1", types: Sequence[str] = TYPES) -> Subject:
    whose: uuid.UUID | None = of and of.pk
    return Subject(
        organization_id=whose, kind="lamp", id=lamp, label=f"Lamp {lamp}", alert_types=types, matters=matters
    )


def follow(*subjects: Subject) -> None:
    with everywhere(), transaction.atomic():
        raising.follow(subjects)


def alerts() -> list[Alert]:
    with everywhere():
        return list(Alert.objects.order_by("id"))


def entries(*kinds: str) -> list[str]:
    with everywhere():
        rows = AlertEntry.objects.exclude(kind="not_told").order_by("id")
        return [row.kind for row in rows if not kinds or row.kind in kinds]


def answer(deed: Any) -> None:
    with everywhere():
        deed(Alert.objects.all(), actor="ada@example.com")


@pytest.fixture
def lamp(organization):
    """`lamp(matter, …)`: this is wrong with lamp 1 now; gives its alerts."""

    def say(*matters: Matter, **more: Any) -> list[Alert]:
        follow(subject(*matters, of=organization, **more))
        return alerts()

    return say


def test_what_is_wrong_opens_an_alert_that_says_so(lamp, organization):
    (alert,) = lamp(matter(count=2, last=3, data={"size": 4}))

    assert (alert.organization_id, alert.status, alert.severity, alert.severity_rank) == (
        organization.pk,
        "open",
        "HIGH",
        2,
    )
    assert (alert.alert_type, alert.subject_kind, alert.subject_id, alert.subject_label) == (
        "WICK_TORN",
        "lamp",
        "1",
        "Lamp 1",
    )
    assert (alert.title, alert.detail, alert.action_required) == ("The wick is torn", "It is dark.", "Mend it.")
    assert (alert.count, alert.data) == (2, {"size": 4})
    assert (alert.first_seen_at, alert.last_seen_at) == (DAY + timedelta(hours=1), DAY + timedelta(hours=3))
    assert entries() == ["opened"]


def test_nothing_wrong_opens_nothing(lamp):
    assert lamp() == []


def test_a_repeat_counts_up_in_the_same_alert(lamp):
    lamp(matter())

    (alert,) = lamp(matter(count=2, last=2))

    assert (alert.count, alert.last_seen_at, alert.status) == (2, DAY + timedelta(hours=2), "open")
    assert entries() == ["opened", "repeated"]


def test_a_repeat_that_says_nothing_new_writes_nothing(lamp, organization):
    lamp(matter())

    with CaptureQueriesContext(connection) as queries:
        follow(subject(matter(), of=organization))

    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []
    assert entries() == ["opened"]


def test_other_words_alone_are_taken_over_without_an_entry(lamp):
    lamp(matter())

    (alert,) = lamp(matter(detail="It is very dark."))

    assert alert.detail == "It is very dark."
    assert entries() == ["opened"]


def test_a_repeat_tells_nobody_again(lamp, admin_person):
    lamp(matter())
    lamp(matter(count=2, last=2))

    with everywhere():
        assert AlertDelivery.objects.count() == 1


def test_a_higher_severity_is_noted_and_told_again(lamp, admin_person):
    lamp(matter(severity=Severity.MEDIUM))

    (alert,) = lamp(matter(severity=Severity.CRITICAL, count=2, last=2))

    assert alert.severity == "CRITICAL"
    assert entries() == ["opened", "raised"]
    with everywhere():
        occasions = AlertDelivery.objects.order_by("id").values_list("lines__occasion__kind", flat=True)
        assert list(occasions) == ["opened", "raised"]


def test_a_lower_severity_is_taken_over_and_told_to_nobody(lamp, admin_person):
    lamp(matter(severity=Severity.CRITICAL))

    (alert,) = lamp(matter(severity=Severity.MEDIUM))

    assert (alert.severity, alert.severity_rank) == ("MEDIUM", 1)
    with everywhere():
        assert AlertDelivery.objects.count() == 1


def test_what_is_over_resolves_its_alert(lamp):
    lamp(matter())

    (alert,) = lamp()

    assert (alert.status, alert.resolved_by) == ("resolved", "")
    assert alert.resolved_at is not None
    assert entries() == ["opened", "resolved"]


def test_one_matter_may_end_while_another_goes_on(lamp):
    lamp(matter(), matter("GLASS_LOOSE"))

    torn, loose = lamp(matter("GLASS_LOOSE"))

    assert (torn.status, loose.status) == ("resolved", "open")


def test_alerts_of_types_that_are_not_decided_here_are_left_alone(lamp):
    lamp(matter("SOLD_OUT"), types=["SOLD_OUT"])

    (alert,) = lamp()

    assert (alert.alert_type, alert.status) == ("SOLD_OUT", "open")


def test_alerts_of_other_subjects_are_left_alone(lamp, organization):
    lamp(matter(), lamp="2")
    lamp(matter())

    lamp()

    assert [(alert.subject_id, alert.status) for alert in alerts()] == [("2", "open"), ("1", "resolved")]


def test_what_somebody_acknowledged_stays_so_when_it_repeats(lamp):
    lamp(matter())
    answer(answering.acknowledge)

    (alert,) = lamp(matter(count=2, last=2))

    assert (alert.status, alert.acknowledged_by, alert.count) == ("acknowledged", "ada@example.com", 2)


def test_what_somebody_acknowledged_is_resolved_when_it_is_over(lamp):
    lamp(matter())
    answer(answering.acknowledge)

    (alert,) = lamp()

    assert alert.status == "resolved"


def test_a_resolved_alert_is_opened_again_when_the_same_episode_goes_on(lamp, admin_person):
    (first,) = lamp(matter())
    lamp()

    (again,) = lamp(matter())

    assert (again.pk, again.status, again.resolved_at) == (first.pk, "open", None)
    assert again.opened_at > first.opened_at
    assert entries() == ["opened", "resolved", "reopened"]
    with everywhere():
        occasions = AlertDelivery.objects.order_by("id").values_list("lines__occasion__kind", flat=True)
        assert list(occasions) == ["opened", "reopened"]


def test_what_is_opened_again_is_acknowledged_by_nobody(lamp):
    lamp(matter())
    answer(answering.acknowledge)
    lamp()

    (alert,) = lamp(matter())

    assert (alert.status, alert.acknowledged_by, alert.acknowledged_at) == ("open", "", None)


def test_a_new_episode_has_an_alert_of_its_own(lamp):
    lamp(matter(since=1))
    lamp()

    first, second = lamp(matter(since=5))

    assert (first.status, second.status) == ("resolved", "open")
    assert entries() == ["opened", "resolved", "opened"]


def test_what_a_person_resolved_stays_resolved_while_nothing_newer_is_said(lamp):
    lamp(matter(last=3))
    answer(answering.resolve)

    (same,) = lamp(matter(last=3))
    (late,) = lamp(matter(count=2, since=0, last=3))

    assert (same.status, late.status) == ("resolved", "resolved")
    assert late.resolved_by == "ada@example.com"
    assert entries() == ["opened", "resolved"]


def test_what_a_person_resolved_is_opened_again_by_a_newer_fact(lamp):
    lamp(matter(last=3))
    answer(answering.resolve)

    (alert,) = lamp(matter(count=2, last=4))

    assert (alert.status, alert.resolved_by, alert.count) == ("open", "", 2)
    assert entries() == ["opened", "resolved", "reopened"]


def test_a_newer_fact_opens_it_again_even_if_a_late_one_moved_the_beginning(lamp):
    lamp(matter(since=2, last=3))
    answer(answering.resolve)

    found = lamp(matter(count=3, since=1, last=4))

    assert [alert.status for alert in found][-1] == "open"
    assert found[-1].first_seen_at == DAY + timedelta(hours=1)


def test_the_same_matter_in_two_organizations_is_two_alerts(organization, other_organization):
    follow(subject(matter(), of=organization), subject(matter(), of=other_organization, lamp="2"))

    assert [alert.organization_id for alert in alerts()] == [organization.pk, other_organization.pk]


def test_an_alert_of_the_installation_has_no_organization():
    follow(subject(matter()))

    (alert,) = alerts()
    assert alert.organization_id is None


@pytest.mark.parametrize("of_whom", ["organization", "installation"])
def test_the_database_itself_keeps_one_unresolved_alert_a_matter(of_whom, organization):
    follow(subject(matter(), of=organization if of_whom == "organization" else None))
    (alert,) = alerts()
    alert.pk = uuid.uuid4()

    with everywhere(), transaction.atomic(), pytest.raises(IntegrityError):
        alert.save(force_insert=True)


def test_many_subjects_cost_as_many_statements_as_one(organization, admin_person):
    def cost(amount: int, first: int) -> int:
        subjects = [subject(matter(), of=organization, lamp=str(first + place)) for place in range(amount)]
        with CaptureQueriesContext(connection) as queries:
            follow(*subjects)
        return len(queries)

    assert cost(1, first=100) == cost(20, first=200)


def test_nothing_to_follow_costs_nothing(db):
    with CaptureQueriesContext(connection) as queries:
        raising.follow([])

    assert len(queries) == 0
