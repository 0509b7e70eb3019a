"""How many calls a minute a key may make."""

from __future__ import annotations

import pytest
import time_machine

from core.models import Role
from tests.world import DAY, api_of, session_of

ACCOUNTS = "/whatsapp/accounts"


@pytest.fixture(autouse=True)
def _two_a_minute(settings):
    settings.API_RATE_LIMIT = 2


def test_beyond_the_limit_the_answer_says_when_to_go_on(viewer):
    answers = [viewer.get(ACCOUNTS) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_after_that_time_calls_are_taken_again(organization):
    with time_machine.travel(DAY, tick=False) as clock:
        viewer = api_of(organization, Role.VIEWER)
        refused = [viewer.get(ACCOUNTS) for _ in range(3)][-1]
        clock.shift(int(refused.headers["Retry-After"]) - 1)
        too_soon = viewer.get(ACCOUNTS)
        clock.shift(2)
        in_time = viewer.get(ACCOUNTS)

    assert [answer.status_code for answer in (refused, too_soon, in_time)] == [429, 429, 200]


def test_each_key_has_a_limit_of_its_own(viewer, operator):
    first = [viewer.get(ACCOUNTS).status_code for _ in range(3)]
    second = operator.get(ACCOUNTS).status_code

    assert (first[-1], second) == (429, 200)


def test_every_address_counts(viewer):
    viewer.get(ACCOUNTS)
    viewer.get("/alerts")

    assert viewer.get("/whatsapp/templates").status_code == 429


def test_people_at_the_console_are_not_counted(admin_person):
    caller = session_of(admin_person)

    assert {caller.get(ACCOUNTS).status_code for _ in range(4)} == {200}


def test_while_the_shared_count_is_away_each_process_counts_for_itself(settings, viewer, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answers = [viewer.get(ACCOUNTS).status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    assert "the shared count of API calls is away" in caplog.text
