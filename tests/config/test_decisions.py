"""What of the front page needs a decision, and that a crowd of the same is one line."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from core.fence import everywhere
from core.models import Role
from tests.console import first, look, press, somebody, words
from tests.world import deliver, status_change, template_of, webhook

FRONT = "/admin/"


def lines(page):
    """The lines under "Needs a decision", as they are read."""
    section = page.partition('id="decisions"')[2].partition("</section>")[0]
    return [words(line) for line in section.split("<li data-key=")[1:]]


def read(line):
    return line.partition(">")[2].strip()


@pytest.fixture
def told(organization):
    def told(role=Role.VIEWER):
        return [read(line) for line in lines(look(somebody(organization, role), FRONT))]

    return told


def several(account, event, count):
    changes = [
        status_change(event, message_template_id=8000 + number, message_template_name=f"one_{number}")
        for number in range(count)
    ]
    deliver(webhook(*changes, account_id=account.external_id))


def test_one_subject_is_one_line_with_its_gravest_alert_and_the_others_beside_it(told, tell):
    tell("PAUSED", hour=8)
    tell("RED", hour=9)

    (line,) = told()

    assert line.startswith("CRITICAL Template lamp_oil_notice (en_US) has quality RED")
    assert "Also: Template lamp_oil_notice (en_US) is paused" in line


def test_three_of_a_kind_are_named_and_more_are_counted(told, account, organization):
    several(account, "PAUSED", 3)
    few = told()
    several(account, "PAUSED", 40)

    page = look(somebody(organization, Role.VIEWER), FRONT)

    assert len(few) == 3
    (line,) = lines(page)
    assert read(line).startswith("HIGH 40 × Template paused")
    behind = first(r'href="([^"]*alert_type=TEMPLATE_PAUSED)"', page)
    assert "40 alerts" in words(look(somebody(organization, Role.VIEWER), behind))


def test_the_grave_comes_before_the_many(told, account, tell):
    several(account, "PAUSED", 5)
    tell("DISABLED")

    found = told()

    assert [line.split(" Template")[0] for line in found] == ["CRITICAL", "HIGH 5 ×"]


def test_what_somebody_knows_of_comes_after_what_nobody_knows_of(told, tell, organization):
    tell("DISABLED")
    admin = somebody(organization, Role.ORG_ADMIN, email="ada@example.com")
    press(admin, first(r'href="(/admin/alerts/alert/[^"]*/acknowledge/[^"]*)"', look(admin, FRONT)))
    tell("PAUSED", message_template_id=7002, message_template_name="second")

    assert [line.split(" Template")[0] for line in told()] == ["HIGH", "CRITICAL"]


def test_only_who_may_is_offered_to_acknowledge_and_then_it_says_who_did(told, tell, organization):
    tell("DISABLED")
    admin = somebody(organization, Role.ORG_ADMIN, email="ada@example.com")
    button = first(r'href="(/admin/alerts/alert/[^"]*/acknowledge/[^"]*)"', look(admin, FRONT))

    answer = press(admin, button)

    assert answer.request["PATH_INFO"] == FRONT
    (line,) = told()
    assert line.endswith("Show it how_to_reg ada@example.com knows of it")
    assert not re.search("/acknowledge/", look(somebody(organization, Role.VIEWER), FRONT))


def test_a_critical_template_of_which_no_alert_tells_has_its_own_line(told, account):
    template_of(account, name="silent", status="REJECTED")
    with everywhere():
        account.last_webhook_at = account.created_at
        account.save()

    (line,) = told()

    assert line.startswith("REJECTED silent (en_US)")
    assert "Look up the reason in WhatsApp Manager" in line


def test_a_contested_category_says_both_words(told, account, tell, organization):
    tell("APPROVED")
    template = template_of(account, name="ours", category="UTILITY", meta_reported_category="MARKETING")

    (line,) = told()

    assert line.startswith("contested ours (en_US)")
    assert "We plan with the category UTILITY, Meta counts it as MARKETING." in line
    page = look(somebody(organization, Role.VIEWER), FRONT)
    assert reverse("admin:templates_app_template_change", args=[template.pk]) in page


def test_many_contested_categories_are_one_line(told, account, tell):
    tell("APPROVED")
    for number in range(4):
        template_of(account, name=f"ours_{number}", category="UTILITY", meta_reported_category="MARKETING")

    assert told() == ["4 × Category contested"]


def test_nothing_of_another_organization_needs_a_decision_here(told, tell, other_account):
    tell("APPROVED")
    several(other_account, "DISABLED", 5)
    template_of(other_account, name="theirs", category="UTILITY", meta_reported_category="MARKETING")

    assert told() == []
