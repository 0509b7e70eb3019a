"""Submitting, deleting and syncing at the HTTP door."""

from __future__ import annotations

import pytest

from core.fence import everywhere
from templates_app import sync, tasks
from templates_app.models import Submission, SyncRun
from templates_app.views import submission as views
from tests.graph import LIST, account_with_token, error, fixture, item, named, pages, work
from tests.sandbox import playing, sandbox_account
from tests.world import account_in, error_of

pytestmark = pytest.mark.django_db
BODY = {
    "type": "BODY",
    "text": "Hello {{1}}, your lamp oil is on its way to you.",
    "example": {"body_text": [["Ada"]]},
}
SYNC = "/whatsapp/templates/sync"
NOTHING = {"created": 0, "updated": 0, "unchanged": 0, "missing": 0}


@pytest.fixture(autouse=True)
def _network(network, one_lane):
    pass


@pytest.fixture
def write(operator):
    def write(account, **others):
        said = {"name": "oil_on_its_way", "language": "en_US", "category": "UTILITY", "components": [BODY]}
        answer = operator.post("/whatsapp/templates", {"account": str(account.pk)} | said | others)
        assert answer.status_code == 201, answer.json()
        return f"/whatsapp/templates/{answer.json()['id']}"

    return write


# Submitting


def test_a_template_is_submitted_and_the_answer_can_be_looked_up(meta, graph, write, operator):
    graph.add(graph.POST, LIST, status=400, json=fixture("error_create_trailing_variable"))
    place = write(meta)

    answer = operator.post(f"{place}/submit")
    work()

    asked = answer.json()
    assert answer.status_code == 202
    assert {key: asked[key] for key in ("kind", "state", "version", "code", "actor")} == {
        "kind": "create",
        "state": "waiting",
        "version": 1,
        "code": "",
        "actor": "key:operator",
    }
    after = operator.get(f"/whatsapp/submissions/{asked['id']}").json()
    assert (after["state"], after["code"], after["next_try_at"]) == ("refused", "100/2388299", None)
    assert "Put words before the first variable" in after["detail"]


def test_what_keeps_a_submission_waiting_is_told(meta, graph, write, operator):
    graph.add(graph.POST, LIST, status=400, json=error(80007))

    operator.post(f"{write(meta)}/submit")
    work()

    (row,) = operator.results("/whatsapp/submissions?state=waiting")
    assert row["trouble"] == "The account has made too many calls to Meta. It is tried again by itself."


def test_submissions_are_filtered(meta, write, operator):
    first, second = write(meta), write(meta, name="another", category="MARKETING", components=[BODY | {"text": "Hi!"}])
    for place in (first, second):
        assert operator.post(f"{place}/submit").status_code == 202

    found = operator.results(f"/whatsapp/submissions?template={first.rpartition('/')[2]}&kind=create")

    assert [row["template"] for row in found] == [first.rpartition("/")[2]]
    assert operator.results("/whatsapp/submissions?kind=delete") == []


def test_every_no_is_a_409_with_its_code(meta, write, operator, org_admin, organization):
    place = write(meta)
    assert operator.post(f"{place}/submit").status_code == 202

    assert error_of(operator.post(f"{place}/submit"))[:2] == (409, "submission_waiting")
    assert error_of(operator.post(f"{place}/unpause"))[:2] == (409, "submission_waiting")
    with everywhere():
        Submission.objects.update(state="refused")
    assert error_of(operator.post(f"{place}/unpause"))[:2] == (409, "not_editable")
    assert error_of(org_admin.post(f"{place}/delete-at-provider"))[:2] == (409, "not_editable")
    bare = account_in(organization, external_id="1")
    assert error_of(operator.post(f"{write(bare)}/submit"))[:2] == (409, "no_access_token")


def test_viewers_submit_nothing_and_operators_delete_nothing(meta, write, viewer, operator, stranger):
    place = write(meta)

    assert [viewer.post(f"{place}/{verb}").status_code for verb in ("submit", "unpause")] == [403, 403]
    assert viewer.post(SYNC).status_code == 403
    assert operator.post(f"{place}/delete-at-provider").status_code == 403
    assert stranger.post(f"{place}/submit").status_code == 404


@pytest.mark.parametrize(("body", "all_languages"), [(None, False), ({}, False), ({"all_languages": True}, True)])
def test_all_languages_are_deleted_only_when_that_is_said(body, all_languages, meta, write, org_admin):
    place = write(meta)
    with everywhere():
        template = named(meta, "oil_on_its_way")
        template.status, template.provider_template_id = "APPROVED", "7"
        template.save()

    assert org_admin.post(f"{place}/delete-at-provider", body).json()["all_languages"] is all_languages


# Syncing


def test_a_sync_of_one_account_is_done_in_the_call(meta, graph, operator):
    pages([item("oil", node="7"), {"id": "nameless"}])

    answer = operator.post(SYNC, {"account": str(meta.pk)})

    told = answer.json()
    assert answer.status_code == 202
    assert {name: told[name] for name in (*NOTHING, "is_done")} == NOTHING | {"created": 1, "is_done": True}
    assert told["errors"] == [{"template": "nameless", "detail": "An entry of the list has no id or no name."}]
    (run,) = told["sync_runs"]
    assert operator.get(f"/whatsapp/sync-runs/{run['id']}").json() == run
    assert operator.results("/whatsapp/sync-runs?state=done") == [run]
    assert operator.get(f"/whatsapp/accounts/{meta.pk}").json()["last_sync_at"] is not None


def test_a_sync_that_takes_longer_goes_on_by_itself(meta, graph, operator, monkeypatch):
    monkeypatch.setattr(views, "SECONDS", -1.0)
    pages([item("oil", node="7")], [item("wick", node="8")])

    told = operator.post(SYNC, {"account": str(meta.pk)}).json()
    graph.reset()
    pages([item("oil", node="7")], [item("wick", node="8")])
    work()

    (run,) = told["sync_runs"]
    assert (told["is_done"], told["created"], run["state"], run["pages"]) == (False, 1, "waiting", 1)
    after = operator.get(f"/whatsapp/sync-runs/{run['id']}").json()
    assert (after["state"], after["created"], after["unchanged"]) == ("done", 2, 0)


def test_a_sync_that_fails_says_why_and_one_that_waits_too(meta, graph, operator):
    graph.add(graph.GET, LIST, status=401, json=error(190))
    graph.add(graph.GET, LIST, status=429, json={}, headers={"Retry-After": "90"})

    failed, waiting = (operator.post(SYNC).json() for _ in range(2))

    assert (failed["is_done"], failed["sync_runs"][0]["state"]) == (True, "failed")
    assert failed["errors"][0]["detail"].startswith("The access token is invalid")
    assert (waiting["is_done"], waiting["sync_runs"][0]["state"]) == (False, "waiting")
    assert waiting["sync_runs"][0]["trouble"].startswith("Meta answered with the HTTP status 429")


def test_without_an_account_all_are_synced_that_can_be(meta, graph, operator, organization):
    sandbox_account(organization)
    account_in(organization, external_id="1")
    pages([item("oil", node="7")])

    told = operator.post(SYNC).json()

    assert (len(told["sync_runs"]), told["created"], told["is_done"]) == (2, 1, True)


def test_a_sync_that_a_worker_has_is_left_to_it(meta, graph, operator, monkeypatch):
    monkeypatch.setattr(sync, "try_now", lambda run, seconds: None)
    operator.post(SYNC)
    monkeypatch.undo()
    monkeypatch.setattr(views, "SECONDS", 0.3)
    with everywhere():
        SyncRun.objects.update(leased_until="2100-01-01T00:00:00Z")

    told = operator.post(SYNC).json()

    assert (told["is_done"], len(told["sync_runs"])) == (False, 1)


def test_where_nothing_can_be_asked_that_is_said(operator, organization):
    assert error_of(operator.post(SYNC))[:2] == (409, "no_access_token")
    bare = account_in(organization, external_id="1")
    assert error_of(operator.post(SYNC, {"account": str(bare.pk)}))[:2] == (409, "no_access_token")


def test_another_organizations_account_is_not_synced(other_organization, operator):
    theirs = account_with_token(other_organization)

    assert error_of(operator.post(SYNC, {"account": str(theirs.pk)})) == (400, "does_not_exist", "account")


def test_the_whole_way_by_the_api_and_a_sandbox_account(organization, write, operator):
    with playing() as play:
        account = sandbox_account(organization)
        place = write(account)
        operator.post(f"{place}/submit")
        tasks.carry_out_submissions()
        in_review = operator.get(place).json()["status"]
        play.catch_up()
        play.clock.shift(40)
        play.catch_up()

    assert (in_review, operator.get(place).json()["status"]) == ("PENDING", "APPROVED")
