"""Versions of what a template says, whoever says it: made, kept apart, followed by the pointers of the template."""

from __future__ import annotations

import contextlib
import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alerts.models import Alert
from core import joining
from core.fence import everywhere, inside
from providers.events import TemplateComponentsChanged, TemplateFact, TemplateStatusChanged
from providers.routes import Incoming
from templates_app import lifecycle, versions, writing
from templates_app.content import Content
from templates_app.diff import apply_delta
from templates_app.models import Template, TemplateVersion
from templates_app.versions import Origin, content_of, status_of
from tests.world import account_in, deliver, template_of, webhook

BODY = {"type": "BODY", "text": "Hello, your lamp oil is on its way."}
OTHER = {"type": "BODY", "text": "Hello, your lamp oil has arrived."}
IMAGE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U"]}}
FOUND: dict[str, Any] = {"at": None, "raw_time": None, "account_ids": (), "field": "", "raw": {}}
seconds = itertools.count()
STOP = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}]}


def content(*components, language="en_US", category="UTILITY"):
    return Content.of(list(components), language=language, category=category)


@pytest.fixture(autouse=True)
def _here(organization):
    with inside(organization):
        yield


@pytest.fixture
def template(account):
    """Written here and approved as version 1, with a picture and a button that no webhook tells of."""
    template = template_of(account, provider_template_id="7001", category="UTILITY")
    version = write(template, IMAGE, BODY, STOP)
    template.submitted_version = version
    template.save()
    sync(account, status="APPROVED")
    template.refresh_from_db()
    return template


def sync(account, *components, status=""):
    """What a sync finds; it has no time of the provider's."""
    named = FOUND | {"provider_template_id": "7001", "name": "lamp_oil_notice", "language": "en_US"}
    events: list[TemplateFact] = [TemplateStatusChanged(**named, event=status)] if status else []
    if components:
        events.append(TemplateComponentsChanged(**named, components=components, is_whole=True))
    apply(account, events)


def apply(account, events):
    heard = [Incoming(event=event, account=account, received_at=timezone.now(), source="sync") for event in events]
    with transaction.atomic():
        lifecycle.apply(heard)


def edited_at_meta(text, **more):
    """The webhook of an edit in WhatsApp Manager."""
    value = {
        "message_template_id": 7001,
        "message_template_name": "lamp_oil_notice",
        "message_template_language": "en_US",
        "message_template_element": text,
        **more,
    }
    at = timezone.now() - timedelta(hours=1) + timedelta(seconds=next(seconds))
    deliver(webhook(("message_template_components_update", value), at=at))


def write(template, *components, **more) -> Any:
    return versions.write(template, content(*components), origin=Origin.LOCAL, author="ada@example.com", **more)


def story(template):
    """(number, origin, what became of it) of each version, oldest first."""
    template.refresh_from_db()
    rows = template.versions.order_by("number")
    return [(row.number, row.origin, status_of(row, template=template)) for row in rows]


def drift_alerts():
    return list(Alert.objects.filter(alert_type="TEMPLATE_DRIFT").values_list("severity", "status"))


# Writing


def test_the_same_content_makes_no_version(account):
    template = template_of(account)

    first = write(template, BODY)
    again = versions.write(template, content(BODY), origin=Origin.LOCAL, author="bob@example.com")

    assert (first.number, again) == (1, None)


@pytest.mark.parametrize(
    "other",
    [
        content(OTHER),
        content(BODY, language="es"),
        content(BODY, category="MARKETING"),
        Content.of([BODY], language="en_US", category="UTILITY", parameter_format="NAMED"),
    ],
)
def test_other_words_language_category_or_format_make_the_next_version(other, account):
    template = template_of(account)
    write(template, BODY)

    second: Any = versions.write(template, other, origin=Origin.LOCAL, author="bob@example.com", note="Shorter")

    template.refresh_from_db()
    assert (second.number, second.author, second.note) == (2, "bob@example.com", "Shorter")
    assert (template.current_version, template.parameter_format) == (second, other.parameter_format)


def test_the_deltas_lead_from_nothing_to_each_version(account):
    template = template_of(account)
    for components in ([BODY], [OTHER, STOP], [IMAGE, OTHER], [BODY]):
        write(template, *components)

    said = None
    for version in template.versions.order_by("number"):
        said = apply_delta(said, version.delta)
        assert said == content_of(version)
        assert versions.is_intact(version)


def test_a_version_is_in_the_audit_with_its_author(account):
    template = template_of(account)

    write(template, BODY)

    assert template.history.latest().history_change_reason == "v1 written here"


# What the provider tells


def test_what_the_provider_tells_of_a_template_that_is_not_ours_is_its_newest_version(account):
    edited_at_meta("Hello.")
    edited_at_meta("Hello again.")

    template = Template.objects.get()
    assert story(template) == [(1, "provider", "superseded"), (2, "provider", "in_review")]
    assert template.current_version == template.submitted_version == template.versions.get(number=2)
    assert drift_alerts() == []


def test_a_webhook_that_says_what_we_have_makes_no_version(template):
    edited_at_meta(BODY["text"])

    assert story(template) == [(1, "local", "approved")]


def test_a_sync_with_another_address_for_our_picture_makes_no_version(template, account):
    signed = IMAGE | {"example": {"header_handle": ["https://cdn.example/signed"]}}

    sync(account, signed, BODY, STOP)

    assert story(template) == [(1, "local", "approved")]
    assert drift_alerts() == []


def test_an_edit_at_the_provider_is_kept_beside_ours_and_alerts(template):
    edited_at_meta(OTHER["text"])

    assert story(template) == [(1, "local", "approved"), (2, "provider", "drifted")]
    drifted = template.drifted_version
    assert {part["type"] for part in drifted.components} == {"HEADER", "BODY", "BUTTONS"}
    assert template.current_version.number == 1
    assert drift_alerts() == [("HIGH", "open")]
    alert = Alert.objects.get(alert_type="TEMPLATE_DRIFT")
    assert alert.data | {"our_version": 1, "their_version": 2} == alert.data
    assert "Body text changed" in alert.detail


def test_what_only_a_sync_can_know_is_a_drift_too(template, account):
    edited_at_meta(BODY["text"])

    sync(account, BODY, STOP)

    assert story(template)[-1] == (2, "provider", "drifted")


def test_a_drift_that_is_told_again_is_one_version_and_one_alert(template, account):
    edited_at_meta(OTHER["text"])
    edited_at_meta(OTHER["text"])
    sync(account, IMAGE, OTHER, STOP)

    assert len(story(template)) == 2
    assert drift_alerts() == [("HIGH", "open")]


def test_a_drift_ends_when_the_provider_serves_ours_again(template, account):
    edited_at_meta(OTHER["text"])

    sync(account, IMAGE, BODY, STOP)

    assert story(template) == [(1, "local", "approved"), (2, "provider", "superseded")]
    assert drift_alerts() == [("HIGH", "resolved")]


def test_a_draft_that_somebody_pasted_into_the_manager_is_no_drift(template):
    draft = write(template, IMAGE, OTHER, STOP)

    edited_at_meta(OTHER["text"])

    template.refresh_from_db()
    assert template.current_version == template.submitted_version == draft
    assert drift_alerts() == []


def test_a_draft_of_ours_stays_what_we_want_when_the_provider_edits_its_own_template(account):
    edited_at_meta("Hello.")
    template = Template.objects.get()
    draft = write(template, BODY)

    edited_at_meta("Hello again.")

    assert [status for _, _, status in story(template)] == ["superseded", "draft", "in_review"]
    assert template.current_version == draft


def test_the_category_that_meta_moved_makes_no_version(template):
    writing.change(template, asked={"allow_category_change": True}, actor="ada@example.com")
    value = {
        "message_template_id": 7001,
        "message_template_name": "lamp_oil_notice",
        "message_template_language": "en_US",
    }
    deliver(
        webhook(
            ("template_category_update", value | {"previous_category": "UTILITY", "new_category": "MARKETING"}),
            at=timezone.now(),
        )
    )

    edited_at_meta(BODY["text"])

    assert len(story(template)) == 1


def test_facts_about_many_drifted_templates_ask_the_database_no_more(account, django_assert_max_num_queries):
    rows = []
    for place in range(6):
        template = template_of(account, name=f"lamp_{place}", provider_template_id=f"80{place}", category="UTILITY")
        ours = write(template, BODY)
        theirs = versions.append(template, content(OTHER), origin=Origin.PROVIDER, author="meta")
        template.submitted_version, template.current_version, template.drifted_version = ours, ours, theirs
        template.save()
        rows.append(template)
    named: list[dict[str, Any]] = [
        {"provider_template_id": row.provider_template_id, "name": row.name, "language": "en_US"} for row in rows
    ]

    with django_assert_max_num_queries(30):
        apply(account, [TemplateStatusChanged(**FOUND, **one, event="FLAGGED") for one in named])

    assert len(drift_alerts()) == 6


# Approval


def test_an_approval_is_of_what_the_provider_has(template, account):
    draft = write(template, OTHER)
    assert story(template)[-1] == (2, "local", "draft")
    versions.mark_submitted(template, draft)
    template.save()
    sync(account, status="PENDING")
    assert story(template) == [(1, "local", "approved"), (2, "local", "in_review")]

    sync(account, status="APPROVED")

    assert story(template) == [(1, "local", "superseded"), (2, "local", "approved")]


def test_a_version_that_says_again_what_meta_has_approved_is_approved_and_the_old_one_too(template, account):
    write(template, OTHER)
    write(template, IMAGE, BODY, STOP)
    assert story(template) == [(1, "local", "approved"), (2, "local", "superseded"), (3, "local", "approved")]

    sync(account, status="PAUSED")

    assert story(template)[-1] == (3, "local", "draft")


def test_a_rejection_leaves_the_approved_version(template, account):
    versions.mark_submitted(template, write(template, OTHER))
    template.save()

    sync(account, status="REJECTED")

    assert story(template) == [(1, "local", "approved"), (2, "local", "rejected")]


# Many hands


@pytest.mark.django_db(transaction=True)
def test_edits_at_the_same_moment_never_make_two_versions_with_one_number():
    organization = joining.create_organization(name="Busy Works")
    template = template_of(account_in(organization, external_id="1"), status="DRAFT", category="UTILITY")
    written: list[TemplateVersion | None] = []
    together = threading.Barrier(4)

    def write(writer: int) -> None:
        together.wait(timeout=30)
        with contextlib.closing(connection), inside(organization):
            for turn in range(3):
                row, said = Template.objects.get(pk=template.pk), {"type": "BODY", "text": f"Writer {writer}, {turn}."}
                written.append(versions.write(row, content(said), origin=Origin.LOCAL, author=f"{writer}"))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)

    assert len(written) == 12
    with everywhere():
        rows = list(TemplateVersion.objects.filter(template=template).order_by("number"))
        template.refresh_from_db()
    assert [row.number for row in rows] == list(range(1, 13))
    assert template.current_version_id == rows[-1].pk
    said = None
    for row in rows:
        said = apply_delta(said, row.delta)
        assert said == content_of(row)
