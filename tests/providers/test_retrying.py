"""Parked events that get another try, also when their call does not hold them any more."""

from __future__ import annotations

import pytest

from core.fence import everywhere
from providers import parking
from providers import tasks as provider_tasks
from providers.models import Account, ParkedEvent
from tests.world import deliver, status_change, webhook


@pytest.fixture
def parked(account: Account) -> ParkedEvent:
    """A fact that names no template we know."""
    deliver(webhook(status_change("APPROVED", message_template_name="")))
    with everywhere():
        event: ParkedEvent = ParkedEvent.objects.get()
    return event


@pytest.mark.parametrize("lost", [{"position": 7}, {"call": None}], ids=["a change less", "the whole call"])
def test_an_event_whose_call_does_not_hold_it_any_more_waits_for_a_person(parked, lost):
    with everywhere():
        ParkedEvent.objects.update(**lost)
    parking.retry(parked)

    done = provider_tasks.retry_parked()

    with everywhere():
        event = ParkedEvent.objects.get()
    assert done == 1
    assert (event.due_at, event.attempts, event.reason) == (None, parked.attempts + 1, "unreadable")
    assert "no longer" in event.detail


def test_it_does_not_keep_others_from_being_tried(parked, account):
    with everywhere():
        ParkedEvent.objects.update(position=7)
    deliver(webhook(status_change("APPROVED", message_template_name="", message_template_id=7002)))
    with everywhere():
        for event in ParkedEvent.objects.all():
            parking.retry(event)

    provider_tasks.retry_parked()

    with everywhere():
        told = ParkedEvent.objects.order_by("id").values_list("reason", "due_at", "attempts")
        assert list(told) == [("unreadable", None, 2), ("template_unknown", None, 2)]
