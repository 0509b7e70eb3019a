"""The console's rooms of accounts, numbers, webhook calls, parked events and unknown fields."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone

from core.fence import everywhere
from core.models import Role
from providers import tasks
from providers.admin.bodies import SHOWN
from providers.admin.words import held
from providers.models import Account, Number, ParkedEvent, WebhookCall
from templates_app.models import Template, TemplateEvent
from tests.console import first, look, press, somebody, superuser_at_console, words
from tests.world import deliver, post, status_change, webhook

ACCOUNTS = reverse("admin:providers_account_changelist")
NUMBERS = reverse("admin:providers_number_changelist")
CALLS = reverse("admin:providers_webhookcall_changelist")
PARKED = reverse("admin:providers_parkedevent_changelist")
BROKEN = ("message_template_status_update", {"event": 5})
NEW_ACCOUNT = {
    "provider": "meta",
    "name": "Shop",
    "external_id": "109",
    "window_policy": "strict",
    "on_unknown": "hold",
}


@pytest.fixture
def admin(organization):
    return somebody(organization, Role.ORG_ADMIN)


def page_of(row, what="change"):
    return reverse(f"admin:providers_{row._meta.model_name}_{what}", args=[row.pk])


def only(model):
    with everywhere():
        return model.objects.get()


# Accounts


def test_an_account_is_added_with_credentials_that_no_page_shows_again(organization, admin):
    secret = {"meta_access_token": "EAAG-very-secret", "meta_app_secret": "oil-and-wick"}

    press(admin, f"{ACCOUNTS}add/", **NEW_ACCOUNT | secret)

    account = only(Account)
    assert account.organization_id == organization.pk
    assert account.credentials == {"access_token": "EAAG-very-secret", "app_secret": "oil-and-wick"}
    for page in (look(admin, page_of(account)), look(admin, page_of(account, "history")), look(admin, ACCOUNTS)):
        assert "EAAG-very-secret" not in page
        assert "oil-and-wick" not in page
    assert look(admin, page_of(account)).count("Kept. Leave empty to keep it.") == 2


def test_what_was_parked_for_an_account_applies_when_it_is_added_here(admin):
    deliver(webhook(status_change("APPROVED"), account_id="109"))

    press(admin, f"{ACCOUNTS}add/", **NEW_ACCOUNT)
    tasks.retry_parked()

    assert only(Template).status == "APPROVED"


def test_credentials_left_empty_stay_and_those_to_be_forgotten_go(admin, account):
    with everywhere():
        account.credentials = {"access_token": "one", "app_secret": "two", "verify_token": "three"}
        account.save()
    given = {"name": "Shop", "window_policy": "strict", "on_unknown": "hold"}

    press(admin, page_of(account), **given, meta_app_secret="new", forget=["verify_token"])

    assert only(Account).credentials == {"access_token": "one", "app_secret": "new"}


def test_what_an_account_is_can_not_be_changed_only_its_settings(admin, account):
    press(
        admin, page_of(account), **NEW_ACCOUNT | {"name": "Renamed", "external_id": "666", "on_unknown": "retry_once"}
    )

    changed = only(Account)
    assert (changed.name, changed.external_id, changed.on_unknown) == ("Renamed", "109887766554433", "retry_once")
    with everywhere():
        assert changed.history.first().actor == "org_admin@lamp-works.example"


@pytest.mark.parametrize("waba", ["109887766554433", "209887766554433"])
def test_an_id_that_is_connected_already_is_refused_wherever_it_is(waba, admin, account, other_account):
    page = press(admin, f"{ACCOUNTS}add/", **NEW_ACCOUNT | {"external_id": waba})

    assert "This id is already connected to this installation" in page.content.decode()
    with everywhere():
        assert Account.objects.count() == 2


def test_text_that_no_database_holds_is_refused(admin):
    page = press(admin, f"{ACCOUNTS}add/", **NEW_ACCOUNT | {"name": "Sh\x00op"})

    assert "errorlist" in page.content.decode() or "Null characters" in page.content.decode()
    with everywhere():
        assert not Account.objects.exists()


def test_the_own_webhook_address_is_shown_to_org_admins_alone(organization, admin, account):
    viewer = somebody(organization, Role.VIEWER)

    assert account.webhook_path in look(admin, page_of(account))
    assert account.webhook_token not in look(viewer, page_of(account))
    assert "Access token" not in look(viewer, page_of(account))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_accounts_are_changed_by_org_admins_alone(role, organization, account):
    client = somebody(organization, role)

    assert client.get(f"{ACCOUNTS}add/").status_code == 403
    assert client.post(page_of(account), {"name": "Stolen"}).status_code == 403
    assert client.post(page_of(account, "retire")).status_code == 403
    assert page_of(account, "retire") not in look(client, page_of(account))
    assert only(Account).name == "Shop"


def test_an_account_is_never_deleted(admin, account):
    assert admin.post(page_of(account, "delete"), {"post": "yes"}).status_code == 403


def test_retiring_is_confirmed_and_can_be_taken_back(admin, account):
    asked = words(look(admin, page_of(account, "retire")))
    assert not only(Account).is_retired

    press(admin, page_of(account, "retire"))
    retired = only(Account).is_retired, words(look(admin, ACCOUNTS)), words(look(admin, ACCOUNTS, retired="yes"))
    back = words(look(admin, page_of(account, "bring-back")))
    press(admin, page_of(account, "bring-back"))

    assert "Nothing is deleted or changed at the provider." in asked
    assert retired[0] is True
    assert "Shop Meta" not in retired[1]
    assert "Shop Meta" in retired[2]
    assert "its own webhook address opens again" in back
    assert only(Account).is_retired is False


def test_health_is_told_in_words(organization, account):
    with everywhere():
        Account.objects.filter(pk=account.pk).update(
            health="failing", health_detail="The access token is invalid.", health_checked_at=timezone.now()
        )
    client = somebody(organization, Role.VIEWER)

    assert "Failing" in words(look(client, ACCOUNTS))
    assert "Failing The access token is invalid. Asked just now" in words(look(client, page_of(account)))


def test_a_superuser_who_sees_all_says_whose_the_account_is(organization, other_organization):
    client = superuser_at_console()

    press(client, f"{ACCOUNTS}add/", **NEW_ACCOUNT | {"organization": str(other_organization.pk)})

    assert only(Account).organization_id == other_organization.pk


# Numbers


def test_a_number_is_added_and_the_newest_default_wins(admin, account, number):
    with everywhere():
        number.is_default = True
        number.save()
    given = {"account": str(account.pk), "display_phone_number": "+49 40 55", "external_id": "55", "is_default": "on"}

    press(admin, f"{NUMBERS}add/", **given)

    with everywhere():
        assert {one.external_id: one.is_default for one in Number.objects.all()} == {
            "55": True,
            "104455667788990": False,
        }
        assert Number.objects.get(external_id="55").digits == "494055"


def test_a_number_stays_with_its_account_and_its_id_is_there_once(admin, account, number, other_account):
    given = {"display_phone_number": "+49 30 9", "external_id": number.external_id}

    press(admin, page_of(number), **given, account=str(other_account.pk))
    again = press(admin, f"{NUMBERS}add/", **given, account=str(account.pk))

    assert (only(Number).account_id, only(Number).display_phone_number) == (account.pk, "+49 30 9")
    assert "This account has a number with that id already." in again.content.decode()


def test_a_superuser_who_sees_all_adds_a_number_to_the_organization_of_its_account(account, other_account):
    given = {"account": str(other_account.pk), "display_phone_number": "+49 40 55", "external_id": "55"}

    press(superuser_at_console(), f"{NUMBERS}add/", **given)

    assert only(Number).organization_id == other_account.organization_id


def test_an_account_of_another_organization_cannot_be_chosen(admin, account, other_account):
    page = press(
        admin, f"{NUMBERS}add/", account=str(other_account.pk), display_phone_number="+49 30 9", external_id="9"
    )

    assert "Select a valid choice" in page.content.decode()
    assert "Rival shop" not in page.content.decode()
    with everywhere():
        assert not Number.objects.exists()


def test_a_viewer_reads_what_meta_says_of_a_number(organization, number):
    with everywhere():
        Number.objects.filter(pk=number.pk).update(quality_rating="RED", messaging_limit="TIER_1K")

    page = words(look(somebody(organization, Role.VIEWER), NUMBERS))

    assert "+49 30 1234567 Shop 104455667788990 RED TIER_1K" in page


# Webhook calls


def test_the_list_says_what_each_call_held_in_words(account):
    deliver(
        webhook(
            status_change("APPROVED"),
            status_change("APPROVED", message_template_id=7002, message_template_name="second"),
            ("brand_new_field", {"a": 1}),
        )
    )
    post(webhook(status_change("PAUSED")))

    page = words(look(superuser_at_console(), CALLS))

    assert "2 template events, 1 unknown field Applied" in page
    assert "just now meta – Waiting –" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([], "nothing"),
        ([{"field": "account_alerts"}, {"field": "business_capability_update"}], "2 account events"),
        ([{"field": "phone_number_quality_update"}, {"field": "messages"}], "1 number event, 1 message"),
        ([{"field": "flows", "outcome": "not_used"}], "1 other event"),
        ([{"field": "flows", "outcome": "unknown_field"}], "1 unknown field"),
        ([{}], "1 unreadable event"),
    ],
)
def test_what_a_call_held_is_counted_by_kind(changes, told):
    assert held(changes) == told


def test_a_call_shows_its_body_and_what_each_change_became(account):
    call = deliver(webhook(status_change("APPROVED"), ("brand_new_field", {"a": 1}), BROKEN))

    page = look(superuser_at_console(), page_of(call))

    assert '"field": "brand_new_field"' in page
    assert bytes(call.body).decode() in page
    assert reverse("admin:templates_app_template_change", args=[only(Template).pk]) in page
    read = words(page)
    assert "applied message_template_status_update lamp_oil_notice (en_US)" in read
    assert "unknown field brand_new_field" in read
    assert "parked message_template_status_update" in read


def test_what_of_a_call_is_parked_leads_to_its_cure_as_long_as_it_waits(account):
    call = deliver(webhook(status_change("APPROVED"), BROKEN))
    cure = page_of(only(ParkedEvent))
    client = superuser_at_console()

    waiting = look(client, page_of(call))
    press(client, page_of(only(ParkedEvent), "drop"))

    assert waiting.count(cure) == 1
    assert cure not in look(client, page_of(call))


@pytest.mark.parametrize(
    "body", [b"\xff\xfe not json", b"[" * 20_000, b"", b'{"a": NaN}', b'"<script>alert(1)</script>"']
)
def test_a_call_of_any_body_can_be_looked_at(body, db):
    call = WebhookCall.objects.create(door="meta", body=body, due_at=None)

    answer = superuser_at_console().get(page_of(call))

    assert answer.status_code == 200
    assert b"<pre" in answer.content
    assert b"<script>alert(1)" not in answer.content


def test_a_very_long_body_is_cut_on_the_page_and_whole_in_the_file(db):
    body = json.dumps({"text": "x" * (SHOWN + 50)}).encode()
    call = WebhookCall.objects.create(door="meta", body=body, due_at=None)
    client = superuser_at_console()

    page, file = look(client, page_of(call)), client.get(page_of(call, "body"))

    assert "more characters)" in page
    assert file.content == body
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_replay_first_says_what_would_change_and_then_does_it(account):
    call = deliver(webhook(status_change("PAUSED")))
    with everywhere():
        TemplateEvent.objects.all().delete()
        Template.objects.all().delete()
    client = superuser_at_console()

    dry = words(look(client, page_of(call, "replay")))
    with everywhere():
        assert not Template.objects.exists()
    done = words(press(client, page_of(call, "replay")).content.decode())

    assert "Replaying this call would change 1 thing." in dry
    assert "status – PAUSED" in dry
    assert "Replayed: 1 change." in done
    assert only(Template).status == "PAUSED"
    assert only(WebhookCall).replayed_by == "chief@example.com"


def test_a_replay_that_changes_nothing_says_so(account):
    call = deliver(webhook(status_change("PAUSED")))

    assert "would change nothing" in look(superuser_at_console(), page_of(call, "replay"))


@pytest.mark.parametrize("door", ["change", "replay", "body"])
def test_calls_are_for_superusers(door, admin, account):
    call = deliver(webhook(status_change("PAUSED")))

    assert {admin.get(page_of(call, door)).status_code, admin.post(page_of(call, door)).status_code} <= {403, 404}
    assert admin.get(CALLS).status_code == 403


def test_a_call_that_is_not_there_is_not_found(db):
    client = superuser_at_console()

    for door in ("replay", "body"):
        address = reverse(f"admin:providers_webhookcall_{door}", args=["01890000-0000-7000-8000-000000000000"])
        assert client.get(address).status_code == 404


def test_fields_that_nobody_documented_are_listed_with_their_number(account):
    deliver(webhook(("brand_new_field", {"a": 1}), ("brand_new_field", {"a": 2})))

    page = words(look(superuser_at_console(), reverse("admin:providers_fieldcount_changelist")))

    assert "brand_new_field meta 2 just now just now" in page


# Parked events


@pytest.fixture
def parked(account):
    deliver(webhook(BROKEN, account_id=account.external_id))
    return only(ParkedEvent)


def test_an_operator_reads_the_reason_and_the_cure(organization, parked):
    client = somebody(organization, Role.OPERATOR)

    row, page = words(look(client, PARKED)), look(client, page_of(parked))

    assert "Template event It could not be read" in row
    assert "Keep it until a newer version of Heliograph reads it" in page
    assert "/admin/providers/webhookcall/" not in page
    assert '"event": 5' in page


def test_the_palette_leads_to_a_parked_event(organization, parked):
    found = look(somebody(organization, Role.OPERATOR), reverse("admin:search"), s="event", extended="1")

    assert page_of(parked) in found


def test_a_viewer_has_no_room_of_parked_events(organization, parked):
    client = somebody(organization, Role.VIEWER)

    assert client.get(PARKED).status_code == 403
    assert client.get(page_of(parked)).status_code in (403, 404)
    assert client.post(page_of(parked, "drop")).status_code == 404


def test_an_unknown_account_is_added_from_there_with_its_id_filled_in(organization):
    deliver(webhook(status_change("APPROVED"), status_change("PAUSED", message_template_id=7), account_id="5550001"))
    with everywhere():
        event = ParkedEvent.objects.first()
    client = superuser_at_console()

    page = look(client, page_of(event))
    form = client.get(first(r'href="(/admin/providers/account/add/\?[^"]*)"', page)).content.decode()

    assert "1 other event waits for the same." in page
    assert 'value="5550001"' in form


def test_retrying_hands_the_event_to_the_worker(organization, parked):
    client = somebody(organization, Role.OPERATOR)

    page = words(press(client, page_of(parked, "retry")).content.decode())
    due = only(ParkedEvent).due_at
    tasks.retry_parked()

    assert "1 event is tried again." in page
    assert due is not None
    assert only(ParkedEvent).attempts == parked.attempts + 1


def test_dropping_is_confirmed_and_leaves_name_and_note_on_the_call(organization, parked):
    client = somebody(organization, Role.OPERATOR)

    asked = words(look(client, page_of(parked, "drop")))
    answer = client.post(page_of(parked, "drop"), {"note": "Broken at Meta."})

    assert "it cannot be taken out of the bin again" in asked
    assert answer.headers["Location"] == PARKED
    with everywhere():
        assert not ParkedEvent.objects.exists()
    (line,) = only(WebhookCall).changes
    assert (line["outcome"], line["detail"], line["dropped_by"]) == (
        "dropped",
        "Broken at Meta.",
        "operator@lamp-works.example",
    )
    assert "Dropped by operator@lamp-works.example" in look(superuser_at_console(), page_of(only(WebhookCall)))


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_many_are_retried_or_dropped_at_once(verb, organization, account):
    for number in range(3):
        deliver(webhook(("message_template_status_update", {"event": number}), account_id=account.external_id))
    client = somebody(organization, Role.OPERATOR)
    with everywhere():
        chosen = [str(row.pk) for row in ParkedEvent.objects.all()[:2]]
    ticked = {"action": verb, ACTION_CHECKBOX_NAME: chosen}

    asked = words(press(client, PARKED, **ticked).content.decode())
    press(client, PARKED, **ticked, confirmed="yes", note="Enough.")

    assert re.search("2 events are (tried again at once|given up)", asked)
    with everywhere():
        left = ParkedEvent.objects.all()
        assert (left.count(), left.filter(due_at__isnull=False).count()) == ((3, 2) if verb == "retry" else (1, 0))
