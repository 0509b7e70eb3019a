"""The console's front page: what needs somebody today, or the first steps."""

from __future__ import annotations

import re

from django.urls import reverse

from core.models import Role
from tests.console import look, somebody, superuser_at_console, words
from tests.world import due_calls, template_of

FRONT = "/admin/"


def figures(page):
    """What each card counts → (the number, where it leads)."""
    cards = re.findall(r'<a class="console-card console-figure[^"]*" href="([^"]+)">(.*?)</a>', page, flags=re.DOTALL)
    told = {}
    for address, card in cards:
        what, number = re.findall(r"<span[^>]*>(.*?)</span>", card, flags=re.DOTALL)[:2]
        told[what] = (number, address)
    return told


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
        "CRITICAL alerts": "1",
        "Critical templates": "1",
        "Approved, of all": "1 / 2",
        "Parked events": "0",
    }
    assert "lamp_oil_notice" in look(client, shown["Critical templates"][1])
    assert "quiet" not in words(look(client, shown["Critical templates"][1]))
    assert "is disabled" in look(client, shown["CRITICAL alerts"][1])


def test_what_needs_a_decision_comes_with_what_to_do(organization, tell):
    tell("DISABLED", reason="QUALITY_ISSUES")

    page = words(look(somebody(organization, Role.VIEWER), FRONT))

    assert "lamp_oil_notice en_US DISABLED" in page
    assert "Make a new template with a better text" in page
    assert "CRITICAL Template lamp_oil_notice (en_US) is disabled" in page


def test_a_template_of_red_quality_says_so(organization, tell):
    tell("APPROVED", hour=8)
    tell("RED", hour=9)

    assert "lamp_oil_notice en_US APPROVED RED" in words(look(somebody(organization, Role.VIEWER), FRONT))


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
