"""Comparing an account's templates with what its provider has: new, changed and gone ones, each told once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import responses
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.models import Alert
from core.fence import everywhere, inside
from core.refusals import Refused
from providers.models import Account, SandboxTemplate
from templates_app import lifecycle, submission, sync, tasks, versions, writing
from templates_app.content import Content
from templates_app.models import Submission, SyncRun, Template, TemplateEvent, TemplateVersion
from tests.graph import (
    GRAPH,
    LIST,
    asked,
    error,
    fixture,
    fresh,
    item,
    named,
    now_due,
    pages,
    query,
    work,
)
from tests.sandbox import playing, sandbox_account
from tests.world import account_in, deliver, status_change, template_of, webhook

pytestmark = pytest.mark.django_db
TEXT = "Hello, your lamp oil is on its way."
NOON = datetime(2026, 11, 21, 12, 0, 0, 400_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _here(organization, network, one_lane):
    with inside(organization):
        yield


def run(account, *items, gone=()):
    """A sync of an account that has these templates; those of `gone` are not there when asked for one by one."""
    responses.reset()
    pages(list(items))
    for node in gone:
        responses.add(responses.GET, f"{GRAPH}/{node}", status=400, json=error(100, 33))
    row = sync.ask_for(account, actor="ada@example.com")
    work()
    return fresh(row)


def figures(row):
    return {name: getattr(row, name) for name in ("seen", "created", "updated", "unchanged", "missing")}


def told(template=None):
    """(event, source) of the facts, in the order of their moments."""
    rows = TemplateEvent.objects.filter(template=template) if template else TemplateEvent.objects.all()
    return list(rows.order_by("at", "kind").values_list("event", "source"))


def latest(template):
    return TemplateEvent.objects.filter(template=template).latest("id")


# New, known, changed, gone


def test_a_first_sync_adopts_what_the_provider_has(meta, graph):
    row = run(meta, *fixture("message_templates_list_page")["data"])

    parcel, moved = named(meta, "order_dispatched_v3"), named(meta, "appointment_moved")
    assert row.state == "done"
    assert figures(row) == {"seen": 2, "created": 2, "updated": 0, "unchanged": 0, "missing": 0}
    assert (parcel.provider_template_id, parcel.language, parcel.status) == ("1873340926614507", "en_GB", "APPROVED")
    assert (parcel.category, parcel.meta_reported_category, parcel.pending_category) == (
        "UTILITY",
        "UTILITY",
        "MARKETING",
    )
    assert (parcel.quality_score, parcel.parameter_format) == ("GREEN", "POSITIONAL")
    assert parcel.approved_version.variables == ["1", "2", "3"]
    assert (moved.status, moved.parameter_format, moved.current_version.variables) == (
        "PENDING",
        "NAMED",
        ["first_name", "new_time"],
    )
    assert (parcel.sync_wanted_at, moved.sync_wanted_at) == (None, None)
    assert Account.objects.get(pk=meta.pk).last_sync_at is not None
    assert set(query()["fields"].split(",")) >= {"quality_score", "rejected_reason", "components"}


def test_a_second_sync_of_the_same_writes_nothing(meta, graph):
    items = fixture("message_templates_list_page")["data"]
    run(meta, *items)
    before = (told(), Template.history.count(), TemplateVersion.objects.count())

    row = run(meta, *items)

    assert figures(row) == {"seen": 2, "created": 0, "updated": 0, "unchanged": 2, "missing": 0}
    assert (told(), Template.history.count(), TemplateVersion.objects.count()) == before


@pytest.mark.parametrize(
    ("changed", "column", "value", "event"),
    [
        ({"status": "PAUSED"}, "status", "PAUSED", "PAUSED"),
        ({"status": "rejected", "rejected_reason": "PROMOTIONAL"}, "status_reason", "PROMOTIONAL", "REJECTED"),
        ({"quality_score": {"score": "RED"}}, "quality_score", "RED", "QUALITY_CHANGE"),
        ({"category": "MARKETING"}, "meta_reported_category", "MARKETING", "CATEGORY_CHANGE"),
        ({"correct_category": "MARKETING"}, "pending_category", "MARKETING", "CATEGORY_CHANGE_ANNOUNCED"),
        ({"components": [{"type": "BODY", "text": "Other."}]}, "current_version_id", None, "COMPONENTS_CHANGE"),
        ({"status": "BRAND_NEW"}, "last_event", "BRAND_NEW", "BRAND_NEW"),
    ],
)
def test_what_changed_becomes_one_fact_with_the_second_of_the_question(changed, column, value, event, meta, graph):
    known = item("oil", node="7")
    run(meta, known)
    template = named(meta, "oil")
    count = TemplateEvent.objects.count()

    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        moment = timezone.now().replace(microsecond=0)
        row, again = run(meta, known | changed), run(meta, known | changed)

    fact = latest(template)
    assert figures(row) == {"seen": 1, "created": 0, "updated": 1, "unchanged": 0, "missing": 0}
    assert figures(again)["unchanged"] == 1
    assert TemplateEvent.objects.count() == count + 1
    assert (fact.event, fact.at, fact.source, fact.actor) == (event, moment, "sync", "ada@example.com")
    assert value is None or getattr(named(meta, "oil"), column) == value
    assert named(meta, "oil").sync_wanted_at is None


def test_a_change_of_the_category_against_the_flag_is_contested(meta, graph):
    run(meta, item("oil", node="7"))

    run(meta, item("oil", node="7", category="MARKETING"))

    template = named(meta, "oil")
    assert (template.category, template.is_contested) == ("UTILITY", True)
    assert latest(template).said == {"category": "MARKETING", "previous_category": "UTILITY"}
    assert Alert.objects.get().alert_type == "CATEGORY_CHANGE_BLOCKED"


def test_a_notice_that_is_not_repeated_stays_and_one_that_is_withdrawn_ends(meta, graph):
    run(meta, item("oil", node="7", correct_category="MARKETING"))

    run(meta, item("oil", node="7"))
    stays = named(meta, "oil").pending_category
    run(meta, item("oil", node="7", correct_category=""))

    assert (stays, named(meta, "oil").pending_category) == ("MARKETING", "")


def test_a_rejection_for_its_category_is_not_announced_once_more(meta, graph):
    rejected = item("oil", node="7", status="REJECTED", rejected_reason="INCORRECT_CATEGORY")

    run(meta, rejected | {"correct_category": "AUTHENTICATION"})

    assert named(meta, "oil").pending_category == ""


def test_a_category_that_we_have_not_asked_for_yet_is_not_contested_by_the_old_one(meta, graph):
    run(meta, item("oil", node="7", status="REJECTED"))
    template = named(meta, "oil")
    body = [{"type": "BODY", "text": "Buy our lamp oil now, with 20 % off until Friday."}]
    writing.change(template, asked={"category": "MARKETING", "components": body}, actor="ada@example.com")

    row = run(meta, item("oil", node="7", status="REJECTED"))

    assert figures(row)["unchanged"] == 1
    assert named(meta, "oil").is_contested is False


def test_what_is_gone_is_deleted_once_the_whole_list_was_read_and_it_is_not_there_when_asked_for(meta, graph):
    run(meta, item("oil", node="7"), item("wick", node="8"))

    row = run(meta, item("oil", node="7"), gone=["8"])

    assert figures(row) == {"seen": 1, "created": 0, "updated": 0, "unchanged": 1, "missing": 1}
    assert (named(meta, "oil").status, named(meta, "wick").status) == ("APPROVED", "DELETED")
    assert latest(named(meta, "wick")).source == "sync"
    assert figures(run(meta, item("oil", node="7")))["missing"] == 0


def test_what_a_page_lost_and_is_there_when_asked_for_stays(meta, graph):
    run(meta, item("oil", node="7"), item("wick", node="8"))
    responses.reset()
    pages([item("oil", node="7")])
    responses.add(responses.GET, f"{GRAPH}/8", json=item("wick", node="8", status="PAUSED"))

    row = sync.ask_for(meta, actor="")
    work()

    assert (fresh(row).missing, named(meta, "wick").status) == (0, "PAUSED")


def test_drafts_and_what_was_archived_lately_are_not_gone(meta, graph):
    body = [{"type": "BODY", "text": "Hello, your new wick is on its way to you."}]
    writing.create(account=meta, name="wick", language="en_US", category="UTILITY", components=body, actor="")
    run(meta, item("oil", node="7", status="ARCHIVED"))

    row = run(meta)

    assert (row.missing, named(meta, "wick").status, named(meta, "oil").status) == (0, "DRAFT", "ARCHIVED")


def test_a_template_that_was_deleted_and_made_anew_is_bound_by_the_next_sync(meta, graph):
    run(meta, item("oil", node="7"))

    first = run(meta, item("oil", node="70"), gone=["7"])
    second = run(meta, item("oil", node="70"))

    assert (first.missing, first.errors[0]["template"]) == (1, "oil (en_US)")
    assert (second.updated, named(meta, "oil").provider_template_id, named(meta, "oil").status) == (1, "70", "APPROVED")


# Drift


@pytest.fixture
def ours(meta, graph):
    """A template that Meta has from us, approved."""
    template = template_of(meta, name="oil", provider_template_id="7", category="UTILITY")
    content = Content.of([{"type": "BODY", "text": TEXT}], language="en_US", category="UTILITY")
    template.submitted_version = versions.write(template, content, origin=versions.Origin.LOCAL, author="ada")
    template.save()
    run(meta, item("oil", node="7", text=TEXT))
    return named(meta, "oil")


def test_what_meta_serves_instead_of_ours_has_drifted_until_it_serves_ours_again(ours, meta, graph):
    run(meta, item("oil", node="7", text="Edited by hand."))
    drifted = named(meta, "oil")
    alert = Alert.objects.get()

    run(meta, item("oil", node="7", text=TEXT))

    assert ours.versions.count() == 2
    assert (drifted.drifted_version.number, drifted.current_version.number) == (2, 1)
    assert (alert.alert_type, alert.status) == ("TEMPLATE_DRIFT", "open")
    assert named(meta, "oil").drifted_version is None
    assert Alert.objects.get().status == "resolved"


def test_other_addresses_of_media_are_no_change(meta, graph):
    def picture(address):
        header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [address]}}
        return item("oil", node="7", components=[header, {"type": "BODY", "text": TEXT}])

    run(meta, picture("https://scontent.example/1"))

    assert run(meta, picture("https://scontent.example/2")).unchanged == 1


def test_a_part_told_by_webhook_is_completed_and_changes_nothing(ours, meta, graph):
    value = {
        "message_template_id": 7,
        "message_template_name": "oil",
        "message_template_language": "en_US",
        "message_template_element": TEXT,
    }
    deliver(webhook(("message_template_components_update", value), at=timezone.now()))
    wanted = named(meta, "oil").sync_wanted_at

    row = run(meta, item("oil", node="7", text=TEXT))

    assert wanted is not None
    assert (row.unchanged, named(meta, "oil").sync_wanted_at, ours.versions.count()) == (1, None, 1)


def test_the_content_of_what_is_being_submitted_is_left_alone(ours, meta, graph):
    body = [{"type": "BODY", "text": "Hello, your lamp oil has reached our depot."}]
    writing.change(ours, asked={"components": body}, actor="ada@example.com")
    Submission.objects.create(
        organization_id=ours.organization_id, template=ours, version=ours.current_version, kind="edit", due_at=None
    )

    row = run(meta, item("oil", node="7", text=body[0]["text"], status="PENDING"))

    assert (row.updated, named(meta, "oil").status, named(meta, "oil").drifted_version) == (1, "PENDING", None)


# Order


def paused(*, at):
    oil = {"message_template_id": 7, "message_template_name": "oil"}
    deliver(webhook(status_change("PAUSED", **oil), at=at))


def test_a_webhook_that_comes_while_the_list_is_read_stands_above_it(meta, graph):
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        run(meta, item("oil", node="7"))
    responses.reset()

    def answer(request):
        paused(at=timezone.now())
        return 200, {}, json.dumps({"data": [item("oil", node="7")]})

    graph.add_callback(graph.GET, LIST, callback=answer)
    with time_machine.travel(NOON, tick=False):
        sync.ask_for(meta, actor="")
        work()

    assert named(meta, "oil").status == "PAUSED"


def test_what_was_heard_before_the_question_is_older_than_the_answer_whatever_time_it_says(meta, graph):
    run(meta, item("oil", node="7"))
    paused(at=timezone.now() + timedelta(minutes=2))

    run(meta, item("oil", node="7"))

    assert named(meta, "oil").status == "APPROVED"


def test_what_was_left_open_after_the_question_stays_open(meta, graph):
    run(meta, item("oil", node="7"))
    ahead = timezone.now() + timedelta(minutes=1)
    Template.objects.update(sync_wanted_at=ahead)

    run(meta, item("oil", node="7"))
    open_still = named(meta, "oil").sync_wanted_at
    Template.objects.update(sync_wanted_at=timezone.now() - timedelta(minutes=1))
    run(meta, item("oil", node="7"))

    assert (open_still, named(meta, "oil").sync_wanted_at) == (ahead, None)


# Pages, trouble


def test_every_page_is_read_and_the_progress_kept(meta, graph):
    pages([item("a", node="1")], [item("b", node="2")], [item("c", node="3")])

    row = sync.ask_for(meta, actor="")
    work()

    row = fresh(row)
    assert (row.pages, row.seen, row.created) == (3, 3, 3)
    assert [query(number).get("after") for number in range(3)] == [None, "after-0", "after-1"]


def test_one_bad_template_harms_no_other(meta, graph):
    bad = [7, {"name": "nameless_id"}, item("long", node="9" * 65), item("nul", node="5", text="a\x00b")]

    row = run(meta, item("oil", node="7"), *bad, item("wick", node="8", components=[{"type": "HOLOGRAM", "x": 1}]))

    assert (row.state, row.created, len(row.errors)) == ("done", 3, 3)
    assert [one["template"] for one in row.errors] == ["?", "nameless_id", "long"]
    assert named(meta, "wick").current_version.components == [{"type": "HOLOGRAM", "x": 1}]


def test_a_page_that_cannot_be_kept_is_kept_one_by_one(meta, graph, monkeypatch):
    apply = lifecycle.apply

    def falls_over_wick(batch):
        if any(one.event.name == "wick" for one in batch):
            raise ValueError("wick")
        return apply(batch)

    monkeypatch.setattr(lifecycle, "apply", falls_over_wick)

    row = run(meta, item("oil", node="7"), item("wick", node="8"), item("lamp", node="9"))

    assert (row.created, row.errors) == (
        2,
        [{"template": "wick (en_US)", "detail": "It could not be kept (ValueError); the log says more."}],
    )


def test_a_language_that_nobody_knows_is_kept(meta, graph):
    run(meta, item("oil", node="7", language="tlh-KX"))

    assert named(meta, "oil").language == "tlh_KX"


def test_a_broken_off_sync_begins_anew_and_says_of_nothing_that_it_is_gone(meta, graph):
    run(meta, item("a", node="1"), item("b", node="2"))
    responses.reset()
    first = {"data": [item("a", node="1"), item("c", node="3")], "paging": {"next": "x", "cursors": {"after": "2"}}}
    responses.add(responses.GET, LIST, json=first)
    responses.add(responses.GET, LIST, status=500, json=error(2))

    row = sync.ask_for(meta, actor="")
    work()
    broken = fresh(row)
    responses.reset()
    pages([item("a", node="1"), item("c", node="3")], [item("b", node="2")])
    now_due(SyncRun)
    work()

    assert (broken.state, broken.seen, broken.created, broken.missing) == ("waiting", 2, 1, 0)
    assert (fresh(row).state, figures(fresh(row))) == (
        "done",
        {"seen": 3, "created": 1, "updated": 0, "unchanged": 2, "missing": 0},
    )


def test_a_token_that_is_refused_ends_the_sync_with_what_to_do(meta, graph):
    graph.add(graph.GET, LIST, status=401, json=error(190))

    row = sync.ask_for(meta, actor="")
    work()

    (told_so,) = fresh(row).errors
    assert fresh(row).state == "failed"
    assert told_so["detail"].startswith("The access token is invalid or has expired. Make a new token")


def test_an_answer_that_will_be_the_same_is_asked_for_once(meta, graph):
    graph.add(graph.GET, LIST, status=400, json=error(100, message="Tried accessing nonexisting field"))

    row = sync.ask_for(meta, actor="")
    work()

    assert (fresh(row).state, len(asked())) == ("failed", 1)


def test_an_endless_list_ends(meta, graph, monkeypatch):
    monkeypatch.setattr(sync, "PAGES_MOST", 3)
    more = {"data": [item("a", node="1")], "paging": {"next": "x", "cursors": {"after": "again"}}}
    graph.add(graph.GET, LIST, json=more)

    row = sync.ask_for(meta, actor="")
    work()

    assert (fresh(row).state, fresh(row).pages) == ("done", 3)
    assert "more than 3 pages" in fresh(row).errors[0]["detail"]
    assert Account.objects.get(pk=meta.pk).last_sync_at is None


def test_a_worker_that_lost_its_turn_writes_nothing_more(meta, graph):
    def lose(request):
        SyncRun.objects.update(attempts=7)  # another one has it
        return 200, {}, '{"data": []}'

    template_of(meta, name="oil", provider_template_id="7", status="APPROVED")
    graph.add_callback(graph.GET, LIST, callback=lose)

    row = sync.ask_for(meta, actor="")
    work()

    assert (fresh(row).state, named(meta, "oil").status) == ("waiting", "APPROVED")


# Who asks


def test_a_sync_that_waits_is_the_one_that_is_asked_for(meta):
    assert sync.ask_for(meta, actor="a").pk == sync.ask_for(meta, actor="b").pk


def test_accounts_that_cannot_be_asked_say_why(organization, meta):
    bare = account_in(organization, external_id="1")
    meta.is_retired = True
    twilio = Account(provider="twilio")

    for account, code in ((bare, "no_access_token"), (meta, "account_retired"), (twilio, "not_supported")):
        with pytest.raises(Refused) as no:
            sync.ask_for(account, actor="")
        assert no.value.code == code


def test_the_clock_asks_for_every_account_and_every_quarter_of_an_hour_where_something_is_open(organization, meta):
    waiting, open_one = (sandbox_account(organization, name=name) for name in ("Waiting", "Open"))
    account_in(organization, external_id="1")
    template_of(waiting, status="PENDING")
    template_of(open_one, status="APPROVED", sync_wanted_at=timezone.now())
    template_of(meta, status="APPROVED")

    some = tasks.sync_some()
    wanted = {run.account_id for run in SyncRun.objects.all()}
    every = tasks.sync_all()

    assert (some, wanted) == (2, {waiting.pk, open_one.pk})
    assert (every, SyncRun.objects.count()) == (3, 3)


def test_runs_that_are_long_over_are_forgotten(meta):
    long_ago = timezone.now() - timedelta(days=31)
    for finished_at in (long_ago, timezone.now()):
        SyncRun.objects.create(
            organization_id=meta.organization_id, account=meta, state="done", due_at=None, finished_at=finished_at
        )

    tasks.sync_all()

    assert SyncRun.objects.filter(state="done").count() == 1


# The sandbox, the command, the figures


def test_a_sandbox_account_is_synced_over_the_same_calls(organization):
    with playing() as play:
        account = sandbox_account(organization)
        body = [{"type": "BODY", "text": "Hello, your new wick is on its way to you."}]
        wick = writing.create(
            account=account, name="wick", language="en_US", category="UTILITY", components=body, actor="ada@example.com"
        )
        submission.submit(wick, actor="ada@example.com")
        work()
        play.turn(account, by=timedelta(minutes=1))
        SandboxTemplate.objects.update(quality_score="YELLOW")  # and its webhook is lost
        play.clock.shift(timedelta(minutes=1))

        row = sync.ask_for(account, actor="")
        work()

    assert (figures(fresh(row))["updated"], named(account, "wick").quality_score) == (1, "YELLOW")


def test_the_command_tells_the_figures_and_exits_with_1_on_errors(meta, graph, capsys):
    pages([item("oil", node="7")])
    call_command("sync_templates", account=str(meta.pk))
    first = capsys.readouterr().out
    responses.reset()
    graph.add(graph.GET, LIST, status=401, json=error(190))

    with everywhere(), pytest.raises(CommandError) as failed:
        call_command("sync_templates")

    assert "Shop: 1 new, 0 changed, 0 unchanged, 0 gone" in first
    assert failed.value.returncode == 1
    assert "The access token is invalid" in capsys.readouterr().out


def test_the_command_names_what_it_does_not_know(meta):
    with pytest.raises(CommandError, match="no account"):
        call_command("sync_templates", account="nobody")


def count(account, items):
    with CaptureQueriesContext(connection) as queries:
        run(account, *items)
    return len(queries)


def test_a_page_of_a_hundred_templates_costs_a_fixed_number_of_statements(meta, graph):
    def of(names, **others):
        return [item(f"{names}_{number}", node=f"{names}{number}", **others) for number in range(100)]

    adopted, known = count(meta, of("many")), count(meta, of("many"))
    changed = count(meta, of("many", quality_score={"score": "YELLOW"}))

    assert known == 25
    assert (adopted, changed) <= (54, 58)  # SQLite takes rows in smaller helpings than PostgreSQL
