"""Submitting, deleting and syncing in the console, and the rooms in which the answers stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from core.fence import everywhere
from core.models import Role
from templates_app import rolling_back, writing
from templates_app.models import Submission, SyncRun
from tests.console import look, press, somebody, words
from tests.graph import LIST, account_with_token, error, fixture, item, pages, work
from tests.world import account_in, template_of

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {
    "type": "BODY",
    "text": "Hello {{1}}, your lamp oil is on its way to you.",
    "example": {"body_text": [["Ada"]]},
}
OTHER = BODY | {"text": "Hello {{1}}, your lamp oil has reached our depot."}
LIST_OF_TEMPLATES = reverse("admin:templates_app_template_changelist")
SUBMISSIONS = reverse("admin:templates_app_submission_changelist")
SYNCS = reverse("admin:templates_app_syncrun_changelist")


@pytest.fixture(autouse=True)
def _network(network, one_lane):
    pass


@pytest.fixture
def operating(organization):
    return somebody(organization, Role.OPERATOR)


@pytest.fixture
def administering(organization):
    return somebody(organization, Role.ORG_ADMIN)


@pytest.fixture
def draft(meta):
    return written(meta)


def written(account, *, name="oil_on_its_way", **columns):
    body = BODY | {"text": BODY["text"].replace("lamp oil", f"lamp oil ({name})")}
    with everywhere():
        template = writing.create(
            account=account, name=name, language="en_US", category="UTILITY", components=[body], actor="ada@example.com"
        )
        for column, value in columns.items():
            setattr(template, column, value)
        template.save()
    return template


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


def deed(template, name):
    return reverse(f"admin:templates_app_template_{name}", args=[template.pk])


def confirm(client, address, **given):
    return press(client, address, confirmed="yes", **given)


def is_offered(client, template, name):
    return deed(template, name) in look(client, page_of(template))


# On the page of a template


def test_a_draft_is_submitted_from_its_page_and_the_refusal_stands_there(draft, graph, operating):
    graph.add(graph.POST, LIST, status=400, json=fixture("error_create_trailing_variable"))

    before = words(look(operating, deed(draft, "submit")))
    waiting = words(look(operating, page_of(draft))) if confirm(operating, deed(draft, "submit")) else ""
    work()
    after = words(look(operating, page_of(draft)))

    assert "The preflight finds nothing that Meta would refuse." in before
    assert "it cannot be sent before it is approved" in before
    assert "Submit v1 Waiting" in waiting
    assert "Submit v1 Refused by the provider" in after
    assert "Put words before the first variable" in after
    with everywhere():
        assert Submission.objects.get().actor == "operator@lamp-works.example"


def test_the_timeline_tells_who_submitted_and_what_meta_made_of_it(draft, graph, operating):
    graph.add(graph.POST, LIST, json=fixture("message_template_create_ok"))

    confirm(operating, deed(draft, "submit"))
    work()
    page = words(look(operating, page_of(draft), tab="timeline"))

    assert page.count("Submitted by operator@lamp-works.example") == 2
    assert "Found by a sync" in page
    assert "Decided by operator" not in page


def test_a_change_says_what_it_costs(meta, operating):
    template = written(meta, status="APPROVED", provider_template_id="7", submitted_version=None)

    page = words(look(operating, deed(template, "submit_change")))

    assert "Meta reviews it again, and the template cannot be sent until it is approved." in page
    assert "Meta takes 10 more edits of it within 30 days. 1 edit is left today." in page


def test_what_would_be_refused_is_told_before_and_a_refusal_of_ours_is_an_error_on_the_page(draft, operating):
    with everywhere():
        version = draft.current_version
        type(version).objects.filter(pk=version.pk).update(components=[{"type": "BODY", "text": "{{1}} hi"}])

    before = words(look(operating, deed(draft, "submit")))
    answer = confirm(operating, deed(draft, "submit"))

    assert "Meta would refuse it, so it is not submitted:" in before
    assert "BODY: The text begins with the variable {{1}}" in before
    assert "its checksum differs" in words(answer.content.decode())


@pytest.mark.parametrize(
    ("columns", "offered"),
    [
        ({}, {"submit", "sync"}),
        ({"status": "APPROVED", "provider_template_id": "7"}, {"submit_change", "sync", "delete_at_provider"}),
        ({"status": "PENDING", "provider_template_id": "7"}, {"sync", "delete_at_provider"}),
        (
            {"status": "PAUSED", "provider_template_id": "7"},
            {"submit_change", "unpause", "sync", "delete_at_provider"},
        ),
        ({"status": "DISABLED", "provider_template_id": "7"}, {"sync"}),
        ({"is_retired": True}, set()),
    ],
)
def test_a_button_is_there_where_it_makes_sense(columns, offered, meta, administering):
    template = written(meta, **columns)

    names = ("submit", "submit_change", "unpause", "sync", "delete_at_provider")
    assert {name for name in names if is_offered(administering, template, name)} == offered


def test_a_change_is_offered_only_where_meta_would_get_something_new(meta, operating):
    template = written(meta, status="APPROVED", provider_template_id="7")
    offered = {}

    def look_now(what, **columns):
        with everywhere():
            for column, value in columns.items():
                setattr(template, column, value)
            template.save()
        offered[what] = is_offered(operating, template, "submit_change")

    first = template.current_version
    look_now("approved", submitted_version=first)
    with everywhere():
        second = writing.change(template, asked={"components": [OTHER]}, actor="ada@example.com")
    look_now("changed")
    with everywhere():
        rolling_back.rollback(template, 1, actor="ada@example.com")
    look_now("gone back")
    look_now("gone back while Meta serves another", drifted_version=second)
    look_now("Meta serves another than our newest", current_version=first)

    assert [what for what, is_so in offered.items() if is_so] == ["changed", "gone back while Meta serves another"]


def test_viewers_ask_nothing_and_operators_delete_nothing(meta, organization, operating):
    template = written(meta, status="APPROVED", provider_template_id="7")
    viewing = somebody(organization, Role.VIEWER)

    assert not any(is_offered(viewing, template, name) for name in ("submit_change", "sync"))
    assert viewing.post(deed(template, "sync")).status_code == 403
    assert not is_offered(operating, template, "delete_at_provider")
    assert operating.post(deed(template, "delete_at_provider")).status_code == 403


def test_a_template_is_deleted_in_one_language_unless_all_are_ticked(meta, administering):
    one = written(meta, status="APPROVED", provider_template_id="7")
    other = written(meta, name="other", status="PAUSED", provider_template_id="8")

    page = words(look(administering, deed(one, "delete_at_provider")))
    confirm(administering, deed(one, "delete_at_provider"))
    confirm(administering, deed(other, "delete_at_provider"), all_languages="on")

    assert "This cannot be undone." in page
    with everywhere():
        asked = dict(Submission.objects.values_list("template_id", "all_languages"))
    assert asked == {one.pk: False, other.pk: True}


def test_a_paused_template_is_unpaused(meta, operating):
    template = written(meta, status="PAUSED", provider_template_id="7")
    with everywhere():
        template.status_at = timezone.now().replace(year=2025)
        template.save()

    confirm(operating, deed(template, "unpause"))

    with everywhere():
        assert Submission.objects.get().kind == "unpause"


def test_many_are_submitted_at_once_and_what_cannot_be_is_told(meta, organization, operating):
    bare = account_in(organization, external_id="1")
    rows = [written(meta, name="one"), written(bare, name="two")]
    chosen = {"action": "submit", "_selected_action": [str(row.pk) for row in rows]}

    page = words(press(operating, LIST_OF_TEMPLATES, **chosen).content.decode())
    done = words(press(operating, LIST_OF_TEMPLATES, confirmed="yes", **chosen).content.decode())

    assert "2 templates are created at Meta and reviewed." in page
    assert "two (en_US): The account has no access token" in done
    with everywhere():
        assert [row.template_id for row in Submission.objects.all()] == [rows[0].pk]


def test_accounts_of_chosen_templates_are_synced(draft, meta, operating):
    confirm(operating, deed(draft, "sync"))

    with everywhere():
        run = SyncRun.objects.get()
    assert (run.account_id, run.actor) == (meta.pk, "operator@lamp-works.example")


# The rooms


def test_what_was_asked_of_meta_is_listed_and_has_a_page(draft, graph, operating, organization):
    empty = words(look(operating, SUBMISSIONS))
    graph.add(graph.POST, LIST, status=400, json=error(80007))
    confirm(operating, deed(draft, "submit"))
    work()
    with everywhere():
        row = Submission.objects.get()

    listed = words(look(somebody(organization, Role.VIEWER), SUBMISSIONS))
    page = look(operating, reverse("admin:templates_app_submission_change", args=[row.pk]))

    assert "Nothing was asked of Meta yet" in empty
    assert "Submit v1 oil_on_its_way (en_US) Waiting The account has made too many calls to Meta." in listed
    assert 'hx-trigger="every 2s"' in page
    assert "Meta is asked next: in" in words(page)


def test_a_page_of_what_is_over_refreshes_no_more(draft, operating):
    with everywhere():
        row = Submission.objects.create(
            organization_id=draft.organization_id,
            template=draft,
            kind="delete",
            state="done",
            all_languages=True,
            due_at=None,
            finished_at=timezone.now(),
        )

    page = look(operating, reverse("admin:templates_app_submission_change", args=[row.pk]))

    assert "hx-trigger" not in page
    assert "All languages of the name. Meta has taken it." in words(page)


def test_a_sync_is_begun_in_its_room_and_followed_to_its_figures(meta, graph, operating):
    pages([item("oil", node="7"), {"id": "nameless"}])

    empty = words(look(operating, SYNCS))
    answer = press(operating, reverse("admin:templates_app_syncrun_add"), account=str(meta.pk))
    waiting = answer.content.decode()
    work()
    done = look(operating, answer.redirect_chain[-1][0])

    assert "Nothing was compared yet" in empty
    assert 'hx-trigger="every 2s"' in waiting
    assert "hx-trigger" not in done
    assert "2 templates seen on 1 page. New 1 Changed 0 Unchanged 0 Gone 0" in words(done)
    assert "nameless An entry of the list has no id or no name." in words(done)
    assert "Shop Done 2 1 0 0 1" in words(look(operating, SYNCS))


def test_a_sync_that_waits_says_why(meta, graph, operating):
    graph.add(graph.GET, LIST, status=400, json=error(4))

    answer = press(operating, reverse("admin:templates_app_syncrun_add"), account=str(meta.pk))
    work()

    page = words(look(operating, answer.redirect_chain[-1][0]))
    assert "The app has made too many calls to Meta. It is tried again by itself. It goes on in" in page


def test_only_accounts_that_can_be_asked_are_offered(meta, organization, operating):
    account_in(organization, external_id="1", name="Without a token")

    page = look(operating, reverse("admin:templates_app_syncrun_add"))

    assert "Without a token" not in page
    assert str(meta.pk) in page


def test_rooms_show_only_ones_own(meta, other_organization, operating):
    theirs = account_with_token(other_organization, external_id="209", name="Rival shop")
    with everywhere():
        template = template_of(theirs)
        row = Submission.objects.create(organization=other_organization, template=template, kind="edit", state="done")
        run = SyncRun.objects.create(organization=other_organization, account=theirs, state="done")

    for room, one in (("submission", row), ("syncrun", run)):
        assert operating.get(reverse(f"admin:templates_app_{room}_change", args=[one.pk])).status_code == 404
