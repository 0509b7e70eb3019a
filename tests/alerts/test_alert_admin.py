"""The console's room of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone

from alerts import words as kinds
from alerts.destinations import BROKEN
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine
from core.checkups import checkups
from core.fence import everywhere
from core.models import Organization, Role
from core.refusals import Refused
from providers import tasks as provider_tasks
from templates_app.concerns import ALERT_TYPES
from tests.console import look, press, somebody, superuser_at_console, words
from tests.world import deliver, status_change, webhook

LIST = reverse("admin:alerts_alert_changelist")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def alert_of(organization: Organization | None, title: str, **fields: Any) -> Alert:
    now = timezone.now()
    given = {
        "alert_type": "PHONE_NUMBER_QUALITY",
        "severity": "HIGH",
        "severity_rank": 2,
        "subject_kind": "number",
        "subject_id": title,
        "subject_label": f"about {title}",
        "first_seen_at": now,
        "last_seen_at": now,
    }
    with everywhere():
        alert: Alert = Alert.objects.create(organization=organization, title=title, **given | fields)
    return alert


def page_of(alert, what="change"):
    return reverse(f"admin:alerts_alert_{what}", args=[alert.pk])


def now_is(alert):
    with everywhere():
        return Alert.objects.get(pk=alert.pk)


def choose(client, action, *alerts, **fields):
    """Ticks these rows of the list and sends the action."""
    ticked = {"action": action, ACTION_CHECKBOX_NAME: [str(alert.pk) for alert in alerts]}
    return client.post(LIST, ticked | fields, follow=True)


@pytest.fixture
def operating(organization):
    return somebody(organization, Role.OPERATOR)


def test_the_list_begins_with_the_worst_and_leaves_out_what_is_resolved(organization, operating):
    alert_of(organization, "faint", severity="LOW", severity_rank=0)
    alert_of(organization, "grave", severity="CRITICAL", severity_rank=3)
    alert_of(organization, "over", status="resolved")

    page = words(look(operating, LIST))

    assert page.index("CRITICAL grave") < page.index("LOW faint")
    assert "over" not in page.partition("Severity")[2].partition("alerts")[0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "resolved"}, {"over"}),
        ({"status": "acknowledged"}, {"known"}),
        ({"status": "all"}, {"grave", "known", "over"}),
        ({"severity__exact": "CRITICAL"}, {"grave"}),
        ({"alert_type": "TEMPLATE_PAUSED"}, {"known"}),
        ({"subject_kind": "template"}, {"known"}),
        ({"together": "no-id"}, set()),
        ({"together": "00000000-0000-7000-8000-000000000000"}, set()),
        ({"q": "rav"}, {"grave"}),
    ],
)
def test_filters_and_search_find_what_they_say(asked, found, organization, operating):
    alert_of(organization, "grave", severity="CRITICAL", severity_rank=3)
    alert_of(organization, "known", status="acknowledged", alert_type="TEMPLATE_PAUSED", subject_kind="template")
    alert_of(organization, "over", status="resolved")

    page = look(operating, LIST, **asked)

    assert {name for name in ("grave", "known", "over") if f"about {name}" in page} == found


def test_how_often_and_since_when_is_in_the_row(organization, operating):
    alert_of(organization, "again", count=3, first_seen_at=timezone.now() - timedelta(hours=5))

    assert "just now 3 times since 5 hours ago" in words(look(operating, LIST))


def test_the_page_says_what_it_means_what_to_do_and_what_it_is_about(organization, tell):
    template = tell("DISABLED", reason="QUALITY_ISSUES")
    with everywhere():
        alert = Alert.objects.get()

    page = look(somebody(organization, Role.VIEWER), page_of(alert))
    read = words(page)

    assert read.index(alert.title) < read.index(alert.detail) < read.index(alert.action_required)
    assert reverse("admin:templates_app_template_change", args=[template.pk]) in page
    assert "Opened" in read


def delivery_of(*alerts, **fields):
    """One message that tells of these alerts."""
    with everywhere():
        organization = alerts[0].organization
        given = {"transport": "email", "address": "ada@example.com", "recipient": "person:1:ada@example.com"}
        delivery = AlertDelivery.objects.create(organization=organization, **given | fields)
        for alert in alerts:
            entry = note(alert, "opened")
            DeliveryLine.objects.create(
                organization=organization, delivery=delivery, alert=alert, occasion=entry, recipient=delivery.recipient
            )
    return delivery


def note(alert, kind, **fields):
    with everywhere():
        return AlertEntry.objects.create(organization=alert.organization, alert=alert, kind=kind, **fields)


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("opened", {}, "Opened just now"),
        ("repeated", {"detail": "3 times since it began."}, "Repeated just now 3 times"),
        ("raised", {"detail": "Now CRITICAL."}, "Became more severe just now Now CRITICAL."),
        (
            "told",
            {"destination": "Team (slack)", "outcome": "sent", "detail": "200 ok"},
            "Told Team (slack) just now 200 ok",
        ),
        ("told", {"destination": "email ada@example.com"}, "Told ada@example.com by e-mail just now"),
        ("not_told", {"detail": "Only CRITICAL: Boss."}, "Not told just now Only CRITICAL: Boss."),
        (
            "not_told",
            {"destination": "Team (slack)", "outcome": "failed", "detail": "no"},
            "Not told: Team (slack) just now no",
        ),
        ("held", {"detail": "Boss: held until 06:30 (quiet hours)."}, "Held back just now Boss: held until"),
        (
            "acknowledged",
            {"actor": "ada@example.com", "detail": "On it."},
            "Acknowledged by ada@example.com just now On it.",
        ),
        ("silenced", {"actor": "ada@example.com"}, "Silenced by ada@example.com"),
        ("silenced", {}, "Silenced when it opened"),
        ("unsilenced", {"detail": "It still holds."}, "Silence ended just now It still holds."),
        ("escalated", {"actor": "Night", "detail": "At once."}, "Escalated by “Night” just now At once."),
        ("reminded", {"actor": "Night"}, "Reminded by “Night”"),
        ("resolved", {"actor": "ada@example.com"}, "Resolved by ada@example.com"),
        ("resolved", {"detail": "What was wrong is over."}, "Resolved by itself just now What was wrong is over."),
    ],
)
def test_the_timeline_tells_in_words_what_happened(kind, fields, told, organization, operating):
    alert = alert_of(organization, "grave")
    note(alert, kind, **fields)

    assert told in words(look(operating, page_of(alert)))


def test_the_page_tells_who_was_told_with_which_answer_and_after_how_many_attempts(organization, operating):
    alert, other, another = (alert_of(organization, title) for title in ("grave", "other", "another"))
    delivery_of(alert, state="failed", last_error="No such mailbox", attempts=5)
    sent = delivery_of(alert, other, another, state="sent", answer="200 ok", attempts=1)
    delivery_of(alert, held_because="quiet hours", due_at=timezone.now() + timedelta(hours=3))

    page = look(operating, page_of(alert))
    read = words(page).partition("Who was told")[2]

    assert "Failed ada@example.com E-mail · ada@example.com just now · 5 attempts No such mailbox" in read
    assert "Sent ada@example.com E-mail · ada@example.com just now 200 ok together with 2 others" in read
    assert (
        "Waiting ada@example.com E-mail · ada@example.com just now Waits for the end of quiet hours. in 2 hours" in read
    )
    assert f"{LIST}?together={sent.pk}" in page


def test_a_message_leads_to_just_those_alerts_that_it_told_also_when_they_are_over(organization, operating):
    alerts = [alert_of(organization, "first"), alert_of(organization, "second", status="resolved")]
    alert_of(organization, "third")
    delivery = delivery_of(*alerts)

    page = look(operating, LIST, together=str(delivery.pk))
    open_ones = look(operating, LIST, together=str(delivery.pk), status="unresolved")

    assert {name for name in ("first", "second", "third") if f"about {name}" in page} == {"first", "second"}
    assert {name for name in ("first", "second", "third") if f"about {name}" in open_ones} == {"first"}
    assert "Told in one message" in page


def test_a_message_of_another_organization_leads_to_nothing(other_organization, operating):
    delivery = delivery_of(alert_of(other_organization, "theirs"))

    assert "about theirs" not in look(operating, LIST, together=str(delivery.pk))


def test_the_type_is_told_in_words_with_its_code(organization, operating):
    alert = alert_of(organization, "grave", alert_type="TEMPLATE_QUALITY_RED")
    unknown = alert_of(organization, "odd", alert_type="WICK_TORN")

    read = words(look(operating, LIST))

    assert "Template quality red TEMPLATE_QUALITY_RED" in read
    assert "Wick torn WICK_TORN" in read
    assert "Many recipients block or report a template." in words(look(operating, page_of(alert)))
    assert "Wick torn" in words(look(operating, page_of(unknown)))


def test_above_the_list_stands_how_many_hold_of_each_severity(organization, operating):
    alert_of(organization, "faint", severity="LOW", severity_rank=0)
    for title in ("grave", "graver"):
        alert_of(organization, title, severity="CRITICAL", severity_rank=3)
    alert_of(organization, "over", status="resolved", severity="HIGH")

    page = look(operating, LIST)

    assert "2 CRITICAL 1 LOW" in words(page)
    assert f"{LIST}?severity__exact=CRITICAL" in page


def test_the_page_shows_how_its_subject_stands_and_other_alerts_about_it(organization, tell):
    tell("PAUSED", hour=8)
    tell("RED", hour=9)
    with everywhere():
        paused, red = (
            Alert.objects.get(alert_type="TEMPLATE_PAUSED"),
            Alert.objects.get(alert_type="TEMPLATE_QUALITY_RED"),
        )

    page = look(somebody(organization, Role.VIEWER), page_of(paused))

    assert "About Template lamp_oil_notice (en_US) PAUSED RED" in words(page)
    assert page_of(red) in page
    assert f"{LIST}?status=all&q={paused.subject_id}" in page


def test_a_subject_whose_room_is_closed_to_somebody_is_named_without_a_link(organization):
    alert = alert_of(organization, "grave", subject_kind="unknown_account", subject_id="meta:1")
    gone = alert_of(organization, "gone", subject_kind="template", subject_id="00000000-0000-7000-8000-000000000000")
    client = somebody(organization, Role.VIEWER)

    assert "About Unknown account about grave" in words(look(client, page_of(alert)))
    assert "?q=account" not in look(client, page_of(alert))
    assert "About Template about gone" in words(look(client, page_of(gone)))
    assert "templates_app/template/0000" not in look(client, page_of(gone))


def test_an_operator_acknowledges_with_a_note_after_being_asked(organization, operating):
    alert = alert_of(organization, "grave")

    asked = words(look(operating, page_of(alert, "acknowledge")))
    assert now_is(alert).status == "open"
    page = words(press(operating, page_of(alert, "acknowledge"), note="Ringing Meta.").content.decode())

    assert "1 alert will say that you know of it. It stays in the list" in asked
    assert "1 alert acknowledged." in page
    assert "Ringing Meta." in page
    assert (now_is(alert).status, now_is(alert).acknowledged_by) == ("acknowledged", "operator@lamp-works.example")


def test_an_operator_resolves_and_is_told_what_that_means(organization, operating):
    alert = alert_of(organization, "grave")

    asked = words(look(operating, page_of(alert, "resolve")))
    press(operating, page_of(alert, "resolve"))

    assert "Only something newer opens it again" in asked
    assert (now_is(alert).status, now_is(alert).resolved_by) == ("resolved", "operator@lamp-works.example")


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"span": "1h"}, NOON + timedelta(hours=1)),
        ({"span": "8h"}, NOON + timedelta(hours=8)),
        ({"span": "1w"}, NOON + timedelta(days=7)),
        ({"span": "morning", "zone": "Europe/Berlin"}, NOON + timedelta(hours=18)),
        ({"span": "morning", "zone": "Pacific/Kiritimati"}, NOON + timedelta(hours=30)),
        ({"span": "morning"}, NOON + timedelta(hours=20)),
        ({"span": "other", "until": "2026-06-01T18:30", "zone": "Europe/Berlin"}, NOON + timedelta(hours=4.5)),
    ],
)
def test_an_operator_silences_until_a_time_on_her_own_wall(fields, until, organization, operating):
    with time_machine.travel(NOON, tick=False):
        alert = alert_of(organization, "grave")
        asked = words(look(operating, page_of(alert, "silence")))

        page = words(press(operating, page_of(alert, "silence"), note="Known.", **fields).content.decode())

    assert "1 alert is told to nobody until then" in asked
    assert "1 alert silenced." in page
    assert (now_is(alert).status, now_is(alert).silenced_until) == ("silenced", until)
    assert "Silenced by operator@lamp-works.example" in page
    assert "Known." in page


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({}, "span", "This field is required"),
        ({"span": "ever"}, "span", "not one of the available choices"),
        ({"span": "other"}, "until", "Enter until when"),
        ({"span": "other", "until": "soon"}, "until", "Enter a day and a time"),
        ({"span": "other", "until": "2026-06-01T11:59"}, "until", "That time is over already"),
        ({"span": "other", "until": "2026-06-02T11:59", "zone": "Moon"}, "zone", "There is no time zone of that name"),
        ({"span": "1h", "note": "x" * 501}, "note", "at most 500 characters"),
    ],
)
@pytest.mark.parametrize("way", ["page", "list"])
def test_a_silence_that_cannot_be_is_asked_for_again(way, fields, field, told, organization, operating):
    with time_machine.travel(NOON, tick=False):
        alert = alert_of(organization, "grave")

        if way == "page":
            page = press(operating, page_of(alert, "silence"), **fields).content.decode()
        else:
            page = choose(operating, "silence", alert, confirmed="yes", **fields).content.decode()

    assert told in words(page.partition(f'name="{field}"')[2])
    assert now_is(alert).status == "open"


def test_many_are_silenced_after_a_page_that_asks_until_when(organization, operating):
    first, second = alert_of(organization, "first"), alert_of(organization, "second")

    asked = choose(operating, "silence", first, second).content.decode()
    page = words(choose(operating, "silence", first, second, confirmed="yes", span="1h").content.decode())

    assert "2 alerts are told to nobody until then" in words(asked)
    assert 'name="span"' in asked
    assert "2 alerts silenced." in page
    assert {now_is(one).status for one in (first, second)} == {"silenced"}


def test_what_was_resolved_meanwhile_is_told_as_a_refusal(organization, operating, monkeypatch):
    alert = alert_of(organization, "grave")
    monkeypatch.setattr("alerts.admin.answers.silencing.silence_one", _already_resolved)

    page = words(press(operating, page_of(alert, "silence"), span="1h").content.decode())

    assert "This alert is resolved already." in page


def _already_resolved(*given, **named):
    raise Refused("This alert is resolved already.", code="already_resolved")


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
def test_what_is_resolved_cannot_be_answered_again(verb, organization, operating):
    alert = alert_of(organization, "over", status="resolved")

    page = words(press(operating, page_of(alert, verb)).content.decode())

    assert "There is nothing to do here any more." in page
    assert page_of(alert, verb) not in look(operating, page_of(alert))


@pytest.mark.parametrize("verb", ["acknowledge", "silence", "resolve"])
def test_a_viewer_sees_no_button_and_is_refused(verb, organization):
    alert = alert_of(organization, "grave")
    client = somebody(organization, Role.VIEWER)

    assert page_of(alert, verb) not in look(client, page_of(alert))
    assert f'value="{verb}"' not in look(client, LIST)
    assert client.get(page_of(alert, verb)).status_code == 403
    assert client.post(page_of(alert, verb)).status_code == 403
    assert now_is(alert).status == "open"


@pytest.mark.parametrize("verb", ["acknowledge", "silence", "resolve"])
def test_an_alert_about_a_template_is_answered_by_an_org_admin_only(verb, organization, operating):
    alert = alert_of(organization, "paused", subject_kind="template")

    assert page_of(alert, verb) not in look(operating, page_of(alert))
    press(operating, page_of(alert, verb), span="1h")
    choose(operating, verb, alert, confirmed="yes", span="1h")
    assert now_is(alert).status == "open"

    press(somebody(organization, Role.ORG_ADMIN), page_of(alert, verb), span="1h")
    assert now_is(alert).status != "open"


def test_many_are_answered_after_a_page_that_says_how_many(organization, operating):
    first, second = alert_of(organization, "first"), alert_of(organization, "second")
    template = alert_of(organization, "third", subject_kind="template")

    asked = words(choose(operating, "acknowledge", first, second, template).content.decode())
    assert {now_is(one).status for one in (first, second)} == {"open"}
    page = words(choose(operating, "acknowledge", first, second, confirmed="yes", note="Seen.").content.decode())

    assert "2 alerts will say that you know of them." in asked
    assert "1 of those chosen stays as it is." in asked
    assert "2 alerts acknowledged." in page
    assert {now_is(one).status for one in (first, second)} == {"acknowledged"}
    assert now_is(template).status == "open"
    with everywhere():
        assert {entry.detail for entry in AlertEntry.objects.filter(kind="acknowledged")} == {"Seen."}


def test_choosing_only_what_needs_nothing_says_so(organization, operating):
    alert = alert_of(organization, "known", status="acknowledged")

    assert "None of these needs that" in words(choose(operating, "acknowledge", alert).content.decode())


def test_too_many_at_once_are_refused(organization, operating, monkeypatch):
    monkeypatch.setattr("core.deeds.MOST", 1)
    alerts = [alert_of(organization, "first"), alert_of(organization, "second")]

    page = words(choose(operating, "resolve", *alerts, confirmed="yes").content.decode())

    assert "Choose at most 1 at a time." in page
    assert {now_is(alert).status for alert in alerts} == {"open"}


def test_rows_of_another_organization_cannot_be_chosen(organization, other_organization, operating):
    mine, theirs = alert_of(organization, "mine"), alert_of(other_organization, "theirs")

    choose(operating, "resolve", mine, theirs, confirmed="yes")

    assert (now_is(mine).status, now_is(theirs).status) == ("resolved", "open")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_after_an_answer_nobody_is_led_out_of_the_console(elsewhere, organization, operating):
    alert = alert_of(organization, "grave")

    answer = operating.post(f"{page_of(alert, 'acknowledge')}?next={elsewhere}", {"note": ""})

    assert answer.headers["Location"] == page_of(alert)


def test_a_note_that_is_too_long_is_asked_for_again(organization, operating):
    alert = alert_of(organization, "grave")

    page = words(press(operating, page_of(alert, "acknowledge"), note="x" * 501).content.decode())

    assert "at most 500 characters" in page
    assert now_is(alert).status == "open"


def test_alerts_of_the_installation_are_seen_by_superusers_and_lead_to_what_waits(organization, account):
    deliver(webhook(status_change("APPROVED"), account_id="5550001"))
    provider_tasks.apply_calls()
    with everywhere():
        alert = Alert.objects.get(alert_type="UNKNOWN_ACCOUNT")
    client = superuser_at_console()

    page = look(client, page_of(alert))
    waiting = look(client, reverse("admin:providers_parkedevent_changelist"), q="account:meta:5550001")

    assert "?q=account%3Ameta%3A5550001" in page
    assert "Its account is not known here" in waiting
    assert somebody(organization, Role.ORG_ADMIN).get(page_of(alert)).status_code == 404


def test_every_kind_of_alert_has_a_name_and_a_meaning(db):
    known = {*ALERT_TYPES, "ACCOUNT_RESTRICTED", "PHONE_NUMBER_QUALITY", "UNKNOWN_ACCOUNT", BROKEN}
    known |= {checkup.alert_type for checkup in checkups().values()}

    assert known - set(kinds.KINDS) == set()
    assert all(kinds.name_of(code) and kinds.meaning_of(code) for code in kinds.KINDS)


def test_the_list_and_a_page_ask_the_database_no_more_for_many(organization, operating, django_assert_max_num_queries):
    alerts = [alert_of(organization, f"alert {number}") for number in range(30)]
    for _number in range(10):
        delivery_of(*alerts)
    for _number in range(30):
        note(alerts[0], "told", destination="Team (slack)", detail="200 ok")

    with django_assert_max_num_queries(22):
        look(operating, LIST)
    with django_assert_max_num_queries(22):
        look(operating, page_of(alerts[0]))
