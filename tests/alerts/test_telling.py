"""Who is told of an alert, by which addresses, and what the timeline says where nobody is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from alerts import telling
from alerts.models import Alert, AlertDelivery, AlertEntry
from core import joining
from core.fence import everywhere
from core.matters import Severity
from core.models import Organization, Role

pytestmark = pytest.mark.django_db


def occasion(
    organization: Organization | None, *, severity: Severity = Severity.HIGH, kind: str = "opened"
) -> AlertEntry:
    now = timezone.now()
    with everywhere():
        alert, _ = Alert.objects.get_or_create(
            organization=organization,
            alert_type="WICK_TORN",
            subject_kind="lamp",
            subject_id=severity.value,
            defaults={
                "severity": severity.value,
                "severity_rank": severity.rank,
                "title": "The wick is torn",
                "first_seen_at": now,
                "last_seen_at": now,
            },
        )
        return AlertEntry.objects.create(organization=organization, alert=alert, kind=kind)


def tell(*occasions: AlertEntry) -> list[str]:
    """The addresses that will be told."""
    with everywhere():
        telling.tell(occasions)
        return list(AlertDelivery.objects.order_by("id").values_list("address", flat=True))


def not_told() -> list[str]:
    with everywhere():
        return list(AlertEntry.objects.filter(kind="not_told").values_list("detail", flat=True))


def member(organization: Organization, email: str, *, role: Role = Role.ORG_ADMIN, **fields: Any) -> User:
    user: User = User.objects.create_user(f"{email}-{User.objects.count()}", email=email, **fields)
    joining.add_member(organization=organization, user=user, role=role)
    return user


@pytest.mark.parametrize("severity", [Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL])
def test_from_medium_on_each_admin_with_an_address_is_told(severity, organization):
    member(organization, "ada@example.com")
    member(organization, "bo@example.com")

    assert tell(occasion(organization, severity=severity)) == ["ada@example.com", "bo@example.com"]
    assert not_told() == []


def test_a_low_alert_is_told_to_nobody_and_says_why(organization, admin_person):
    assert tell(occasion(organization, severity=Severity.LOW)) == []
    assert not_told() == ["Only MEDIUM and above is sent by e-mail."]


def test_viewers_operators_and_people_who_left_are_not_told(organization):
    member(organization, "viewer@example.com", role=Role.VIEWER)
    member(organization, "operator@example.com", role=Role.OPERATOR)
    member(organization, "gone@example.com", is_active=False)
    member(organization, "ada@example.com")

    assert tell(occasion(organization)) == ["ada@example.com"]


def test_admins_of_another_organization_are_not_told(organization, other_organization):
    member(other_organization, "rival@example.com")
    member(organization, "ada@example.com")

    assert tell(occasion(organization)) == ["ada@example.com"]


def test_where_no_admin_has_an_address_the_timeline_says_so(organization):
    member(organization, "")

    assert tell(occasion(organization)) == []
    assert not_told() == ["No admin of this organization has an e-mail address."]


def test_two_admins_with_one_address_are_told_once(organization):
    member(organization, "team@example.com")
    member(organization, "team@example.com")

    assert tell(occasion(organization)) == ["team@example.com"]


def test_an_alert_of_the_installation_is_told_to_active_superusers_with_an_address(organization, admin_person):
    User.objects.create_superuser("root", email="root@example.com")
    User.objects.create_superuser("second", email="root@example.com")
    User.objects.create_superuser("mute", email="")
    User.objects.create_superuser("gone", email="gone@example.com", is_active=False)

    assert tell(occasion(None)) == ["root@example.com"]


def test_superusers_are_not_told_of_an_organizations_alerts(organization, admin_person):
    User.objects.create_superuser("root", email="root@example.com")

    assert tell(occasion(organization)) == ["ada@example.com"]


def test_where_no_superuser_has_an_address_the_timeline_says_so_of_superusers():
    assert tell(occasion(None)) == []
    assert not_told() == ["No superuser has an e-mail address."]


def test_each_occasion_is_told_by_a_delivery_of_its_own(organization, admin_person):
    opened, raised = occasion(organization), occasion(organization, kind="raised")

    tell(opened, raised)

    with everywhere():
        pairs = AlertDelivery.objects.order_by("id").values_list("occasion", "transport", "state")
        assert list(pairs) == [(opened.pk, "email", "waiting"), (raised.pk, "email", "waiting")]


def test_a_mixed_batch_tells_each_organization_its_own(organization, other_organization, admin_person):
    member(other_organization, "rival@example.com")
    loud, theirs = occasion(organization), occasion(other_organization)
    quiet = occasion(organization, severity=Severity.LOW)

    assert tell(loud, theirs, quiet) == ["ada@example.com", "rival@example.com"]
    assert len(not_told()) == 1


def test_deliveries_belong_to_the_organization_of_the_alert(organization, admin_person):
    tell(occasion(organization))

    with everywhere():
        assert AlertDelivery.objects.get().organization_id == organization.pk
