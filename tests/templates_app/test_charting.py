"""Thirty days of templates, day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.days import last_days
from core.fence import everywhere, inside
from templates_app import charting, overview
from tests.world import deliver, quality_change, status_change, template_of, webhook

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DAYS = last_days(until=NOW, many=10)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def born(template, *, days_ago):
    with everywhere():
        template.created_at = NOW - timedelta(days=days_ago)
        template.save()


def days_ago(days):
    return NOW - timedelta(days=days)


def quality(organization):
    with inside(organization):
        return charting.quality_by_day(days=DAYS)


def test_a_score_that_never_moved_holds_since_the_template_is_known(organization, account):
    born(template_of(account, quality_score="GREEN"), days_ago=3)
    born(template_of(account, name="old", quality_score="RED"), days_ago=90)

    told = quality(organization)

    assert told["GREEN"] == [0] * 6 + [1] * 4
    assert told["RED"] == [1] * 10


def test_scores_are_folded_back_over_the_facts(organization, tell):
    tell("GREEN", at=days_ago(8), previous_quality_score="UNKNOWN")
    tell("YELLOW", at=days_ago(4), previous_quality_score="GREEN")
    born(tell("RED", at=days_ago(1), previous_quality_score="YELLOW"), days_ago=30)

    told = quality(organization)

    assert told["UNKNOWN"] == [1] + [0] * 9
    assert told["GREEN"] == [0] + [1] * 4 + [0] * 5
    assert told["YELLOW"] == [0] * 5 + [1] * 3 + [0] * 2
    assert told["RED"] == [0] * 8 + [1] * 2


def test_where_a_fact_does_not_say_what_was_before_it_earlier_ones_do(organization, tell):
    tell("GREEN", at=days_ago(20))
    template = tell("QUALITY_CHANGE", at=days_ago(2), quality_score="RED")
    born(template, days_ago=30)

    assert quality(organization)["GREEN"] == [1] * 7 + [0] * 3


def test_a_word_that_is_no_colour_counts_as_unknown(organization, account):
    born(template_of(account, quality_score="PURPLE"), days_ago=90)

    assert quality(organization)["UNKNOWN"] == [1] * 10


def test_today_s_column_is_what_the_summary_says(organization, account, tell):
    tell("GREEN", at=days_ago(3))
    tell("RED", at=days_ago(5))  # late: it does not hold
    template_of(account, name="retired", quality_score="RED", is_retired=True)
    template_of(account, name="quiet", quality_score="YELLOW")

    told = quality(organization)

    with inside(organization):
        assert {colour: values[-1] for colour, values in told.items()} == overview.quality_summary()[
            "quality_distribution"
        ]


def test_facts_are_counted_by_day_and_topic(organization, tell):
    tell("APPROVED", at=days_ago(2))
    tell("PAUSED", at=days_ago(2))
    tell("RED", at=days_ago(1))
    tell("APPROVED", at=days_ago(40))

    with inside(organization):
        told = charting.facts_by_day(days=DAYS)

    assert told["status"] == [0] * 7 + [2, 0, 0]
    assert told["quality"] == [0] * 8 + [1, 0]
    assert (sum(told["category"]), sum(told["content"])) == (0, 0)


def test_another_organization_s_templates_are_never_counted(organization, other_organization, other_account, tell):
    tell("RED", at=days_ago(1))
    theirs = webhook(
        status_change("PAUSED"), quality_change("YELLOW"), account_id=other_account.external_id, at=days_ago(2)
    )
    deliver(theirs)

    with inside(organization):
        ours = charting.quality_by_day(days=DAYS), charting.facts_by_day(days=DAYS)

    assert sum(ours[0]["YELLOW"]) == 0
    assert (sum(ours[1]["status"]), sum(ours[1]["quality"])) == (0, 1)


def test_charts_cost_as_many_statements_for_many_templates_as_for_one(organization, account, tell):
    def asked():
        with inside(organization), CaptureQueriesContext(connection) as queries:
            charting.quality_by_day(days=DAYS)
            charting.facts_by_day(days=DAYS)
        return len(queries)

    tell("QUALITY_CHANGE", at=days_ago(2), quality_score="RED")
    few = asked()
    for number in range(8):
        name = {"message_template_id": 8000 + number, "message_template_name": f"more_{number}"}
        tell("QUALITY_CHANGE", at=days_ago(2), quality_score="RED", **name)

    assert (few, asked()) == (4, 4)


# How many were critical


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ([("DISABLED", 2)], 1),
        ([("DISABLED", 40)], 0),
        ([("PAUSED", 40), ("DISABLED", 2)], 0),
        ([("PAUSED", 40), ("APPROVED", 2)], -1),
        ([("PAUSED", 3), ("APPROVED", 2)], 0),
        ([("APPROVED", 90), ("RED", 2)], 1),
        ([("PENDING", 60)], 1),
        ([("PENDING", 90)], 0),
        ([("PENDING", 60), ("APPROVED", 2)], 0),
    ],
)
def test_how_many_more_are_critical_than_yesterday(told, change, organization, tell):
    for event, hours in told:
        tell(event, at=NOW - timedelta(hours=hours))

    with inside(organization):
        assert overview.critical_change(at=timezone.now(), since=NOW - timedelta(hours=24)) == change


def test_where_too_many_have_moved_it_is_not_said(organization, tell, monkeypatch):
    monkeypatch.setattr(overview, "MOVED_MOST", 1)
    tell("PAUSED", at=NOW - timedelta(hours=2))
    tell("PAUSED", at=NOW - timedelta(hours=2), message_template_id=7002, message_template_name="second")

    with inside(organization):
        assert overview.critical_change(at=timezone.now(), since=NOW - timedelta(hours=24)) is None
