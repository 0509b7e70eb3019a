"""Logs: JSON lines with the ids of what they belong to, and nothing secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from core.context import acting_as, current_actor, request_id
from core.fence import inside
from core.models import Organization

Lines = Callable[[], list[dict[str, Any]]]
logger = logging.getLogger("tests.lines")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the handler of the product's settings writes for this logger."""
    stream = StringIO()
    config: Any = django_settings.LOGGING
    handler = logging.StreamHandler(stream)
    handler.setFormatter(import_string(config["formatters"]["json"]["()"])())
    for name in config["handlers"]["out"]["filters"]:
        handler.addFilter(import_string(config["filters"][name]["()"])())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_a_line_says_when_how_grave_where_and_what(lines):
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC), tick=False):
        logger.warning("%s of %s ✓", 1, 2)

    assert lines() == [
        {
            "at": "2026-03-02T12:00:00.250+00:00",
            "level": "WARNING",
            "logger": "tests.lines",
            "message": "1 of 2 ✓",
        }
    ]


def test_a_line_carries_the_ids_of_request_organization_and_work(lines, organization: Organization):
    token = request_id.set("request-1")
    with inside(organization), acting_as("worker", work="WebhookCall:7"):
        logger.info("inside")
    request_id.reset(token)
    logger.info("outside")

    assert {"request_id": "request-1", "organization": "lamp-works", "work_id": "WebhookCall:7"}.items() <= lines()[
        0
    ].items()
    assert {"request_id", "organization", "work_id"} & set(lines()[1]) == set()


def test_a_line_keeps_what_else_it_was_given(lines):
    logger.info("done", extra={"milliseconds": 12.5})

    assert lines()[0]["milliseconds"] == 12.5


def test_secrets_and_numbers_are_hidden_also_where_they_came_as_arguments(lines):
    logger.info("%s for %s", "access_token=EAAB123", "+4915112345678")

    assert lines()[0]["message"] == "access_token=*** for +491…78"


def test_the_trace_of_an_error_hides_them_too(lines):
    try:
        raise ValueError("password=hunter2")
    except ValueError:
        logger.exception("failed")

    assert "ValueError" in lines()[0]["exc_info"]
    assert "hunter2" not in json.dumps(lines())


def test_who_acts_is_put_back_afterwards():
    with acting_as("ada@example.com", work="outer"):
        with acting_as("worker"):
            within = current_actor()
        after = current_actor()

    assert (within, after) == ("worker", "ada@example.com")


def test_a_name_inside_a_piece_of_work_keeps_its_id(lines):
    with acting_as("worker", work="WebhookCall:7"), acting_as("webhook"):
        logger.info("inside")

    assert lines()[0]["work_id"] == "WebhookCall:7"


def test_times_are_utc_whatever_the_machine_says(lines):
    with time_machine.travel(datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Asia/Kolkata")), tick=False):
        logger.info("x")

    assert lines()[0]["at"] == "2026-07-01T03:30:00.000+00:00"
