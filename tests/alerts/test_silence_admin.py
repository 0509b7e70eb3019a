"""The console's room of silences, and each person's own notifications."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from alerts import silencing
from alerts.models import Preference, Silence
from core import joining
from core.fence import everywhere
from core.models import Role
from tests.alerts.test_alert_admin import alert_of, now_is
from tests.console import browser_of, look, press, somebody, superuser_at_console, words

LIST = reverse("admin:alerts_silence_changelist")
ADD = reverse("admin:alerts_silence_add")
MINE = reverse("admin:my_notifications")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def page_of(row, what="change"):
    return reverse(f"admin:alerts_silence_{what}", args=[row.pk])


def only():
    with everywhere():
        return Silence.objects.get()


def silence_of(organization, *, hours=1.0, **fields):
    given = {"alert_types": [], "subject_kind": "", "subject_id": "", "actor": "ada@example.com"}
    with everywhere():
        return silencing.silence(
            organization=organization, ends_at=timezone.now() + timedelta(hours=hours), **given | fields
        )


@pytest.fixture
def admin(organization):
    return somebody(organization, Role.ORG_ADMIN)


# Silences


def test_everything_is_silenced_until_a_time_on_the_reader_s_own_wall(organization, admin):
    alert = alert_of(organization, "grave")
    with time_machine.travel(NOON, tick=False):
        press(admin, ADD, ends="2026-06-01T18:00", zone="Europe/Berlin", note="Announced works.")

        assert only().ends_at == NOON + timedelta(hours=4)
        assert (only().created_by, only().note) == ("org_admin@lamp-works.example", "Announced works.")
        assert now_is(alert).status == "silenced"
        page = words(look(admin, LIST))
    assert "Anything All types active" in page
    assert "in 4 hours" in page


def test_one_subject_and_some_types_are_silenced_later_on(organization, admin):
    alert = alert_of(organization, "grave", subject_kind="number", subject_id="77", subject_label="+49 30 1")
    with time_machine.travel(NOON, tick=False):
        form = look(admin, ADD, subject="number:77")
        press(
            admin,
            ADD,
            starts="2026-06-02T08:00",
            ends="2026-06-02T09:00",
            subject="number:77",
            alert_types=["PHONE_NUMBER_QUALITY"],
        )

        page = words(look(admin, page_of(only())))
    row = only()
    assert 'value="number:77" selected' in form
    assert (row.subject_kind, row.subject_id, row.subject_label) == ("number", "77", "+49 30 1")
    assert (row.alert_types, row.starts_at) == (["PHONE_NUMBER_QUALITY"], NOON + timedelta(hours=20))
    assert "Number: +49 30 1" in page
    assert "planned" in page
    assert now_is(alert).status == "open"


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"ends": ""}, "ends", "This field is required"),
        ({"ends": "tomorrow"}, "ends", "Enter a day and a time"),
        ({"ends": "2026-06-01T11:00"}, "ends", "That time is over already"),
        ({"ends": "0001-01-01T00:00", "zone": "Asia/Tokyo"}, "ends", "That time is over already"),
        ({"starts": "2026-06-03T00:00"}, "ends", "It ends before it starts"),
        ({"zone": "Moon"}, "zone", "There is no time zone of that name"),
        ({"subject": "number:99"}, "subject", "not one of the available choices"),
        ({"note": "x" * 501}, "note", "at most 500 characters"),
        ({"other_types": "?"}, "other_types", "is no alert type"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(fields, field, told, admin):
    with time_machine.travel(NOON, tick=False):
        page = press(admin, ADD, **{"ends": "2026-06-02T12:00"} | fields).content.decode()

    assert told in words(page.partition(f'name="{field}"')[2].partition("errorlist")[2].partition("</ul>")[0])
    with everywhere():
        assert not Silence.objects.exists()


def test_it_is_ended_early_and_what_still_holds_is_open_again(organization, admin):
    alert = alert_of(organization, "grave")
    row = silence_of(organization)
    assert now_is(alert).status == "silenced"

    press(admin, page_of(row, "end"))

    assert now_is(alert).status == "open"
    assert page_of(row, "end") not in look(admin, page_of(row))
    assert str(row.pk) not in look(admin, LIST)
    assert str(row.pk) in look(admin, LIST, state="over")
    assert str(row.pk) not in look(admin, LIST, state="planned")
    assert str(row.pk) in look(admin, LIST, state="all")


def test_a_silence_can_neither_be_edited_nor_deleted(organization, admin):
    row = silence_of(organization)

    assert admin.post(page_of(row), {"note": "other"}).status_code == 403
    assert admin.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    assert only().note == ""


def test_the_alert_s_page_leads_org_admins_to_a_wider_silence(organization, admin):
    alert = alert_of(organization, "grave", subject_id="77")
    place = reverse("admin:alerts_alert_change", args=[alert.pk])
    wider = f"{ADD}?subject=number%3A77"

    assert wider in look(admin, place)
    assert wider not in look(somebody(organization, Role.OPERATOR), place)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_than_org_admins_are_refused(role, organization):
    row = silence_of(organization)
    client = somebody(organization, role)

    assert LIST not in look(client, "/admin/")
    assert {client.get(address).status_code for address in (LIST, ADD, page_of(row))} == {403}
    assert client.post(page_of(row, "end")).status_code == 404
    assert only().ends_at == row.ends_at


def test_another_organization_s_silence_does_not_exist(other_organization, admin):
    row = silence_of(other_organization)

    assert {admin.get(page_of(row, door)).status_code for door in ("change", "end", "history")} == {404}
    assert admin.post(page_of(row, "end")).status_code == 404
    assert only().ends_at == row.ends_at


def test_a_superuser_silences_the_installation(organization):
    mine, theirs = alert_of(None, "installation"), alert_of(organization, "shop")
    ends = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    press(superuser_at_console(), f"{ADD}?whose=", ends=ends)

    assert only().organization_id is None
    assert (now_is(mine).status, now_is(theirs).status) == ("silenced", "open")


def test_the_list_asks_the_database_no_more_for_many(organization, admin, django_assert_max_num_queries):
    for _number in range(20):
        silence_of(organization, alert_types=["TEMPLATE_PAUSED"], subject_kind="number", subject_id="1")

    with django_assert_max_num_queries(22):
        look(admin, LIST)


# My notifications


@pytest.mark.parametrize("role", list(Role))
def test_everybody_says_what_she_is_told(role, organization):
    client = somebody(organization, role)

    assert MINE in look(client, "/admin/")
    before = look(client, MINE)
    page = press(client, MINE, email_minimum_severity="HIGH", email_digest="on", in_app_minimum_severity="")

    admin_is_told = 'value="MEDIUM" selected' in before.partition("email_digest")[0]
    assert admin_is_told is (role == Role.ORG_ADMIN)
    assert "From now on you are told as you wish." in words(page.content.decode())
    with everywhere():
        row = Preference.objects.get()
    assert (row.organization_id, row.user.email) == (organization.pk, f"{role}@lamp-works.example")
    assert (row.email_minimum_severity, row.email_digest, row.in_app_minimum_severity) == ("HIGH", True, "")
    assert 'value="HIGH" selected' in look(client, MINE)


def test_nothing_by_e_mail_is_a_choice(organization, admin):
    press(admin, MINE, email_minimum_severity="", in_app_minimum_severity="LOW")

    with everywhere():
        row = Preference.objects.get()
    assert (row.email_minimum_severity, row.email_digest) == ("", False)


def test_a_severity_that_there_is_not_is_told(organization, admin):
    page = press(admin, MINE, email_minimum_severity="AWFUL", in_app_minimum_severity="").content.decode()

    assert "is not one of the available choices" in page
    with everywhere():
        assert not Preference.objects.exists()


def test_a_superuser_speaks_of_the_installation(organization):
    client = superuser_at_console()

    page = words(look(client, MINE))
    press(client, MINE, email_minimum_severity="CRITICAL", in_app_minimum_severity="LOW")

    assert "alerts about the installation" in page
    with everywhere():
        assert Preference.objects.get().organization_id is None


def test_who_has_no_address_or_is_no_member_is_told_so(organization, settings):
    nobody = User.objects.create_user("nobody")
    joining.add_member(organization=organization, user=nobody, role=Role.VIEWER)
    chief = superuser_at_console()
    chief.post(reverse("admin:switch_organization"), {"organization": organization.slug})

    assert "Your login has no e-mail address" in look(browser_of(nobody), MINE)
    assert "You are no member of this organization" in look(chief, MINE)


def test_preferences_of_two_organizations_stay_apart(organization, other_organization):
    user = joining.person(email="both@example.com")
    for one in (organization, other_organization):
        joining.add_member(organization=one, user=user, role=Role.OPERATOR)
    client = browser_of(user)

    press(client, MINE, email_minimum_severity="LOW", in_app_minimum_severity="LOW")
    client.post(reverse("admin:switch_organization"), {"organization": other_organization.slug})

    assert 'value="LOW" selected' not in look(client, MINE).partition("email_digest")[0]
    with everywhere():
        assert Preference.objects.count() == 1
