"""`manage.py demo`: who may come in, what there is to see, and that a second run changes only the keys."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from alerts.models import Alert, AlertDelivery, AlertEntry
from config.demo import shop
from config.demo.filling import NOT_SENT
from config.demo.story import DAYS, LIVES, Call, told
from config.demo.templates import TEMPLATES
from core.fence import everywhere
from core.models import ApiKey, Membership, Organization
from providers.models import Account, Number, ParkedEvent, WebhookCall
from templates_app.folding import fold
from templates_app.ledger import facts_of
from templates_app.models import Template, TemplateEvent, TemplateVersion
from tests.world import Api, account_in, deliver, status_change, webhook

Facts = dict[str, Any]
Demo = Callable[..., Facts]


@pytest.fixture
def demo(db: None) -> Demo:
    """Runs the command; gives what its last line says."""

    def run(*options: str) -> Facts:
        facts: Facts = json.loads(printed(*options).splitlines()[-1])
        return facts

    return run


def printed(*options: str) -> str:
    out = io.StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def unfenced() -> Any:
    with everywhere():
        yield


def caller(facts: Facts) -> Api:
    return Api(Authorization=f"Bearer {facts['api_key']}")


def of_shop() -> Any:
    """The fourteen templates of the shop's own account."""
    return Template.objects.filter(account__provider="meta")


def rows() -> dict[str, int]:
    kinds: list[Any] = [Organization, User, Membership, Account, Number, Template, TemplateEvent, TemplateVersion]
    kinds += [WebhookCall, Alert, AlertEntry, AlertDelivery]
    with everywhere():
        return {kind.__name__: kind.objects.count() for kind in kinds}


# Who may come in


def test_the_last_line_opens_the_api_and_the_console(demo):
    facts = demo()

    assert set(facts) == {"organization", "admin_email", "admin_password", "api_key", "waba_id", "number_id"}
    assert len(caller(facts).results("/whatsapp/templates")) == 14 + 2
    history = f"/whatsapp/{facts['number_id']}/templates/{{}}/status-history"
    listed = caller(facts).results("/whatsapp/templates?status=DISABLED")
    assert caller(facts).get(history.format(listed[0]["id"])).json()["total"] == 15
    assert Client().login(username=facts["admin_email"], password=facts["admin_password"])


def test_an_empty_demo_is_an_organization_its_admin_and_a_key(demo):
    facts = demo("--empty")

    assert (facts["organization"], facts["waba_id"], facts["number_id"]) == ("quill-lantern", None, None)
    assert {name for name, number in rows().items() if number} == {"Organization", "User", "Membership"}
    assert caller(facts).get("/whatsapp/templates").json()["results"] == []
    assert Client().login(username=facts["admin_email"], password=facts["admin_password"])


def test_people_are_told_where_to_sign_in_and_how_to_call(demo, settings):
    settings.PUBLIC_URL = "https://hub.example.com"

    text = printed("--empty")

    facts = json.loads(text.splitlines()[-1])
    assert "https://hub.example.com/admin/" in text
    assert facts["admin_password"] in text.partition("{")[0]
    assert f"'Authorization: Bearer {facts['api_key']}' https://hub.example.com/api/v1/" in text


def test_the_first_admin_is_a_superuser_and_a_later_run_does_not_make_her_one_again(demo):
    demo("--empty")
    (first,) = User.objects.all()
    was_superuser = first.is_superuser and first.is_staff
    first.is_superuser = False
    first.save()

    demo("--empty")

    assert was_superuser
    assert not User.objects.get().is_superuser


def test_a_second_run_replaces_password_and_key_and_adds_nothing(demo):
    first = demo()
    before = rows()

    second = demo()

    assert rows() == before
    assert {name for name in first if first[name] != second[name]} == {"admin_password", "api_key"}
    assert caller(first).get("/whatsapp/templates").status_code == 401
    assert caller(second).get("/whatsapp/templates").status_code == 200
    assert not Client().login(username=first["admin_email"], password=first["admin_password"])


def test_a_second_run_leaves_keys_of_other_names(demo, unfenced):
    demo("--empty")
    other = ApiKey(organization=Organization.objects.get(), name="till", role="viewer")
    other.new_secret()
    other.save()

    demo("--empty")

    assert list(ApiKey.objects.filter(revoked_at=None).order_by("name").values_list("name", flat=True)) == [
        "demo",
        "till",
    ]


def test_the_data_may_come_after_an_empty_demo(demo):
    empty = demo("--empty")

    facts = demo()

    assert facts["organization"] == empty["organization"]
    assert rows()["Template"] == 14 + 2


def test_the_account_of_another_organization_is_left_alone(demo, other_organization):
    account_in(other_organization, external_id=shop.WABA_ID)

    text = printed()

    facts = json.loads(text.splitlines()[-1])
    assert (facts["waba_id"], facts["number_id"]) == (None, None)
    assert "another organization has the account" in text
    assert (rows()["Account"], rows()["Number"], rows()["Template"]) == (1, 0, 0)


def test_an_account_that_lost_its_number_gets_it_again(demo, unfenced):
    demo()
    Number.objects.all().delete()

    facts = demo()

    assert str(Number.objects.get().pk) == facts["number_id"]
    assert rows()["Template"] == 14 + 2


# What there is to see


def test_fourteen_templates_stand_in_many_states_and_languages(demo, unfenced):
    demo()

    templates = list(of_shop())
    assert len(templates) == len(TEMPLATES) == 14
    assert {one.language for one in templates} == {"en", "en_GB", "es", "fr", "pt_BR", "ar"}
    assert {one.status for one in templates} == {
        "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "ARCHIVED", "IN_APPEAL",
    }  # fmt: skip
    assert {one.quality_score for one in templates} == {"GREEN", "YELLOW", "RED", "UNKNOWN"}
    assert {one.category for one in templates} == {"MARKETING", "UTILITY", "AUTHENTICATION"}
    assert {one.pause_title for one in templates} == {"", "FIRST_PAUSE", "SECOND_PAUSE"}
    assert all(one.paused_until > timezone.now() for one in templates if one.status == "PAUSED")
    assert [one.name for one in templates if one.is_contested] == ["parcel_on_its_way"]
    assert [one.pending_category for one in templates if one.pending_category] == ["MARKETING"]
    assert [one.name for one in templates if one.flagged_at] == ["review_request"]
    assert [one.name for one in templates if (one.rejection_info or {}).get("recommendation")] == ["welcome_offer"]
    assert {(one.sent_count, one.failed_count) for one in templates} == {(0, 0)}


def test_a_sandbox_account_with_two_healthy_templates_waits_to_be_played_with(demo, unfenced):
    text = printed()

    account = Account.objects.get(provider="sandbox")
    standings = account.templates.order_by("name").values_list("name", "status", "quality_score")
    assert list(standings) == [("flash_sale", "APPROVED", "GREEN"), ("weekly_offers", "APPROVED", "GREEN")]
    assert (account.name, account.health) == ("Sandbox", "ok")
    assert "python manage.py sandbox pause_disable" in text.partition("{")[0]


def test_an_older_demo_gets_its_sandbox_account_by_the_next_run(demo, unfenced):
    demo()
    sandbox = Account.objects.filter(provider="sandbox")
    Template.objects.filter(account__in=sandbox).delete()
    WebhookCall.objects.filter(account__in=sandbox).delete()
    sandbox.delete()

    demo()

    assert rows()["Account"] == 2
    assert rows()["Template"] == 14 + 2


def test_every_template_has_versions_that_say_what_its_definition_says(demo, unfenced):
    demo()

    for key, definition in TEMPLATES.items():
        template = Template.objects.get(name=definition.name, language=definition.language)
        bodies = [
            part["text"]
            for version in template.versions.order_by("number")
            for part in version.components
            if part["type"] == "BODY"
        ]
        assert bodies == [text.body for text in definition.texts], key
        assert template.current_version.number == len(definition.texts)


def test_the_standing_is_the_fold_of_facts_that_came_through_the_door(demo, unfenced):
    demo()

    facts = facts_of(Template.objects.values_list("pk", flat=True))
    assert {one.pk: one.standing for one in Template.objects.all()} == {
        template_id: fold(known)[0].to_json() for template_id, known in facts.items()
    }
    assert not TemplateEvent.objects.filter(call=None).exists()
    sandbox = Account.objects.get(provider="sandbox")
    doors = {("applied", None, "meta"), ("applied", None, f"sandbox:{sandbox.pk}")}
    assert set(WebhookCall.objects.values_list("state", "due_at", "door")) == doors
    assert not ParkedEvent.objects.exists()


def test_the_facts_reach_back_sixty_days_and_each_was_written_in_its_time(demo, unfenced):
    demo()

    now = timezone.now()
    ages = {(now - at).days for at in TemplateEvent.objects.values_list("at", flat=True)}
    assert {age // 10 for age in ages} == {0, 1, 2, 3, 4, 5}
    assert max(ages) == DAYS - 1
    for event in TemplateEvent.objects.all():
        assert event.received_at - event.at == timedelta(seconds=1)
    for call in WebhookCall.objects.all():
        assert call.applied_at == call.received_at
    for template in Template.objects.all():
        received = [event.received_at for event in template.events.all()]
        assert (template.created_at, template.updated_at) == (min(received), max(received))
        assert set(template.versions.values_list("created_at", flat=True)) <= set(received)
        assert set(template.history.values_list("history_date", flat=True)) <= set(received)
        assert set(template.history.values_list("created_at", flat=True)) == {template.created_at}


def test_alerts_are_open_resolved_and_acknowledged(demo, unfenced):
    facts = demo()

    unresolved = Alert.objects.exclude(status="resolved")
    assert set(unresolved.values_list("alert_type", flat=True)) == {
        "TEMPLATE_DISABLED", "TEMPLATE_PAUSED", "TEMPLATE_REJECTED", "TEMPLATE_FLAGGED", "TEMPLATE_QUALITY_RED",
        "TEMPLATE_QUALITY_YELLOW", "CATEGORY_CHANGE_BLOCKED", "CATEGORY_CHANGE_ANNOUNCED",
    }  # fmt: skip
    known = unresolved.get(status="acknowledged")
    assert (known.alert_type, known.acknowledged_by) == ("TEMPLATE_DISABLED", facts["admin_email"])
    assert known.entries.get(kind="acknowledged").actor == facts["admin_email"]
    assert Alert.objects.filter(status="resolved").count() > unresolved.count()


def test_trouble_of_the_account_and_of_its_number_is_over(demo, unfenced):
    demo()

    over = Alert.objects.filter(subject_kind__in=["account", "number"]).order_by("alert_type")
    assert list(over.values_list("alert_type", "status")) == [
        ("ACCOUNT_RESTRICTED", "resolved"),
        ("PHONE_NUMBER_QUALITY", "resolved"),
    ]
    assert Number.objects.get().messaging_limit == "TIER_2K"


def test_the_timelines_lie_in_the_past_and_in_order(demo, unfenced):
    demo()

    began = timezone.now() - timedelta(minutes=30)
    for alert in Alert.objects.all():
        entries = list(alert.entries.values_list("kind", "at"))
        assert [kind for kind, _ in entries][:2] == ["opened", "not_told"]
        assert all(at < began for _, at in entries)
        assert alert.opened_at == entries[0][1]
        assert alert.opened_at - alert.first_seen_at == timedelta(seconds=1)
        last = {"resolved": alert.resolved_at, "acknowledged": alert.acknowledged_at, "open": entries[-1][1]}
        assert entries[-1][1] == last[alert.status]


def test_nobody_is_told_of_the_past(demo, unfenced, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        demo()

    assert not AlertDelivery.objects.exists()
    assert set(AlertEntry.objects.filter(kind="not_told").values_list("detail", flat=True)) == {NOT_SENT}
    assert mailoutbox == []


def test_what_waited_to_be_told_before_is_still_told(demo, unfenced):
    demo("--empty")
    account_in(Organization.objects.get(), external_id="109887766554433")
    deliver(webhook(status_change("DISABLED"), at=timezone.now()))
    (waiting,) = AlertDelivery.objects.values_list("pk", "due_at", "state")

    demo()

    assert AlertDelivery.objects.values_list("pk", "due_at", "state").get(pk=waiting[0]) == waiting
    assert AlertDelivery.objects.get(pk=waiting[0]).alerts.get().opened_at > timezone.now() - timedelta(minutes=5)


# The story


def test_the_story_is_the_same_for_the_same_moment():
    now = datetime(2026, 3, 2, 12, 30, 15, 250_000, tzinfo=UTC)

    assert told(now=now) == told(now=now)


def test_the_story_is_told_in_order_and_once():
    story = told(now=timezone.now())

    calls = [one for one in story if isinstance(one, Call)]
    assert [one.at for one in story] == sorted(one.at for one in story)
    assert len({one.body for one in calls}) == len(calls)
    assert LIVES.keys() == TEMPLATES.keys()
