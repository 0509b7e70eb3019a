"""Quality over time: snapshots, our own health of deliveries, trends, early warnings, and the alerts of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert
from core.days import day_of
from core.fence import everywhere, inside
from core.ids import new_id
from templates_app import delivery, foresight, quality, tasks, traffic, trends
from templates_app.facts import Fact
from templates_app.inserting import VALUES_MOST
from templates_app.models import QualitySnapshot, QualityWarning
from templates_app.traffic import COUNTS
from tests.world import DAY, template_of

pytestmark = pytest.mark.django_db
NOON = DAY + timedelta(hours=12)
SIX_HOURS = timedelta(hours=6)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def open_scope():
    with everywhere():
        yield


def count(template, *, at=NOON, **counts):
    traffic.count(template.pk, day=day_of(at), **counts)


def snapshots(template=None):
    """(cause, score, health, the five counts) of each, oldest first."""
    found = QualitySnapshot.objects.order_by("at")
    if template is not None:
        found = found.filter(template=template)
    return [
        (one.cause, one.quality_score, one.delivery_health, tuple(getattr(one, name) for name in COUNTS))
        for one in found
    ]


def unresolved():
    with everywhere():
        return dict(Alert.objects.filter(status="open").values_list("alert_type", "severity"))


def sending(template, *, days, until=NOON, a_day=1000, **shares):
    """Snapshots of so many days up to then, four a day; `shares`: of the messages sent, fractions."""
    counts = {name: round(a_day / 4 * share) for name, share in ({"sent": 1.0} | shares).items()}
    rows = [
        QualitySnapshot(
            organization_id=template.organization_id,
            template=template,
            at=until - SIX_HOURS * place,
            quality_score=template.quality_score,
            **counts,
        )
        for place in range(days * 4)
    ]
    QualitySnapshot.objects.bulk_create(rows)
    traffic.count(template.pk, day=day_of(until), sent=a_day)


USUAL = {"delivered": 0.98, "failed": 0.02, "read": 0.7, "opted_out": 0.002}
WORSE = {"delivered": 0.9, "failed": 0.1, "read": 0.4, "opted_out": 0.03}


# Snapshots


@pytest.mark.usefixtures("open_scope")
def test_a_snapshot_holds_the_score_the_health_and_what_was_counted_since_the_last_one(account, clock):
    template = template_of(account, status="APPROVED", quality_score="GREEN")
    count(template, sent=1000, delivered=990, read=500, failed=5, opted_out=1)
    quality.snapshot_all(at=NOON)
    count(template, sent=50, read=7)
    quality.snapshot_all(at=NOON + SIX_HOURS)
    quality.snapshot_all(at=NOON + 2 * SIX_HOURS)

    assert snapshots() == [
        ("clock", "GREEN", "GREEN", (1000, 990, 500, 5, 1)),
        ("clock", "GREEN", "GREEN", (50, 0, 7, 0, 0)),
        ("clock", "GREEN", "GREEN", (0, 0, 0, 0, 0)),
    ]


@pytest.mark.usefixtures("open_scope")
def test_until_there_are_messages_every_count_is_zero_and_there_is_no_health(account):
    template_of(account, status="APPROVED")

    quality.snapshot_all(at=NOON)

    assert snapshots() == [("clock", "UNKNOWN", "", (0, 0, 0, 0, 0))]


@pytest.mark.usefixtures("open_scope")
def test_snapshots_are_of_every_organization_and_of_no_retired_template(account, other_account):
    template_of(account)
    template_of(other_account)
    template_of(account, name="retired", is_retired=True)

    assert quality.snapshot_all(at=NOON) == 2
    assert set(QualitySnapshot.objects.values_list("organization_id", flat=True)) == {
        account.organization_id,
        other_account.organization_id,
    }


@pytest.mark.usefixtures("open_scope")
def test_a_clock_that_rings_twice_counts_nothing_twice(account):
    template = template_of(account)
    count(template, sent=10)

    for _ in range(2):
        quality.snapshot_all(at=NOON)

    assert [counts[0] for *_, counts in snapshots()] == [10, 0]


@pytest.mark.usefixtures("open_scope")
def test_ten_thousand_templates_take_a_handful_of_statements(account, monkeypatch):
    at_once = quality.AT_ONCE // 100
    monkeypatch.setattr(quality, "AT_ONCE", at_once)  # the same in small: five transactions
    for number in range(5 * at_once):
        template_of(account, name=f"t{number}")

    with CaptureQueriesContext(connection) as queries:
        taken = quality.snapshot_all(at=NOON)

    # Five times begin, read and lock, read what was sent, write, end; and one look that finds no more.
    assert (taken, len(queries)) == (100, 5 * 5 + 3)
    assert QualitySnapshot.objects.count() == 100


def test_what_is_taken_in_one_transaction_fits_into_one_statement():
    assert quality.AT_ONCE * 5 == 10_000
    assert quality.AT_ONCE * len(QualitySnapshot._meta.concrete_fields) <= VALUES_MOST


@pytest.mark.usefixtures("open_scope")
def test_the_task_of_the_clock_takes_them(account):
    template_of(account)

    assert tasks.take_snapshots() == 1


def test_every_fact_about_quality_makes_a_snapshot_at_its_moment(tell, organization):
    tell("GREEN", hour=8)
    template = tell("YELLOW", hour=9, previous_quality_score="GREEN")
    tell("PAUSED", hour=10)

    with inside(organization):
        assert snapshots(template) == [
            ("event", "GREEN", "", (0, 0, 0, 0, 0)),
            ("event", "YELLOW", "", (0, 0, 0, 0, 0)),
        ]
        assert QualitySnapshot.objects.latest("at").at == DAY + timedelta(hours=9)


def test_a_fresh_fact_counts_what_was_sent_since_and_a_late_one_leaves_that_to_the_next(tell, organization):
    template = tell("GREEN", hour=11.5)
    with inside(organization):
        count(template, sent=100)
        quality.snapshot_all(at=NOON - timedelta(minutes=20))
        count(template, sent=10)
    tell("RED", hour=11.9)
    with inside(organization):
        count(template, sent=3)
    tell("YELLOW", hour=8)

    with inside(organization):
        quality.snapshot_all(at=NOON)
        assert [(cause, score, counts[0]) for cause, score, _, counts in snapshots(template)] == [
            ("event", "YELLOW", 0),
            ("event", "GREEN", 0),
            ("clock", "GREEN", 100),
            ("event", "RED", 10),
            ("clock", "RED", 3),
        ]


def test_two_forms_of_one_fact_are_one_snapshot(tell, organization):
    template = tell("RED", hour=11.9)
    with inside(organization):
        count(template, sent=5)
    tell("RED", hour=11.9, quality_score_reason=["SPAM"])
    tell("GREEN", hour=11.9)

    with inside(organization):
        assert [score for _, score, *_ in snapshots(template)] == ["RED"]
        quality.snapshot_all(at=NOON)
        assert [counts[0] for *_, counts in snapshots(template)] == [0, 5]


def test_a_batch_of_facts_costs_no_statement_a_fact(tell, organization, account):
    templates = [template_of(account, name=f"t{number}") for number in range(20)]

    def cost(some):
        facts = [
            (one, Fact(kind="QUALITY_CHANGE", event="QUALITY_CHANGE", at=NOON, said={"score": "RED"})) for one in some
        ]
        with inside(organization), CaptureQueriesContext(connection) as queries:
            quality.snapshot_of(facts)
        return len(queries)

    assert (cost(templates[:1]), cost(templates[1:])) == (2, 2)


# Our own health


@pytest.mark.usefixtures("open_scope")
@pytest.mark.parametrize(
    ("before", "delivered", "failed", "after"),
    [
        ("", 991, 9, "GREEN"),
        ("", 985, 15, ""),
        ("GREEN", 985, 15, "GREEN"),
        ("YELLOW", 985, 15, "YELLOW"),
        ("GREEN", 970, 30, "YELLOW"),
        ("GREEN", 949, 51, "RED"),
        ("GREEN", 50, 49, ""),
    ],
)
def test_health_goes_by_what_was_delivered(before, delivered, failed, after, account):
    template = template_of(account, delivery_health=before)
    count(template, delivered=delivered, failed=failed)

    quality.snapshot_all(at=NOON)

    template.refresh_from_db()
    assert (template.delivery_health, snapshots()[0][2]) == (after, after)


@pytest.mark.usefixtures("open_scope")
def test_health_looks_back_seven_days(account):
    template = template_of(account)
    count(template, at=NOON - timedelta(days=7), failed=10_000)
    count(template, at=NOON - timedelta(days=6), delivered=1000)

    quality.snapshot_all(at=NOON)

    template.refresh_from_db()
    assert template.delivery_health == "GREEN"


@pytest.mark.usefixtures("open_scope")
def test_a_change_of_health_is_in_the_history_with_its_reason_and_no_change_is_not(account):
    template = template_of(account)
    count(template, delivered=930, failed=70)

    for _ in range(2):
        quality.snapshot_all(at=NOON)

    newest, first = template.history.all()
    assert (newest.delivery_health, newest.history_change_reason) == (
        "RED",
        "Delivered in 7 days: 93.0 % of 1,000 messages",
    )
    assert first.delivery_health == ""


@pytest.mark.usefixtures("open_scope")
def test_delivery_below_95_percent_opens_an_alert_which_ends_when_it_has_left_that(account):
    template = template_of(account)
    count(template, delivered=930, failed=70)

    delivery.measure_active(at=NOON)
    (alert,) = Alert.objects.all()
    told = (alert.alert_type, alert.severity, alert.status, alert.data["delivery_rate"], alert.first_seen_at)
    count(template, delivered=10_000)
    delivery.measure_active(at=NOON + SIX_HOURS)

    assert told == ("TEMPLATE_LOW_DELIVERY", "HIGH", "open", 0.93, NOON)
    assert {"template_id", "template_name", "language"} <= set(alert.data)
    alert.refresh_from_db()
    assert alert.status == "resolved"


@pytest.mark.usefixtures("open_scope")
def test_the_alert_of_a_low_delivery_keeps_its_numbers_fresh_and_its_beginning(account):
    template = template_of(account, language="es")
    count(template, delivered=930, failed=70)
    delivery.measure_active(at=NOON)
    count(template, failed=100)

    delivery.measure_active(at=NOON + SIX_HOURS)

    (alert,) = Alert.objects.all()
    assert alert.title == "Template lamp_oil_notice (es): delivery below 95 %"
    assert "84.5 % of 1,100 messages were delivered; 170 failed." in alert.detail
    assert (alert.count, alert.first_seen_at) == (1, NOON)
    assert template.history.count() == 2


@pytest.mark.usefixtures("open_scope")
def test_when_nobody_sends_nothing_is_measured(account):
    template_of(account)

    assert tasks.measure_delivery() == 0


@pytest.mark.usefixtures("open_scope")
def test_a_hundred_changes_of_health_cost_as_many_reads_as_one(account):
    def cost(many):
        templates = [template_of(account, name=f"t{new_id()}") for _ in range(many)]
        for template in templates:
            count(template, delivered=930, failed=70)
        with CaptureQueriesContext(connection) as queries:
            delivery.measure_active(at=NOON)
        return len([query for query in queries if query["sql"].startswith("SELECT")])

    assert cost(1) == cost(30)


# Alerts on every fall, as the front door tells of them


@pytest.mark.parametrize(
    ("told", "alerts"),
    [
        (["GREEN", "YELLOW"], {"TEMPLATE_QUALITY_YELLOW": "MEDIUM"}),
        (["GREEN", "YELLOW", "RED"], {"TEMPLATE_QUALITY_RED": "CRITICAL"}),
        (["GREEN", "RED"], {"TEMPLATE_QUALITY_RED": "CRITICAL"}),
        (["YELLOW"], {"TEMPLATE_QUALITY_YELLOW": "MEDIUM"}),
        (["RED"], {"TEMPLATE_QUALITY_RED": "CRITICAL"}),
        (["RED", "YELLOW"], {"TEMPLATE_QUALITY_YELLOW": "MEDIUM"}),
        (["RED", "GREEN"], {}),
        (["YELLOW", "GREEN"], {}),
    ],
)
def test_every_fall_opens_its_alert_and_every_recovery_resolves_it(told, alerts, tell):
    for place, score in enumerate(told):
        tell(score, hour=8 + place, previous_quality_score=["UNKNOWN", *told][place])

    assert unresolved() == alerts


def test_a_fall_that_is_told_again_is_counted_and_opens_no_second_alert(tell):
    for hour in (8, 9, 10):
        tell("RED", hour=hour)

    with everywhere():
        assert list(Alert.objects.values_list("alert_type", "count")) == [("TEMPLATE_QUALITY_RED", 3)]


# Trends


@pytest.mark.usefixtures("open_scope")
def test_without_messages_there_is_no_trend_and_it_says_so(account):
    template = template_of(account, quality_score="GREEN")
    quality.snapshot_all(at=NOON)

    trend = quality.trend_of(template, at=NOON)

    assert (trend.word, trend.is_certain, trend.since) == (trends.STABLE, False, None)
    assert trend.reason.startswith("Not enough messages")


@pytest.mark.usefixtures("open_scope")
def test_a_delivery_that_got_worse_is_a_trend_that_the_row_keeps(account):
    template = template_of(account, quality_score="GREEN", status="APPROVED")
    sending(template, days=30, until=NOON - timedelta(days=7), **USUAL)
    sending(template, days=7, **WORSE)

    foresight.assess_all(at=NOON)

    template.refresh_from_db()
    assert template.quality_trend == quality.trend_of(template, at=NOON).word == trends.DEGRADING


@pytest.mark.usefixtures("open_scope")
def test_a_trend_that_is_over_is_taken_back(account, clock):
    template = template_of(account, quality_trend="degrading")

    foresight.assess_all(at=NOON)

    template.refresh_from_db()
    assert template.quality_trend == ""


# Early warnings


@pytest.fixture
def warned(account, open_scope):
    """A template of which RED is foretold since noon."""
    template = template_of(account, quality_score="GREEN", status="APPROVED")
    sending(template, days=30, until=NOON - timedelta(days=4), **USUAL)
    sending(template, days=4, **WORSE)
    foresight.assess_all(at=NOON)
    return template


def test_a_warning_names_its_drivers_and_opens_an_alert(warned):
    (given,) = QualityWarning.objects.all()
    (alert,) = Alert.objects.all()

    assert given.at == NOON
    assert {"delivery", "read", "opt_out"} <= {driver["name"] for driver in given.drivers}
    assert (alert.alert_type, alert.severity) == ("TEMPLATE_QUALITY_WARNING", "MEDIUM")
    assert given.sentence in alert.detail
    assert given.drivers[0]["words"] in alert.detail
    assert alert.data["risk"] == given.risk == "high"


def test_a_warning_that_holds_on_stays_one_and_its_alert_is_not_repeated(warned):
    told = Alert.objects.get().entries.count()

    quality.snapshot_all(at=NOON + SIX_HOURS)
    foresight.assess_all(at=NOON + SIX_HOURS)

    assert QualityWarning.objects.get().at == NOON
    assert (Alert.objects.get().count, Alert.objects.get().entries.count()) == (1, told)


def test_a_warning_ends_when_the_rates_are_as_usual_again(warned, clock):
    later = NOON + timedelta(days=9)
    sending(warned, days=9, until=later, **USUAL)

    foresight.assess_all(at=later)

    assert QualityWarning.objects.get().ended_at == later
    assert Alert.objects.get().status == "resolved"
    warned.refresh_from_db()
    assert warned.measured == {}


def test_an_early_warning_gives_way_to_what_it_foretold(warned, tell):
    warned.provider_template_id = "7001"
    warned.save()

    tell("RED", hour=11)
    resolved = unresolved()
    foresight.assess_all(at=NOON + SIX_HOURS)

    assert resolved == {"TEMPLATE_QUALITY_RED": "CRITICAL"}
    assert QualityWarning.objects.get().ended_at == NOON + SIX_HOURS


def test_until_there_are_messages_nobody_is_warned(account, open_scope):
    template_of(account, quality_score="YELLOW", quality_changed_at=NOON)

    foresight.assess_all(at=NOON)

    assert not QualityWarning.objects.exists()


# Whether they came true


def warn(template, *, at, ended_at=None):
    return QualityWarning.objects.create(
        organization_id=template.organization_id,
        template=template,
        at=at,
        ended_at=ended_at,
        risk="raised",
        sentence="The quality may turn RED.",
    )


@pytest.mark.usefixtures("open_scope")
@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ([("RED", 2)], "came_true"),
        ([("PAUSED", 6)], "came_true"),
        ([("YELLOW", 2)], "did_not"),
        ([("RED", 8)], "did_not"),
        ([], "did_not"),
    ],
)
def test_a_warning_came_true_if_red_or_a_pause_followed_within_a_week(told, outcome, tell, clock):
    template = tell("GREEN", at=NOON - timedelta(days=1))
    given = warn(template, at=NOON)
    for event, days in told:
        clock.move_to(NOON + timedelta(days=days))
        tell(event, at=NOON + timedelta(days=days), other_info={"title": "FIRST_PAUSE"})
    clock.move_to(NOON + timedelta(days=9))

    tasks.judge_warnings()

    given.refresh_from_db()
    assert (given.outcome, given.judged_at) == (outcome, NOON + timedelta(days=9))


@pytest.mark.usefixtures("open_scope")
def test_a_pause_while_meta_tries_a_template_out_is_no_fall(tell, clock):
    template = tell("GREEN", at=NOON - timedelta(days=1))
    given = warn(template, at=NOON)
    clock.move_to(NOON + timedelta(days=8))
    tell("PAUSED", at=NOON + timedelta(days=1), other_info={"title": "RATE_LIMITING_PAUSE"})

    foresight.judge_all(at=NOON + timedelta(days=8))

    given.refresh_from_db()
    assert given.outcome == "did_not"


@pytest.mark.usefixtures("open_scope")
def test_before_the_week_is_over_a_warning_is_only_judged_if_it_came_true(tell, clock):
    template = tell("GREEN", at=NOON - timedelta(days=1))
    given = warn(template, at=NOON)

    before = foresight.judge_all(at=NOON + timedelta(days=6))
    clock.move_to(NOON + timedelta(days=6))
    tell("RED", at=NOON + timedelta(days=6))
    after = foresight.judge_all(at=NOON + timedelta(days=6))

    given.refresh_from_db()
    assert (before, after, given.outcome) == (0, 1, "came_true")


def test_the_hit_rate_counts_warnings_and_the_falls_that_could_be_foreseen(tell, organization, clock):
    named = {number: {"message_template_id": number, "message_template_name": f"t{number}"} for number in (1, 2, 3, 4)}
    templates = {number: tell("GREEN", at=NOON - timedelta(days=20), **about) for number, about in named.items()}
    with inside(organization):
        warn(templates[1], at=NOON - timedelta(days=10))
        warn(templates[2], at=NOON - timedelta(days=10))
        count(templates[3], at=NOON - timedelta(days=6), sent=100)
    for number in (1, 3, 4):
        tell("RED", at=NOON - timedelta(days=5), **named[number])
        tell("PAUSED", at=NOON - timedelta(days=4), other_info={"title": "FIRST_PAUSE"}, **named[number])

    with inside(organization):
        told = foresight.record(at=NOON)

    hits = told.hits
    assert (hits.warned, hits.came_true, hits.foretold, hits.missed, told.unseen) == (2, 1, 1, 1, 1)
    assert (hits.precision, hits.recall) == (0.5, 0.5)


def test_without_warnings_and_falls_there_is_no_hit_rate(organization):
    with inside(organization):
        told = foresight.record(at=NOON)

    assert (told.hits.precision, told.hits.recall, told.unseen) == (None, None, 0)
