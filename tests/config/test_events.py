"""What the routes tie together: alerts about accounts nobody knows, accounts and numbers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from alerts.models import Alert, AlertDelivery
from core import joining
from core.fence import everywhere
from providers import accounts, parking
from providers.models import ParkedEvent
from tests.meta_bodies import WABA, about, at, body, deliver

pytestmark = pytest.mark.django_db


def alerts() -> list[Alert]:
    with everywhere():
        return list(Alert.objects.order_by("id"))


def add(waba: str) -> None:
    organization = joining.create_organization(name="lamps")
    with everywhere():
        fields = {"provider": "meta", "name": "lamps", "external_id": waba}
        accounts.add_account(organization=organization, fields=fields)


def test_an_unknown_account_opens_one_alert_of_the_installation_and_counts_its_events():
    deliver(body(about("APPROVED"), time=at(8)), body(about("PAUSED"), time=at(9)))

    (alert,) = alerts()
    assert (alert.alert_type, alert.severity, alert.status, alert.count) == ("UNKNOWN_ACCOUNT", "MEDIUM", "open", 2)
    assert alert.organization_id is None
    assert alert.data == {"provider": "meta", "external_id": WABA, "parked": 2}


def test_superusers_are_told_of_it_and_nobody_else():
    User.objects.create_superuser("root", email="root@example.com")
    User.objects.create_superuser("mute", email="")
    User.objects.create_user("other", email="other@example.com")

    deliver(body(about("APPROVED"), time=at(8)))

    with everywhere():
        assert list(AlertDelivery.objects.values_list("address", flat=True)) == ["root@example.com"]


def test_it_is_resolved_when_the_account_is_added():
    deliver(body(about("APPROVED"), time=at(8)))

    add(WABA)

    assert alerts()[0].status == "resolved"


def test_it_is_resolved_when_the_last_of_its_events_is_dropped():
    deliver(body(about("APPROVED"), time=at(8)))
    with everywhere():
        parking.drop(ParkedEvent.objects.get(), note="not ours", actor="root")

    assert alerts()[0].status == "resolved"


def test_another_unknown_account_has_an_alert_of_its_own():
    deliver(body(about("APPROVED"), waba="1", time=at(8)), body(about("APPROVED"), waba="2", time=at(8)))

    assert [alert.subject_id for alert in alerts()] == ["meta:1", "meta:2"]


def test_an_alert_about_a_template_is_the_organizations():
    add(WABA)

    deliver(body(about("DISABLED"), time=at(8)))

    (alert,) = alerts()
    assert (alert.alert_type, alert.severity) == ("TEMPLATE_DISABLED", "CRITICAL")
    assert alert.organization_id is not None
