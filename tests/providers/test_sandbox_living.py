"""How templates live at the simulated Meta: what comes by its clock, and what outlives a worker that dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fence import everywhere
from core.models import AuditEntry
from core.refusals import Refused
from core.work import LEASE
from providers import accounts, sandbox_acts, sandbox_clock, tasks
from providers.adapters.sandbox import living
from providers.adapters.sandbox.reviewing import Flaw, Verdict
from providers.adapters.sandbox.state import State
from providers.adapters.sandbox.telling import wording
from providers.graph_calls import ask
from providers.models import Account, SandboxTemplate, WebhookCall
from templates_app.models import TemplateEvent
from tests.sandbox import DOOR, playing, sandbox_account, template
from tests.world import account_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY = {"type": "BODY", "text": "Hello {{1}}, your table is booked.", "example": {"body_text": [["Ada"]]}}
STATE = State(
    external_id="9000000000000001", name="table_booked", language="en_US", category="UTILITY", components=[BODY]
)


@pytest.fixture
def account(organization):
    return sandbox_account(organization)


@pytest.fixture
def play(network, one_lane):
    with playing() as play:
        yield play


@pytest.fixture
def booked(play, account):
    """An approved template."""
    said = {"name": "table_booked", "language": "en_US", "category": "UTILITY", "components": [BODY]}
    with everywhere():
        ask(account, method="POST", path=[account.external_id, "message_templates"], body=said)
    play.turn(account, by=timedelta(minutes=1))
    return row_of(account)


def row_of(account: Account) -> SandboxTemplate:
    with everywhere():
        found: SandboxTemplate = SandboxTemplate.objects.select_related("account").get(account=account)
    return found


def happen(play, act, row: SandboxTemplate, **how: str) -> None:
    with everywhere():
        act(row_of(row.account), **how)
    play.catch_up()
    play.clock.shift(timedelta(seconds=10))


def unpause(account: Account, row: SandboxTemplate) -> Any:
    with everywhere():
        return ask(account, method="POST", path=[row.external_id, "unpause"]).json()


# Categories


@pytest.mark.django_db
def test_a_category_changes_a_day_after_its_notice(play, account, booked):
    happen(play, sandbox_acts.give_notice, booked, coming="MARKETING")
    noticed = template(account, "table_booked")
    play.turn(account, by=DAY - HOUR)
    still = row_of(account).category
    play.turn(account, by=HOUR)

    moved = template(account, "table_booked")
    assert (noticed.pending_category, noticed.meta_reported_category, still) == ("MARKETING", "UTILITY", "UTILITY")
    assert (moved.meta_reported_category, moved.pending_category, moved.status) == ("MARKETING", "", "APPROVED")
    assert (row_of(account).category, row_of(account).previous_category) == ("MARKETING", "UTILITY")


@pytest.mark.django_db
def test_a_notice_of_authentication_ends_in_a_rejection_on_the_first_of_the_next_month(play, account, booked):
    happen(play, sandbox_acts.give_notice, booked, coming="AUTHENTICATION")
    due_at = row_of(account).category_at
    play.turn(account, by=30 * DAY)

    assert due_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert template(account, "table_booked").status == "REJECTED"
    assert row_of(account).rejected_reason == "INCORRECT_CATEGORY"


# Pauses


@pytest.mark.django_db
def test_low_quality_pauses_three_hours_then_six_and_then_disables(play, account, booked):
    seen = []
    for hours in (3, 6):
        happen(play, sandbox_acts.let_quality_fall, booked)
        play.turn(account, by=hours * HOUR - timedelta(minutes=5))
        paused = template(account, "table_booked")
        play.turn(account, by=timedelta(minutes=5))
        after = template(account, "table_booked")
        seen.append((paused.status, paused.pause_title, paused.quality_score, after.status, after.quality_score))
    happen(play, sandbox_acts.let_quality_fall, booked)

    assert seen == [
        ("PAUSED", "FIRST_PAUSE", "RED", "APPROVED", "YELLOW"),
        ("PAUSED", "SECOND_PAUSE", "RED", "APPROVED", "YELLOW"),
    ]
    assert (template(account, "table_booked").status, row_of(account).due_at) == ("DISABLED", None)


@pytest.mark.django_db
def test_a_pause_by_pacing_lasts_until_it_is_ended_and_five_minutes_at_least(play, account, booked):
    happen(play, sandbox_acts.pace, booked)
    too_soon = unpause(account, booked)
    play.turn(account, by=DAY)
    paused = template(account, "table_booked")
    ended = unpause(account, booked)
    play.catch_up()

    assert (paused.status, paused.pause_title) == ("PAUSED", "RATE_LIMITING_PAUSE")
    assert (too_soon["success"], ended) == (False, {"success": True})
    assert "5 minutes" in too_soon["reason"]
    assert template(account, "table_booked").status == "APPROVED"


@pytest.mark.django_db
def test_a_pause_for_quality_is_ended_by_nobody(play, account, booked):
    happen(play, sandbox_acts.let_quality_fall, booked)

    assert "ends by itself" in unpause(account, booked)["reason"]
    assert row_of(account).status == "PAUSED"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "how", "code"),
    [
        (sandbox_acts.let_quality_fall, {}, "not_approved"),
        (sandbox_acts.pace, {}, "not_approved"),
        (sandbox_acts.give_notice, {"coming": "MARKETING"}, "not_approved"),
    ],
)
def test_these_things_happen_to_approved_templates_alone(act, how, code, play, account, booked):
    happen(play, sandbox_acts.pace, booked)

    with everywhere(), pytest.raises(Refused) as refused:
        act(booked, **how)

    assert refused.value.code == code


@pytest.mark.django_db
@pytest.mark.parametrize("coming", ["UTILITY", "NEWS"])
def test_a_notice_is_of_another_category(coming, play, booked):
    with everywhere(), pytest.raises(Refused) as refused:
        sandbox_acts.give_notice(booked, coming=coming)

    assert refused.value.code == "same_category"


# The clock


@pytest.mark.django_db
def test_the_clock_is_turned_ahead_and_only_that_of_a_sandbox(play, account, organization):
    real = account_in(organization, external_id="109")
    with everywhere():
        before = sandbox_clock.now(account)
        turned = sandbox_clock.turn(account, by=DAY)
        for wrong, by in ((account, -HOUR), (account, 367 * DAY), (real, HOUR)):
            with pytest.raises(Refused):
                sandbox_clock.turn(wrong, by=by)

        assert turned == sandbox_clock.now(account) == before + DAY
        assert sandbox_clock.now(real) == timezone.now()


@pytest.mark.django_db
def test_what_is_told_says_real_moments_in_whole_seconds_that_grow(play, account, booked):
    happen(play, sandbox_acts.let_quality_fall, booked)
    play.turn(account, by=30 * DAY)

    with everywhere():
        times = list(TemplateEvent.objects.order_by("at").values_list("at", flat=True))
    assert len(times) == len(set(times)) == 6
    assert max(times) < timezone.now() + timedelta(seconds=10)
    assert all(at.microsecond == 0 for at in times)


@pytest.mark.django_db
def test_acts_are_kept_for_the_audit(play, account, booked):
    happen(play, sandbox_acts.pace, booked)

    with everywhere():
        details = list(AuditEntry.objects.order_by("at", "id").values_list("model", "detail"))
    assert details == [("account", "Turned its clock by 0:01:00."), ("sandboxtemplate", "Paused by pacing.")]


# What may happen


@pytest.mark.django_db
def test_a_worker_killed_between_post_and_save_says_the_same_once_more_and_it_is_known(play, account, booked):
    class Killed(BaseException):
        """As if the process were gone."""

    def be_killed() -> None:
        raise Killed

    with everywhere():
        sandbox_acts.pace(booked)
    play.before_answer = be_killed
    with pytest.raises(Killed):
        play.catch_up()
    play.before_answer = lambda: None
    play.clock.shift(LEASE)
    play.catch_up()

    assert play.bodies[-1] == play.bodies[-2]
    assert WebhookCall.objects.count() == len(play.bodies) - 1
    assert (template(account, "table_booked").status, row_of(account).outbox) == ("PAUSED", [])


@pytest.mark.django_db
def test_while_the_door_is_away_what_is_told_waits_in_its_order(play, account, booked):
    with everywhere():
        sandbox_acts.let_quality_fall(booked)
    with responses.RequestsMock() as wires:
        wires.add(responses.POST, DOOR + account.webhook_path, status=502)
        play.catch_up()
    waits = row_of(account)
    while row_of(account).outbox:
        play.go_on()

    assert [letter["field"] for letter in waits.outbox] == [
        "message_template_quality_update",
        "message_template_status_update",
    ]
    assert "Our own door answered 502." in waits.last_error
    assert (template(account, "table_booked").status, row_of(account).last_error) == ("PAUSED", "")


@pytest.mark.django_db
def test_what_a_closed_door_does_not_take_is_dropped_and_life_goes_on(play, account, booked):
    with everywhere():
        sandbox_acts.let_quality_fall(booked)
        accounts.retire(account)
    play.catch_up()

    left = row_of(account)
    assert (left.outbox, left.status) == ([], "PAUSED")
    assert left.unpause_at
    assert left.due_at == left.unpause_at - timedelta(minutes=1)


@pytest.mark.django_db
def test_an_edit_while_a_call_is_posted_loses_neither(play, account, booked):
    def edit() -> None:
        play.before_answer = lambda: None
        said = {"components": [BODY | {"text": "Hello {{1}}, your table by the window is booked."}]}
        ask(account, method="POST", path=[booked.external_id], body=said)

    with everywhere():
        sandbox_acts.pace(booked)
    play.before_answer = edit
    play.catch_up()
    in_review = template(account, "table_booked").status
    play.clock.shift(LEASE)
    play.turn(account, by=timedelta(minutes=1))

    assert in_review == "PENDING"
    assert template(account, "table_booked").status == "APPROVED"
    assert tasks.live_in_sandbox() == 0


# Pure rules

FINE, FLAWED = Verdict(category="UTILITY"), Verdict(category="UTILITY", flaws=(Flaw(why="It is.", fix="Mend it."),))
ACTS = {
    "edit": lambda state, at: living.edited(
        state, components=[BODY], category=state.category, parameter_format="POSITIONAL", at=at
    ),
    "fall": lambda state, at: living.fallen(state, at=at),
    "pace": lambda state, at: living.paced(state, at=at),
    "notice": lambda state, at: living.announced(state, coming="MARKETING", at=at),
}


@given(acts=st.lists(st.sampled_from(sorted(ACTS)), max_size=8), verdict=st.sampled_from([FINE, FLAWED]))
@settings(max_examples=50)
def test_whatever_happens_a_template_comes_to_rest_and_each_change_is_told(acts, verdict):
    state, _ = living.submitted(STATE, at=AT)
    for number, act in enumerate(acts):
        if state.status == "APPROVED" or not number:
            state, tells = ACTS[act](state, AT + number * HOUR)
            assert tells
    steps = 0
    while state.next_at and steps < 10:
        before, (state, tells) = state, living.stepped(state, judge=lambda: verdict)
        assert tells
        assert state != before
        steps += 1

    assert state.next_at is None
    assert state.pauses <= 2


def test_meta_tells_of_components_what_its_webhook_can_hold():
    buttons = [{"type": "QUICK_REPLY", "text": "No"}, {"type": "URL", "text": "See", "url": "u"}]
    components: list[dict[str, Any]] = [
        {"type": "header", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        {"type": "body", "text": "Your table is booked."},
        {"type": "BUTTONS", "buttons": buttons},
    ]

    assert wording(components) == {
        "message_template_element": "Your table is booked.",
        "message_template_buttons": [
            {
                "message_template_button_type": "URL",
                "message_template_button_text": "See",
                "message_template_button_url": "u",
            }
        ],
    }
    assert wording([{"type": "BODY", "add_security_recommendation": True}]) == {}
