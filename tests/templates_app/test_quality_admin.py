"""The console on quality: one template's course, trend and warnings; and the page of all of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.days import day_of
from core.fence import everywhere
from core.models import Role
from templates_app import course, foresight, quality, traffic
from templates_app.models import QualitySnapshot
from tests.console import links, look, somebody, words
from tests.world import DAY, template_of

pytestmark = pytest.mark.django_db
NOON = DAY + timedelta(hours=12)
SIX_HOURS = timedelta(hours=6)
ROOM = reverse("admin:templates_app_qualitysnapshot_changelist")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def viewing(organization):
    return somebody(organization, Role.VIEWER)


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


def tab(client, template, **query):
    return look(client, page_of(template), tab="quality", **query)


def drawn(page):
    """What Chart.js is given for the course: by its label, the values of each series."""
    data = json.loads(re.findall(r'data-value="(\{.*?\})"', page, re.DOTALL)[-1])
    return {one["label"]: one["data"] for one in data["datasets"]}


def sending(template, *, days, until=NOON, delivered=245, failed=5, read=100):
    counts = {"sent": 250, "delivered": delivered, "failed": failed, "read": read}
    with everywhere():
        for place in range(days * 4):
            at = until - SIX_HOURS * place
            QualitySnapshot.objects.create(
                organization_id=template.organization_id,
                template=template,
                at=at,
                quality_score=template.quality_score,
                **counts,
            )
            traffic.count(template.pk, day=day_of(at), **counts)


# One template


def test_before_there_is_anything_the_tab_says_what_will_be_there(account, viewing):
    page = words(tab(viewing, template_of(account)))

    assert "No trend can be told yet" in page
    assert "Not enough messages" in page
    assert "Nothing to draw yet: Meta has not scored this template" in page
    assert "None was given." in page


def test_the_score_is_drawn_in_steps_by_the_moments_of_its_facts(tell, viewing):
    tell("GREEN", at=NOON - timedelta(days=3))
    template = tell("RED", at=NOON - timedelta(days=1), previous_quality_score="GREEN")

    scores = drawn(tab(viewing, template, days="7"))["Score at Meta"]

    assert scores == ["UNKNOWN"] * 15 + ["GREEN"] * 8 + ["RED"] * 5


def test_a_pause_shorter_than_a_slot_is_shaded(tell, viewing):
    tell("APPROVED", at=NOON - timedelta(days=3))
    tell("PAUSED", at=NOON - timedelta(days=2, hours=-1))
    template = tell("APPROVED", at=NOON - timedelta(days=2, hours=-4))

    shaded = drawn(tab(viewing, template, days="7"))["Paused"]

    assert shaded.count(1) == 1


def test_what_was_sent_is_drawn_and_delivery_where_there_are_enough_messages(account, viewing):
    template = template_of(account, quality_score="GREEN")
    sending(template, days=5)

    chart = drawn(tab(viewing, template))

    assert (sum(chart["Sent"]), sum(chart["Failed"])) == (5000, 100)
    assert chart["Delivered, 7 days (%)"][0] is None
    assert chart["Delivered, 7 days (%)"][-1] == 98.0


def test_the_table_says_the_same_in_words(account, tell, viewing):
    tell("GREEN", at=NOON - timedelta(days=3))
    template = tell("PAUSED", at=NOON - timedelta(days=1))
    sending(template, days=1)

    page = words(tab(viewing, template))

    assert "2 Mar GREEN 98.0 %" in page
    assert "1 Mar GREEN 98.0 %" in page
    assert page.index("2 Mar GREEN") < page.index("1 Mar GREEN")


@pytest.mark.parametrize(("asked", "slots"), [("7", 28), ("30", 120), ("90", 90), ("8", 120), ("x", 120)])
def test_one_may_look_seven_thirty_or_ninety_days_back(asked, slots, tell, viewing):
    template = tell("GREEN", at=NOON - timedelta(days=3))

    assert len(drawn(tab(viewing, template, days=asked))["Sent"]) == slots


def test_a_warning_is_told_with_its_drivers_and_a_fall_of_delivery_as_a_trend(account, viewing):
    template = template_of(account, quality_score="GREEN", status="APPROVED")
    sending(template, days=20, until=NOON - timedelta(days=7))
    sending(template, days=7, delivered=220, failed=30, read=40)
    with everywhere():
        quality.snapshot_all(at=NOON)
        foresight.assess_all(at=NOON)

    page = words(tab(viewing, template))

    assert "Quality is getting worse since" in page
    assert "The quality may turn RED" in page
    assert re.search(r"\d % of [\d,]+ messages delivered were read; usual are \d", page)
    assert "Delivery by our own count RED" in page
    assert "Not known yet" in page


def test_a_slot_belongs_to_the_clock_and_not_to_the_moment_one_looks(account):
    with everywhere():
        slots = course.course_of(template_of(account), days=7, at=NOON + timedelta(hours=1))

    assert (slots[-1].begins, slots[-1].ends) == (NOON, NOON + SIX_HOURS)
    assert slots[0].begins == NOON + SIX_HOURS - timedelta(days=7)


# All of them


def test_without_templates_the_page_says_how_to_get_some(viewing):
    page = words(look(viewing, ROOM))

    assert "No templates yet" in page


def test_the_page_stands_in_the_sidebar_and_is_for_viewers(viewing):
    assert ROOM in links(look(viewing, reverse("admin:index")))


def test_templates_that_need_somebody_are_listed_worst_first_and_lead_to_their_quality(account, viewing):
    template_of(account, name="calm", quality_score="GREEN")
    template_of(account, name="yellow", quality_score="YELLOW")
    worse = template_of(account, name="worse", quality_score="GREEN", quality_trend="degrading")
    template_of(account, name="slow", quality_score="GREEN", delivery_health="YELLOW")

    page = look(viewing, ROOM)

    listed = words(page).partition("Getting worse first")[2].partition("Falls of the last")[0]
    assert re.findall(r"\b(worse|yellow|slow|calm)\b en_US", listed) == ["worse", "yellow", "slow"]
    assert f'href="{page_of(worse)}?tab=quality"' in page
    assert "Quality is getting worse" in listed


def test_falls_are_listed_with_both_scores_and_recoveries_are_not(tell, viewing):
    tell("GREEN", at=NOON - timedelta(days=40))
    tell("RED", at=NOON - timedelta(days=20), previous_quality_score="GREEN")
    tell("RED", at=NOON - timedelta(days=19))
    tell("YELLOW", at=NOON - timedelta(days=10), previous_quality_score="RED")

    page = words(look(viewing, ROOM)).partition("Falls of the last")[2].partition("How right")[0]

    assert page.count("→") == 1
    assert "lamp_oil_notice en_US GREEN → RED" in page
    assert "Quality changed from GREEN to RED." in page


def test_figures_and_the_hit_rate_are_told_and_nothing_is_invented(account, viewing):
    template = template_of(account, quality_score="GREEN")
    before = words(look(viewing, ROOM))
    sending(template, days=1)

    after = words(look(viewing, ROOM))

    assert "Delivered – 30 days" in before
    assert "Nothing to measure yet" in before
    assert "Delivered 98.0 % 30 days" in after
    assert "0 of 0 warnings" in after


def test_the_page_asks_the_database_as_often_for_thirty_templates_as_for_two(account, viewing):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            look(viewing, ROOM)
        return len(queries)

    for number in range(2):
        template_of(account, name=f"t{number}", quality_score="RED", measured={})
    few = asked()
    for number in range(28):
        template_of(account, name=f"u{number}", quality_score="RED")

    assert asked() == few


def test_another_organization_s_templates_are_not_on_it(other_account, viewing):
    template_of(other_account, quality_score="RED", name="theirs")

    assert "theirs" not in look(viewing, ROOM)
