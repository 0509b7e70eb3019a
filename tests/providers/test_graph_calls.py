"""Calls to the Graph API in an account's name: to Meta by HTTP, to a sandbox account in process."""

from __future__ import annotations

import json

import pytest
import requests
import responses

from core.fence import everywhere
from core.refusals import GiveUp, TryAgain
from providers import accounts
from providers.graph_calls import ask
from tests.sandbox import sandbox_account
from tests.world import WABA, account_in

GRAPH = "https://graph.facebook.com/v26.0"


@pytest.fixture
def meta(organization):
    account = account_in(organization, external_id=WABA)
    with everywhere():
        return accounts.change_account(account, fields={"credentials": {"access_token": "EAAG-token"}})


@pytest.mark.django_db
def test_a_question_to_meta_carries_the_token_in_a_header_and_its_fields_in_the_address(network, meta):
    with responses.RequestsMock() as graph:
        graph.add(responses.GET, f"{GRAPH}/{WABA}/message_templates", json={"data": []})
        answer = ask(meta, method="GET", path=[WABA, "message_templates"], params={"fields": "id,name"})
        request = graph.calls[0].request

    assert (answer.status, answer.json()) == (200, {"data": []})
    assert request.headers["Authorization"] == "Bearer EAAG-token"
    assert request.url == f"{GRAPH}/{WABA}/message_templates?fields=id%2Cname"
    assert request.body is None


@pytest.mark.django_db
def test_what_is_sent_to_meta_is_json_and_no_part_of_the_path_is_more_than_a_part(network, meta):
    with responses.RequestsMock() as graph:
        graph.add(responses.POST, f"{GRAPH}/..%2Fdebug_token", status=400, json={"error": {"code": 100}})
        answer = ask(meta, method="POST", path=["../debug_token"], body={"category": "UTILITY"})
        request = graph.calls[0].request

    assert answer.status == 400
    assert json.loads(request.body or b"") == {"category": "UTILITY"}
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_a_meta_that_is_away_is_tried_again(network, meta):
    with responses.RequestsMock() as graph:
        graph.add(responses.GET, f"{GRAPH}/{WABA}", body=requests.ConnectionError("NewConnectionError"))
        with pytest.raises(TryAgain):
            ask(meta, method="GET", path=[WABA])


@pytest.mark.django_db
def test_an_account_without_a_token_says_where_to_enter_one(network, organization):
    with pytest.raises(GiveUp, match="enter an access token"):
        ask(account_in(organization, external_id=WABA), method="GET", path=[WABA])


@pytest.mark.django_db
def test_a_provider_without_a_graph_api_is_not_called(network, organization):
    with everywhere():
        fields = {"provider": "twilio", "name": "Shop", "external_id": "AC1"}
        other = accounts.add_account(organization=organization, fields=fields)

    with pytest.raises(GiveUp, match="Only accounts at Meta"):
        ask(other, method="GET", path=["AC1"])


@pytest.mark.django_db
def test_a_sandbox_account_answers_in_process(network, organization):
    account = sandbox_account(organization, name="Rehearsals")
    with everywhere(), responses.RequestsMock():
        answer = ask(account, method="GET", path=[account.external_id], params={"fields": "id,name"})

    assert answer.json() == {"id": account.external_id, "name": "Rehearsals"}


@pytest.mark.django_db
@pytest.mark.parametrize("provider", ["meta", "sandbox"])
def test_nobody_asks_inside_a_transaction(provider, meta, organization):
    account = meta if provider == "meta" else sandbox_account(organization)

    with everywhere(), pytest.raises(RuntimeError, match="inside a transaction"):
        ask(account, method="GET", path=[account.external_id])
