"""The console's room of alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert, AlertDelivery, AlertEntry
from core.fence import everywhere
from core.models import Organization, Role
from providers import tasks as provider_tasks
from tests.console import look, press, somebody, superuser_at_console, words
from tests.world import deliver, status_change, webhook

LIST = reverse("admin:alerts_alert_changelist")


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
        ({"alert_type__exact": "TEMPLATE_PAUSED"}, {"known"}),
        ({"subject_kind__exact": "template"}, {"known"}),
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


def test_the_page_tells_who_was_told_and_with_which_outcome(organization, operating):
    alert = alert_of(organization, "grave")
    with everywhere():
        entry = AlertEntry.objects.create(
            organization=organization, alert=alert, kind="told", destination="email ada@example.com", outcome="sent"
        )
        AlertDelivery.objects.create(
            organization=organization,
            alert=alert,
            occasion=entry,
            transport="email",
            address="ada@example.com",
            state="failed",
            last_error="No such mailbox",
        )

    page = words(look(operating, page_of(alert)))

    assert "Told just now email ada@example.com: sent" in page
    assert "email → ada@example.com: Failed No such mailbox" in page


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


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
def test_what_is_resolved_cannot_be_answered_again(verb, organization, operating):
    alert = alert_of(organization, "over", status="resolved")

    page = words(press(operating, page_of(alert, verb)).content.decode())

    assert "There is nothing to do here any more." in page
    assert page_of(alert, verb) not in look(operating, page_of(alert))


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
def test_a_viewer_sees_no_button_and_is_refused(verb, organization):
    alert = alert_of(organization, "grave")
    client = somebody(organization, Role.VIEWER)

    assert page_of(alert, verb) not in look(client, page_of(alert))
    assert f'value="{verb}"' not in look(client, LIST)
    assert client.get(page_of(alert, verb)).status_code == 403
    assert client.post(page_of(alert, verb)).status_code == 403
    assert now_is(alert).status == "open"


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
def test_an_alert_about_a_template_is_answered_by_an_org_admin_only(verb, organization, operating):
    alert = alert_of(organization, "paused", subject_kind="template")

    assert page_of(alert, verb) not in look(operating, page_of(alert))
    press(operating, page_of(alert, verb))
    choose(operating, verb, alert, confirmed="yes")
    assert now_is(alert).status == "open"

    press(somebody(organization, Role.ORG_ADMIN), page_of(alert, verb))
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
