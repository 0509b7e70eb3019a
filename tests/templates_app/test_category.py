"""The category guard: what Meta's bodies do, what people decide, and what alerts tell of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.models import Alert
from core.fence import everywhere
from core.refusals import Refused
from templates_app import category, category_changes, rate_cards, tasks
from templates_app.models import Template, TemplateEvent, Traffic
from templates_app.prices import Entry, read
from tests.world import DAY, deliver, status_change, template_of, webhook

pytestmark = pytest.mark.django_db
NAMED = {
    "message_template_id": 7001,
    "message_template_name": "lamp_oil_notice",
    "message_template_language": "en_US",
}
BLOCKED, CHANGED, COMING = "CATEGORY_CHANGE_BLOCKED", "CATEGORY_CHANGED", "CATEGORY_CHANGE_ANNOUNCED"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DAY + timedelta(days=2), tick=False) as clock, everywhere():
        yield clock


@pytest.fixture
def template(tell):
    """A template that is UTILITY to us and to Meta."""
    row: Template = tell("APPROVED", hour=1, message_template_category="UTILITY")
    return row


def meta_says(hour: float, *, field: str = "template_category_update", **value: Any) -> Template:
    deliver(webhook((field, NAMED | value), at=DAY + timedelta(hours=hour)))
    return Template.objects.get(name="lamp_oil_notice")


def moved(hour: float = 9, new: str = "MARKETING", **value: Any) -> Template:
    return meta_says(hour, new_category=new, **value)


def announced(coming: str = "MARKETING", *, hour: float = 8, **value: Any) -> Template:
    return meta_says(hour, new_category="UTILITY", correct_category=coming, **value)


def alerts(status: str = "open") -> dict[str, Alert]:
    return {alert.alert_type: alert for alert in Alert.objects.filter(status=status)}


def allowed(template: Template, *, allow: bool = True, hour: float = 2) -> None:
    with time_machine.travel(DAY + timedelta(hours=hour), tick=False):
        category.set_flag([template], allow=allow, actor="ada@example.com")


def both(template: Template) -> tuple[str, str | None]:
    template.refresh_from_db()
    return template.category, template.meta_reported_category


# The forms in which Meta says it


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_category_update", {"template_id": "7001", "category": "MARKETING"}),
        ("template_category_update", {"previous_category": "UTILITY", "new_category": "MARKETING"}),
        ("template_category_update", {"previous_category": "TRANSACTIONAL", "new_category": "marketing"}),
        ("template_category_update", {"new_category": "MARKETING"}),
        ("message_template_status_update", {"event": "APPROVED", "message_template_category": "MARKETING"}),
    ],
    ids=["as described", "done", "legacy names", "new alone", "inside a status"],
)
def test_every_form_of_a_change_is_blocked_without_leave(field, value, template):
    row = meta_says(9, field=field, **value)

    assert both(row) == ("UTILITY", "MARKETING")
    assert (row.is_contested, row.category_change_alert_sent) == (True, True)
    assert row.category_changed_at == DAY + timedelta(hours=9)
    assert (set(alerts()), alerts()[BLOCKED].severity) == ({BLOCKED}, "HIGH")


@pytest.mark.parametrize(
    "value",
    [{"new_category": "UTILITY"}, {"previous_category": "UTILITY", "new_category": "TRANSACTIONAL"}],
)
def test_the_same_category_is_nothing(value, template):
    row = meta_says(9, **value)

    assert (both(row), row.category_changed_at, row.category_change_alert_sent) == (
        ("UTILITY", "UTILITY"),
        None,
        False,
    )
    assert alerts() == {}
    assert category_changes.changes(limit=20, offset=0) == ([], 0)


def test_with_leave_both_move_and_a_low_alert_says_so(template):
    allowed(template)

    row = moved()

    assert (both(row), row.is_contested, row.category_change_alert_sent) == (
        ("MARKETING", "MARKETING"),
        False,
        False,
    )
    assert alerts()[CHANGED].severity == "LOW"
    assert "from UTILITY to MARKETING" in alerts()[CHANGED].title


def test_the_alert_of_an_allowed_change_is_over_after_seven_days(template, clock):
    allowed(template)
    moved()
    clock.move_to(DAY + timedelta(days=7, hours=8, minutes=59))
    tasks.follow_categories()
    before = set(alerts())

    clock.move_to(DAY + timedelta(days=7, hours=9))
    tasks.follow_categories()

    assert (before, set(alerts()), set(alerts("resolved"))) == ({CHANGED}, set(), {CHANGED})


def test_a_change_that_is_heard_of_after_seven_days_opens_nothing(template, clock):
    allowed(template)
    clock.move_to(DAY + timedelta(days=9))

    moved()

    assert alerts() == {}


def test_a_notice_alerts_with_its_date_until_it_comes_true(template):
    due = DAY + timedelta(days=1, hours=8)
    row = announced(category_update_timestamp=int(due.timestamp()))
    notice = alerts()[COMING]

    moved(32, previous_category="UTILITY")

    assert (row.pending_category, row.pending_category_at, both(row)) == ("MARKETING", due, ("UTILITY", "MARKETING"))
    assert (notice.severity, notice.data["due_at"], notice.data["phase"]) == ("HIGH", due.isoformat(), "announced")
    assert notice.title == (
        "Template lamp_oil_notice (en_US) is to move from UTILITY to MARKETING on 2026-03-03 at 08:00 UTC"
    )
    assert (set(alerts()), set(alerts("resolved"))) == ({BLOCKED}, {COMING})


@pytest.mark.parametrize("withdrawn", ["", None])
def test_a_notice_that_is_withdrawn_is_resolved(withdrawn, template):
    announced()

    row = announced(withdrawn, hour=9)

    assert (row.pending_category, set(alerts()), set(alerts("resolved"))) == ("", set(), {COMING})


@pytest.mark.parametrize("word", ["AUTHENTICATION", "OTP"])
def test_a_coming_authentication_is_critical_and_a_rejection_on_the_first_of_next_month(word, template, tell):
    announced(word)
    alert = alerts()[COMING]

    tell("REJECTED", hour=30, reason="INCORRECT_CATEGORY")

    assert (alert.severity, alert.data["due_at"]) == ("CRITICAL", "2026-04-01T00:00:00+00:00")
    assert "is to be rejected on 2026-04-01" in alert.title
    assert both(template) == ("UTILITY", "UTILITY")
    assert COMING not in alerts()


def test_a_detected_category_is_shown_and_alerts_like_a_notice(template):
    row = meta_says(9, field="template_correct_category_detection", category="UTILITY", correct_category="MARKETING")

    assert (row.pending_category, row.pending_category_at, alerts()[COMING].severity) == ("MARKETING", None, "HIGH")


def test_the_alert_names_template_and_categories_and_what_to_do(template):
    moved()

    alert = alerts()[BLOCKED]
    assert alert.title == (
        "Template lamp_oil_notice (en_US) was moved from UTILITY to MARKETING by Meta, which is not allowed here"
    )
    assert alert.data == {
        "template_id": str(template.pk),
        "template_name": "lamp_oil_notice",
        "language": "en_US",
        "previous_category": "UTILITY",
        "new_category": "MARKETING",
        "phase": "completed",
        "due_at": None,
    }
    assert "accept MARKETING" in alert.action_required
    assert "keep UTILITY" in alert.action_required


def test_a_second_change_counts_up_the_one_alert(template):
    moved(9)
    moved(10, "AUTHENTICATION")

    (alert,) = Alert.objects.all()
    assert (alert.count, alert.data["new_category"]) == (2, "AUTHENTICATION")


# What people decide


def test_accepting_makes_both_agree_and_resolves_the_alert(template):
    moved()

    (row,) = category.accept([template], actor="ada@example.com", note="It is promotion.")

    assert (both(row), row.category_change_alert_sent, set(alerts())) == (("MARKETING", "MARKETING"), False, set())
    fact = TemplateEvent.objects.get(kind="CATEGORY_ACCEPTED")
    assert (fact.said, fact.source, fact.actor) == (
        {"category": "MARKETING", "note": "It is promotion."},
        "user",
        "ada@example.com",
    )
    assert Template.history.first().history_change_reason == "Meta's category accepted"


def test_keeping_resolves_the_alert_until_meta_names_another(template):
    moved(9)

    (row,) = category.keep([template], actor="ada@example.com")
    kept = (both(row), row.is_contested, row.category_change_alert_sent, set(alerts()))
    moved(50, "AUTHENTICATION")

    assert kept == (("UTILITY", "MARKETING"), False, True, set())
    assert (both(row), row.is_contested, set(alerts())) == (("UTILITY", "AUTHENTICATION"), True, {BLOCKED})


def test_what_was_kept_can_still_be_accepted(template):
    moved()
    category.keep([template], actor="ada@example.com")

    category.accept([template], actor="ada@example.com")

    assert both(template) == ("MARKETING", "MARKETING")


@pytest.mark.parametrize("decide", [category.accept, category.keep])
def test_without_a_contest_there_is_nothing_to_decide(decide, template):
    with pytest.raises(Refused) as refused:
        decide([template], actor="ada@example.com")

    assert refused.value.code == "not_contested"
    assert not TemplateEvent.objects.filter(source="user").exists()


def test_a_decision_holds_although_the_provider_s_clock_is_ahead_of_ours(template):
    ahead = timezone.now() + timedelta(minutes=9)
    deliver(webhook(("template_category_update", NAMED | {"new_category": "MARKETING"}), at=ahead))

    category.keep([template], actor="ada@example.com")
    category.set_flag([template], allow=True, actor="ada@example.com")
    category.set_flag([template], allow=False, actor="ada@example.com")

    template.refresh_from_db()
    assert (template.is_contested, template.allow_category_change) == (False, False)


def test_of_many_those_are_decided_that_are_contested(account, template):
    moved()
    quiet = template_of(account, name="quiet", category="UTILITY", meta_reported_category="UTILITY")

    assert category.accept([template, quiet], actor="ada@example.com") == [template]


def test_the_flag_is_audited_and_written_only_when_it_changes(template):
    first = category.set_flag([template], allow=True, actor="ada@example.com")
    again = category.set_flag([template], allow=True, actor="ada@example.com")

    template.refresh_from_db()
    assert (first, again, template.allow_category_change) == ([template], [], True)
    assert TemplateEvent.objects.filter(kind="FLAG_CHANGED").count() == 1
    assert Template.history.first().history_change_reason == "changes of the category allowed"


def test_what_was_contested_before_there_were_alerts_about_it_is_told_once(template):
    moved()
    with everywhere():
        Alert.objects.all().delete()
        contested = Template.objects.get(pk=template.pk)
        contested.category_change_alert_sent = False
        contested.save(update_fields=["category_change_alert_sent"])

        told = [category.follow_again(), category.follow_again()]

    assert set(alerts()) == {"CATEGORY_CHANGE_BLOCKED"}
    assert told == [2, 1]  # at first for both reasons
    with everywhere():
        assert Template.objects.get(pk=template.pk).category_change_alert_sent


def test_leave_given_later_settles_no_contest(template):
    moved()

    category.set_flag([template], allow=True, actor="ada@example.com")

    template.refresh_from_db()
    assert (template.is_contested, set(alerts())) == (True, {BLOCKED})


# Functions for whoever has a template in hand


@pytest.mark.parametrize(
    ("reported", "found"), [("", None), ("TRANSACTIONAL", None), ("marketing", "MARKETING"), ("OTP", "AUTHENTICATION")]
)
def test_a_change_is_detected_from_the_stored_and_the_reported_category(reported, found, account):
    row = template_of(account, category="UTILITY", meta_reported_category=None)

    detected = category.detect(row, reported=reported)

    assert (detected and (detected.ours, detected.reported)) == (found and ("UTILITY", found))


def test_a_category_that_was_read_somewhere_is_processed_as_a_webhook_is(template):
    detected = category.process(template, reported="MARKETING", previous="TRANSACTIONAL", at=timezone.now())

    assert detected == category.Detected(ours="UTILITY", reported="MARKETING", is_settled=False)
    assert both(template) == ("UTILITY", "MARKETING")
    assert [matter.alert_type for matter in category.alerts_of(template)] == [BLOCKED] == list(alerts())


def test_before_a_save_a_category_is_read_as_of_today_and_kept_from_contests(template, account):
    moved()
    template.refresh_from_db()
    draft = template_of(account, name="draft", status="DRAFT", category="UTILITY")

    def refused(wanted):
        with pytest.raises(Refused) as no:
            category.validate_before_save(template, category=wanted)
        return no.value.code

    assert category.validate_before_save(template, category="TRANSACTIONAL") == "UTILITY"
    assert category.validate_before_save(draft, category="otp") == "AUTHENTICATION"
    assert (refused("MARKETING"), refused("AUTHENTICATION")) == ("category_contested", "category_fixed")


def test_the_alerts_of_many_take_as_many_statements_as_the_alerts_of_one(account, organization):
    load(organization)

    def cost(places: range) -> int:
        changes = [
            status_change(
                "APPROVED",
                message_template_id=place,
                message_template_name=f"t{place}",
                message_template_category=word,
            )
            for word in ("UTILITY", "MARKETING")
            for place in places
        ]
        deliver(webhook(*changes[: len(places)], at=DAY))
        with CaptureQueriesContext(connection) as queries:
            deliver(webhook(*changes[len(places) :], at=DAY + timedelta(hours=1)))
        return len(queries)

    few = cost(range(2))

    assert cost(range(10, 30)) == few
    assert Alert.objects.filter(alert_type=BLOCKED).count() == 22


# What it costs


def load(organization):
    entries, _ = read("market,category,price\n*,MARKETING,0.06\n*,UTILITY,0.01")
    return rate_cards.load(
        organization=organization, name="Meta", valid_from=DAY.date(), currency="EUR", entries=entries
    )


@pytest.fixture
def traffic(template):
    Traffic.objects.create(
        organization_id=template.organization_id,
        template=template,
        day=DAY.date(),
        market="DE",
        sent=1000,
        delivered=1000,
    )


def test_the_alert_says_what_the_change_costs_where_a_card_is_loaded(organization, template, traffic):
    load(organization)

    moved()

    alert = alerts()[BLOCKED]
    assert alert.data["cost"]["difference"] == "50.00"
    assert "costs 50.00 EUR more" in alert.detail


def test_a_card_that_is_loaded_later_reaches_the_open_alerts_at_once_and_goes_again(organization, template, traffic):
    announced()

    card = load(organization)
    with_card = alerts()[COMING].data["cost"]["difference"]
    rate_cards.remove(card)

    assert (with_card, "cost" in alerts()[COMING].data) == ("50.00", False)
    assert alerts()[COMING].entries.count() == 2  # opened, and not told: nothing is told anew


def test_what_will_be_rejected_costs_nothing_more(organization, template, traffic):
    load(organization)

    announced("AUTHENTICATION")

    assert "cost" not in alerts()[COMING].data


def test_messages_that_cannot_be_priced_are_told(organization, template, traffic):
    rate_cards.load(
        organization=organization,
        name="French",
        valid_from=DAY.date(),
        currency="EUR",
        entries=[Entry("FR", word, Decimal(1)) for word in ("MARKETING", "UTILITY")],
    )

    moved()

    assert "The rate card French has no price for 1,000 messages (market DE)." in alerts()[BLOCKED].detail


# The list of changes


def test_changes_are_listed_newest_first_with_what_was_before(template):
    announced(hour=8)
    meta_says(9, field="message_template_category_update", template_id="7001", category="MARKETING")
    meta_says(10, field="message_template_category_update", template_id="7001", category="MARKETING")
    allowed(template, hour=11)
    moved(12, "UTILITY", previous_category="MARKETING")

    found, total = category_changes.changes(limit=20, offset=0)

    assert [(one.phase, one.previous_category, one.new_category, one.allowed) for one in found] == [
        ("completed", "MARKETING", "UTILITY", True),
        ("completed", "UTILITY", "MARKETING", False),
        ("announced", "UTILITY", "MARKETING", False),
    ]
    assert total == 3
    assert all(one.webhook_id for one in found)
    assert [one.changed_at.hour for one in category_changes.changes(limit=1, offset=1)[0]] == [9]


def test_a_notice_of_the_present_category_and_one_that_is_withdrawn_are_no_changes(template):
    announced("UTILITY", hour=8)
    announced("", hour=9)

    assert category_changes.changes(limit=20, offset=0) == ([], 0)
