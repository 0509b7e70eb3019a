"""Let one thing happen: to a template of a sandbox account or to its clock, at the console and on the command line."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.fence import everywhere
from core.models import Role
from providers.management.commands.sandbox import ACTS
from providers.models import SandboxTemplate
from tests.console import first, look, press, somebody, words
from tests.sandbox import playing, sandbox_account, template

pytestmark = pytest.mark.django_db
TEMPLATES = reverse("admin:providers_sandboxtemplate_changelist")
NAME = "appointment_reminder"


@pytest.fixture
def play(network, one_lane):
    with playing() as play:
        yield play


@pytest.fixture
def account(organization):
    return sandbox_account(organization)


@pytest.fixture
def told(play, account):
    """An approved template, as a story told it."""
    run = play.start(account, "category_notice")
    for _ in range(run.steps - 2):
        play.go_on()
    with everywhere():
        run.delete()
        found: SandboxTemplate = SandboxTemplate.objects.get(account=account)
    return found


def page_of(row: SandboxTemplate, what: str = "change") -> str:
    return reverse(f"admin:providers_sandboxtemplate_{what}", args=[row.pk])


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("sandbox", *arguments, stdout=out)
    return out.getvalue()


# At the console


def test_the_account_leads_to_the_templates_that_its_meta_has(organization, account, told):
    person = somebody(organization, Role.OPERATOR)
    page = look(person, reverse("admin:providers_account_change", args=[account.pk]))

    listed = words(look(person, first(rf'href="({TEMPLATES}[^"]*)"', page)))

    assert f"{NAME} (en_US)" in listed
    assert "APPROVED" in listed


def test_an_operator_lets_a_category_be_announced_and_turns_the_clock(play, organization, account, told):
    person = somebody(organization, Role.OPERATOR)
    press(person, page_of(told, "notice"), coming="MARKETING")
    play.catch_up()
    announced = words(look(person, page_of(told)))
    press(person, page_of(told, "turn"), hours="24")
    play.catch_up()

    assert "The category changes in 23" in announced or "The category changes in 1 day" in announced
    assert template(account, NAME).meta_reported_category == "MARKETING"


@pytest.mark.parametrize(("deed", "title"), [("fall", "FIRST_PAUSE"), ("pace", "RATE_LIMITING_PAUSE")])
def test_an_operator_lets_a_template_be_paused(deed, title, play, organization, account, told):
    person = somebody(organization, Role.OPERATOR)
    press(person, page_of(told, deed))
    play.catch_up()
    again = press(person, page_of(told, deed))

    assert template(account, NAME).pause_title == title
    assert "There is nothing to do here any more." in words(again.content.decode())


def test_a_notice_of_the_category_that_holds_already_is_refused_in_words(organization, told):
    answer = press(somebody(organization, Role.OPERATOR), page_of(told, "notice"), coming="UTILITY")

    assert "has to be another one than UTILITY" in words(answer.content.decode())


def test_a_viewer_looks_and_another_organization_sees_nothing(organization, other_organization, told):
    viewer, stranger = somebody(organization, Role.VIEWER), somebody(other_organization, Role.OPERATOR)

    assert "Turn the clock" not in look(viewer, page_of(told))
    assert viewer.post(page_of(told, "turn"), {"hours": "24"}).status_code == 403
    assert NAME not in look(stranger, TEMPLATES)
    assert stranger.post(page_of(told, "turn"), {"hours": "24"}).status_code == 404


# On the command line


def test_a_notice_comes_true_when_the_clock_is_turned(play, account, told):
    said = command("notice", NAME, "marketing")
    play.catch_up()
    turned = command("turn", "24h")
    play.catch_up()

    assert "to become MARKETING. To let it come at once: manage.py sandbox turn 24h" in said
    assert "At Sandbox it is 2026-03-0" in turned
    assert template(account, NAME).meta_reported_category == "MARKETING"


def test_a_notice_of_authentication_says_how_far_the_first_of_next_month_is(play, account, told):
    said = command("notice", NAME, "AUTHENTICATION")
    play.catch_up()
    command("turn", first(r"sandbox turn (\w+)", said))
    play.catch_up()

    assert "sandbox turn 30d" in said
    assert template(account, NAME).status == "REJECTED"


@pytest.mark.parametrize("name", [NAME, f"{NAME}.en_US", "9100000000000301"])
@pytest.mark.parametrize("act", ["pause", "pace"])
def test_a_template_is_paused_by_its_name_its_key_or_its_id(act, name, play, account, told):
    command(act, name)
    play.catch_up()

    assert template(account, NAME).status == "PAUSED"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["turn"], "Use it so: manage.py sandbox turn SPAN"),
        (["turn", "far"], "Say how far: 30m, 24h or 7d."),
        (["turn", "900d"], "by a year at most"),
        (["notice", NAME], "Use it so: manage.py sandbox notice TEMPLATE CATEGORY"),
        (["notice", NAME, "NEWS"], "has to be another one than UTILITY"),
        (["pause", "sunrise"], "Sandbox has no template sunrise."),
    ],
)
def test_what_cannot_happen_is_said_in_words(said, sentence, told):
    with pytest.raises(CommandError, match=sentence):
        command(*said)


def test_a_name_in_several_languages_asks_which(told):
    with everywhere():
        told.pk, told.external_id, told.language = None, "9100000000000302", "en_GB"
        told._state.adding = True
        told.save(force_insert=True)

    with pytest.raises(CommandError, match=rf"Say which, as: {NAME}\.en_"):
        command("pause", NAME)


def test_the_acts_are_listed_with_the_stories(db):
    with pytest.raises(CommandError) as refused:
        command("sunrise")

    for name, act in ACTS.items():
        assert f"  {name} " in str(refused.value)
        assert act.words in str(refused.value)
