"""Parked events at the HTTP door: what could not be applied is seen, tried again or given up by a person."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.fence import everywhere
from providers import tasks
from providers.models import Account, ParkedEvent, WebhookCall
from templates_app.models import Template
from tests.world import DAY, OTHER_WABA, WABA, account_in, deliver, due_calls, error_of, status_change, webhook

pytestmark = pytest.mark.django_db
PARKED = "/parked-events"


def parked(account: Account, *, event: str = "APPROVED") -> ParkedEvent:
    """An event through the account's own door that names another account, which parks it."""
    deliver(webhook(status_change(event), account_id=OTHER_WABA, at=DAY), path=account.webhook_path)
    with everywhere():
        row: ParkedEvent = ParkedEvent.objects.latest("id")
    return row


def templates() -> list[str]:
    with everywhere():
        return list(Template.objects.values_list("status", flat=True))


def test_a_parked_event_is_listed_in_the_shape_of_the_contract_with_why(account, operator):
    row = parked(account)

    (listed,) = operator.results(PARKED)

    assert listed == {
        "id": str(row.pk),
        "account": str(account.pk),
        "kind": "message_template_status_update",
        "reason": "other_account",
        "detail": f"It came through one account's own door but names account {OTHER_WABA}.",
        "payload": listed["payload"],
        "attempts": 1,
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert listed["payload"]["value"]["event"] == "APPROVED"


def test_parked_events_are_for_operators(account, viewer, operator):
    row = parked(account)

    assert viewer.get(PARKED).status_code == 403
    assert [viewer.post(f"{PARKED}/{row.pk}/{deed}", {}).status_code for deed in ("retry", "drop")] == [403, 403]
    assert operator.get(PARKED).status_code == 200


def test_each_organization_sees_its_own_and_superusers_those_of_none(account, operator, stranger, superuser):
    ours = parked(account)
    deliver(webhook(status_change("APPROVED"), account_id="999", at=DAY))

    assert [row["id"] for row in operator.results(PARKED)] == [str(ours.pk)]
    assert stranger.results(PARKED) == []
    assert [row["account"] for row in superuser.results(PARKED)] == [None, str(account.pk)]


@pytest.mark.parametrize("deed", ["retry", "drop"])
def test_what_is_not_the_callers_does_not_exist(deed, account, stranger, operator):
    ours = parked(account)
    deliver(webhook(status_change("APPROVED"), account_id="999", at=DAY))
    with everywhere():
        nobodys = ParkedEvent.objects.get(organization=None)

    assert stranger.post(f"{PARKED}/{ours.pk}/{deed}", {}).status_code == 404
    assert operator.post(f"{PARKED}/{nobodys.pk}/{deed}", {}).status_code == 404
    with everywhere():
        assert ParkedEvent.objects.filter(due_at=None).count() == 2


def test_each_filter_finds_what_it_names(account, organization, operator):
    second = account_in(organization, external_id="2")
    rows = [parked(account), parked(second, event="PAUSED")]

    def found(query: str) -> list[str]:
        return [row["id"] for row in operator.results(f"{PARKED}?{query}")]

    assert found(f"account={second.pk}") == [str(rows[1].pk)]
    assert found("reason=other_account") == [str(row.pk) for row in rows[::-1]]
    assert found("reason=ambiguous") == []
    assert found("kind=message_template_status_update") == found("")
    assert found("kind=messages") == []
    assert error_of(operator.get(f"{PARKED}?account=shop"))[::2] == (400, "account")


def test_a_retry_is_answered_at_once_and_carried_out_by_the_worker(account, organization, operator):
    row = parked(account)
    with everywhere():
        account.external_id = OTHER_WABA
        account.save()

    answer = operator.post(f"{PARKED}/{row.pk}/retry")
    before_the_worker = templates()
    tasks.retry_parked()

    assert (answer.status_code, answer.json()["id"]) == (202, str(row.pk))
    assert (before_the_worker, templates()) == ([], ["APPROVED"])
    assert operator.results(PARKED) == []
    with everywhere():
        assert WebhookCall.objects.get().state == "applied"


def test_what_is_still_wrong_is_parked_again_and_counts_the_attempt(account, operator):
    row = parked(account)

    operator.post(f"{PARKED}/{row.pk}/retry")
    tasks.retry_parked()

    (listed,) = operator.results(PARKED)
    assert (listed["id"], listed["reason"], listed["attempts"]) == (str(row.pk), "other_account", 2)
    with everywhere():
        row.refresh_from_db()
    assert row.due_at is None


def test_a_dropped_event_is_gone_and_its_call_keeps_body_note_and_name(account, operator, superuser):
    row = parked(account)

    answer = operator.post(f"{PARKED}/{row.pk}/drop", {"note": "Not ours."})

    assert (answer.status_code, answer.content) == (204, b"")
    assert operator.results(PARKED) == []
    (call,) = superuser.results("/webhook-calls")
    assert (call["state"], OTHER_WABA in call["body"]) == ("applied", True)
    assert (call["changes"][0]["outcome"], call["changes"][0]["detail"]) == ("dropped", "Not ours.")
    with everywhere():
        assert WebhookCall.objects.get().changes[0]["dropped_by"] == "key:operator"


def test_dropping_one_event_leaves_the_others_of_its_call_parked(account, operator, superuser):
    changes = [status_change("APPROVED"), status_change("PAUSED")]
    deliver(webhook(*changes, account_id=OTHER_WABA, at=DAY), path=account.webhook_path)
    newest = operator.results(PARKED)[0]

    operator.post(f"{PARKED}/{newest['id']}/drop", {})

    (call,) = superuser.results("/webhook-calls")
    assert (call["state"], sorted(change["outcome"] for change in call["changes"])) == ("parked", ["dropped", "parked"])


@pytest.mark.parametrize("note", ["x" * 501, "nul \x00"], ids=["long", "nul"])
def test_a_note_that_cannot_be_kept_is_named_and_nothing_is_dropped(note, account, operator):
    row = parked(account)

    assert error_of(operator.post(f"{PARKED}/{row.pk}/drop", {"note": note}))[::2] == (400, "note")
    assert len(operator.results(PARKED)) == 1


def test_what_is_gone_can_neither_be_retried_nor_dropped_again(account, operator):
    path = f"{PARKED}/{parked(account).pk}"
    operator.post(f"{path}/drop", {})

    assert [operator.post(f"{path}/{deed}", {}).status_code for deed in ("retry", "drop")] == [404, 404]


def test_a_superuser_drops_what_belongs_to_no_organization(superuser, db):
    deliver(webhook(status_change("APPROVED"), account_id=WABA, at=DAY))
    (row,) = superuser.results(PARKED)

    assert superuser.post(f"{PARKED}/{row['id']}/drop", {"note": "Not ours."}).status_code == 204
    assert superuser.results(PARKED) == []


def test_a_list_of_twenty_costs_as_many_statements_as_a_list_of_one(account, operator):
    def add() -> None:
        with everywhere():
            (call,) = due_calls("meta", state="parked")
            said: dict[str, Any] = {"kind": "x", "reason": "error", "due_at": None, "created_at": timezone.now()}
            ParkedEvent.objects.create(organization_id=account.organization_id, account=account, call=call, **said)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            operator.get(PARKED)
        return len(queries)

    add()
    operator.get(PARKED)  # notes the use of the key
    of_one = cost()
    for _ in range(19):
        add()

    assert len(operator.results(PARKED)) == 20
    assert cost() == of_one
