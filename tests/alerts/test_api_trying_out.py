"""A destination is tried out at the HTTP door: one message, and what came of it is the answer."""

from __future__ import annotations

import pytest
import responses
from django.core import mail

from alerts.models import Alert
from core.fence import everywhere
from core.models import AuditEntry
from tests.alerts.test_api_destinations import PLACE, SLACK, made

pytestmark = pytest.mark.django_db


def test_a_test_sends_one_message_and_answers_what_came_of_it(org_admin):
    row = made(org_admin)

    answer = org_admin.post(f"{PLACE}/{row['id']}/test")

    assert (answer.status_code, answer.json()) == (200, {"ok": True, "status": None, "answer": "accepted"})
    assert [sent.to for sent in mail.outbox] == [["night@example.com"]]
    assert org_admin.get(f"{PLACE}/{row['id']}").json()["last_told_at"] is not None
    with everywhere():
        assert not Alert.objects.exists()
        entry = AuditEntry.objects.get(action="tested")
    assert (entry.actor, entry.label) == ("key:org_admin", "Night watch")


@responses.activate
def test_what_is_not_taken_is_an_answer_too(org_admin, network):
    responses.post(SLACK, status=500, body="on fire")
    row = made(org_admin, kind="slack", address=SLACK)

    answer = org_admin.post(f"{PLACE}/{row['id']}/test")

    told = answer.json()
    assert (answer.status_code, told["ok"]) == (200, False)
    assert list(told) == ["ok", "status", "answer"]
    assert "500" in told["answer"]
    assert org_admin.get(f"{PLACE}/{row['id']}").json()["last_error"] == told["answer"]
    assert "abcdefgh" not in str(told)


def test_the_same_idempotency_key_sends_one_test(org_admin):
    row = made(org_admin)

    answers = [org_admin.post(f"{PLACE}/{row['id']}/test", Idempotency_Key="try-1").json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(mail.outbox) == 1
