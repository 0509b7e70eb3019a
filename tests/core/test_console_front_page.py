"""The console's front page: what needs somebody today, or the first steps."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from alerts.models import Destination
from core.fence import everywhere
from core.models import Role
from providers.models import Account, ParkedEvent
from tests.console import first, look, somebody, superuser_at_console, words
from tests.world import deliver, due_calls, quality_change, status_change, template_of, webhook

FRONT = "/admin/"
QUERIES_MOST = 45  # the sidebar and the session included


def figures(page):
    """What each card counts → (the number, where it leads)."""
    card = r'<a class="console-figure-link[^"]*" href="([^"]+)">(.*?)</a>.*?<bdi dir="ltr">(.*?)</bdi>'
    return {what: (number, address) for address, what, number in re.findall(card, page, flags=re.DOTALL)}


def beside(page, what):
    """What stands under the number of this card."""
    (card,) = (one for one in page.split('<div class="console-card console-figure')[1:] if f">{what}</a>" in one)
    return words("<div " + card.partition("</div>")[0]).removeprefix(what).strip()


def test_an_organization_without_an_account_sees_first_steps_and_the_way_to_each(organization):
    page = look(somebody(organization, Role.ORG_ADMIN), FRONT)

    assert "First steps" in page
    assert reverse("admin:providers_account_add") in page
    assert "/api/v1/whatsapp/webhook" in page


def test_a_viewer_s_first_steps_offer_nothing_that_would_refuse_her(organization):
    page = look(somebody(organization, Role.VIEWER), FRONT)

    assert "First steps" in page
    assert reverse("admin:providers_account_add") not in page


def test_a_step_ticks_itself(organization, account):
    page = words(look(somebody(organization, Role.ORG_ADMIN), FRONT))

    assert "Connect an account done" in page
    assert "Send a test call done" not in page


def test_the_first_webhook_ends_the_first_steps(organization, tell):
    tell("APPROVED")

    page = words(look(somebody(organization, Role.VIEWER), FRONT))

    assert "First steps" not in page
    assert "Nothing needs you now." in page


def test_every_number_is_true_and_leads_to_its_rows(organization, account, tell):
    tell("DISABLED", reason="QUALITY_ISSUES")
    template_of(account, name="quiet", status="APPROVED")
    client = somebody(organization, Role.OPERATOR)

    shown = figures(look(client, FRONT))

    assert {what: number for what, (number, _) in shown.items()} == {
        "Open alerts": "1",
        "Critical templates": "1",
        "Approved, of all": "1 / 2",
        "Parked events": "0",
    }
    assert "lamp_oil_notice" in look(client, shown["Critical templates"][1])
    assert "quiet" not in words(look(client, shown["Critical templates"][1]))
    assert "is disabled" in look(client, shown["Open alerts"][1])


def test_the_open_alerts_are_counted_by_severity_each_a_link(organization, tell):
    tell("APPROVED", hour=8)
    tell("RED", hour=9)
    client = somebody(organization, Role.VIEWER)

    page = look(client, FRONT)

    assert beside(page, "Open alerts") == "1 1 CRITICAL +1 since yesterday"
    assert "has quality RED" in look(client, first(r'href="([^"]*severity__exact=CRITICAL)"', page))


def test_a_figure_says_what_changed_since_yesterday(organization, account, tell):
    now = timezone.now()
    tell("DISABLED", at=now - timedelta(hours=2))
    tell("PAUSED", at=now - timedelta(hours=30), message_template_id=7002, message_template_name="second")
    tell("APPROVED", at=now - timedelta(hours=1), message_template_id=7002, message_template_name="second")
    tell("PAUSED", at=now - timedelta(hours=1), message_template_id=7003, message_template_name="third")

    page = look(somebody(organization, Role.VIEWER), FRONT)

    assert beside(page, "Critical templates") == "2 +1 since yesterday"


def test_nothing_to_do_says_since_when(organization, tell):
    tell("PAUSED", hour=9)
    tell("APPROVED", hour=10)

    page = words(look(somebody(organization, Role.VIEWER), FRONT))

    assert "Nothing needs you now. The last alert was resolved just now" in page


def test_calls_that_wait_are_shown_to_superusers_with_the_age_of_the_oldest(organization, tell):
    tell("APPROVED")
    due_calls("meta", "meta")

    assert figures(look(superuser_at_console(), FRONT))["Calls waiting"][0] == "2"
    assert "Calls waiting" not in look(somebody(organization, Role.ORG_ADMIN), FRONT)


def test_figures_of_one_organization_do_not_count_the_other(organization, other_account, tell):
    tell("APPROVED")
    template_of(other_account, status="DISABLED")

    assert figures(look(somebody(organization, Role.VIEWER), FRONT))["Critical templates"][0] == "0"


def test_what_is_parked_says_how_old_the_oldest_is(organization, account):
    with everywhere():
        ParkedEvent.objects.create(
            organization=organization, account=account, kind="x", reason="ambiguous", due_at=None
        )
        Account.objects.filter(pk=account.pk).update(last_webhook_at=timezone.now())

    assert beside(look(somebody(organization, Role.OPERATOR), FRONT), "Parked events") == "1 oldest just now"


def test_the_other_first_steps_tick_themselves(organization, account):
    client = somebody(organization, Role.ORG_ADMIN)
    somebody(organization, Role.VIEWER)
    with everywhere():
        Destination.objects.create(organization=organization, kind="slack", name="Ops", address={}, address_hint="x")

    page = words(look(client, FRONT))

    assert "Say who is told of alerts done" in page
    assert "Bring in your colleagues done" in page
    assert "Set up your second factor done" not in page
    assert reverse("admin:alerts_destination_add") in look(client, FRONT)


def test_a_new_organization_may_try_a_sandbox_account(organization):
    client = somebody(organization, Role.ORG_ADMIN)

    page = look(client, first(r'href="([^"]*provider=sandbox)"', look(client, FRONT)))

    assert re.search(r'<option value="sandbox"[^>]* selected', page)


# What happened


def test_the_last_day_is_told_newest_first_one_line_each(organization, tell):
    now = timezone.now()
    tell("APPROVED", at=now - timedelta(hours=25))
    tell("PAUSED", at=now - timedelta(hours=2), other_info={"title": "FIRST_PAUSE"})

    told = words(
        look(somebody(organization, Role.VIEWER), FRONT).partition('id="happened"')[2].partition("</section>")[0]
    )

    assert "HIGH Template lamp_oil_notice (en_US) is paused Opened" in told
    assert "lamp_oil_notice (en_US) Paused by Meta. " in told
    assert "Approved" not in told


def test_another_organization_s_day_is_not_told(organization, other_account, tell):
    tell("APPROVED")
    deliver(webhook(status_change("PAUSED", message_template_name="rivals"), account_id=other_account.external_id))

    assert "rivals" not in look(somebody(organization, Role.VIEWER), FRONT)


def test_the_front_page_asks_as_often_for_many_rows_as_for_few(organization, account, tell):
    client = somebody(organization, Role.ORG_ADMIN)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            look(client, FRONT)
        return len(queries)

    now = timezone.now()
    changes = [
        change
        for number in range(12)
        for change in (
            status_change("PAUSED", message_template_id=8000 + number, message_template_name=f"one_{number}"),
            quality_change("RED", message_template_id=8000 + number, message_template_name=f"one_{number}"),
        )
    ]
    deliver(webhook(*changes[:2], account_id=account.external_id, at=now - timedelta(hours=3)))
    few = asked()
    deliver(webhook(*changes, account_id=account.external_id, at=now - timedelta(hours=2)))

    assert asked() <= few + 1  # the chart may have to ask what went before these days
    assert few <= QUERIES_MOST


@pytest.mark.parametrize(
    ("address", "part"),
    [
        (FRONT, "front-page"),
        (reverse_lazy("admin:templates_app_template_changelist"), "rows"),
        (reverse_lazy("admin:alerts_alert_changelist"), "rows"),
        (reverse_lazy("admin:providers_webhookcall_changelist"), "rows"),
        (reverse_lazy("admin:providers_parkedevent_changelist"), "pages"),
    ],
)
def test_the_parts_that_refresh_themselves_are_marked_even_while_they_are_empty(address, part, db):
    assert re.search(rf'<div id="{part}"[^>]* data-live', look(superuser_at_console(), str(address)))
