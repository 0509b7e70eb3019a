"""The console's pulse: whether something has changed that this person may see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts import preferences
from alerts.models import Alert
from alerts.preferences import Wanted
from config import pulse
from core import joining
from core.fence import everywhere, inside
from core.models import Role
from providers import tasks
from tests.console import browser_of, first, look, press, somebody, superuser_at_console
from tests.world import deliver, post, status_change, webhook

PULSE = "/admin/pulse/"


def token_of(client):
    return client.get(PULSE).json()["token"]


def told(client, token):
    """The answer to a page that has this token; None: nothing has changed."""
    answer = client.get(PULSE, {"token": token})
    return answer.json() if answer.status_code == 200 else None


@pytest.fixture
def viewing(organization):
    return somebody(organization, Role.VIEWER)


def test_while_nothing_changes_there_is_no_answer(viewing, tell):
    tell("APPROVED")

    answer = viewing.get(PULSE, {"token": token_of(viewing)})

    assert (answer.status_code, answer.content) == (204, b"")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_page_knows_the_pulse_that_it_was_made_at(viewing, tell):
    tell("APPROVED")

    token = first(r'<meta name="pulse" content="([^"]*)"', look(viewing, "/admin/"))

    assert told(viewing, token) is None


def test_a_fact_changes_it(viewing, tell):
    tell("APPROVED", hour=8)
    token = token_of(viewing)
    tell("GREEN", hour=9)

    answer = told(viewing, token)

    assert answer["token"] != token
    assert answer["alerts"] == []


def test_an_alert_that_opens_is_told_once_with_its_page(viewing, tell):
    tell("PAUSED", hour=8)
    token = token_of(viewing)
    tell("DISABLED", hour=9)

    answer = told(viewing, token)

    (alert,) = answer["alerts"]
    assert (alert["severity"], alert["title"]) == ("CRITICAL", "Template lamp_oil_notice (en_US) is disabled")
    assert "is disabled" in look(viewing, alert["place"])
    assert told(viewing, answer["token"]) is None


def test_the_very_first_alert_is_told(viewing, account, tell):
    token = token_of(viewing)

    tell("DISABLED")

    assert [alert["severity"] for alert in told(viewing, token)["alerts"]] == ["CRITICAL"]


def test_an_answer_to_an_alert_changes_it(organization, viewing, tell):
    tell("DISABLED")
    token = token_of(viewing)
    with everywhere():
        alert = Alert.objects.get()

    press(somebody(organization, Role.ORG_ADMIN), f"/admin/alerts/alert/{alert.pk}/acknowledge/")

    assert told(viewing, token)["alerts"] == []


@pytest.mark.parametrize(("minimum", "titles"), [("CRITICAL", 0), ("HIGH", 1), ("LOW", 1), ("", 0)])
def test_only_what_the_person_wants_to_see_is_told(minimum, titles, organization, tell):
    user = joining.person(email="ada@example.com")
    joining.add_member(organization=organization, user=user, role=Role.VIEWER)
    with inside(organization):
        wanted = Wanted(email_minimum_severity="", email_digest=False, in_app_minimum_severity=minimum)
        preferences.want(user=user, organization=organization, wanted=wanted)
    client = browser_of(user)
    tell("APPROVED", hour=8)
    tell("FLAGGED", hour=9)
    token = token_of(client)
    tell("PAUSED", hour=10)

    assert len(told(client, token)["alerts"]) == titles


def test_another_organization_is_never_felt(viewing, other_account, tell):
    tell("PAUSED")
    token = token_of(viewing)

    deliver(webhook(status_change("DISABLED"), account_id=other_account.external_id))

    assert told(viewing, token) is None


def test_the_token_of_another_organization_tells_nothing_of_it(viewing, other_organization, other_account, tell):
    theirs = somebody(other_organization, Role.ORG_ADMIN)
    tell("APPROVED")
    deliver(webhook(status_change("APPROVED"), account_id=other_account.external_id))
    token = token_of(theirs)
    deliver(webhook(status_change("DISABLED"), account_id=other_account.external_id))

    assert told(viewing, token)["alerts"] == []


def test_it_stays_the_same_where_others_fill_the_tables(viewing, other_account, tell, monkeypatch):
    monkeypatch.setattr(pulse, "TAIL", 3)
    tell("PAUSED")
    token = token_of(viewing)

    for number in range(6):
        change = status_change("PAUSED", message_template_id=number, message_template_name=f"name_{number}")
        deliver(webhook(change, account_id=other_account.external_id))

    assert told(viewing, token) is None


def test_calls_are_felt_by_superusers_alone(viewing, account):
    chief = superuser_at_console()
    tokens = {client: token_of(client) for client in (viewing, chief)}

    post(webhook(status_change("APPROVED"), account_id=account.external_id))
    arrived = {client: told(client, token) for client, token in tokens.items()}
    waiting = token_of(chief)
    tasks.apply_calls()

    assert (arrived[viewing] is None, arrived[chief] is None) == (True, False)
    assert token_of(chief) != waiting


def test_what_is_parked_is_felt_by_those_who_may_see_it(organization, viewing, account):
    operator = somebody(organization, Role.OPERATOR)
    tokens = {client: token_of(client) for client in (viewing, operator)}

    deliver(webhook(("message_template_status_update", {"event": 5}), account_id=account.external_id))

    assert told(viewing, tokens[viewing]) is None
    assert told(operator, tokens[operator]) is not None


@pytest.mark.parametrize("token", ["", "x.", "x" * 300, "\x00", "no-uuid.0123"])
def test_a_token_that_is_none_is_answered_with_the_right_one(token, viewing, tell):
    tell("PAUSED")

    answer = told(viewing, token)

    assert answer["token"]
    assert answer["alerts"] == []


def test_it_costs_a_few_looks_however_much_there_is(viewing, tell):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            viewing.get(PULSE, {"token": token})
        return [one["sql"] for one in queries]

    tell("PAUSED", hour=8)
    token = token_of(viewing)
    few = asked()
    for number in range(12):
        tell("PAUSED", message_template_id=8000 + number, message_template_name=f"more_{number}")
    token = token_of(viewing)

    many = asked()
    assert len(many) <= len(few) <= 9  # with session, user and membership
    assert not [sql for sql in many if "COUNT(" in sql]


def test_it_is_for_members(db):
    stranger, nobody = Client(), browser_of(joining.person(email="nobody@example.com"))

    assert [client.get(PULSE).status_code for client in (stranger, nobody)] == [302, 302]


def test_it_is_only_read(viewing):
    assert viewing.post(PULSE).status_code == 405
