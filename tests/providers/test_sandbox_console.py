"""Let something happen: the sandbox at the console, in the API and on the command line."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
import responses
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from core.bell import WORKER
from core.fence import everywhere
from core.models import Heartbeat, Role
from providers import sandbox
from providers.adapters.sandbox.scenarios import SCENARIOS, SPEED
from providers.models import Account, SandboxRun
from tests.console import first, look, press, somebody, superuser_at_console, words
from tests.sandbox import DOOR, now, playing, sandbox_account
from tests.world import WABA, account_in, error_of

pytestmark = pytest.mark.django_db
ACCOUNTS = reverse("admin:providers_account_changelist")
START = reverse("admin:providers_sandboxrun_add")
LET = "Let something happen"


@pytest.fixture
def play(network, one_lane):
    with playing() as play:
        yield play


@pytest.fixture
def account(organization):
    return sandbox_account(organization)


@pytest.fixture
def person(organization):
    """An operator at the console."""
    return somebody(organization, Role.OPERATOR)


def page_of(row: Any, what: str = "change") -> str:
    return reverse(f"admin:providers_{row._meta.model_name}_{what}", args=[row.pk])


def runs() -> list[SandboxRun]:
    with everywhere():
        return list(SandboxRun.objects.order_by("id"))


def asked(account: Account, **other: Any) -> dict[str, Any]:
    return {"account": str(account.pk), "scenario": "quality_fall", "speed": "20000"} | other


# Accounts


def test_a_sandbox_account_is_added_at_the_console_with_a_name_alone(organization):
    admin = somebody(organization, Role.ORG_ADMIN)

    press(admin, f"{ACCOUNTS}add/", provider="sandbox", name="Playground")

    with everywhere():
        account = Account.objects.get()
    page = look(admin, page_of(account))
    assert (account.window_policy, account.on_unknown, account.health) == ("provider", "hold", "ok")
    assert account.secret("app_secret")
    assert account.secret("app_secret") not in page
    assert account.webhook_token not in page
    assert "Forget" not in words(page)


def test_any_other_account_needs_its_id_and_behaves_as_is_usual_for_its_provider(organization):
    admin = somebody(organization, Role.ORG_ADMIN)

    refused = press(admin, f"{ACCOUNTS}add/", provider="meta", name="Shop")
    press(admin, f"{ACCOUNTS}add/", provider="meta", name="Shop", external_id=WABA)

    assert "This field is required." in refused.content.decode()
    with everywhere():
        account = Account.objects.get()
    assert (account.window_policy, account.on_unknown) == ("strict", "hold")


def test_saving_a_sandbox_account_keeps_its_secret(organization, account):
    admin = somebody(organization, Role.ORG_ADMIN)
    changes = {"name": "Renamed", "window_policy": "strict", "on_unknown": "hold"}

    press(admin, page_of(account), **changes)
    press(admin, page_of(account), **changes, forget="app_secret")

    with everywhere():
        kept = Account.objects.get()
    assert (kept.name, kept.window_policy) == ("Renamed", "strict")
    assert kept.secret("app_secret") == account.secret("app_secret")


# At the console


def test_each_story_is_offered_with_what_there_will_be_to_see(person, account):
    start = first(r'href="([^"]*sandboxrun/add/[^"]*)"', look(person, page_of(account)))

    page = look(person, start)

    for story in SCENARIOS.values():
        assert f"{story.title} {story.promise}" in words(page)
    assert f'<option value="{account.pk}" selected' in page


def test_a_story_is_started_and_its_page_tells_how_it_goes(play, person, account):
    started = press(person, START, **asked(account))
    address = started.redirect_chain[-1][0]
    at_first = words(look(person, address))
    for _ in range(5):
        play.go_on()
    midway = look(person, address)
    while play.go_on():
        pass
    after = look(person, address)

    (run,) = runs()
    assert (run.scenario, run.speed, run.started_by) == ("quality_fall", 20_000, "operator@lamp-works.example")
    assert "Step 0 of 6. About 14 seconds left." in at_first
    assert "Next: weekly_offers is in review at Meta." in at_first
    assert "Step 5 of 6." in words(midway)
    assert "falls to YELLOW. weekly_offers (en_US)" in words(midway)
    assert "hx-get" in midway
    assert "Step 6 of 6. Ended" in words(after)
    assert "hx-get" not in after
    assert "DONE Quality falls 6 of 6 steps" in words(look(person, page_of(account))).replace("Done", "DONE")
    assert "Quality falls Sandbox" in words(look(person, reverse("admin:providers_sandboxrun_changelist")))


def test_the_page_links_to_the_templates_that_a_step_was_about(play, person, account):
    play.to_the_end(account, "burst")

    page = words(look(person, page_of(runs()[0])))

    assert "Templates 451 to 500 of 500 are approved again." in page
    assert "branch_news_451 (en_US) , branch_news_452 (en_US)" in page
    assert "and 45 more" in page


def test_what_keeps_a_step_from_being_told_stands_on_the_page(play, person, account):
    run = play.start(account, "approval")
    with responses.RequestsMock() as wires:
        wires.add(responses.POST, DOOR + account.webhook_path, status=502)
        play.go_on()

    page = words(look(person, page_of(run)))

    assert "The next step could not be told: TryAgain: Our own door answered 502." in page
    assert "It is tried again" in page


def test_a_story_is_stopped_after_a_word_about_what_stays(play, person, account):
    run = play.start(account, "approval")
    play.go_on()

    confirm = words(look(person, page_of(run, "stop")))
    press(person, page_of(run, "stop"))

    page = look(person, page_of(run))
    assert "templates and alerts stand as they are now" in confirm
    assert now(run).state == "stopped"
    assert "what has happened stays" in words(page)
    assert page_of(run, "stop") not in page
    assert play.go_on() is False


def test_the_same_story_at_the_same_time_is_refused_in_words(play, person, account):
    play.start(account, "quality_fall")

    page = press(person, START, **asked(account))

    assert "being told to this account already" in page.content.decode()
    assert len(runs()) == 1


@pytest.mark.parametrize("other", [{"scenario": "sunrise"}, {"speed": "7"}, {"speed": ""}, {"scenario": ""}])
def test_what_is_not_offered_is_refused_at_its_field(other, person, account):
    page = press(person, START, **asked(account, **other))

    assert page.status_code == 200
    assert runs() == []


def test_a_viewer_sees_how_it_goes_and_no_button(play, organization, account):
    run = play.start(account, "approval")
    viewer = somebody(organization, Role.VIEWER)

    assert LET not in look(viewer, page_of(account))
    assert page_of(run, "stop") not in look(viewer, page_of(run))
    assert viewer.get(START).status_code == 403
    assert viewer.post(START, asked(account)).status_code == 403
    assert viewer.post(page_of(run, "stop")).status_code == 403
    assert now(run).state == "running"


def test_only_a_sandbox_account_in_use_can_be_chosen(person, organization, account, other_organization):
    real = account_in(organization, external_id=WABA)
    theirs = sandbox_account(other_organization, name="Theirs")

    assert LET not in look(person, page_of(real))
    for other in (real, theirs):
        assert "Select a valid choice" in press(person, START, **asked(other)).content.decode()
    assert runs() == []


def test_a_story_of_another_organization_does_not_exist(play, person, account, other_organization):
    run = play.start(sandbox_account(other_organization), "approval")

    assert person.get(page_of(run)).status_code == 404
    assert person.post(page_of(run, "stop")).status_code == 404
    assert now(run).state == "running"


def test_a_superuser_who_sees_all_starts_it_in_the_organization_of_the_account(account, other_organization):
    theirs = sandbox_account(other_organization)

    press(superuser_at_console(), START, **asked(theirs))

    assert [run.organization_id for run in runs()] == [other_organization.pk]


# The API


def path(account: Account) -> str:
    return f"/whatsapp/accounts/{account.pk}/sandbox-runs"


def test_a_sandbox_account_is_added_over_the_api_with_a_name_alone(org_admin):
    made = org_admin.post("/whatsapp/accounts", {"provider": "sandbox", "name": "Playground"})

    answer = made.json()
    assert made.status_code == 201
    assert len(answer["external_id"]) == 15
    assert (answer["window_policy"], answer["on_unknown"], answer["health"]) == ("provider", "hold", "ok")
    assert "credentials" not in answer


@pytest.mark.parametrize("credentials", [{"app_secret": "mine"}, {"app_secret": None}])
def test_the_secret_of_a_sandbox_account_is_nobody_s_to_set(credentials, org_admin, account):
    answer = org_admin.patch(f"/whatsapp/accounts/{account.pk}", {"credentials": credentials})

    assert error_of(answer)[::2] == (400, "credentials")
    assert answer.json()["errors"][0]["detail"] == "Unknown: app_secret. Known: none."


def test_a_story_is_started_and_listed_over_the_api(play, operator, viewer, account):
    answer = operator.post(path(account), {"scenario": "quality_fall", "speed": 1000})
    play.go_on()

    (run,) = runs()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(run.pk),
        "account": str(account.pk),
        "scenario": "quality_fall",
        "speed": 1000,
        "state": "running",
        "step": 0,
        "steps": 6,
        "started_by": "key:operator",
        "started_at": "2026-03-02T12:00:00.250000Z",
        "ended_at": None,
        "error": "",
    }
    assert viewer.results(path(account)) == [answer.json() | {"step": 1}]


def test_the_usual_speed_is_taken_where_none_is_named(operator, account):
    assert operator.post(path(account), {"scenario": "approval"}).json()["speed"] == SPEED


def test_the_same_story_again_is_a_conflict(operator, account):
    operator.post(path(account), {"scenario": "approval"})

    assert error_of(operator.post(path(account), {"scenario": "approval"})) == (409, "story_runs", None)


@pytest.mark.parametrize(
    ("said", "attr"),
    [
        ({}, "scenario"),
        ({"scenario": "sunrise"}, "scenario"),
        ({"scenario": "approval", "speed": 0}, "speed"),
        ({"scenario": "approval", "speed": 1_000_001}, "speed"),
        ({"scenario": "approval", "speed": "fast"}, "speed"),
    ],
)
def test_what_cannot_be_told_is_named(said, attr, operator, account):
    assert error_of(operator.post(path(account), said))[::2] == (400, attr)
    assert runs() == []


def test_an_account_that_is_no_sandbox_is_a_bad_request(operator, organization):
    real = account_in(organization, external_id=WABA)

    assert error_of(operator.post(path(real), {"scenario": "approval"}))[::2] == (400, "account")
    assert operator.results(path(real)) == []


def test_a_viewer_s_key_starts_nothing_and_another_organization_s_account_does_not_exist(
    viewer, operator, account, other_organization
):
    theirs = sandbox_account(other_organization)

    assert viewer.post(path(account), {"scenario": "approval"}).status_code == 403
    assert operator.post(path(theirs), {"scenario": "approval"}).status_code == 404
    assert operator.get(path(theirs)).status_code == 404
    assert runs() == []


# The command


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("sandbox", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def worker(play, monkeypatch):
    """While the command sleeps between two looks, a worker does what is due."""
    monkeypatch.setattr(time, "sleep", lambda seconds: play.go_on())
    return play


def test_the_command_tells_each_step_as_it_happens_and_where_to_look(worker, account, settings):
    text = command("quality_fall")

    (run,) = runs()
    assert run.state == "done"
    assert [line[6:] for line in text.splitlines()[1:-1]] == [moment.words for moment in sandbox.story_of(run).moments]
    assert text.splitlines()[0] == "Sandbox: Quality falls, in 6 steps"
    assert text.splitlines()[-1] == f"The story is told. What came of it: {settings.PUBLIC_URL}{page_of(run)}"
    assert run.started_by == "command line"


def test_the_command_can_leave_at_once(account, settings):
    text = command("approval", "--no-wait", "--speed", "10")

    (run,) = runs()
    assert (run.state, run.speed) == ("running", 10)
    assert f"{settings.PUBLIC_URL}{page_of(run)}" in text


@pytest.mark.parametrize("said", [["sunrise"], []])
def test_an_unknown_scenario_lists_those_there_are(said, db):
    with pytest.raises(CommandError) as refused:
        command(*said)

    for story in SCENARIOS.values():
        assert f"{story.name} " in str(refused.value)
        assert story.promise in str(refused.value)


def test_without_a_sandbox_account_the_command_says_how_to_get_one(db):
    with pytest.raises(CommandError, match="Add one in the console under Accounts"):
        command("approval")


def test_with_several_accounts_the_command_asks_which(worker, account, other_organization):
    other = sandbox_account(other_organization, name="Second")

    with pytest.raises(CommandError) as refused:
        command("approval")
    with pytest.raises(CommandError, match="No sandbox account has the id 1"):
        command("approval", "--account", "1")
    command("approval", "--account", str(other.pk))

    assert f"--account {account.pk}  Sandbox (Lamp Works)" in str(refused.value)
    assert f"--account {other.pk}  Second (Rival Works)" in str(refused.value)
    assert [run.account_id for run in runs()] == [other.pk]


@pytest.mark.parametrize("speed", ["0", "-5", "1000001"])
def test_a_speed_that_cannot_be_is_refused(speed, account):
    with pytest.raises(CommandError, match="--speed is a number from 1"):
        command("approval", "--speed", speed)


def test_the_command_refuses_a_story_that_is_being_told(play, account):
    play.start(account, "approval")

    with pytest.raises(CommandError, match="being told to this account already"):
        command("approval")


@pytest.mark.parametrize(
    ("beats", "sentence"),
    [
        (False, "No worker is running, so nothing happens yet."),
        (True, "The worker is busy"),
    ],
)
def test_the_command_says_why_nothing_happens_and_goes_on_when_it_does(beats, sentence, play, account, monkeypatch):
    looks = []
    if beats:
        Heartbeat.objects.create(name=WORKER, at=timezone.now())

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) > 40:
            play.go_on()

    monkeypatch.setattr(time, "sleep", sleep)

    text = command("approval")

    assert text.count(sentence) == 1
    assert "The story is told." in text


def test_the_command_says_when_the_door_is_away_and_ends_when_it_is_given_up(worker, account, monkeypatch):
    monkeypatch.setattr("providers.management.commands.sandbox.PATIENCE", 3)
    out = io.StringIO()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wires:
        wires.add(responses.POST, DOOR + account.webhook_path, status=502)
        with pytest.raises(CommandError, match=r"could not be told to its end\. TryAgain: Our own door answered 502"):
            call_command("sandbox", "approval", stdout=out)

    assert f"Does the web process run at {DOOR}?" in out.getvalue()
    assert runs()[0].state == "failed"


def test_the_command_ends_when_somebody_stops_the_story(play, account, monkeypatch):
    def stop(seconds: float) -> None:
        with everywhere():
            sandbox.stop(runs()[0])

    monkeypatch.setattr(time, "sleep", stop)

    assert "Stopped. What came of it: " in command("approval")


def test_leaving_the_command_leaves_the_story(play, account, monkeypatch):
    def leave(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", leave)

    assert "It goes on without you: " in command("approval")
    assert runs()[0].state == "running"
