"""What a change of category costs, from the traffic and the rate card that holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.days import day_of
from core.fence import everywhere
from core.refusals import Refused
from templates_app import costs, rate_cards
from templates_app.costs import Asked
from templates_app.models import Rate, RateCard, Traffic
from templates_app.prices import read
from tests.world import template_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIST = "market,category,price\nDE,MARKETING,0.1\nDE,UTILITY,0.04\n*,MARKETING,0.06\n*,UTILITY,0.01"


@pytest.fixture(autouse=True)
def _unfenced():
    with everywhere():
        yield


def load(organization, *, begins="2026-10-01", text=LIST, name="Meta"):
    entries, faults = read(text)
    assert not faults
    return rate_cards.load(
        organization=organization, name=name, valid_from=date.fromisoformat(begins), currency="EUR", entries=entries
    )


def sent(template, count, *, days_ago=0, market="DE", delivered=None):
    Traffic.objects.create(
        organization_id=template.organization_id,
        template=template,
        day=day_of(NOW) - timedelta(days=days_ago),
        market=market,
        sent=count,
        delivered=count if delivered is None else delivered,
    )


def cost_of(template, *, at=NOW):
    return costs.cost_of_change(template, before="UTILITY", after="MARKETING", at=at)


def test_delivered_messages_of_the_last_thirty_days_are_priced_by_market(organization, account):
    load(organization)
    template = template_of(account)
    sent(template, 100, delivered=90)
    sent(template, 10, days_ago=29)
    sent(template, 1000, days_ago=30)
    sent(template, 50, market="FR")

    found = cost_of(template)

    assert [(one.market, one.messages) for one in found.markets] == [("DE", 100), ("FR", 50)]
    assert found.totals()["difference"] == "8.50"


def test_without_a_card_that_has_begun_there_is_no_cost(organization, account):
    template = template_of(account)
    sent(template, 100)
    load(organization, begins="2026-11-22")

    assert cost_of(template) is None
    assert cost_of(template, at=NOW + timedelta(days=1)).card == "Meta"


def test_the_newest_card_that_has_begun_holds(organization, account):
    load(organization, begins="2026-01-01", name="January")
    load(organization, begins="2026-11-21", name="November")
    load(organization, begins="2026-12-01", name="December")

    assert cost_of(template_of(account)).card == "November"
    assert str(costs.card_at(date(2026, 11, 20), organization_id=organization.pk)) == "January"
    assert costs.card_at(date(2025, 11, 20), organization_id=organization.pk) is None


def test_nothing_sent_is_said_and_not_invented(organization, account):
    load(organization)

    assert cost_of(template_of(account)).sentence.startswith("Nothing was sent with it in the last 30 days")


def test_another_organization_s_card_is_not_ours(other_organization, account):
    load(other_organization)

    assert cost_of(template_of(account)) is None


def test_the_costs_of_many_take_as_many_statements_as_the_cost_of_one(organization, account):
    load(organization)
    templates = [template_of(account, name=f"t{place}") for place in range(20)]
    for template in templates:
        sent(template, 10)
    asked = [Asked(template=one, before="UTILITY", after="MARKETING", on=day_of(NOW)) for one in templates]

    with CaptureQueriesContext(connection) as queries:
        found = costs.costs_of(asked, at=NOW)

    assert {cost and cost.totals()["difference"] for cost in found} == {"0.60"}
    assert len(queries) == 3


def test_two_cards_of_one_day_are_refused_and_the_first_stays(organization):
    first = load(organization)

    with pytest.raises(Refused) as refused:
        load(organization, name="Again")

    assert refused.value.code == "rate_card_exists"
    assert (RateCard.objects.get(), Rate.objects.count()) == (first, 4)
