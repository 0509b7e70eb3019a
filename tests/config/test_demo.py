"""`manage.py demo`: who may come in, what is left as it is, and the story that it tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from alerts.models import AlertDelivery, AlertEntry
from config.demo import shop
from config.demo.filling import NOT_SENT
from config.demo.story import LIVES, Call, told
from config.demo.templates import TEMPLATES
from config.demo.traffic import sent
from core.models import ApiKey, Organization
from tests.demo import caller, facts_in, printed, rows
from tests.world import account_in, deliver, status_change, webhook

# Who may come in


def test_an_empty_demo_is_an_organization_its_admin_and_a_key(demo):
    facts = demo("--empty")

    assert (facts["organization"], facts["waba_id"], facts["number_id"]) == ("quill-lantern", None, None)
    assert {name for name, number in rows().items() if number} == {"Organization", "User", "Membership"}
    assert caller(facts).get("/whatsapp/templates").json()["results"] == []
    assert Client().login(username=facts["admin_email"], password=facts["admin_password"])


def test_people_are_told_where_to_sign_in_and_how_to_call(demo, settings):
    settings.PUBLIC_URL = "https://hub.example.com"

    text = printed("--empty")

    facts = facts_in(text)
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
    assert rows()["Template"] == 14 + 3


def test_the_account_of_another_organization_is_left_alone(demo, other_organization):
    account_in(other_organization, external_id=shop.WABA_ID)

    text = printed()

    facts = facts_in(text)
    assert (facts["waba_id"], facts["number_id"]) == (None, None)
    assert "another organization has the account" in text
    assert (rows()["Account"], rows()["Number"], rows()["Template"]) == (1, 0, 0)


# Nobody is told of what is past


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


def test_the_traffic_is_the_same_on_every_run_and_adds_up():
    everything = list(sent())

    assert everything == list(sent())
    assert {one.template for one in everything} <= TEMPLATES.keys()
    for one in everything:
        assert one.counts["delivered"] + one.counts["failed"] <= one.counts["sent"]
        assert max(one.counts["read"], one.counts["opted_out"]) <= one.counts["delivered"]
        assert min(one.counts.values()) >= 0
