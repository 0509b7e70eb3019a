"""Who was told of an alert, as the API shows it: each message once, the newest first, for a few statements."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import tasks
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine, Destination
from core.fence import everywhere
from core.models import Organization
from tests.alerts.test_api_alerts import alert_in, found

pytestmark = pytest.mark.django_db
DELIVERY_SHAPE = [
    "id",
    "destination",
    "kind",
    "address",
    "state",
    "attempts",
    "sent_at",
    "last_error",
    "held_because",
    "answer",
]


def destination_in(organization: Organization) -> Destination:
    with everywhere():
        made: Destination = Destination.objects.create(
            organization=organization,
            kind="slack",
            name="Night watch",
            address="https://hooks.slack.com/services/T0/B0/secret-wxyz",
            address_hint="hooks.slack.com …wxyz",
        )
    return made


def line_of(delivery: AlertDelivery, alert: Alert) -> None:
    whose = {"organization_id": alert.organization_id}
    with everywhere():
        entry = AlertEntry.objects.create(alert=alert, kind="opened", **whose)
        DeliveryLine.objects.create(
            delivery=delivery, alert=alert, occasion=entry, recipient=delivery.recipient, **whose
        )


def delivery_of(*alerts: Alert, destination: Destination | None = None, **fields: Any) -> AlertDelivery:
    """One message that tells of these alerts: to this destination, or to a person."""
    about = {"transport": "email", "address": "ada@example.com", "recipient": "person:x:ada@example.com"}
    if destination is not None:
        recipient = f"destination:{destination.pk}"
        about = {"transport": destination.kind, "address": destination.address_hint, "recipient": recipient}
    with everywhere():
        delivery: AlertDelivery = AlertDelivery.objects.create(
            organization_id=alerts[0].organization_id, destination=destination, **about | fields
        )
    for alert in alerts:
        line_of(delivery, alert)
    return delivery


def test_an_alert_about_a_template_of_ours_comes_with_who_was_told(tell, viewer, admin_person):
    tell("DISABLED")
    tasks.send_due()

    (alert,) = viewer.results("/alerts")

    (delivery,) = alert["deliveries"]
    assert list(delivery) == DELIVERY_SHAPE
    assert (delivery["destination"], delivery["address"], delivery["state"]) == ("email", "ada@example.com", "sent")
    assert (delivery["kind"], delivery["attempts"], delivery["held_because"]) == ("email", 1, "")


def test_a_delivery_to_a_destination_names_it_and_shows_of_its_address_what_may_be_seen(organization, viewer):
    alert = alert_in(organization)
    slack = destination_in(organization)
    delivery = delivery_of(alert, destination=slack, attempts=5, postponed=3, held_because="quiet hours")

    (shown,) = viewer.get(f"/alerts/{alert.pk}").json()["deliveries"]

    assert shown == {
        "id": str(delivery.pk),
        "destination": "Night watch",
        "kind": "slack",
        "address": "hooks.slack.com …wxyz",
        "state": "waiting",
        "attempts": 2,
        "sent_at": None,
        "last_error": "",
        "held_because": "quiet hours",
        "answer": "",
    }


def test_a_message_that_tells_of_an_alert_twice_is_shown_once(organization, viewer):
    alert = alert_in(organization)
    delivery = delivery_of(alert)
    line_of(delivery, alert)

    assert [one["id"] for one in viewer.get(f"/alerts/{alert.pk}").json()["deliveries"]] == [str(delivery.pk)]


def test_an_alert_shows_its_newest_twenty_deliveries(organization, viewer):
    alert, other = alert_in(organization), alert_in(organization)
    made = [delivery_of(alert) for _ in range(22)]
    line_of(made[21], alert)
    delivery_of(other)

    listed = {row["id"]: row["deliveries"] for row in viewer.results("/alerts")}

    assert [one["id"] for one in listed[str(alert.pk)]] == [str(one.pk) for one in made[:1:-1]]
    assert len(listed[str(other.pk)]) == 1


def test_what_one_message_told_together_is_found_by_its_delivery(organization, other_organization, viewer):
    first, second, third = (alert_in(organization) for _ in range(3))
    together = delivery_of(first, third, held_because="together")
    line_of(together, first)
    delivery_of(second)
    theirs = delivery_of(alert_in(other_organization))

    assert found(viewer, f"?together={together.pk}") == [str(third.pk), str(first.pk)]
    assert found(viewer, f"?together={theirs.pk}") == []


def test_a_list_of_fifty_costs_as_many_statements_as_a_list_of_one(organization, viewer):
    destination = destination_in(organization)

    def add() -> None:
        row = alert_in(organization)
        delivery_of(row)
        delivery_of(row, destination=destination)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            viewer.get("/alerts")
        return len(queries)

    add()
    viewer.get("/alerts")  # notes the use of the key
    of_one = cost()
    for _ in range(49):
        add()

    assert [len(row["deliveries"]) for row in viewer.results("/alerts")] == [2] * 50
    assert cost() == of_one <= 4
