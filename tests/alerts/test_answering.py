"""What people do with alerts: acknowledge and resolve, each once, with name and note in the timeline."""

from __future__ import annotations

from typing import Any

import pytest

from alerts import answering
from alerts.models import Alert, AlertEntry
from core.fence import everywhere
from core.refusals import Refused
from tests.world import DAY

pytestmark = pytest.mark.django_db


def alert(status: str = "open", *, about: str = "1") -> Alert:
    with everywhere():
        return Alert.objects.create(
            alert_type="WICK_TORN",
            severity="HIGH",
            severity_rank=2,
            status=status,
            title="The wick is torn",
            subject_kind="lamp",
            subject_id=about,
            first_seen_at=DAY,
            last_seen_at=DAY,
        )


def do(deed: Any, row: Any, **said: str) -> Any:
    with everywhere():
        return deed(row, **{"actor": "ada@example.com"} | said)


def timeline() -> list[tuple[str, str, str]]:
    with everywhere():
        return list(AlertEntry.objects.order_by("id").values_list("kind", "actor", "detail"))


@pytest.mark.parametrize("status", ["open", "silenced"])
def test_what_is_open_or_silenced_can_be_acknowledged(status):
    done = do(answering.acknowledge_one, alert(status), note="I am on it")

    assert (done.status, done.acknowledged_by) == ("acknowledged", "ada@example.com")
    assert done.acknowledged_at is not None
    assert timeline() == [("acknowledged", "ada@example.com", "I am on it")]


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_what_is_answered_already_cannot_be_acknowledged(status):
    with pytest.raises(Refused) as refusal:
        do(answering.acknowledge_one, alert(status))

    assert (refusal.value.code, timeline()) == (f"already_{status}", [])


@pytest.mark.parametrize("status", ["open", "acknowledged", "silenced"])
def test_whatever_is_unresolved_can_be_resolved(status):
    done = do(answering.resolve_one, alert(status), note="mended")

    assert (done.status, done.resolved_by) == ("resolved", "ada@example.com")
    assert done.resolved_at is not None
    assert timeline() == [("resolved", "ada@example.com", "mended")]


def test_what_is_resolved_cannot_be_resolved_again():
    with pytest.raises(Refused) as refusal:
        do(answering.resolve_one, alert("resolved"))

    assert (refusal.value.code, timeline()) == ("already_resolved", [])


def test_resolving_keeps_who_acknowledged():
    row = alert()
    do(answering.acknowledge_one, row)

    done = do(answering.resolve_one, row, actor="bo@example.com")

    assert (done.acknowledged_by, done.resolved_by) == ("ada@example.com", "bo@example.com")


def test_of_several_those_that_can_be_are_acknowledged_and_given_back():
    rows = [alert(about="1"), alert("acknowledged", about="2"), alert("resolved", about="3"), alert(about="4")]

    done = do(answering.acknowledge, rows)

    assert [row.subject_id for row in done] == ["1", "4"]
    assert [kind for kind, _, _ in timeline()] == ["acknowledged"] * 2


def test_of_several_those_that_are_not_resolved_are_resolved_and_given_back():
    rows = [alert(about="1"), alert("acknowledged", about="2"), alert("resolved", about="3")]

    assert [row.subject_id for row in do(answering.resolve, rows)] == ["1", "2"]


def test_what_was_decided_since_the_row_was_read_counts():
    stale = alert()
    do(answering.resolve_one, Alert(pk=stale.pk))

    with pytest.raises(Refused) as refusal:
        do(answering.acknowledge_one, stale)

    assert refusal.value.code == "already_resolved"


def test_unresolved_alerts_of_a_subject_are_found_and_no_others():
    wanted = [alert(about="1"), alert("resolved", about="1"), alert(about="2")][0]

    with everywhere():
        assert answering.unresolved_of(kind="lamp", subject_id="1") == [wanted]
        assert answering.unresolved_of(kind="template", subject_id="1") == []
