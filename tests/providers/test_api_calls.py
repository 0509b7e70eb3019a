"""Webhook calls at the HTTP door: superusers see each as it came and what became of it, and may apply it again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, AlertEntry
from core.fence import everywhere
from providers.models import ParkedEvent, WebhookCall
from templates_app.models import Template, TemplateEvent
from tests.world import (
    DAY,
    OTHER_WABA,
    WABA,
    Api,
    deliver,
    due_calls,
    error_of,
    post,
    quality_change,
    status_change,
    webhook,
)

pytestmark = pytest.mark.django_db
CALLS = "/webhook-calls"


def the_template() -> Template:
    with everywhere():
        template: Template = Template.objects.get()
    return template


def rows() -> list[list[dict[str, Any]]]:
    """All that applying a call could write."""
    with everywhere():
        kinds = (Template, TemplateEvent, WebhookCall, ParkedEvent, Alert, AlertEntry)
        return [list(kind.objects.order_by("id").values()) for kind in kinds]


def replay(caller: Api, call: WebhookCall, **said: Any) -> Any:
    return caller.post(f"{CALLS}/{call.pk}/replay", said)


def shown(caller: Api, call: WebhookCall) -> dict[str, Any]:
    row: dict[str, Any] = caller.get(f"{CALLS}/{call.pk}").json()
    return row


def test_a_call_is_shown_in_the_shape_of_the_contract(account, superuser):
    body = webhook(status_change("APPROVED"), at=DAY)

    call = deliver(body)

    template = the_template()
    assert shown(superuser, call) == {
        "id": str(call.pk),
        "door": "meta",
        "account": None,
        "received_at": call.received_at.isoformat().replace("+00:00", "Z"),
        "state": "applied",
        "changes": [
            {
                "field": "message_template_status_update",
                "outcome": "applied",
                "object": {"kind": "template", "id": str(template.pk), "label": "lamp_oil_notice (en_US)"},
            }
        ],
        "body": body.decode(),
        "error": "",
    }
    assert superuser.results(CALLS) == [shown(superuser, call)]


def test_each_change_of_a_call_tells_what_became_of_it(account, superuser):
    unknown = ("brand_new_field", {"a": 1})

    call = deliver(webhook(status_change("APPROVED"), unknown, status_change("PAUSED", message_template_name=None)))

    changes = shown(superuser, call)["changes"]
    assert [change["outcome"] for change in changes] == ["applied", "unknown_field", "applied"]
    assert [change["object"] is None for change in changes] == [False, True, False]


def test_a_parked_change_says_why(superuser, db):
    call = shown(superuser, deliver(webhook(status_change("APPROVED"), at=DAY)))

    (change,) = call["changes"]
    assert (call["state"], change["outcome"], change["reason"]) == ("parked", "parked", "unknown_account")
    assert "Add it, and this event applies by itself." in change["detail"]


def test_a_body_that_is_no_text_is_shown_as_far_as_it_is(superuser, db):
    call = deliver(b"\xff\x00lamp")

    assert shown(superuser, call)["body"] == "\ufffd\x00lamp"


def test_calls_are_for_superusers_alone(account, org_admin, anonymous):
    call = deliver(webhook(status_change("APPROVED"), at=DAY))

    assert error_of(org_admin.get(CALLS))[:2] == (403, "permission_denied")
    assert org_admin.get(f"{CALLS}/{call.pk}").status_code == 403
    assert replay(org_admin, call, dry_run=True).status_code == 403
    assert anonymous.get(CALLS).status_code == 401


def test_a_superuser_in_an_organization_sees_them_too(organization, account, superuser):
    call = deliver(webhook(status_change("APPROVED"), at=DAY))

    rows = superuser.get(CALLS, X_Organization=organization.slug).json()["results"]

    assert [row["id"] for row in rows] == [str(call.pk)]


def test_each_filter_finds_what_it_names(account, superuser):
    with everywhere():
        waiting, applied, own = due_calls("meta", "meta", f"meta:{account.pk}")
        WebhookCall.objects.filter(pk=applied.pk).update(state="applied", received_at=DAY)
        WebhookCall.objects.filter(pk=own.pk).update(account=account, state="parked", received_at=DAY)

    def found(query: str) -> set[str]:
        return {row["id"] for row in superuser.results(f"{CALLS}?{query}")}

    assert found("state=waiting") == {str(waiting.pk)}
    assert found("state=parked") == {str(own.pk)}
    assert found("door=meta") == {str(waiting.pk), str(applied.pk)}
    assert found(f"account={account.pk}") == {str(own.pk)}
    assert found("since=2026-03-02T00:00:01Z") == {str(waiting.pk)}
    assert found("since=2026-03-02T00:00:00Z&state=applied") == {str(applied.pk)}
    assert found("since=2026-03-01T00:01:00-23:59&state=applied") == {str(applied.pk)}
    assert found("door=twilio") == set()


@pytest.mark.parametrize("query", ["state=never", "account=never", "since=never", "since=9999-12-31T23:59:59-01:00"])
def test_a_filter_value_that_cannot_be_is_named(query, superuser):
    assert error_of(superuser.get(f"{CALLS}?{query}"))[::2] == (400, query.partition("=")[0])


def test_a_dry_run_shows_before_and_after_and_changes_nothing(account, superuser):
    deliver(webhook(status_change("APPROVED"), at=DAY))
    post(webhook(status_change("PAUSED", other_info={"title": "FIRST_PAUSE"}), at=DAY.replace(hour=9)))
    before = rows()

    answer = replay(superuser, WebhookCall.objects.latest("id"), dry_run=True)

    (change,) = answer.json()["changes"]
    assert (answer.status_code, change["object"]["id"]) == (200, str(the_template().pk))
    assert (change["before"]["status"], change["after"]["status"]) == ("APPROVED", "PAUSED")
    assert change["before"].keys() == change["after"].keys()
    assert rows() == before


def test_only_what_differs_is_shown(account, superuser):
    call = deliver(webhook(quality_change("RED"), at=DAY))
    with everywhere():
        Template.objects.all().delete()

    (change,) = replay(superuser, call, dry_run=True).json()["changes"]

    assert change["after"]["quality_score"] == "RED"
    assert all(change["before"][name] != change["after"][name] for name in change["after"])


def test_a_dry_run_of_an_unapplied_call_adopts_no_template(account, superuser):
    post(webhook(status_change("APPROVED"), at=DAY))
    with everywhere():
        call = WebhookCall.objects.get()

    changes = replay(superuser, call, dry_run=True).json()["changes"]

    assert [change["after"]["status"] for change in changes] == ["APPROVED"]
    with everywhere():
        assert (Template.objects.count(), WebhookCall.objects.get().state) == (0, "waiting")


@pytest.mark.parametrize("said", [{}, {"dry_run": False}])
def test_a_replay_applies_and_says_what_it_changed(said, account, superuser):
    post(webhook(status_change("APPROVED"), at=DAY))
    with everywhere():
        call = WebhookCall.objects.get()

    answer = replay(superuser, call, **said)

    assert [change["after"]["status"] for change in answer.json()["changes"]] == ["APPROVED"]
    assert (the_template().status, shown(superuser, call)["state"]) == ("APPROVED", "applied")
    call.refresh_from_db()
    assert (call.replayed_by, call.due_at) == ("root@example.com", None)


def test_a_replay_of_a_parked_call_applies_it_once_its_account_is_there(org_admin, superuser):
    call = deliver(webhook(status_change("PAUSED"), at=DAY))
    org_admin.post("/whatsapp/accounts", {"provider": "meta", "name": "Shop", "external_id": WABA})

    answer = replay(superuser, call, dry_run=False)

    assert [change["after"]["status"] for change in answer.json()["changes"]] == ["PAUSED"]
    assert (the_template().status, shown(superuser, call)["state"]) == ("PAUSED", "applied")
    with everywhere():
        assert ParkedEvent.objects.count() == 0


def test_a_replay_of_a_call_that_stays_parked_changes_nothing_and_parks_it_once(superuser, db):
    call = deliver(webhook(status_change("PAUSED"), account_id=OTHER_WABA, at=DAY))

    answer = replay(superuser, call)

    assert (answer.json(), shown(superuser, call)["state"]) == ({"changes": []}, "parked")
    with everywhere():
        assert ParkedEvent.objects.count() == 1


def test_a_dry_run_that_is_no_yes_or_no_is_named(account, superuser):
    call = deliver(webhook(status_change("APPROVED"), at=DAY))

    assert error_of(replay(superuser, call, dry_run="perhaps"))[::2] == (400, "dry_run")


def test_a_call_that_is_not_there_is_404(superuser):
    assert superuser.get(f"{CALLS}/00000000-0000-7000-8000-000000000000").status_code == 404


def test_a_list_of_twenty_costs_as_many_statements_as_a_list_of_one(account, superuser):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            superuser.get(CALLS)
        return len(queries)

    due_calls("meta", account=account)
    of_one = cost()
    due_calls(*["meta"] * 19, account=account)

    assert len(superuser.results(CALLS)) == 20
    assert cost() == of_one
