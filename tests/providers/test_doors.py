"""The webhook doors: who is let in, what is kept, and that one tenant's door leads to that tenant alone."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from django.test import Client

from core import joining
from core.fence import everywhere
from providers import accounts, tasks
from providers.models import Account, FieldCount, ParkedEvent, WebhookCall
from templates_app.models import Template
from tests.meta_bodies import WABA, about, at, body, calls, deliver

pytestmark = pytest.mark.django_db
DOOR = "/api/v1/whatsapp/webhook"
APPROVED = body(about("APPROVED"), time=at(9))


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.WHATSAPP_WEBHOOK_APP_SECRETS = ["new-secret", "old-secret"]
    settings.WHATSAPP_WEBHOOK_VERIFY_TOKEN = "the-token"


def signed(content: bytes, secret: str = "new-secret") -> str:
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def post(content: bytes, *, path: str = DOOR, secret: str = "new-secret", signature: str | None = None):
    headers = {"X-Hub-Signature-256": signed(content, secret) if signature is None else signature}
    return Client().post(path, content, content_type="application/json", headers=headers)


def new_account(waba: str, *, name: str = "lamps", **credentials: str) -> Account:
    organization = joining.create_organization(name=name)
    fields = {"provider": "meta", "name": name, "external_id": waba, "credentials": credentials}
    with everywhere():
        return accounts.add_account(organization=organization, fields=fields)


def statuses() -> list[str]:
    with everywhere():
        return list(Template.objects.order_by("id").values_list("status", flat=True))


def parked() -> list[tuple[str, bool]]:
    with everywhere():
        return [(event.reason, event.organization_id is not None) for event in ParkedEvent.objects.order_by("id")]


# The handshake


def test_the_handshake_answers_the_challenge_as_text():
    answer = Client().get(DOOR, {"hub.mode": "subscribe", "hub.verify_token": "the-token", "hub.challenge": "1122"})

    assert (answer.status_code, answer.content) == (200, b"1122")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": "tökèn", "hub.challenge": "1"},
        {"hub.mode": "unsubscribe", "hub.verify_token": "the-token", "hub.challenge": "1"},
        {"hub.verify_token": "the-token", "hub.challenge": "1"},
        {},
    ],
)
def test_any_other_handshake_is_refused(query):
    assert Client().get(DOOR, query).status_code == 403


# Signatures


@pytest.mark.parametrize("secret", ["new-secret", "old-secret"])
def test_each_secret_opens_the_door_while_rotating(secret):
    answer = post(APPROVED, secret=secret)

    assert (answer.status_code, answer.json()) == (200, {"status": "received"})
    assert [bytes(call.body) for call in calls()] == [APPROVED]


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00", "sha1=abc", signed(APPROVED, "wrong"), "sha256=ÄÖ", signed(b"other")]
)
def test_what_is_not_signed_rightly_is_refused_and_not_kept(signature):
    assert post(APPROVED, signature=signature.encode().decode("latin-1")).status_code == 403
    assert calls() == []


def test_without_a_secret_the_door_stays_shut(settings):
    settings.WHATSAPP_WEBHOOK_APP_SECRETS = []

    assert post(APPROVED, secret="").status_code == 403


def test_the_signature_is_over_the_raw_bytes():
    content = json.dumps({"object": "x", "entry": [], "note": "äöå"}, ensure_ascii=True, indent=3).encode()

    assert post(content).status_code == 200


def test_other_methods_are_refused():
    assert Client().put(DOOR, b"{}").status_code == 405


# Bodies


def test_a_body_of_four_mebibytes_is_taken_and_a_larger_one_is_413():
    largest = b'{"entry": [], "pad": "' + b"x" * (4 * 1024 * 1024 - 24) + b'"}'

    assert len(largest) == 4 * 1024 * 1024
    assert post(largest).status_code == 200
    assert post(largest + b" ").status_code == 413


def test_the_same_bytes_with_a_time_are_kept_once():
    new_account(WABA)

    for _ in range(3):
        post(APPROVED)

    assert len(calls()) == 1


def test_the_same_bytes_without_a_time_are_kept_each_time():
    for _ in range(3):
        post(body(about("APPROVED")))

    assert len(calls()) == 3


def test_without_times_a_change_there_and_back_is_told_whole():
    new_account(WABA)

    for event in ("APPROVED", "APPROVED", "DISABLED", "APPROVED"):
        post(body(about(event)))
        tasks.apply_calls()

    with everywhere():
        assert Template.objects.get().events.count() == 3
    assert statuses() == ["APPROVED"]


def raw(value: bytes, *, time: bytes = b"1762765200") -> bytes:
    """A call with this text as its value, also where it is no JSON that Python would write."""
    change = b'{"field": "message_template_status_update", "value": ' + value + b"}"
    return b'{"entry": [{"id": "109887766554433", "time": ' + time + b', "changes": [' + change + b"]}]}"


HOSTILE = {
    "nothing": b"",
    "not JSON": b"hello",
    "truncated": APPROVED[:-20],
    "an array on top": b"[1, 2]",
    "a number on top": b"7",
    "null": b"null",
    "entry no list": b'{"entry": {"id": 1}}',
    "entry null": b'{"entry": null}',
    "an entry null": b'{"entry": [null]}',
    "changes null": b'{"entry": [{"id": "109887766554433", "changes": null}]}',
    "value null": raw(b"null"),
    "nothing named": body({"event": None, "message_template_id": None}, time=at(9)),
    "a BOM": b"\xef\xbb\xbf" + APPROVED,
    "bad UTF-8": APPROVED.replace(b"lamp_oil", b"lamp\xff\xfe"),
    "duplicate keys": b'{"entry": [], "entry": [{"id": "1", "id": "2", "changes": []}]}',
    "10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "10,000 deep objects": b'{"entry":' * 10_000 + b"1" + b"}" * 10_000,
    "NaN": raw(b'{"event": "APPROVED", "message_template_name": "nan", "x": NaN, "y": -Infinity}', time=b"NaN"),
    "huge numbers": raw(
        b'{"event": "APPROVED", "message_template_name": "huge", "message_template_id": ' + b"9" * 5000 + b"}",
        time=b"1e999",
    ),
    "U+0000": body(about("APPROVED", name="nul\x00", reason="a\x00b"), time=at(9)),
    "a lone surrogate": body(about("APPROVED", name="half\ud800", other_info={"description": "\udfff"}), time=at(9)),
    "a name too long": body(about("APPROVED", name="n" * 5000), time=at(9)),
    "words too long": body(about("E" * 500, reason="R" * 5000, language="l" * 500), time=at(9)),
    "values of other kinds": raw(
        b'{"event": {"a": 1}, "message_template_id": [1], "message_template_name": true, "reason": []}'
    ),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_but_genuine_input_is_taken_kept_and_never_harms_its_neighbour(content):
    new_account(WABA)

    assert post(content).status_code == 200
    assert post(body(about("PAUSED", id=9, name="neighbour"), time=at(9))).status_code == 200
    tasks.apply_calls()

    assert bytes(calls()[0].body) == content
    assert all(call.state != WebhookCall.State.WAITING and call.last_error == "" for call in calls())
    with everywhere():
        assert Template.objects.get(name="neighbour").status == "PAUSED"


def test_in_one_call_a_bad_item_parks_and_its_neighbours_apply():
    new_account(WABA)
    entries = [
        {"id": WABA, "time": at(9), "changes": [{"field": "message_template_status_update", "value": value}]}
        for value in (about("APPROVED", id=1, name="first"), {"event": 7}, about("PAUSED", id=2, name="second"))
    ]

    post(json.dumps({"entry": [None, *entries]}).encode())
    tasks.apply_calls()

    assert statuses() == ["APPROVED", "PAUSED"]
    assert parked() == [("unreadable", False), ("unreadable", True)]
    assert [line["outcome"] for line in calls()[0].changes] == ["parked", "applied", "parked", "applied"]


def test_a_field_nobody_documented_is_counted_and_shown():
    new_account(WABA)

    for number in range(3):
        post(body({"a": number}, field="brand_new_field", time=at(number)))
    post(body({"statuses": []}, field="messages", time=at(9)))
    tasks.apply_calls()

    (count,) = FieldCount.objects.all()
    assert (count.provider, count.field, count.count) == ("meta", "brand_new_field", 3)
    assert [call.changes[0]["outcome"] for call in calls()] == ["unknown_field"] * 3 + ["not_used"]


# Which account


def test_the_value_names_the_account_before_the_entry_does():
    new_account("111", name="first")
    new_account("222", name="second")

    deliver(body({**about("APPROVED"), "waba_id": "222"}, waba="111", time=at(9)))

    with everywhere():
        assert Template.objects.get().account.external_id == "222"


def test_a_known_id_wins_over_an_unknown_one_named_first():
    new_account("111")

    deliver(body({**about("APPROVED"), "waba_id": "999"}, waba="111", time=at(9)))

    assert statuses() == ["APPROVED"]


def test_what_came_for_an_unknown_account_applies_by_itself_once_it_is_added():
    deliver(body(about("APPROVED"), time=at(8)), body(about("PAUSED"), time=at(9)))
    assert parked() == [("unknown_account", False)] * 2

    new_account(WABA)
    tasks.retry_parked()

    assert statuses() == ["PAUSED"]
    assert parked() == []
    assert [call.state for call in calls()] == ["applied", "applied"]


# One account's own door


def test_an_accounts_own_secret_opens_its_own_door_only():
    account = new_account(WABA, app_secret="own-secret")

    assert post(APPROVED, path=account.webhook_path, secret="own-secret").status_code == 200
    assert post(APPROVED, path=account.webhook_path, secret="new-secret").status_code == 403
    assert post(APPROVED, secret="own-secret").status_code == 403


def test_an_account_without_a_secret_of_its_own_uses_the_installations():
    account = new_account(WABA)

    assert post(APPROVED, path=account.webhook_path, secret="new-secret").status_code == 200


def test_the_own_door_has_its_own_handshake():
    account = new_account(WABA, verify_token="own-token")
    query = {"hub.mode": "subscribe", "hub.challenge": "5"}

    assert Client().get(account.webhook_path, {**query, "hub.verify_token": "own-token"}).content == b"5"
    assert Client().get(account.webhook_path, {**query, "hub.verify_token": "the-token"}).status_code == 403


@pytest.mark.parametrize("change", ["token", "account", "provider", "retired"])
def test_a_door_that_does_not_exist_is_refused(change):
    account = new_account(WABA)
    path = account.webhook_path
    if change == "token":
        path = path[:-3] + "abc"
    elif change == "account":
        path = path.replace(str(account.pk), "01900000-0000-7000-8000-000000000000")
    elif change == "provider":
        path = path.replace("/meta/", "/nobody/")
    else:
        with everywhere():
            accounts.retire(account)

    assert post(APPROVED, path=path).status_code == 403
    assert calls() == []


@pytest.mark.parametrize("named", [{"waba": "222"}, {"waba": WABA, "inside": "222"}, {"waba": "999"}])
def test_at_its_own_door_a_tenant_cannot_speak_about_another_account(named):
    account = new_account(WABA, app_secret="own-secret")
    rival = new_account("222", name="rivals")
    deliver(body(about("APPROVED"), waba="222", time=at(8)))
    value = about("DISABLED") | ({"waba_id": named["inside"]} if "inside" in named else {})

    post(body(value, waba=named["waba"], time=at(9)), path=account.webhook_path, secret="own-secret")
    tasks.apply_calls()

    assert statuses() == ["APPROVED"]
    with everywhere():
        (event,) = ParkedEvent.objects.all()
    assert (event.reason, event.organization_id) == ("other_account", account.organization_id)
    assert event.organization_id != rival.organization_id


def test_what_was_forged_for_an_account_to_come_stays_parked_when_it_comes():
    account = new_account(WABA, app_secret="own-secret")
    post(body(about("DISABLED"), waba="333", time=at(9)), path=account.webhook_path, secret="own-secret")
    tasks.apply_calls()

    new_account("333", name="later")
    tasks.retry_parked()

    assert statuses() == []
    assert parked() == [("other_account", True)]
