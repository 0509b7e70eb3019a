"""The status history at the HTTP door: facts of every kind, each once, newest first, retold when a late one comes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.fence import everywhere
from providers.models import WebhookCall
from tests.meta_bodies import CATEGORY, COMPONENTS
from tests.world import DAY, deliver, error_of, status_change, template_of, webhook

pytestmark = pytest.mark.django_db
NAMED = {
    "message_template_id": 7001,
    "message_template_name": "lamp_oil_notice",
    "message_template_language": "en_US",
}


@pytest.fixture
def history(number, viewer):
    """`history(template)`: the whole answer, `history(template, "limit=1")` a piece of it."""

    def ask(template: Any, query: str = "", *, by: str = "") -> Any:
        return viewer.get(f"/whatsapp/{by or number.pk}/templates/{template.pk}/status-history?{query}")

    return ask


def moves(answer: Any) -> list[tuple[str, str | None, str]]:
    return [(row["event_type"], row["previous_status"], row["new_status"]) for row in answer.json()["history"]]


def say(field: str, hour: int, **value: Any) -> None:
    deliver(webhook((field, NAMED | value), at=DAY.replace(hour=hour)))


def test_the_answer_has_the_shape_of_the_contract(tell, history):
    tell("APPROVED", hour=8)
    template = tell("PAUSED", hour=9, other_info={"title": "FIRST_PAUSE"})
    with everywhere():
        first, second = WebhookCall.objects.order_by("id")

    assert history(template).json() == {
        "template": {
            "id": str(template.pk),
            "name": "lamp_oil_notice",
            "current_status": "PAUSED",
            "current_quality": "UNKNOWN",
        },
        "history": [
            {
                "timestamp": "2026-03-02T09:00:00Z",
                "event_type": "PAUSED",
                "previous_status": "APPROVED",
                "new_status": "PAUSED",
                "quality_score": "UNKNOWN",
                "reason": "Paused by Meta. It is the first pause for low quality and lasts 3 hours.",
                "webhook_id": str(second.pk),
                "source": "webhook",
                "actor": "",
            },
            {
                "timestamp": "2026-03-02T08:00:00Z",
                "event_type": "APPROVED",
                "previous_status": None,
                "new_status": "APPROVED",
                "quality_score": "UNKNOWN",
                "reason": "Approved by Meta.",
                "webhook_id": str(first.pk),
                "source": "webhook",
                "actor": "",
            },
        ],
        "total": 2,
        "limit": 100,
        "offset": 0,
    }


def test_our_id_of_the_number_and_the_providers_lead_to_the_same(tell, number, history):
    template = tell("APPROVED")

    assert history(template, by=number.external_id).json() == history(template).json()


def test_a_template_of_which_nothing_was_heard_has_an_empty_history(account, history):
    answer = history(template_of(account)).json()

    assert (answer["history"], answer["total"], answer["template"]["current_status"]) == ([], 0, "UNKNOWN")


def test_facts_of_every_kind_stand_in_it(tell, history):
    tell("APPROVED", hour=6)
    tell("RED", hour=7)
    say(CATEGORY, 8, previous_category="UTILITY", new_category="MARKETING")
    say(CATEGORY, 9, new_category="MARKETING", correct_category="AUTHENTICATION", category_update_timestamp=1775000000)
    say(COMPONENTS, 10, message_template_element="Hello")
    template = tell("FLAGGED", hour=11)

    rows = history(template).json()["history"]

    assert [row["event_type"] for row in rows] == [
        "FLAGGED",
        "COMPONENTS_CHANGE",
        "CATEGORY_CHANGE_ANNOUNCED",
        "CATEGORY_CHANGE",
        "QUALITY_CHANGE",
        "APPROVED",
    ]
    assert [row["quality_score"] for row in rows] == ["RED"] * 5 + ["UNKNOWN"]
    assert {row["new_status"] for row in rows} == {"APPROVED"}
    assert [row["previous_status"] for row in rows] == ["APPROVED"] * 5 + [None]
    assert all(row["reason"].endswith(".") for row in rows)


def test_a_repeat_is_told_once(tell, history):
    tell("APPROVED", hour=8)
    template = tell("APPROVED", hour=8)
    deliver(webhook(status_change("APPROVED", reason=None, message_template_language="en-US"), at=DAY.replace(hour=8)))

    assert history(template).json()["total"] == 1


def test_a_late_fact_stands_in_its_place_and_the_rows_after_it_are_told_anew(tell, history):
    tell("APPROVED", hour=8)
    template = tell("APPROVED", hour=10, message_template_category="UTILITY")
    before = moves(history(template))

    tell("PAUSED", hour=9)

    assert before == [("APPROVED", "APPROVED", "APPROVED"), ("APPROVED", None, "APPROVED")]
    assert moves(history(template)) == [
        ("APPROVED", "PAUSED", "APPROVED"),
        ("PAUSED", "APPROVED", "PAUSED"),
        ("APPROVED", None, "APPROVED"),
    ]


def test_a_late_first_fact_takes_the_beginning_over(tell, history):
    tell("PAUSED", hour=9)
    template = tell("PENDING", hour=8)

    assert moves(history(template)) == [("PAUSED", "PENDING", "PAUSED"), ("PENDING", None, "PENDING")]


def test_an_event_that_is_no_status_is_told_and_moves_nothing(tell, history):
    tell("APPROVED", hour=8)
    template = tell("SOMETHING_NEW", hour=9)

    assert moves(history(template))[0] == ("SOMETHING_NEW", "APPROVED", "APPROVED")


@pytest.mark.parametrize(
    ("query", "events", "limit", "offset"),
    [
        ("limit=2", ["DISABLED", "PAUSED"], 2, 0),
        ("limit=1&offset=1", ["PAUSED"], 1, 1),
        ("limit=1&skip=2", ["APPROVED"], 1, 2),
        ("offset=1&skip=2", ["PAUSED", "APPROVED"], 100, 1),
        ("offset=3", [], 100, 3),
        ("limit=1000&offset=0", ["DISABLED", "PAUSED", "APPROVED"], 1000, 0),
        ("limit=&offset=", ["DISABLED", "PAUSED", "APPROVED"], 100, 0),
    ],
)
def test_a_piece_is_cut_by_limit_and_offset(query, events, limit, offset, tell, history):
    tell("APPROVED", hour=8)
    tell("PAUSED", hour=9)
    template = tell("DISABLED", hour=10)

    answer = history(template, query).json()

    assert [row["event_type"] for row in answer["history"]] == events
    assert (answer["total"], answer["limit"], answer["offset"]) == (3, limit, offset)


def test_the_first_fact_of_all_has_nothing_before_it_and_not_the_first_of_a_piece(tell, history):
    tell("APPROVED", hour=8)
    tell("PAUSED", hour=9)
    template = tell("DISABLED", hour=10)

    assert moves(history(template, "limit=2"))[-1] == ("PAUSED", "APPROVED", "PAUSED")
    assert moves(history(template, "offset=2")) == [("APPROVED", None, "APPROVED")]


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=%00", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("skip=-1", "skip"),
    ],
)
def test_a_piece_that_cannot_be_is_named(query, attr, tell, history):
    assert error_of(history(tell("APPROVED"), query))[::2] == (400, attr)


def test_a_long_history_costs_as_many_statements_as_a_short_one(tell, history):
    def cost(template: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            history(template)
        return len(queries)

    template = tell("APPROVED", hour=0)
    history(template)  # notes the use of the key
    of_one = cost(template)
    for hour in range(1, 20):
        tell("PAUSED" if hour % 2 else "APPROVED", hour=hour)

    assert history(template).json()["total"] == 20
    assert cost(template) == of_one
