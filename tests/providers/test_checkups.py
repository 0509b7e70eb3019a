"""What is wrong with accounts although nobody says so: whom each check finds, since when, and in which words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import tasks as alert_tasks
from alerts.models import Alert, AlertEntry
from core.fence import everywhere
from core.ids import new_id
from core.matters import Severity, Subject
from core.models import Organization
from providers import checkups
from providers.models import Account, ParkedEvent
from tests.world import DAY, account_in, deliver, status_change, webhook

pytestmark = pytest.mark.django_db
MANY = 1000


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DAY, tick=False) as clock:
        yield clock


def found(check: str) -> list[Subject]:
    with everywhere():
        subjects: list[Subject] = getattr(checkups, check)()
    return subjects


def only(check: str) -> Any:
    """The one matter that a check finds."""
    (subject,) = found(check)
    (matter,) = subject.matters
    assert list(subject.alert_types) == [matter.alert_type]
    return matter


def ago(**time: float) -> datetime:
    return DAY - timedelta(**time)


def coming(**time: float) -> datetime:
    return DAY + timedelta(**time)


def many_accounts(organization: Organization, **fields: Any) -> None:
    rows = [
        Account(organization=organization, provider="meta", name=f"Shop {n}", external_id=str(n), **fields)
        for n in range(MANY)
    ]
    with everywhere():
        Account.objects.bulk_create(rows)


def statements(check: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert found(check)
    return len(queries)


# Tokens


def test_a_token_that_ends_within_a_week_is_grave_and_says_when(organization):
    account = account_in(organization, external_id="1", token_expires_at=coming(days=6, hours=10))

    matter = only("token_expiring")

    assert (matter.alert_type, matter.severity) == ("TOKEN_EXPIRING", Severity.HIGH)
    assert matter.title == "The access token of account Shop expires on March 8, 2026 at 10:00 UTC"
    assert matter.detail.startswith("From then on nothing can be asked")
    assert "Set-up, Accounts" in matter.action_required
    assert matter.data["account_id"] == str(account.pk)
    assert matter.data["expires_at"] == "2026-03-08T10:00:00+00:00"
    assert matter.first_seen_at == matter.last_seen_at == ago(hours=14)


def test_a_token_that_has_ended_says_so(organization):
    account_in(organization, external_id="1", token_expires_at=ago(hours=2), token_refused_at=ago(hours=1))

    matter = only("token_expiring")

    assert matter.title == "The access token of account Shop expired on March 1, 2026 at 22:00 UTC"
    assert matter.detail.startswith("Nothing can be asked")


@pytest.mark.parametrize("expires_at", [None, coming(days=60), coming(days=2)])
def test_a_token_that_the_provider_refuses_is_told_since_it_does(expires_at, organization):
    account_in(organization, external_id="1", token_expires_at=expires_at, token_refused_at=ago(days=6))

    matter = only("token_expiring")

    assert matter.title == "The access token of account Shop is refused by its provider"
    assert matter.first_seen_at == ago(days=6)
    assert matter.data["refused_since"] == ago(days=6).isoformat()


def test_a_token_that_is_refused_after_somebody_resolved_its_ending_is_news(organization):
    account_in(organization, external_id="1", token_expires_at=coming(days=2), token_refused_at=ago(hours=1))

    matter = only("token_expiring")

    assert (matter.first_seen_at, matter.last_seen_at, matter.count) == (ago(days=5), ago(hours=1), 2)


def test_tokens_that_last_or_of_retired_accounts_are_well(organization):
    account_in(organization, external_id="1", token_expires_at=coming(days=7, seconds=1))
    account_in(organization, external_id="2")
    account_in(organization, external_id="3", token_refused_at=ago(days=1), is_retired=True)

    assert found("token_expiring") == []


# Silence


@pytest.mark.parametrize(
    ("fields", "since"),
    [
        ({"last_webhook_at": ago(hours=50)}, ago(hours=2)),
        ({"last_webhook_at": None, "created_at": ago(hours=25)}, ago(hours=1)),
    ],
)
def test_an_account_that_heard_nothing_for_too_long_says_what_to_check(fields, since, organization, settings):
    settings.PUBLIC_URL = "https://hub.example.com"
    account_in(organization, external_id="1", **fields)

    matter = only("no_webhooks")

    assert (matter.alert_type, matter.severity) == ("NO_WEBHOOKS", Severity.MEDIUM)
    assert matter.first_seen_at == matter.last_seen_at == since
    assert "https://hub.example.com/api/v1/whatsapp/webhook" in matter.action_required
    assert "app secret" in matter.action_required


def test_the_title_says_since_when_it_is_silent_or_that_it_always_was(organization):
    account_in(organization, external_id="1", last_webhook_at=ago(hours=50))
    account_in(organization, external_id="2", created_at=ago(hours=25))

    assert {subject.matters[0].title for subject in found("no_webhooks")} == {
        "Account Shop has not received a webhook since February 27, 2026 at 22:00 UTC",
        "Account Shop has not received a webhook yet",
    }


def test_young_talking_retired_and_sandbox_accounts_are_not_silent(organization):
    account_in(organization, external_id="1", created_at=ago(hours=23))
    account_in(organization, external_id="2", created_at=ago(days=9), last_webhook_at=ago(hours=47))
    account_in(organization, external_id="3", created_at=ago(days=9), is_retired=True)
    with everywhere():
        Account.objects.create(
            organization=organization, provider="sandbox", name="Play", external_id="4", created_at=ago(days=9)
        )

    assert found("no_webhooks") == []


def test_a_webhook_ends_the_silence(organization, clock):
    account = account_in(organization, external_id="1", created_at=ago(hours=25))
    alert_tasks.check("no_webhooks")

    deliver(webhook(status_change("APPROVED"), account_id=account.external_id, at=DAY))
    alert_tasks.check("no_webhooks")

    with everywhere():
        assert Alert.objects.get(alert_type="NO_WEBHOOKS").status == "resolved"


# Parked events


def park(organization: Organization | None, *, reason: str = "ambiguous", minutes: float = 11) -> ParkedEvent:
    with everywhere():
        row: ParkedEvent = ParkedEvent.objects.create(
            organization=organization, kind="x", reason=reason, due_at=None, created_at=ago(minutes=minutes)
        )
    return row


def test_parked_events_are_one_matter_an_organization(organization, other_organization):
    park(organization, minutes=90)
    park(organization, reason="unreadable", minutes=20)
    park(organization, minutes=30)
    park(other_organization)

    subjects = {subject.organization_id: subject for subject in found("calls_parked")}

    assert set(subjects) == {organization.pk, other_organization.pk}
    ours = subjects[organization.pk]
    assert (ours.kind, ours.id, ours.label) == ("parked", str(organization.pk), "3 parked events")
    (matter,) = ours.matters
    assert (matter.alert_type, matter.severity) == ("CALLS_PARKED", Severity.MEDIUM)
    assert matter.title == "3 parked events could not be applied"
    assert matter.data == {"parked": 3, "reasons": {"ambiguous": 2, "unreadable": 1}}
    assert (matter.count, matter.first_seen_at, matter.last_seen_at) == (3, ago(minutes=90), ago(minutes=20))
    assert subjects[other_organization.pk].label == "1 parked event"


def test_what_was_parked_just_now_may_still_go_through_by_itself(organization):
    park(organization, minutes=10)

    assert found("calls_parked") == []


def test_events_of_nobody_are_the_installations_matter():
    park(None, reason="no_account")

    (subject,) = found("calls_parked")
    assert (subject.organization_id, subject.id) == (None, "installation")


def test_events_that_wait_for_an_unknown_account_have_an_alert_of_their_own_already(clock):
    deliver(webhook(status_change("APPROVED"), account_id="of-nobody", at=DAY))
    clock.shift(3600)

    alert_tasks.check("calls_parked")

    with everywhere():
        assert list(Alert.objects.values_list("alert_type", flat=True)) == ["UNKNOWN_ACCOUNT"]


def test_the_alert_repeats_when_more_is_parked_and_ends_when_nothing_is(organization, clock):
    def check() -> None:
        clock.shift(1)
        alert_tasks.check("calls_parked")

    first = park(organization)
    check()
    check()
    second = park(organization, minutes=10.5)
    check()
    for row in (first, second):
        with everywhere():
            row.delete()
        check()

    with everywhere():
        lines = AlertEntry.objects.exclude(kind="not_told").order_by("at")
        assert list(lines.values_list("kind", flat=True)) == ["opened", "repeated", "resolved"]


# How much it costs


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ("token_expiring", {"token_refused_at": ago(days=1), "credentials": {"access_token": "a"}}),
        ("no_webhooks", {"last_webhook_at": ago(days=3)}),
    ],
)
def test_a_thousand_accounts_cost_one_statement(check, fields, organization):
    many_accounts(organization, **fields)

    assert statements(check) == 1
    assert len(found(check)) == MANY


def test_a_thousand_parked_events_cost_one_statement(organization, other_organization):
    rows = [
        ParkedEvent(
            id=new_id(), organization=one, kind="x", reason="ambiguous", due_at=None, created_at=ago(minutes=11)
        )
        for one in (organization, other_organization)
        for _ in range(MANY // 2)
    ]
    with everywhere():
        ParkedEvent.objects.bulk_create(rows)

    assert statements("calls_parked") == 1


def test_while_nothing_changes_a_check_writes_nothing(organization, clock):
    many_accounts(organization, token_refused_at=ago(days=1))
    alert_tasks.check("token_expiring")
    clock.shift(600)

    with CaptureQueriesContext(connection) as queries:
        alert_tasks.check("token_expiring")

    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []
    assert len([query for query in queries if query["sql"].startswith("SELECT")]) <= 4
