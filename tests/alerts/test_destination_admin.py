"""The console's room of destinations: added by kind, tested, changed without showing what is secret."""

from __future__ import annotations

import html
from datetime import time
from typing import Any

import pytest
import responses
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core import mail
from django.urls import reverse

from alerts import destinations, planning
from alerts.models import Destination
from core.fence import everywhere
from core.models import AuditEntry, Organization, Role
from tests.console import first, look, press, somebody, superuser_at_console, words

LIST = reverse("admin:alerts_destination_changelist")
ADD = reverse("admin:alerts_destination_add")
SLACK = "https://hooks.slack.com/services/T0LAMP/B0LAMP/wickAndOil4711x1Yz"
HOOK = "https://8.8.8.8/alerts/tickets-77"
COMMON = {"name": "Team", "minimum_severity": "HIGH"}
QUIET = {"quiet_from": "", "quiet_until": "", "time_zone": "", "digest_minutes": "0"}


def destination_of(organization: Organization | None, kind: str = "slack", **fields: Any) -> Destination:
    address = {"slack": SLACK, "webhook": HOOK, "email": "team@example.com", "apprise": "discord://4711/wickAndOil"}
    with everywhere():
        return destinations.add(
            organization=organization, fields={"kind": kind, "name": "Team", "address": address[kind]} | fields
        )


def page_of(row, what="change"):
    return reverse(f"admin:alerts_destination_{what}", args=[row.pk])


def now_is(row):
    with everywhere():
        return Destination.objects.get(pk=row.pk)


def only():
    with everywhere():
        return Destination.objects.get()


def add(client, kind, **fields):
    return client.post(f"{ADD}?kind={kind}", COMMON | QUIET | fields, follow=True)


@pytest.fixture
def admin(organization):
    return somebody(organization, Role.ORG_ADMIN)


# Adding


def test_first_the_kind_is_chosen(admin):
    page = look(admin, ADD)

    assert all(f'href="?kind={kind}"' in page for kind in ("slack", "email", "webhook", "apprise"))
    assert "<input" not in page.partition("console-kinds")[2].partition("</ul>")[0]


@pytest.mark.parametrize(
    ("kind", "told", "has_quiet_hours"),
    [
        ("slack", "Incoming Webhooks", True),
        ("email", "One address", True),
        ("webhook", "Standard Webhooks", False),
        ("apprise", "Telegram", True),
    ],
)
def test_the_form_has_the_fields_of_its_kind_and_says_how_to_get_the_address(kind, told, has_quiet_hours, admin):
    page = look(admin, ADD, kind=kind)

    assert told in words(page)
    assert ('name="quiet_from"' in page) is has_quiet_hours
    assert ('name="digest_minutes"' in page) is has_quiet_hours


def test_a_kind_that_there_is_not_leads_back_to_the_choice(admin):
    assert 'href="?kind=slack"' in look(admin, ADD, kind="pigeon")


def test_a_slack_destination_is_added_and_no_page_shows_its_address_again(organization, admin):
    page = add(admin, "slack", address=SLACK, quiet_from="22:00", quiet_until="06:30", time_zone="Europe/Berlin")

    row = only()
    assert (row.organization_id, row.kind, row.address) == (organization.pk, "slack", SLACK)
    assert (row.quiet_from, row.quiet_until, row.time_zone) == (time(22), time(6, 30), "Europe/Berlin")
    assert "Team is added. Test it now." in words(page.content.decode())
    for shown in (look(admin, LIST), look(admin, page_of(row)), look(admin, page_of(row, "history"))):
        assert SLACK not in shown
        assert "wickAndOil" not in shown
    assert "hooks.slack.com/…x1Yz; leave empty to keep it" in look(admin, page_of(row))


def test_a_webhook_s_secret_is_shown_once_with_how_to_check_it(admin):
    page = add(admin, "webhook", address=HOOK).content.decode()

    row = only()
    assert row.secret in page
    assert "webhook-signature" in page
    assert "hmac" in page
    for shown in (look(admin, LIST), look(admin, page_of(row)), look(admin, page_of(row, "history"))):
        assert row.secret not in shown
        assert "tickets-77" not in shown


@responses.activate
def test_the_check_that_the_page_shows_takes_what_is_sent_and_nothing_else(admin, network):
    page = add(admin, "webhook", address=HOOK).content.decode()
    shown: dict[str, Any] = {}
    exec(html.unescape(first(r'<pre class="console-body[^>]*>([^<]*)</pre>', page)), shown)
    responses.post(HOOK, status=200)

    admin.post(page_of(only(), "test"))

    sent: Any = responses.calls[0].request
    assert shown["is_genuine"](sent.headers, sent.body, only().secret)
    assert not shown["is_genuine"](sent.headers, sent.body + b" ", only().secret)
    assert not shown["is_genuine"](sent.headers, sent.body, "whsec_" + "A" * 43 + "=")


def test_known_types_and_others_are_kept_together(admin):
    add(admin, "slack", address=SLACK, alert_types=["TEMPLATE_PAUSED"], other_types="lamp_out, WICK_TORN lamp_out")

    row = only()
    assert row.alert_types == ["TEMPLATE_PAUSED", "LAMP_OUT", "WICK_TORN"]
    page = look(admin, page_of(row))
    assert "LAMP_OUT, WICK_TORN" in page
    assert words(page).count("TEMPLATE_PAUSED") >= 1


@pytest.mark.parametrize(
    ("kind", "fields", "field", "told"),
    [
        ("slack", {"address": ""}, "address", "This field is required"),
        ("slack", {"address": "https://hooks.example.com/services/x"}, "address", "no incoming webhook of Slack"),
        ("email", {"address": "nobody"}, "address", "Enter one e-mail address"),
        ("webhook", {"address": "http://example.com/x"}, "address", "https://"),
        ("webhook", {"address": "https://10.0.0.1/x"}, "address", "a private network"),
        ("apprise", {"address": "nonsense"}, "address", "pprise"),
        ("slack", {"name": "Taken"}, "name", "There is a destination of that name already"),
        ("slack", {"name": ""}, "name", "This field is required"),
        ("slack", {"time_zone": "Berlin"}, "time_zone", "Did you mean Europe/Berlin?"),
        ("slack", {"time_zone": "Nowhere"}, "time_zone", "There is no time zone of that name"),
        ("slack", {"quiet_from": "22:00"}, "quiet_until", "Quiet hours have two ends"),
        ("slack", {"quiet_until": "06:00"}, "quiet_from", "Quiet hours have two ends"),
        ("slack", {"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until", "They end when they begin"),
        ("slack", {"quiet_from": "25:00", "quiet_until": "06:00"}, "quiet_from", "Enter a valid time"),
        ("slack", {"digest_minutes": "1441"}, "digest_minutes", "less than or equal to 1440"),
        ("slack", {"digest_minutes": "-1"}, "digest_minutes", "greater than or equal to 0"),
        ("slack", {"minimum_severity": "AWFUL"}, "minimum_severity", "not one of the available choices"),
        ("slack", {"other_types": "what?"}, "other_types", "WHAT? is no alert type"),
        ("slack", {"other_types": " ".join(f"T{n}" for n in range(51))}, "other_types", "at most 50"),
        ("slack", {"name": "Te\x00am"}, "name", "Null characters"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(kind, fields, field, told, organization, admin):
    destination_of(organization, name="Taken")

    page = add(admin, kind, **{"address": SLACK} | fields).content.decode()

    assert told in words(error_beside(page, field))
    assert page.count("errorlist") == 1
    assert only().name == "Taken"


def error_beside(page, field):
    """What is told from the field to the next one."""
    after = page.partition(f'name="{field}"')[2]
    return after.partition("</ul>")[0] + after.partition("errorlist")[2].partition("</ul>")[0]


# Changing


def test_an_address_that_is_left_empty_stays(organization, admin):
    row = destination_of(organization)

    admin.post(page_of(row), COMMON | QUIET | {"name": "Renamed", "address": ""})

    assert (now_is(row).name, now_is(row).address) == ("Renamed", SLACK)
    assert now_is(row).minimum_severity == "HIGH"


def test_a_new_address_replaces_the_old_one_and_mends_what_was_broken(organization, admin):
    row = destination_of(organization)
    with everywhere():
        destinations.switch_off(row, why="Slack answers 404 no_service")
        assert "Switched off by itself: Slack answers 404" in words(look(admin, page_of(row)))

    admin.post(page_of(row), COMMON | QUIET | {"address": SLACK.replace("x1Yz", "n3wW")})
    press(admin, page_of(row, "switch_on"))

    assert now_is(row).address_hint.endswith("n3wW")
    assert (now_is(row).is_enabled, now_is(row).disabled_reason) == (True, "")


def test_it_is_switched_off_and_on_after_a_page_that_says_what_follows(organization, admin):
    row = destination_of(organization)

    asked = words(look(admin, page_of(row, "switch_off")))
    press(admin, page_of(row, "switch_off"))

    assert "Nothing is told there until it is switched on again" in asked
    assert now_is(row).is_enabled is False
    assert page_of(row, "switch_off") not in look(admin, page_of(row))
    assert page_of(row, "switch_on") in look(admin, page_of(row))


def test_a_secret_is_renewed_and_the_old_one_signs_beside_it(organization, admin):
    row = destination_of(organization, "webhook")

    asked = words(look(admin, page_of(row, "renew_secret")))
    page = admin.post(page_of(row, "renew_secret")).content.decode()

    newest, before = now_is(row).secret.split()
    assert before == row.secret
    assert newest in page
    assert row.secret not in page
    assert "signed with the new one and the one before" in asked


def test_only_a_webhook_has_a_secret(organization, admin):
    row = destination_of(organization)

    assert admin.post(page_of(row, "renew_secret")).status_code == 404


def test_it_is_deleted_unless_an_escalation_names_it(organization, admin):
    row = destination_of(organization)
    with everywhere():
        escalation = planning.plan(
            organization=organization,
            fields={"name": "Night", "steps": [{"after_minutes": 0, "destinations": [str(row.pk)]}]},
        )

    page = look(admin, page_of(row))
    refused = words(press(admin, page_of(row, "remove")).content.decode())
    assert "Night" in words(page)
    assert page_of(row, "remove") not in page
    assert "There is nothing to do here any more." in refused
    with everywhere():
        escalation.delete()

    assert "its address is forgotten" in words(look(admin, page_of(row, "remove")))
    answer = press(admin, page_of(row, "remove"))
    assert answer.redirect_chain[-1][0] == LIST
    with everywhere():
        assert not Destination.objects.exists()


def test_a_refusal_that_comes_late_is_told(organization, admin, monkeypatch):
    row = destination_of(organization)
    monkeypatch.setattr("alerts.admin.destinations.naming", lambda row: [])
    with everywhere():
        steps = [{"after_minutes": 0, "destinations": [str(row.pk)]}]
        planning.plan(organization=organization, fields={"name": "Night", "steps": steps})

    page = words(press(admin, page_of(row, "remove")).content.decode())

    assert "The escalation Night still names it" in page
    assert now_is(row)


def test_many_are_switched_off_at_once(organization, admin):
    rows = [destination_of(organization), destination_of(organization, "email", name="Mail")]
    ticked = {"action": "switch_off", ACTION_CHECKBOX_NAME: [str(row.pk) for row in rows], "confirmed": "yes"}

    page = words(admin.post(LIST, ticked, follow=True).content.decode())

    assert "2 switched off." in page
    assert {now_is(row).is_enabled for row in rows} == {False}


# Testing


@responses.activate
def test_the_test_shows_the_real_answer(organization, admin, network):
    row = destination_of(organization, "webhook")
    responses.post(HOOK, status=202, body="thanks, taken")

    page = words(admin.post(page_of(row, "test")).content.decode())

    assert "Team has taken the test message." in page
    assert "Status 202 Answer thanks, taken" in page
    assert now_is(row).last_told_at is not None
    with everywhere():
        assert AuditEntry.objects.get().action == AuditEntry.Action.TESTED


@responses.activate
@pytest.mark.parametrize(
    ("kind", "status", "body", "advice"),
    [
        ("slack", 404, "no_service", "This webhook does not exist any more. Make a new one in Slack"),
        ("slack", 429, "", "The other side wants fewer messages for now"),
        ("webhook", 401, "bad signature", "Give it the newest signing secret"),
        ("webhook", 503, "", "The other side has trouble of its own"),
        ("webhook", 418, "", "Check that the receiver runs"),
    ],
)
def test_a_test_that_failed_says_what_to_do(kind, status, body, advice, organization, admin, network):
    row = destination_of(organization, kind)
    responses.post(SLACK if kind == "slack" else HOOK, status=status, body=body)

    page = words(admin.post(page_of(row, "test")).content.decode())

    assert "Team has not taken the test message." in page
    assert str(status) in page
    assert body in page
    assert advice in page
    assert now_is(row).is_enabled
    assert "failing" in look(admin, LIST)


def test_a_mailbox_is_tested_too(organization, admin, network):
    row = destination_of(organization, "email")

    page = words(admin.post(page_of(row, "test")).content.decode())

    assert "Team has taken the test message." in page
    assert [message.to for message in mail.outbox] == [["team@example.com"]]


def test_to_look_at_the_address_of_a_test_sends_nothing(organization, admin):
    row = destination_of(organization)

    assert admin.get(page_of(row, "test")).headers["Location"] == page_of(row)


# Who may


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_than_org_admins_see_no_entry_and_are_refused(role, organization):
    row = destination_of(organization)
    client = somebody(organization, role)
    addresses = [LIST, ADD, f"{ADD}?kind=slack", page_of(row), page_of(row, "test"), page_of(row, "renew_secret")]

    assert LIST not in look(client, "/admin/")
    assert {client.get(address).status_code for address in addresses} == {403}
    assert client.post(page_of(row, "test")).status_code == 403
    assert client.post(page_of(row, "switch_off")).status_code == 404
    assert now_is(row).is_enabled


def test_another_organization_s_row_does_not_exist(organization, other_organization, admin):
    row = destination_of(other_organization, "webhook")
    doors = ["change", "test", "renew_secret", "switch_off", "remove", "history"]

    assert {admin.get(page_of(row, door)).status_code for door in doors} == {404}
    assert {admin.post(page_of(row, door)).status_code for door in doors} <= {404, 405}
    assert now_is(row).secret == row.secret


def test_a_superuser_who_sees_all_adds_one_of_the_installation(organization):
    client = superuser_at_console()

    offered = words(look(client, ADD))
    assert "alerts of The installation" in words(look(client, f"{ADD}?whose="))
    client.post(f"{ADD}?whose=&kind=slack", COMMON | QUIET | {"address": SLACK})

    assert organization.name in offered
    assert "The installation" in offered
    assert only().organization_id is None
    assert somebody(organization, Role.ORG_ADMIN).get(page_of(only())).status_code == 404


def test_a_superuser_who_sees_all_adds_one_for_an_organization_by_saying_whose_it_is(organization):
    client = superuser_at_console()

    kinds = look(client, f"{ADD}?whose={organization.slug}")
    client.post(f"{ADD}?whose={organization.slug}&kind=slack", COMMON | QUIET | {"address": SLACK})

    assert f"kind=slack&whose={organization.slug}" in kinds
    assert only().organization_id == organization.pk
    assert "to the installation itself" in words(look(client, f"{ADD}?whose=nobody&kind=slack"))


def test_the_list_asks_the_database_no_more_for_many(organization, admin, django_assert_max_num_queries):
    for number in range(20):
        destination_of(organization, name=f"Team {number}", alert_types=["TEMPLATE_PAUSED"])

    with django_assert_max_num_queries(22):
        page = words(look(admin, LIST))

    assert "HIGH and above" not in page
    assert "MEDIUM and above, Template paused" in page
