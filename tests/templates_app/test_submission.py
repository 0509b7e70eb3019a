"""Asking the provider about a template: what is refused before it is asked, what is asked, what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.utils import timezone

from alerts.models import Alert
from core.fence import everywhere, inside
from core.refusals import Refused
from providers import sandbox_acts, sandbox_clock
from providers.models import SandboxTemplate
from templates_app import rolling_back, submission, versions, writing
from templates_app.models import Submission, Template, TemplateEvent
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
    query,
    sent,
    work,
)
from tests.sandbox import playing, sandbox_account
from tests.world import WABA, account_in, deliver, status_change, webhook

pytestmark = pytest.mark.django_db
BODY = {
    "type": "BODY",
    "text": "Hello {{1}}, your lamp oil is on its way to you.",
    "example": {"body_text": [["Ada"]]},
}
OTHER = BODY | {"text": "Hello {{1}}, your lamp oil has reached our depot."}
PROMOTIONAL = BODY | {"text": "Hello {{1}}, buy now: 50 % off on lamp oil with our summer sale and discount code."}
NODE = "2088135590427760"
NAMED = {"message_template_id": NODE, "message_template_name": "oil_on_its_way"}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _here(organization, network, one_lane):
    with inside(organization):
        yield


@pytest.fixture
def play():
    with playing() as play:
        yield play


def write(account, *, body=BODY, name="oil_on_its_way", **others):
    fields = {"language": "en_US", "category": "UTILITY", "components": [body], "actor": "ada@example.com"} | others
    return writing.create(account=account, name=name, **fields)


def rewrite(template, body=OTHER, **others):
    asked_for: Any = {"components": [body], **others}
    return writing.change(template, asked=asked_for, actor="ada@example.com")


def at_meta(account, **columns):
    """A template that Meta has in its version 1 and has approved."""
    template = write(account)
    known = {"status": "APPROVED", "provider_template_id": NODE, "submitted_version": template.current_version}
    return standing(template, **(known | columns))


def standing(template, **columns):
    for name, value in columns.items():
        setattr(template, name, value)
    template.save()
    return template


def submit(template, **how):
    return submission.submit(template, actor="ada@example.com", **how)


def refused(template, *, act=submit, **how):
    with pytest.raises(Refused) as no:
        act(template, **how)
    return no.value.code


def delete(template, *, all_languages=False):
    return submission.delete_at_provider(template, all_languages=all_languages, actor="ada@example.com")


def unpause(template):
    return submission.unpause(template, actor="ada@example.com")


def state_of(row):
    row = fresh(row)
    return row.state, row.code


def facts(template):
    rows = TemplateEvent.objects.filter(template=template).order_by("at", "id")
    return list(rows.values_list("event", "source", "actor"))


# From the draft to the verdict, at a sandbox account


def test_a_draft_is_submitted_reviewed_and_approved(organization, play):
    account = sandbox_account(organization)
    template = write(account)

    row = submit(template)
    work()
    in_review = named(account, "oil_on_its_way")
    play.turn(account, by=MINUTE)
    approved = named(account, "oil_on_its_way")

    assert (row.kind, *state_of(row)) == ("create", "done", "")
    assert (in_review.status, in_review.submitted_version.number, in_review.approved_version) == ("PENDING", 1, None)
    assert ("PENDING", "user", "ada@example.com") in facts(template)
    assert (approved.status, approved.approved_version.number) == ("APPROVED", 1)
    assert approved.provider_template_id == SandboxTemplate.objects.get().external_id
    assert approved.versions.count() == 1
    assert not Alert.objects.exists()


def test_a_change_is_submitted_as_an_edit_and_the_old_version_stays_approved_until_the_verdict(organization, play):
    account = sandbox_account(organization)
    submit(write(account))
    work()
    play.turn(account, by=MINUTE)
    template = named(account, "oil_on_its_way")
    rewrite(template)

    row = submit(template)
    work()
    in_review = named(account, "oil_on_its_way")
    play.turn(account, by=MINUTE)
    approved = named(account, "oil_on_its_way")

    assert (row.kind, *state_of(row)) == ("edit", "done", "")
    assert (in_review.status, in_review.submitted_version.number, in_review.approved_version.number) == (
        "PENDING",
        2,
        1,
    )
    assert (approved.status, approved.approved_version.number, approved.drifted_version) == ("APPROVED", 2, None)
    assert approved.versions.count() == 2


def test_a_change_at_once_after_the_approval_is_in_review_before_any_webhook_says_so(organization, play):
    account = sandbox_account(organization)
    submit(write(account))
    work()
    with everywhere():
        play.turn(account, by=MINUTE)
    play.clock.shift(timedelta(seconds=-11))  # what the sandbox tells lies a moment ahead
    template = named(account, "oil_on_its_way")
    rewrite(template)

    submit(template)
    work()

    assert named(account, "oil_on_its_way").status == "PENDING"
    assert named(account, "oil_on_its_way").approved_version.number == 1


def test_another_category_than_the_one_asked_for_is_contested_at_once(organization, play):
    account = sandbox_account(organization)

    row = submit(write(account, body=PROMOTIONAL))
    work()

    template = named(account, "oil_on_its_way")
    assert (template.category, template.meta_reported_category, template.is_contested) == ("UTILITY", "MARKETING", True)
    assert fresh(row).detail == "Meta counts it as MARKETING, not as UTILITY, which was asked for."
    assert Alert.objects.get().alert_type == "CATEGORY_CHANGE_BLOCKED"


def test_with_leave_the_category_moves_along(organization, play):
    account = sandbox_account(organization)

    submit(write(account, body=PROMOTIONAL, allow_category_change=True))
    work()

    template = named(account, "oil_on_its_way")
    assert (template.category, template.is_contested) == ("MARKETING", False)


def test_a_deleted_template_is_deleted_when_its_provider_says_so(organization, play):
    account = sandbox_account(organization)
    submit(write(account))
    work()
    play.turn(account, by=MINUTE)

    row = delete(named(account, "oil_on_its_way"))
    work()
    asked_for = named(account, "oil_on_its_way")
    play.catch_up()

    assert state_of(row) == ("done", "")
    assert (asked_for.status, asked_for.sync_wanted_at is not None) == ("APPROVED", True)
    assert named(account, "oil_on_its_way").status == "DELETED"
    assert refused(named(account, "oil_on_its_way")) == "name_blocked"


def test_a_deleted_draft_of_ours_is_created_anew_under_another_id(organization, play):
    account = sandbox_account(organization)
    submit(write(account))
    work()
    delete(named(account, "oil_on_its_way"))  # in review: its name stays free
    work()
    play.catch_up()
    play.clock.shift(timedelta(minutes=1))
    before = named(account, "oil_on_its_way")

    row = submit(before)
    work()

    after = named(account, "oil_on_its_way")
    assert (before.status, row.kind, after.status) == ("DELETED", "create", "PENDING")
    assert before.provider_template_id != after.provider_template_id


def test_a_paced_template_is_unpaused_after_five_minutes(organization, play):
    account = sandbox_account(organization)
    submit(write(account))
    work()
    play.turn(account, by=MINUTE)
    sandbox_acts.pace(SandboxTemplate.objects.get())
    play.catch_up()

    at_once = refused(named(account, "oil_on_its_way"), act=unpause)
    play.turn(account, by=5 * MINUTE)
    row = unpause(named(account, "oil_on_its_way"))
    work()
    play.catch_up()

    assert at_once == "not_editable"
    assert state_of(row) == ("done", "")
    assert named(account, "oil_on_its_way").status == "APPROVED"


# What is refused before the provider is asked


def test_a_draft_that_breaks_rules_is_not_submitted_and_every_rule_is_named(meta):
    template = write(meta)
    version = template.current_version
    broken = [{"type": "BODY", "text": "{{1}} hello"}]
    type(version).objects.filter(pk=version.pk).update(components=broken, checksum="")
    template.current_version.refresh_from_db()
    content = versions.content_of(template.current_version)
    type(version).objects.filter(pk=version.pk).update(checksum=content.checksum)

    with pytest.raises(Refused) as no:
        submit(template)

    assert no.value.code == "preflight_failed"
    assert "BODY (body_variable_edge): " in no.value.sentence
    assert "BODY (variable_example): " in no.value.sentence
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "status", ["PENDING", "IN_APPEAL", "DISABLED", "ARCHIVED", "PENDING_DELETION", "LIMIT_EXCEEDED", "NEW_WORD"]
)
def test_what_cannot_be_edited_now_is_not_submitted(status, meta):
    assert refused(at_meta(meta, status=status)) == "not_editable"


@pytest.mark.parametrize("status", ["REJECTED", "PAUSED", "UNKNOWN"])
def test_what_can_be_edited_is_submitted(status, meta):
    assert submit(at_meta(meta, status=status)).kind == "edit"


def test_what_meta_approved_already_is_not_submitted_again(meta):
    assert refused(at_meta(meta)) == "nothing_to_submit"


def test_what_goes_back_to_the_text_that_meta_approved_is_not_submitted_and_counts_as_approved(meta):
    template = at_meta(meta)
    rewrite(template)
    went_back = rolling_back.rollback(template, 1, actor="ada@example.com")

    with pytest.raises(Refused) as no:
        submit(template)

    assert (no.value.code, went_back.number) == ("nothing_to_submit", 3)
    assert no.value.sentence == ("Meta has this text already, as v1, and has approved it: there is nothing to submit.")
    assert versions.status_of(went_back, template=template) == "approved"
    assert rolling_back.warnings(template, went_back) == []


def test_the_same_text_in_the_category_that_was_accepted_is_nothing_to_submit(meta):
    template = standing(at_meta(meta), category="MARKETING")
    rewrite(template, body=BODY)

    assert template.current_version.number == 2
    assert refused(template) == "nothing_to_submit"


def test_our_text_is_submitted_again_where_meta_serves_another_or_has_not_approved_it(meta):
    template = at_meta(meta)
    rewrite(template)
    rolling_back.rollback(template, 1, actor="ada@example.com")
    other = template.versions.get(number=2)

    kinds = []
    for columns in ({"status": "REJECTED"}, {"status": "APPROVED", "drifted_version": other}):
        kinds.append(submit(standing(template, **columns)).kind)
        Submission.objects.all().delete()

    assert kinds == ["edit", "edit"]


def test_what_nobody_knows_the_words_or_the_id_of_is_not_submitted(meta):
    template = write(meta)

    assert refused(standing(template, status="APPROVED")) == "not_editable"
    assert refused(standing(template, status="DRAFT", current_version=None)) == "nothing_to_submit"


def test_templates_that_meta_made_itself_stay_as_they_are(meta):
    template = at_meta(meta, name="auto_generated_17")

    assert [refused(template), refused(template, act=delete)] == ["not_editable", "not_editable"]


def test_a_retired_template_and_one_of_a_retired_account_are_not_submitted(meta):
    template = write(meta)
    retired = refused(standing(template, is_retired=True))
    standing(template, is_retired=False)
    meta.is_retired = True
    meta.save()

    assert (retired, refused(template)) == ("not_editable", "account_retired")


def test_an_account_without_a_token_or_without_templates_submits_nothing(organization):
    assert refused(write(account_in(organization, external_id="1"))) == "no_access_token"
    other = account_in(organization, external_id="2")
    other.provider = "twilio"
    other.save()
    assert refused(write(other)) == "not_supported"


def test_the_category_of_an_approved_template_is_fixed(meta):
    template = at_meta(meta)
    standing(template, status="PENDING")
    standing(template, status="REJECTED")
    rewrite(template, category="MARKETING")
    standing(template, status="APPROVED", category="UTILITY")

    assert refused(template) == "category_fixed"


def edited(template, *, ago, state="done", of_approved=True):
    Submission.objects.create(
        organization_id=template.organization_id,
        template=template,
        kind="edit",
        state=state,
        due_at=None,
        of_approved=of_approved,
        asked_at=timezone.now() - ago,
    )


@pytest.mark.parametrize(
    ("ago", "how", "code"),
    [
        ([HOUR], {}, "edit_limit"),
        ([25 * HOUR], {}, None),
        ([2 * DAY] * 10, {}, "edit_limit"),
        ([2 * DAY] * 9, {}, None),
        ([31 * DAY] * 10, {}, None),
        ([HOUR], {"state": "refused"}, None),
        ([HOUR], {"of_approved": False}, None),
    ],
)
def test_an_approved_template_is_edited_once_a_day_and_ten_times_a_month(ago, how, code, meta):
    template = at_meta(meta)
    rewrite(template)
    for each in ago:
        edited(template, ago=each, **how)

    assert (refused(template) if code else submit(template).of_approved) == (code or True)


def test_each_day_of_a_sandbox_frees_one_edit_however_far_its_clock_is_ahead(organization, play):
    account = sandbox_account(organization)
    template = at_meta(account)
    rooms, at_once = [], []
    for day in range(3):
        rewrite(template, body=OTHER | {"text": f"Hello {{{{1}}}}, your lamp oil has reached depot {day} of ours."})
        submit(template)
        Submission.objects.update(state="done", due_at=None)
        rooms.append(rolling_back.edit_room(template, at=sandbox_clock.now(account)))
        at_once.append(refused(template))
        sandbox_clock.turn(account, by=DAY)

    assert [(room.left_today, room.left_this_month) for room in rooms] == [(0, 9), (0, 8), (0, 7)]
    assert at_once == ["edit_limit"] * 3


def test_edits_of_rejected_templates_have_no_limit(meta):
    template = at_meta(meta, status="REJECTED")
    for _ in range(10):
        edited(template, ago=HOUR)

    assert submit(template).of_approved is False


def test_an_account_creates_a_hundred_templates_an_hour(meta):
    template, other = write(meta), write(meta, name="another", body=OTHER)
    made = [
        Submission(organization_id=template.organization_id, template=other, kind="create", state="done", due_at=None)
        for _ in range(100)
    ]
    Submission.objects.bulk_create(made)

    assert refused(template) == "create_limit"
    Submission.objects.filter(pk=made[0].pk).update(asked_at=timezone.now() - HOUR)
    assert submit(template).kind == "create"


@pytest.mark.parametrize(
    ("language", "event", "days", "code"),
    [
        ("en_US", "APPROVED", 29, "name_blocked"),
        ("en_US", "APPROVED", 31, None),
        ("en_US", "REJECTED", 29, None),
        ("fr", "APPROVED", 29, "name_blocked"),
    ],
)
def test_the_name_of_an_approved_template_is_blocked_for_thirty_days(language, event, days, code, meta):
    gone_at = timezone.now() - days * DAY
    gone = standing(write(meta, language=language), status="DELETED", status_at=gone_at, provider_template_id="1")
    for word, at in ((event, gone_at - HOUR), ("FLAGGED", gone_at - MINUTE), ("DELETED", gone_at)):
        TemplateEvent.objects.create(
            organization_id=gone.organization_id,
            template=gone,
            kind="STATUS",
            event=word,
            at=at,
            received_at=at,
            fingerprint=word,
        )
    template = gone if language == "en_US" else write(meta)

    assert (refused(template) if code else submit(template).kind) == (code or "create")


def test_one_thing_is_asked_of_a_template_at_a_time(meta):
    template = at_meta(meta, status="PAUSED")
    submit(template)

    assert [refused(template, act=act) for act in (submit, delete, unpause)] == ["submission_waiting"] * 3


def test_two_who_ask_in_one_moment_get_one_submission(meta, monkeypatch):
    template = write(meta)
    submit(template)
    monkeypatch.setattr(submission, "_check_can_ask", lambda template: None)  # the other came after the look

    assert refused(template) == "submission_waiting"


@pytest.mark.parametrize("status", ["APPROVED", "DRAFT"])
def test_what_is_not_paused_is_not_unpaused(status, meta):
    assert refused(at_meta(meta, status=status), act=unpause) == "not_editable"


def test_a_pause_for_quality_ends_by_itself(meta):
    until = timezone.now() + HOUR

    assert refused(at_meta(meta, status="PAUSED", paused_until=until), act=unpause) == "not_editable"


def test_what_is_disabled_or_gone_is_not_deleted(meta):
    template = at_meta(meta)

    for status in ("DISABLED", "DELETED", "PENDING_DELETION"):
        assert refused(standing(template, status=status), act=delete) == "not_editable"
    assert refused(standing(template, status="DRAFT", provider_template_id=None), act=delete) == "not_editable"


def test_a_name_is_not_deleted_while_one_of_its_languages_is_disabled(meta):
    template = at_meta(meta)
    standing(write(meta, language="fr"), status="DISABLED", provider_template_id="9")

    assert refused(template, act=delete, all_languages=True) == "not_editable"
    assert delete(template).all_languages is False


# What Meta is asked, and what becomes of its answers


def test_a_creation_says_all_and_takes_what_meta_answers(meta, graph):
    graph.add(graph.POST, LIST, json=fixture("message_template_create_ok"))
    template = write(meta)

    row = submit(template)
    work()

    assert sent() == {
        "name": "oil_on_its_way",
        "language": "en_US",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": [BODY],
    }
    kept = named(meta, "oil_on_its_way")
    assert (kept.provider_template_id, kept.status, kept.meta_reported_category) == (NODE, "PENDING", "MARKETING")
    assert state_of(row) == ("done", "")
    assert kept.history.first().history_change_reason == "v1 submitted"


@pytest.mark.parametrize(("status", "has_category"), [("APPROVED", False), ("REJECTED", True)])
def test_an_edit_names_the_category_only_where_it_may_change(status, has_category, meta, graph):
    graph.add(graph.POST, f"{GRAPH}/{NODE}", json={"success": True})
    template = at_meta(meta)
    template.approved_version = None
    standing(template, status=status)
    rewrite(template)

    submit(template)
    work()

    assert ("category" in sent()) == has_category
    assert sent()["components"] == [OTHER]


@pytest.mark.parametrize(
    ("all_languages", "params"),
    [(False, {"hsm_id": NODE, "name": "oil_on_its_way"}), (True, {"name": "oil_on_its_way"})],
)
def test_one_language_is_deleted_unless_all_are_asked_for(all_languages, params, meta, graph):
    graph.add(graph.DELETE, LIST, json={"success": True})

    delete(at_meta(meta), all_languages=all_languages)
    work()

    assert query() == params


@pytest.mark.parametrize(
    ("written_at", "pending_at"),
    [("2026-03-02T11:59:00Z", "11:59:59"), ("2026-03-02T11:59:59.5Z", "11:59:59.500001")],
)
def test_a_verdict_in_the_second_of_the_call_stands_above_the_submission(written_at, pending_at, meta, graph):
    graph.add(graph.POST, LIST, json={"id": NODE, "status": "PENDING", "category": "UTILITY"})
    with time_machine.travel(written_at, tick=False) as clock:
        template = write(meta)
        clock.move_to("2026-03-02T12:00:00.9Z")
        submit(template)
        work()

    event = TemplateEvent.objects.get(template=template, event="PENDING")
    assert event.at.isoformat() == f"2026-03-02T{pending_at}+00:00"
    deliver(webhook(status_change("APPROVED", **NAMED), at=datetime(2026, 3, 2, 12, tzinfo=UTC)))
    assert named(meta, "oil_on_its_way").status == "APPROVED"


def test_what_is_submitted_at_once_stands_behind_its_writing_in_the_history(meta, graph):
    graph.add(graph.POST, LIST, json={"id": NODE, "status": "PENDING", "category": "UTILITY"})
    with time_machine.travel("2026-03-02T12:00:00.9Z", tick=False):
        template = write(meta)
        submit(template)
        work()

    told = [event for event, *_ in facts(template)]
    assert (told[0], set(told[1:])) == ("CREATED", {"PENDING", "COMPONENTS_CHANGE"})


@pytest.mark.parametrize(
    ("status", "source", "actor"), [("PENDING", "user", "ada@example.com"), ("REJECTED", "sync", "")]
)
def test_a_submission_is_a_persons_doing_and_what_meta_makes_of_it_is_not(status, source, actor, meta, graph):
    graph.add(graph.POST, LIST, json={"id": NODE, "status": status, "category": "MARKETING"})
    template = write(meta)

    submit(template)
    work()

    assert set(facts(template)[1:]) == {
        ("COMPONENTS_CHANGE", "user", "ada@example.com"),
        (status, source, actor),
        ("CATEGORY_CHANGE", "sync", ""),
    }


def test_a_refusal_of_meta_is_kept_in_words_with_what_to_do(meta, graph):
    graph.add(graph.POST, LIST, status=400, json=fixture("error_create_trailing_variable"))

    row = submit(write(meta))
    work()

    row = fresh(row)
    assert (row.state, row.code, row.due_at) == ("refused", "100/2388299", None)
    assert row.detail == (
        "A variable stands at the edge of the text. "
        'Meta says: "Variable at the edge of the text: Put words before the first variable and after the last one." '
        "Put words before the first variable and behind the last one, and submit it again."
    )
    assert named(meta, "oil_on_its_way").status == "DRAFT"


def test_a_token_that_is_refused_ends_it_at_once(meta, graph):
    graph.add(graph.POST, LIST, status=401, json=error(190))

    row = submit(write(meta))
    work()

    assert (fresh(row).state, fresh(row).detail.partition(".")[0]) == (
        "failed",
        "The access token is invalid or has expired",
    )


def test_a_limit_of_calls_is_waited_for_as_long_as_meta_says_and_counts_as_no_try(meta, graph):
    usage = '{"1": [{"type": "template", "estimated_time_to_regain_access": 7}]}'
    graph.add(graph.POST, LIST, status=400, json=error(80007), headers={"X-Business-Use-Case-Usage": usage})

    row = submit(write(meta))
    work()

    row = fresh(row)
    assert (row.state, row.postponed) == ("waiting", 1)
    assert timedelta(minutes=6) < row.due_at - timezone.now() <= timedelta(minutes=7)


def test_after_a_day_of_waiting_it_is_given_up(meta, graph):
    row = submit(write(meta))
    Submission.objects.filter(pk=row.pk).update(created_at=timezone.now() - 25 * HOUR)

    work()

    assert (fresh(row).state, asked()) == ("failed", [])


# A try whose outcome nobody knows


def unanswered(graph, method, url):
    graph.add(method, url, body=requests.ReadTimeout("no answer"))


def test_a_creation_without_an_answer_is_looked_up_and_not_repeated(meta, graph):
    unanswered(graph, graph.POST, LIST)
    made = item("oil_on_its_way", node=NODE, status="PENDING", components=[BODY])
    other = item("oil_on_its_way_2", node="7", components=[OTHER])
    graph.add(graph.GET, LIST, json={"data": [other, made]})
    row = submit(write(meta))

    work()
    unknown = fresh(row)
    now_due(Submission)
    work()

    assert (unknown.state, unknown.last_error) == ("waiting", "OutcomeUnknown: no answer: ReadTimeout")
    assert state_of(row) == ("done", "")
    assert asked() == [("POST", f"{WABA}/message_templates"), ("GET", f"{WABA}/message_templates")]
    assert (query()["name"], query()["language"]) == ("oil_on_its_way", "en_US")
    assert named(meta, "oil_on_its_way").provider_template_id == NODE


def test_a_creation_that_did_not_arrive_is_tried_again(meta, graph):
    unanswered(graph, graph.POST, LIST)
    graph.add(graph.GET, LIST, json={"data": []})
    graph.add(graph.POST, LIST, json={"id": NODE, "status": "PENDING", "category": "UTILITY"})
    row = submit(write(meta))

    work()
    now_due(Submission)
    work()

    assert state_of(row) == ("done", "")
    assert [method for method, _ in asked()] == ["POST", "GET", "POST"]


def test_a_verdict_that_came_while_nobody_knew_is_not_undone_by_the_look(meta, graph):
    unanswered(graph, graph.POST, LIST)
    graph.add(graph.GET, LIST, json={"data": [item("oil_on_its_way", node=NODE, components=[BODY])]})
    submit(write(meta))
    work()
    deliver(webhook(status_change("APPROVED", **NAMED), at=timezone.now()))

    now_due(Submission)
    work()

    kept = named(meta, "oil_on_its_way")
    assert (kept.status, kept.approved_version.number) == ("APPROVED", 1)
    assert "PENDING" not in [event for event, *_ in facts(kept)]


def test_what_stands_at_meta_in_our_words_is_ours_and_in_other_words_is_not(meta, graph):
    exists = error(100, 2388024)
    graph.add(graph.POST, LIST, status=400, json=exists)
    graph.add(graph.POST, LIST, status=400, json=exists)
    same = item("oil_on_its_way", node=NODE, components=[BODY])
    graph.add(graph.GET, LIST, json={"data": [same]})
    graph.add(graph.GET, LIST, json={"data": [item("other", node="8", text="Something else.")]})

    ours, theirs = submit(write(meta)), submit(write(meta, name="other", body=OTHER))
    work()

    assert (state_of(ours), state_of(theirs)) == (("done", ""), ("refused", "100/2388024"))


def test_an_edit_without_an_answer_is_compared_before_it_is_repeated(meta, graph):
    unanswered(graph, graph.POST, f"{GRAPH}/{NODE}")
    graph.add(
        graph.GET, f"{GRAPH}/{NODE}", json=item("oil_on_its_way", node=NODE, status="PENDING", components=[OTHER])
    )
    template = at_meta(meta)
    rewrite(template)
    row = submit(template)

    work()
    now_due(Submission)
    work()

    kept = named(meta, "oil_on_its_way")
    assert state_of(row) == ("done", "")
    assert [method for method, _ in asked()] == ["POST", "GET"]
    assert (kept.status, kept.submitted_version.number) == ("PENDING", 2)


def test_a_deletion_that_happened_is_done_when_it_is_tried_again(meta, graph):
    unanswered(graph, graph.DELETE, LIST)
    graph.add(graph.DELETE, LIST, status=400, json=error(100, 33))
    row = delete(at_meta(meta))

    work()
    now_due(Submission)
    work()

    assert state_of(row) == ("done", "")


def test_a_pause_that_is_over_is_done_when_it_is_tried_again(meta, graph):
    unanswered(graph, graph.POST, f"{GRAPH}/{NODE}/unpause")
    graph.add(graph.GET, f"{GRAPH}/{NODE}", json=item("oil_on_its_way", node=NODE))
    row = unpause(at_meta(meta, status="PAUSED", status_at=timezone.now() - HOUR))

    work()
    now_due(Submission)
    work()

    assert state_of(row) == ("done", "")


def test_a_no_with_a_reason_is_told(meta, graph):
    reason = {"success": False, "reason": "The pause began a moment ago."}
    graph.add(graph.POST, f"{GRAPH}/{NODE}/unpause", json=reason)

    row = unpause(at_meta(meta, status="PAUSED", status_at=timezone.now() - HOUR))
    work()

    assert (state_of(row), fresh(row).detail) == (("refused", "no_success"), "The pause began a moment ago.")


def test_a_worker_that_lost_its_turn_keeps_nothing(meta, graph):
    def lose(request):
        Submission.objects.update(attempts=7)  # another one has it
        return 200, {}, '{"id": "1", "status": "PENDING", "category": "UTILITY"}'

    graph.add_callback(graph.POST, LIST, callback=lose)
    template = write(meta)

    row = submit(template)
    work()

    assert state_of(row) == ("waiting", "")
    assert Template.objects.get(pk=template.pk).status == "DRAFT"
