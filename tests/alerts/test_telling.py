"""Who is told of an alert, by which addresses, and what the timeline says where nobody is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from alerts import telling
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine, Destination, Escalation, Preference
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
    assert not_told() == ["Only MEDIUM and above: ada@example.com."]


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
    assert not_told() == ["No member of this organization has an e-mail address, and there is no destination."]


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
    assert not_told() == ["No superuser has an e-mail address, and there is no destination."]


def test_each_occasion_is_told_by_a_delivery_of_its_own(organization, admin_person):
    opened, raised = occasion(organization), occasion(organization, kind="raised")

    tell(opened, raised)

    with everywhere():
        lines = DeliveryLine.objects.order_by("id").values_list("occasion", "delivery__transport", "delivery__state")
        assert list(lines) == [(opened.pk, "email", "waiting"), (raised.pk, "email", "waiting")]
        assert AlertDelivery.objects.count() == 2


def test_a_mixed_batch_tells_each_organization_its_own(organization, other_organization, admin_person):
    member(other_organization, "rival@example.com")
    loud, theirs = occasion(organization), occasion(other_organization)
    quiet = occasion(organization, severity=Severity.LOW)

    assert set(tell(loud, theirs, quiet)) == {"ada@example.com", "rival@example.com"}
    assert len(not_told()) == 1


def test_deliveries_belong_to_the_organization_of_the_alert(organization, admin_person):
    tell(occasion(organization))

    with everywhere():
        assert AlertDelivery.objects.get().organization_id == organization.pk


# What people and destinations ask for


def slack(organization: Organization | None, name: str = "Ops", **fields: Any) -> Destination:
    with everywhere():
        row: Destination = Destination.objects.create(
            organization=organization, kind="slack", name=name, address="https://x", address_hint="x…1234", **fields
        )
    return row


def told_by(entry: AlertEntry) -> set[str]:
    with everywhere():
        lines = DeliveryLine.objects.filter(occasion=entry)
        return set(lines.values_list("delivery__address", flat=True))


def prefers(user: User, organization: Organization | None, **fields: Any) -> None:
    with everywhere():
        Preference.objects.create(user=user, organization=organization, **fields)


def test_an_admin_who_wants_only_the_critical_is_told_of_nothing_less(organization):
    ada = member(organization, "ada@example.com")
    prefers(ada, organization, email_minimum_severity="CRITICAL")

    assert tell(occasion(organization, severity=Severity.HIGH)) == []
    assert not_told() == ["Only CRITICAL: ada@example.com."]
    assert tell(occasion(organization, severity=Severity.CRITICAL)) == ["ada@example.com"]


def test_a_viewer_who_asks_for_it_is_told(organization):
    vera = member(organization, "vera@example.com", role=Role.VIEWER)
    prefers(vera, organization, email_minimum_severity="LOW")

    assert tell(occasion(organization, severity=Severity.LOW)) == ["vera@example.com"]


def test_where_nobody_wants_any_the_timeline_says_so(organization):
    ada = member(organization, "ada@example.com")
    prefers(ada, organization, email_minimum_severity="")

    assert tell(occasion(organization)) == []
    assert not_told() == ["Nobody has asked to be told."]


def test_of_two_who_share_an_address_the_one_who_wants_more_decides(organization):
    first, _second = member(organization, "team@example.com"), member(organization, "team@example.com")
    prefers(first, organization, email_minimum_severity="CRITICAL")

    assert tell(occasion(organization)) == ["team@example.com"]


def test_a_destination_is_told_of_its_severities_and_types(organization):
    slack(organization, "All")
    slack(organization, "Worst", minimum_severity="CRITICAL")
    slack(organization, "Oil", alert_types=["OIL_OUT"])
    slack(organization, "Off", is_enabled=False)
    entry = occasion(organization)

    tell(entry)

    with everywhere():
        names = DeliveryLine.objects.values_list("delivery__destination__name", flat=True)
        assert list(names) == ["All"]
    assert set(not_told()) == {"Only CRITICAL: Worst.", "Not one of the types asked for: Oil."}


def test_a_destination_of_another_organization_is_not_told(organization, other_organization):
    slack(other_organization)

    assert tell(occasion(organization)) == []


def test_the_installations_own_destinations_are_told_of_its_alerts_only(organization):
    slack(None)
    entry, ours = occasion(None), occasion(organization)

    tell(entry, ours)

    assert (told_by(entry), told_by(ours)) == ({"x…1234"}, set())


def test_a_destination_of_an_escalation_waits_for_its_step(organization, admin_person):
    boss = slack(organization, "Boss")
    with everywhere():
        steps = [{"after_minutes": 15, "destinations": [str(boss.pk)]}]
        Escalation.objects.create(organization=organization, steps=steps, minimum_severity="HIGH")
    entry = occasion(organization)

    tell(entry)

    assert told_by(entry) == {"ada@example.com"}
    assert not_told() == ["Told by the steps of an escalation: Boss."]


# Silenced, quiet, flapping


def test_a_silenced_alert_is_told_to_nobody_and_says_until_when(organization, admin_person):
    entry = occasion(organization)
    entry.alert.status, entry.alert.silenced_until = "silenced", timezone.now().replace(year=2031)

    assert tell(entry) == []
    assert not_told()[0].startswith("Silenced until 2031-")


def test_within_a_block_for_nobody_nobody_is_told_and_the_reason_is_kept(organization, admin_person):
    entry = occasion(organization)
    with telling.nobody("Only a rehearsal."):
        assert tell(entry) == []

    assert not_told() == ["Only a rehearsal."]


def test_a_fourth_opening_within_an_hour_is_told_only_if_it_lasts(organization, admin_person):
    entries = [occasion(organization, kind=kind) for kind in ("opened", "reopened", "reopened")]
    tell(*entries)

    fourth = occasion(organization, kind="reopened")
    tell(fourth)

    with everywhere():
        line = DeliveryLine.objects.get(occasion=fourth)
        assert line.only_if_it_lasts
        assert (line.delivery.held_because, line.delivery.due_at > timezone.now()) == ("flapping", True)
        (held,) = AlertEntry.objects.filter(kind="held").values_list("detail", flat=True)
    assert held == "ada@example.com: opened 4 times within an hour. Told if it lasts 10 minutes."


def test_a_recovery_is_told_to_who_was_told_of_the_trouble(organization, admin_person):
    slack(organization, "Later", minimum_severity="CRITICAL")
    opened = occasion(organization)
    tell(opened)
    with everywhere():
        AlertDelivery.objects.update(state="sent", attempts=1)
    resolved = occasion(organization, kind="resolved")

    tell(resolved)

    assert told_by(resolved) == {"ada@example.com"}


def test_a_recovery_before_anybody_was_told_is_not_told(organization, admin_person):
    tell(occasion(organization))
    resolved = occasion(organization, kind="resolved")

    tell(resolved)

    assert told_by(resolved) == set()


def test_a_machine_is_told_of_acknowledgments_too_and_people_are_not(organization, admin_person):
    with everywhere():
        Destination.objects.create(
            organization=organization, kind="webhook", name="Hook", address="https://x", address_hint="hook"
        )
    acknowledged = occasion(organization, kind="acknowledged")

    tell(acknowledged)

    assert told_by(acknowledged) == {"hook"}
