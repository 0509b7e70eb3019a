"""Whether an account's token still works: what each answer of the Graph API means, asked at the HTTP door."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
import time_machine
from django.utils import timezone

from core.fence import everywhere
from providers import health, tasks
from providers.models import Account
from tests.world import DAY, WABA, account_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("network")]
NODE = f"https://graph.example.com/v99.0/{WABA}"
TOKEN = "https://graph.example.com/v99.0/debug_token"
INVALID = "The access token is invalid or has expired: enter a new one."
LACKING = "The access token lacks whatsapp_business_management for this account."


@pytest.fixture(autouse=True)
def graph(settings):
    settings.META_GRAPH_URL, settings.META_GRAPH_VERSION = "https://graph.example.com", "v99.0"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as graph:
        graph.post(TOKEN, json={"data": {"is_valid": True, "expires_at": 0}})
        yield graph


@pytest.fixture
def account(organization):
    return account_in(organization, external_id=WABA, credentials={"access_token": "very-secret"})


def health_after(account: Account) -> tuple[str, str]:
    health.check(account)
    with everywhere():
        account.refresh_from_db()
    return account.health, account.health_detail


def refusal(code: Any) -> dict[str, Any]:
    return {"error": {"message": "no", "type": "OAuthException", "code": code}}


def test_a_token_that_opens_the_account_is_ok(account, graph):
    graph.get(NODE, json={"id": WABA, "name": "Shop"})

    assert health_after(account) == ("ok", "")
    assert account.health_checked_at is not None


def test_the_account_itself_is_asked_for_with_its_own_token(account, graph):
    graph.get(NODE, json={"id": WABA})

    health.check(account)

    call = graph.calls[0]
    assert call.request.headers["Authorization"] == "Bearer very-secret"
    assert call.request.params == {"fields": "id,name"}


@pytest.mark.parametrize(
    ("status", "answer", "detail"),
    [
        (400, refusal(190), INVALID),
        (401, refusal(0), INVALID),
        (401, "not even an object", INVALID),
        (400, refusal(10), LACKING),
        (403, refusal(200), LACKING),
        (403, refusal(299), LACKING),
        (400, refusal(3), LACKING),
        (400, refusal(300), "The provider answered 400 (code 300)."),
        (400, refusal("190"), "The provider answered 400 (code 190)."),
        (500, refusal(2), "The provider answered 500 (code 2)."),
        (500, [], "The provider answered 500 (code None)."),
        (503, {"error": "down"}, "The provider answered 503 (code None)."),
        (302, {}, "The provider answered 302 (code None)."),
    ],
)
def test_any_other_answer_is_failing_and_says_why(status, answer, detail, account, graph):
    graph.get(NODE, status=status, json=answer)

    assert health_after(account) == ("failing", detail)


def test_an_answer_that_is_no_json_is_failing(account, graph):
    graph.get(NODE, status=502, body="<html>Bad gateway</html>")

    assert health_after(account) == ("failing", "The provider answered 502 (code None).")


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (requests.ConnectTimeout(), "no connection: ConnectTimeout"),
        (requests.exceptions.SSLError(), "no connection: SSLError"),
        (requests.ReadTimeout(), "no answer: ReadTimeout"),
        (requests.ConnectionError("reset by peer"), "the connection broke: ConnectionError"),
        (requests.ConnectionError("NameResolutionError"), "no connection: the host was not reached"),
    ],
)
def test_a_provider_that_is_not_reached_is_failing_and_says_so(error, detail, account, graph):
    graph.get(NODE, body=error)

    assert health_after(account) == ("failing", f"The provider was not reached: {detail}")


def test_it_is_well_again_as_soon_as_the_token_works(account, graph):
    graph.get(NODE, status=400, json=refusal(190))
    failing = health_after(account)
    graph.replace("GET", NODE, json={"id": WABA})

    assert (failing, health_after(account)) == (("failing", INVALID), ("ok", ""))


def test_the_clock_asks_for_accounts_that_have_a_token_and_are_not_retired(organization, other_organization, graph):
    account_in(organization, external_id="1", credentials={"access_token": "a"})
    account_in(organization, external_id="2", credentials={})
    account_in(organization, external_id="3", credentials={"access_token": "c"}, is_retired=True)
    account_in(organization, external_id="4", credentials={"app_secret": "d"})
    account_in(other_organization, external_id="5", credentials={"access_token": "e"})
    for external_id in "12345":
        graph.get(f"https://graph.example.com/v99.0/{external_id}", json={})

    tasks.check_accounts()

    asked = [call.request.url.partition("?")[0].rpartition("/")[2] for call in graph.calls]
    assert asked == ["1", "debug_token", "5", "debug_token"]


def test_one_account_that_fails_does_not_keep_the_next_from_being_asked(organization, graph):
    for external_id in ("1", "2"):
        account_in(organization, external_id=external_id, credentials={"access_token": "a"})
    graph.get("https://graph.example.com/v99.0/1", body=requests.ReadTimeout())
    graph.get("https://graph.example.com/v99.0/2", json={})

    tasks.check_accounts()

    with everywhere():
        assert list(Account.objects.order_by("id").values_list("health", flat=True)) == ["failing", "ok"]


def test_what_was_found_is_shown_by_the_api(account, graph, viewer):
    graph.get(NODE, status=400, json=refusal(190))
    health.check(account)

    (shown,) = viewer.results("/whatsapp/accounts")

    assert (shown["health"], shown["health_detail"]) == ("failing", INVALID)


def test_a_check_is_an_observation_and_writes_no_history(account, graph):
    graph.get(NODE, json={"id": WABA})
    before = account.history.count()

    health.check(account)

    assert account.history.count() == before


def test_the_token_is_in_no_log(account, graph, caplog):
    caplog.set_level(logging.DEBUG)
    graph.get(NODE, json={"id": WABA})

    health.check(account)

    assert "GET https://graph.example.com/" in caplog.text
    assert "POST https://graph.example.com/v99.0/debug_token 200" in caplog.text
    assert "very-secret" not in caplog.text


# How long the token lives

END = datetime(2026, 3, 9, 10, tzinfo=UTC)


def token_after(account: Account) -> tuple[datetime | None, datetime | None]:
    """(expires at, refused since) after a check."""
    health.check(account)
    with everywhere():
        account.refresh_from_db()
    return account.token_expires_at, account.token_refused_at


def say_of_the_token(graph: Any, **answer: Any) -> None:
    graph.replace("POST", TOKEN, **answer)


def test_a_token_that_ends_is_kept_and_told_with_its_end(account, graph):
    graph.get(NODE, json={"id": WABA})
    say_of_the_token(graph, json={"data": {"is_valid": True, "expires_at": int(END.timestamp())}})

    assert health_after(account) == ("ok", "The access token expires on 2026-03-09 at 10:00 UTC.")
    assert account.token_expires_at == END


def test_the_token_is_asked_about_in_the_body_and_stands_in_no_address(account, graph):
    graph.get(NODE, json={"id": WABA})

    health.check(account)

    asked = graph.calls[1].request
    assert (asked.method, asked.url, asked.body) == ("POST", TOKEN, b"method=GET&input_token=very-secret")
    assert asked.headers["Authorization"] == "Bearer very-secret"


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"data": {"expires_at": 0}}},
        {"json": {"data": {"expires_at": -1}}},
        {"json": {"data": {"expires_at": True}}},
        {"json": {"data": {"expires_at": "1773050400"}}},
        {"json": {"data": {"expires_at": 10**20}}},
        {"json": {"data": {}}},
        {"json": {"data": []}},
        {"json": ["data"]},
        {"body": "<html>"},
        {"status": 400, "json": {"error": {"code": 100}}},
    ],
)
def test_where_nobody_says_when_it_ends_it_is_not_known_to_end(answer, account, graph):
    graph.get(NODE, json={"id": WABA})
    account.token_expires_at = END
    say_of_the_token(graph, **answer)

    assert token_after(account) == (None, None)
    assert (account.health, account.health_detail) == ("ok", "")


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 429}, {"body": requests.ReadTimeout()}])
def test_while_the_provider_is_in_trouble_what_was_known_of_its_end_stays(trouble, account, graph):
    graph.get(NODE, json={"id": WABA})
    account.token_expires_at = END
    say_of_the_token(graph, **trouble)

    assert token_after(account) == (END, None)


def test_a_refused_token_is_refused_since_it_was_first_seen_to_be(account, graph):
    graph.get(NODE, status=400, json=refusal(190))

    with time_machine.travel(DAY, tick=False) as clock:
        first = token_after(account)
        clock.shift(3600)
        again = token_after(account)

    assert first == again == (None, DAY)
    assert not [call for call in graph.calls if call.request.url == TOKEN]


@pytest.mark.parametrize(("status", "answer"), [(200, {"id": WABA}), (403, refusal(200))])
def test_a_token_that_is_taken_again_is_no_longer_refused(status, answer, account, graph):
    account.token_refused_at = DAY
    graph.get(NODE, status=status, json=answer)

    assert token_after(account) == (None, None)


@pytest.mark.parametrize("trouble", [{"status": 500, "json": {}}, {"body": requests.ReadTimeout()}])
def test_an_answer_that_says_nothing_of_the_token_changes_nothing_about_it(trouble, organization, graph):
    account = account_in(organization, external_id=WABA, credentials={"access_token": "a"}, token_refused_at=DAY)
    with everywhere():
        Account.objects.update(token_expires_at=END)
        account.refresh_from_db()
    graph.get(NODE, **trouble)

    assert token_after(account) == (END, DAY)


def test_what_was_seen_of_a_token_is_forgotten_with_it(organization):
    gone = account_in(organization, external_id="1", token_refused_at=timezone.now())

    tasks.check_accounts()

    with everywhere():
        gone.refresh_from_db()
    assert gone.token_refused_at is None
