"""Messages of templates, counted by day and market: added, never lost, and the templates' totals in step."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.fence import everywhere, inside
from templates_app import traffic
from templates_app.models import Template, Traffic
from templates_app.traffic import COUNTS, Counted
from tests.world import template_of

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def template(account):
    return template_of(account)


@pytest.fixture(autouse=True)
def _scope(organization):
    with inside(organization):
        yield


def rows():
    return set(Traffic.objects.values_list("day", "market", *COUNTS))


def totals(template):
    template.refresh_from_db()
    return tuple(getattr(template, f"{name}_count") for name in COUNTS)


def test_counts_of_one_day_and_market_are_added_up(template):
    traffic.count(template.pk, day=MONDAY, market="de", sent=10, failed=1)
    traffic.count(template.pk, day=MONDAY, market="DE", delivered=9, read=4, opted_out=1)
    traffic.count(template.pk, day=TUESDAY, market="DE", sent=5)
    traffic.count(template.pk, day=TUESDAY, sent=2)

    assert rows() == {
        (MONDAY, "DE", 10, 9, 4, 1, 1),
        (TUESDAY, "DE", 5, 0, 0, 0, 0),
        (TUESDAY, "", 2, 0, 0, 0, 0),
    }


def test_the_totals_of_the_template_keep_step(template):
    traffic.count(template.pk, day=MONDAY, market="DE", sent=10, failed=1)
    traffic.count(template.pk, day=TUESDAY, sent=1240, delivered=1200, failed=44, read=700, opted_out=3)

    assert totals(template) == (1250, 1200, 700, 45, 3)
    assert template.failure_rate == 0.036


def test_counting_writes_no_history(template):
    traffic.count(template.pk, day=MONDAY, sent=10)

    assert template.history.count() == 1


def test_one_batch_may_name_a_template_a_day_and_a_market_twice(template):
    traffic.count_all([Counted(template_id=template.pk, day=MONDAY, sent=1) for _ in range(3)])

    assert rows() == {(MONDAY, "", 3, 0, 0, 0, 0)}
    assert totals(template)[0] == 3


def test_what_counts_nothing_makes_no_row(template):
    traffic.count(template.pk, day=MONDAY)

    assert rows() == set()


def test_another_organization_s_template_is_not_there_and_nothing_is_counted(template, other_account):
    theirs = template_of(other_account)

    for stranger in (theirs.pk, uuid.uuid4()):
        with pytest.raises(Template.DoesNotExist):
            traffic.count_all(
                [
                    Counted(template_id=template.pk, day=MONDAY, sent=1),
                    Counted(template_id=stranger, day=MONDAY, sent=1),
                ]
            )

    with everywhere():
        assert rows() == set()


def test_nothing_is_taken_back(template):
    traffic.count(template.pk, day=MONDAY, sent=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        traffic.count(template.pk, day=MONDAY, sent=-1)

    assert rows() == {(MONDAY, "", 1, 0, 0, 0, 0)}


def test_a_batch_of_many_templates_takes_as_many_statements_as_one_of_two(account):
    templates = [template_of(account, name=f"t{number}") for number in range(60)]

    def cost(many):
        with CaptureQueriesContext(connection) as queries:
            traffic.count_all(
                Counted(template_id=one.pk, day=day, market=market, sent=2, delivered=1)
                for one in templates[:many]
                for day in (MONDAY, TUESDAY)
                for market in ("DE", "IN")
            )
        return len(queries)

    assert (cost(2), cost(60)) == (5, 5)
    assert {totals(one)[:2] for one in templates[:2]} == {(16, 8)}
    assert {totals(one)[:2] for one in templates[2:]} == {(8, 4)}


def test_what_was_counted_since_a_day_is_summed_over_markets(account, template):
    other = template_of(account, name="other")
    traffic.count(template.pk, day=MONDAY, sent=100)
    traffic.count(template.pk, day=TUESDAY, market="DE", sent=3, delivered=2)
    traffic.count(template.pk, day=TUESDAY, market="IN", sent=4)

    found = traffic.since([template.pk, other.pk], day=TUESDAY)

    assert found == {template.pk: {"sent": 7, "delivered": 2, "read": 0, "failed": 0, "opted_out": 0}}


def test_the_days_of_an_organization_are_those_of_its_templates_that_are_not_retired(account, template):
    retired = template_of(account, name="retired", is_retired=True)
    traffic.count(template.pk, day=MONDAY, sent=1)
    traffic.count(template.pk, day=TUESDAY, sent=2)
    traffic.count(retired.pk, day=TUESDAY, sent=9)

    assert {day: counts["sent"] for day, counts in traffic.by_day(first=MONDAY).items()} == {MONDAY: 1, TUESDAY: 2}


BATCHES = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from([MONDAY, TUESDAY]),
            st.sampled_from(["", "DE", "in"]),
            st.integers(0, 9),
            st.integers(0, 9),
        ),
        max_size=6,
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES)
def test_however_messages_are_batched_the_sums_are_theirs(account, batches):
    templates = [template_of(account, name=uuid.uuid4().hex) for _ in range(3)]
    expected: Counter[tuple[uuid.UUID, str]] = Counter()

    for batch in batches:
        traffic.count_all(
            Counted(template_id=templates[one].pk, day=day, market=market, sent=sent, failed=failed)
            for one, day, market, sent, failed in batch
        )
        for one, _, _, sent, failed in batch:
            expected += Counter({(templates[one].pk, "sent"): sent, (templates[one].pk, "failed"): failed})

    for one in templates:
        sent, _, _, failed, _ = totals(one)
        assert (sent, failed) == (expected[one.pk, "sent"], expected[one.pk, "failed"])
        assert sum(Traffic.objects.filter(template=one).values_list("sent", flat=True)) == sent
