"""The sandbox acts: its stories come through our own door, end in what they promise, and survive what may happen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import responses
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from core.fence import everywhere
from core.models import AuditEntry
from core.refusals import Refused
from core.work import LEASE, WAITS
from providers import accounts, sandbox, tasks
from providers.adapters.meta.signature import sign
from providers.models import Account, ParkedEvent, SandboxRun, WebhookCall
from templates_app.models import Template, TemplateEvent
from tests.sandbox import DOOR, now, playing, sandbox_account, template
from tests.world import account_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(organization):
    return sandbox_account(organization)


@pytest.fixture
def play(network, one_lane):
    with playing() as play:
        yield play


@pytest.fixture(autouse=True)
def _nothing_is_parked(db):
    yield
    with everywhere():
        assert not ParkedEvent.objects.exists()


def unresolved(account: Account, name: str) -> set[str]:
    with everywhere():
        alerts = Alert.objects.filter(subject_id=str(template(account, name).pk), alert_type__startswith="TEMPLATE_")
        return set(alerts.exclude(status="resolved").values_list("alert_type", flat=True))


def resolved(account: Account, name: str) -> set[str]:
    with everywhere():
        alerts = Alert.objects.filter(subject_id=str(template(account, name).pk), status="resolved")
        return set(alerts.values_list("alert_type", flat=True))


def texts(account: Account, name: str) -> list[str]:
    version = template(account, name).current_version
    return [part["text"] for part in version.components if part["type"] == "BODY"] if version else []


# What each story ends in


def test_approval_ends_in_two_templates_approved_and_one_rejected_with_its_reason(play, account):
    run = play.to_the_end(account, "approval")

    rejected = template(account, "loyalty_gift")
    assert (run.state, run.step, run.ended_at, run.trouble) == ("done", run.steps, timezone.now(), "")
    assert {template(account, name).status for name in ("order_received", "delivery_tomorrow")} == {"APPROVED"}
    assert (rejected.status, rejected.status_reason) == ("REJECTED", "INVALID_FORMAT")
    assert (rejected.rejection_info or {})["recommendation"]
    assert unresolved(account, "loyalty_gift") == {"TEMPLATE_REJECTED"}
    assert all(texts(account, name) for name in ("order_received", "delivery_tomorrow", "loyalty_gift"))


def test_quality_fall_ends_in_red_quality_of_a_template_that_can_still_be_sent(play, account):
    play.to_the_end(account, "quality_fall")

    fallen = template(account, "weekly_offers")
    assert (fallen.status, fallen.quality_score, fallen.is_sendable) == ("APPROVED", "RED", True)
    assert unresolved(account, "weekly_offers") == {"TEMPLATE_QUALITY_RED"}
    assert "TEMPLATE_QUALITY_YELLOW" in resolved(account, "weekly_offers")


def test_pause_disable_ends_in_a_disabled_template_after_two_pauses(play, account):
    play.to_the_end(account, "pause_disable")

    disabled = template(account, "flash_sale")
    assert (disabled.status, disabled.quality_score) == ("DISABLED", "RED")
    assert unresolved(account, "flash_sale") == {"TEMPLATE_DISABLED", "TEMPLATE_QUALITY_RED"}
    assert {"TEMPLATE_PAUSED", "TEMPLATE_FLAGGED", "TEMPLATE_QUALITY_YELLOW"} <= resolved(account, "flash_sale")


def test_recovery_puts_right_what_the_falls_did_wrong(play, account):
    play.to_the_end(account, "quality_fall")
    play.to_the_end(account, "pause_disable")
    before = {name: texts(account, name) for name in ("flash_sale", "weekly_offers")}

    play.to_the_end(account, "recovery")

    for name in ("flash_sale", "weekly_offers"):
        well = template(account, name)
        assert (well.status, well.quality_score, str(well.current_version)) == ("APPROVED", "GREEN", "v2")
        assert unresolved(account, name) == set()
        assert texts(account, name) != before[name]


def test_category_notice_ends_in_a_contested_template(play, account):
    run = play.start(account, "category_notice")
    while now(run).step < run.steps - 1:
        play.go_on()
    announced = template(account, "appointment_reminder")
    play.go_on()

    contested = template(account, "appointment_reminder")
    assert (announced.pending_category, announced.meta_reported_category) == ("MARKETING", "UTILITY")
    assert (contested.category, contested.meta_reported_category, contested.pending_category) == (
        "UTILITY",
        "MARKETING",
        "",
    )
    assert contested.is_contested


def test_a_burst_pauses_500_templates_within_a_minute_and_lets_them_go_a_day_later(play, account):
    run = play.start(account, "burst")
    counts: dict[datetime, int] = {}
    while play.go_on():
        with everywhere():
            counts[timezone.now()] = Template.objects.filter(account=account, status="PAUSED").count()

    full = [at for at, count in counts.items() if count == 500]
    last_without = max(at for at, count in counts.items() if count == 0 and at < full[0])
    assert full[0] - last_without < timedelta(minutes=1)
    with everywhere():
        assert Template.objects.filter(account=account, status="APPROVED").count() == 500
        pauses = Alert.objects.filter(alert_type="TEMPLATE_PAUSED")
        assert (pauses.count(), pauses.exclude(status="resolved").count()) == (500, 0)
    assert now(run).state == "done"


@pytest.mark.parametrize(
    ("scenario", "name", "standing"),
    [
        ("quality_fall", "weekly_offers", ("APPROVED", "RED")),
        ("pause_disable", "flash_sale", ("DISABLED", "RED")),
        ("recovery", "flash_sale", ("APPROVED", "GREEN")),
        ("category_notice", "appointment_reminder", ("APPROVED", "GREEN")),
        ("approval", "loyalty_gift", ("REJECTED", "UNKNOWN")),
    ],
)
def test_a_story_can_be_told_again_at_once_and_ends_the_same(scenario, name, standing, play, account):
    play.to_the_end(account, scenario)
    with everywhere():
        facts = TemplateEvent.objects.count()

    play.to_the_end(account, scenario)

    told_again = template(account, name)
    assert (told_again.status, told_again.quality_score) == standing
    with everywhere():
        assert TemplateEvent.objects.count() == 2 * facts


# How it is told


def test_each_step_is_a_signed_call_to_the_account_s_own_door_that_says_its_own_moment(play, account):
    run = play.start(account, "quality_fall")
    play.go_on()
    first_at = timezone.now()
    play.go_on()

    with everywhere():
        events = list(TemplateEvent.objects.order_by("at").values_list("at", "received_at", "call__door"))
    assert play.posted == [(account.webhook_path, 200)] * 2
    assert first_at == datetime.fromisoformat("2026-03-02T12:00:01Z")
    assert [at for at, _, _ in events] == [received for _, received, _ in events] == [first_at, timezone.now()]
    assert {door for _, _, door in events} == {f"sandbox:{account.pk}"}
    assert (now(run).step, now(run).state) == (2, "running")


def test_at_the_speed_of_life_the_next_step_waits_its_hours(play, account):
    run = play.start(account, "quality_fall", speed=1)
    for _ in range(3):
        play.go_on()

    told_at = timezone.now()
    assert now(run).due_at == told_at + timedelta(hours=18)
    assert sandbox.time_left(now(run), at=told_at) == timedelta(hours=18 + 24 + 24)


def test_a_worker_that_was_away_tells_the_step_that_waited_and_goes_on_at_the_time_that_it_is_then(play, account):
    run = play.start(account, "quality_fall")
    play.go_on()
    play.clock.shift(timedelta(hours=5))
    back_at = timezone.now()

    play.go_on()

    with everywhere():
        times = list(TemplateEvent.objects.order_by("at").values_list("at", flat=True))
    assert times == [times[0], times[0] + timedelta(seconds=1), back_at]
    assert now(run).next_at > back_at


def test_a_worker_killed_between_post_and_save_says_the_same_once_more_and_it_is_known(play, account):
    run = play.start(account, "approval")

    class Killed(BaseException):
        """As if the process were gone."""

    def be_killed() -> None:
        raise Killed

    play.before_answer = be_killed
    with pytest.raises(Killed):
        play.go_on()
    tasks.apply_calls()
    left_behind = now(run)
    play.before_answer = lambda: None
    play.clock.shift(LEASE)
    play.go_on()

    assert (left_behind.step, left_behind.state) == (0, "running")
    assert play.bodies[0] == play.bodies[1]
    assert WebhookCall.objects.count() == len(play.bodies) - 1 == now(run).step
    with everywhere():
        assert TemplateEvent.objects.count() == now(run).step


def test_while_the_door_is_away_a_step_is_tried_again_later_and_says_the_same_then(play, account):
    run = play.start(account, "approval")
    play.go_on()
    with responses.RequestsMock() as wires:
        wires.add(responses.POST, DOOR + account.webhook_path, status=502)
        play.go_on()
    waits = now(run)
    play.go_on()

    assert waits.due_at
    assert waits.due_at > waits.next_at + WAITS[0] * 0.8
    assert (waits.step, waits.state) == (1, "running")
    assert "Our own door answered 502." in waits.trouble
    assert (now(run).trouble, now(run).attempts - now(run).postponed) == ("", 0)
    with everywhere():
        assert TemplateEvent.objects.filter(at=waits.next_at).count() == 1


def test_a_door_that_stays_away_fails_the_story_and_says_why(play, account):
    run = play.start(account, "approval")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wires:
        wires.add(responses.POST, DOOR + account.webhook_path, status=502)
        while play.go_on():
            pass

    failed = now(run)
    assert (failed.state, failed.step, failed.due_at) == ("failed", 0, None)
    assert "Our own door answered 502." in failed.trouble


def test_a_door_that_refuses_fails_the_story_at_once(play, account):
    run = play.start(account, "approval")
    with everywhere():
        accounts.retire(account)

    play.go_on()

    assert now(run).state == "failed"
    assert "The account's own door did not open" in now(run).trouble
    assert play.posted == [(account.webhook_path, 403)]


def test_what_was_stopped_tells_nothing_more_and_keeps_what_it_told(play, account):
    run = play.start(account, "quality_fall")
    play.go_on()
    play.go_on()

    with everywhere():
        stopped = sandbox.stop(now(run))
        again = sandbox.stop(now(run))

    assert (stopped, again) == (True, False)
    assert play.go_on() is False
    assert (now(run).state, now(run).step) == ("stopped", 2)
    assert template(account, "weekly_offers").status == "PENDING"


def test_a_story_that_is_stopped_while_a_step_is_posted_ends_there(play, account):
    run = play.start(account, "quality_fall")
    play.before_answer = lambda: sandbox.stop(now(run)) and None

    play.go_on()

    assert (now(run).state, now(run).due_at, now(run).step) == ("stopped", None, 0)
    assert len(play.posted) == 1


def test_one_story_runs_once_at_a_time_for_an_account_but_others_may_run_beside_it(play, account, organization):
    play.start(account, "approval")

    with pytest.raises(Refused) as refused:
        play.start(account, "approval")
    play.start(account, "burst")
    play.start(sandbox_account(organization, name="Second"), "approval")

    assert refused.value.code == "story_runs"
    with everywhere():
        assert SandboxRun.objects.filter(state="running").count() == 3


def test_two_stories_at_once_know_their_own_templates(play, account):
    fall, approval = play.start(account, "quality_fall"), play.start(account, "approval")
    while play.go_on():
        pass

    assert {one["label"] for one in subjects(fall)} == {"weekly_offers (en_US)"}
    assert {one["label"] for one in subjects(approval)} == {
        "order_received (en_US)",
        "delivery_tomorrow (en_US)",
        "loyalty_gift (en_US)",
    }


def subjects(run: SandboxRun) -> list[dict[str, str]]:
    with everywhere():
        return list(sandbox.subjects(now(run)).values())


@pytest.mark.parametrize("provider", ["meta", "retired"])
def test_nothing_is_let_happen_to_any_other_account(provider, play, account, organization):
    other = account_in(organization, external_id="109") if provider == "meta" else account
    with everywhere():
        accounts.retire(account)

    with pytest.raises(Refused) as refused:
        play.start(other, "approval")

    assert refused.value.code == "not_a_sandbox"
    with everywhere():
        assert not SandboxRun.objects.exists()


def test_start_and_stop_are_kept_for_the_audit_without_a_secret(play, account):
    run = play.start(account, "approval")
    play.clock.shift(timedelta(seconds=1))
    with everywhere():
        sandbox.stop(now(run))
        entries = list(AuditEntry.objects.order_by("at", "id"))

    assert [(one.action, one.object_id, one.label) for one in entries] == [
        ("sandbox_acted", str(run.pk), "Sandbox")
    ] * 2
    assert [one.detail.partition(":")[0] for one in entries] == ["Started", "Stopped"]
    assert account.webhook_token not in str([vars(one) for one in entries])


# The account and its door


def test_a_sandbox_account_needs_neither_id_nor_credentials_and_is_well_at_once(account):
    assert len(account.external_id) == 15
    assert account.external_id.isdigit()
    assert len(account.secret("app_secret")) > 40
    assert (account.health, account.window_policy, account.on_unknown) == ("ok", "provider", "hold")


def test_two_sandbox_accounts_share_no_secret(organization):
    first, second = sandbox_account(organization), sandbox_account(organization)

    assert first.secret("app_secret") != second.secret("app_secret")
    assert first.external_id != second.external_id


def test_nobody_asks_the_graph_api_about_a_sandbox_account(account):
    with responses.RequestsMock() as graph:
        asked = tasks.check_accounts()

    assert (asked, len(graph.calls)) == (0, 0)


@pytest.mark.parametrize(
    ("provider", "window_policy", "on_unknown"),
    [
        ("meta", "strict", "hold"),
        ("twilio", "strict", "hold"),
        ("myoperator", "provider", "retry_once"),
        ("sandbox", "provider", "hold"),
    ],
)
def test_an_account_behaves_as_is_usual_for_its_provider(provider, window_policy, on_unknown, organization):
    fields = {"provider": provider, "name": "Shop", "external_id": "1"}
    with everywhere():
        usual = accounts.add_account(organization=organization, fields=fields)
        told = {"window_policy": "strict", "on_unknown": "retry_once", "external_id": "2"}
        wished = accounts.add_account(organization=organization, fields=fields | told)

    assert (usual.window_policy, usual.on_unknown) == (window_policy, on_unknown)
    assert (wished.window_policy, wished.on_unknown) == ("strict", "retry_once")


def status_of_post(account: Account, *, secret: str) -> int:
    body = b'{"object": "whatsapp_business_account", "entry": []}'
    headers = {"X-Hub-Signature-256": sign(body, secret=secret)}
    return Client().generic("POST", account.webhook_path, body, headers=headers).status_code


def test_its_own_secret_alone_opens_its_door(account, organization, settings):
    another = sandbox_account(organization)

    assert status_of_post(account, secret=account.secret("app_secret")) == 200
    assert status_of_post(account, secret=another.secret("app_secret")) == 403
    assert status_of_post(account, secret=settings.WHATSAPP_WEBHOOK_APP_SECRETS[0]) == 403
    assert status_of_post(account, secret="") == 403


def test_without_a_secret_its_door_stays_shut_also_to_the_installation_s(account, settings):
    with everywhere():
        account.credentials = {}
        account.save()

    assert status_of_post(account, secret=settings.WHATSAPP_WEBHOOK_APP_SECRETS[0]) == 403


def test_its_door_never_shakes_hands(account, settings):
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": settings.WHATSAPP_WEBHOOK_VERIFY_TOKEN,
        "hub.challenge": "1",
    }

    assert Client().get(account.webhook_path, query).status_code == 403
