"""`quality-trends`: each template's snapshots and trend, and the organization's templates together, day by day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.days import day_of
from core.fence import everywhere, inside
from templates_app import foresight, quality, traffic
from templates_app.models import QualitySnapshot
from tests.world import DAY, error_of, template_of

pytestmark = pytest.mark.django_db
TRENDS = "/whatsapp/templates/quality-trends"
NOON = DAY + timedelta(hours=12)
SIX_HOURS = timedelta(hours=6)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def sending(template, *, days, until=NOON, delivered=245, failed=5, read=100):
    """Snapshots of four times 250 messages a day, with the traffic that they were taken of."""
    counts = {"sent": 250, "delivered": delivered, "failed": failed, "read": read}
    with everywhere():
        for place in range(days * 4):
            at = until - SIX_HOURS * place
            QualitySnapshot.objects.create(
                organization_id=template.organization_id,
                template=template,
                at=at,
                quality_score=template.quality_score,
                delivery_health="GREEN",
                **counts,
            )
            traffic.count(template.pk, day=day_of(at), **counts)


def answer(caller, query=""):
    told = caller.get(f"{TRENDS}{query}")
    assert told.status_code == 200, told.content
    return told.json()


def test_without_messages_counts_are_zero_and_the_trend_says_that_it_cannot_tell(account, viewer):
    template = template_of(account, quality_score="GREEN", created_at=NOON - timedelta(days=1))
    with everywhere():
        quality.snapshot_all(at=NOON)

    told = answer(viewer, "?days=2")

    nothing = {"sent": 0, "delivered": 0, "read": 0, "failed": 0, "opted_out": 0}
    no_rate = {"share": None, "of": 0, "low": 0.0, "high": 1.0}
    score = {"at": "2026-03-02T12:00:00Z", "quality_score": "GREEN", "delivery_health": "", **nothing}
    (one,) = told["templates"]
    assert one.pop("reason").startswith("Not enough messages")
    assert one == {
        "template_id": str(template.pk),
        "template_name": "lamp_oil_notice",
        "language": "en_US",
        "quality_score": "GREEN",
        "delivery_health": "",
        "scores": [score],
        "trend": "stable",
        "since": None,
        "is_certain": False,
        "recent": no_rate,
        "usual": no_rate,
        "early_warning": None,
    }
    assert told["organization"] == {
        "daily": [
            {"day": day, "GREEN": 1, "YELLOW": 0, "RED": 0, "UNKNOWN": 0, **nothing}
            for day in ("2026-03-01", "2026-03-02")
        ],
        "totals": {"templates": 1, **nothing, "delivery": no_rate, "reads": no_rate, "opt_outs": no_rate},
        "early_warnings": {
            "days": 90,
            **dict.fromkeys(("warned", "came_true", "pending", "foretold", "missed", "too_few_messages"), 0),
            "precision": None,
            "recall": None,
        },
    }
    assert {key: told[key] for key in ("days", "total", "limit", "offset")} == {
        "days": 2,
        "total": 1,
        "limit": 50,
        "offset": 0,
    }


def test_a_fall_of_the_score_is_a_degrading_trend_since_it_fell(tell, viewer):
    tell("GREEN", at=NOON - timedelta(days=10))
    tell("RED", at=NOON - timedelta(days=2), previous_quality_score="GREEN")

    (one,) = answer(viewer)["templates"]

    assert (one["trend"], one["since"], one["is_certain"]) == ("degrading", "2026-02-28T12:00:00Z", True)
    assert [(each["at"], each["quality_score"]) for each in one["scores"]] == [
        ("2026-02-20T12:00:00Z", "GREEN"),
        ("2026-02-28T12:00:00Z", "RED"),
    ]


def test_the_days_bound_the_scores_and_not_what_the_trend_looks_at(tell, viewer):
    tell("GREEN", at=NOON - timedelta(days=10))
    tell("RED", at=NOON - timedelta(days=2), previous_quality_score="GREEN")

    (one,) = answer(viewer, "?days=5")["templates"]

    assert ([each["quality_score"] for each in one["scores"]], one["trend"]) == (["RED"], "degrading")


def test_a_delivery_that_fell_is_told_with_both_rates_and_the_warning(account, viewer):
    template = template_of(account, quality_score="GREEN", status="APPROVED")
    sending(template, days=20, until=NOON - timedelta(days=7))
    sending(template, days=7, delivered=220, failed=30, read=40)
    with everywhere():
        foresight.assess_all(at=NOON)

    told = answer(viewer)

    (one,) = told["templates"]
    assert (one["trend"], one["recent"]["share"], one["usual"]["share"]) == ("degrading", 0.88, 0.98)
    assert one["early_warning"]["risk"] == "high"
    assert {driver["name"] for driver in one["early_warning"]["drivers"]} >= {"delivery", "read"}
    assert told["organization"]["early_warnings"]["pending"] == 1


def test_many_points_are_one_a_day_with_their_sums(account, viewer):
    sending(template_of(account), days=60)

    (one,) = answer(viewer, "?days=90")["templates"]

    assert len(one["scores"]) == 61
    assert sum(each["sent"] for each in one["scores"]) == 60 * 1000


def test_the_organization_is_the_sum_of_its_messages_and_no_mean_of_rates(account, viewer):
    many, few = template_of(account, name="many"), template_of(account, name="few")
    with everywhere():
        traffic.count(many.pk, day=day_of(NOON), sent=990, delivered=990)
        traffic.count(few.pk, day=day_of(NOON), sent=10, failed=10)

    together = answer(viewer)["organization"]

    assert (together["totals"]["templates"], together["totals"]["sent"]) == (2, 1000)
    assert together["totals"]["delivery"]["share"] == 0.99
    assert together["totals"]["delivery"]["low"] < 0.99 < together["totals"]["delivery"]["high"]
    assert together["daily"][-1]["sent"] == 1000


def test_those_that_get_worse_come_first_and_then_the_worst_scores(account, viewer):
    rows: dict[str, dict[str, Any]] = {
        "green": {"quality_score": "GREEN"},
        "unknown": {},
        "worse": {"quality_score": "GREEN", "quality_trend": "degrading"},
        "yellow": {"quality_score": "YELLOW"},
        "red": {"quality_score": "RED"},
        "retired": {"quality_score": "RED", "is_retired": True},
    }
    for name, fields in rows.items():
        template_of(account, name=name, **fields)

    names = [one["template_name"] for one in answer(viewer)["templates"]]
    page = answer(viewer, "?limit=2&offset=1")

    assert names == ["worse", "red", "yellow", "green", "unknown"]
    assert [one["template_name"] for one in page["templates"]] == ["red", "yellow"]
    assert (page["total"], page["limit"], page["offset"]) == (5, 2, 1)
    assert answer(viewer, "?limit=2&skip=1")["templates"] == page["templates"]


def test_one_template_may_be_asked_for_by_its_id(account, other_account, viewer):
    mine, theirs = template_of(account, name="mine"), template_of(other_account)
    template_of(account, name="other")

    assert [one["template_name"] for one in answer(viewer, f"?template={mine.pk}")["templates"]] == ["mine"]
    assert len(answer(viewer, "?days=30&template=")["templates"]) == 2
    assert answer(viewer, f"?template={theirs.pk}")["templates"] == []


def test_another_organization_s_messages_are_not_ours(account, other_account, viewer):
    theirs = template_of(other_account)
    with everywhere():
        traffic.count(theirs.pk, day=day_of(NOON), sent=5)

    assert answer(viewer)["organization"]["totals"]["sent"] == 0


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("days=0", "days"),
        ("days=91", "days"),
        ("days=x", "days"),
        ("limit=101", "limit"),
        ("offset=-1", "offset"),
        ("template=x", "template"),
    ],
)
def test_what_is_not_understood_is_named(query, attr, viewer):
    assert error_of(viewer.get(f"{TRENDS}?{query}"))[::2] == (400, attr)


def test_twenty_templates_cost_as_many_statements_as_one(account, organization, viewer):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            answer(viewer)
        return len(queries)

    template_of(account)
    answer(viewer)  # notes the use of the key
    of_one = cost()
    with inside(organization):
        for number in range(19):
            traffic.count(template_of(account, name=f"t{number}").pk, day=day_of(NOON), sent=1)

    assert cost() == of_one
