"""The tabs of versions and of what depends on a template, and the deeds that go back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Silence
from core.fence import everywhere
from core.models import Role
from templates_app import versions
from templates_app.content import Content
from templates_app.models import Submission, TemplateVersion
from templates_app.versions import Origin
from tests.console import look, press, somebody, words
from tests.world import template_of

FIRST = {"type": "BODY", "text": "Hello, your lamp oil arrives on {{1}} at your door."}
SECOND = {"type": "BODY", "text": "Hello, your lamp oil arrives soon at your <door>."}


def content(*components):
    return Content.of(list(components), language="en_US", category="UTILITY")


@pytest.fixture
def template(account):
    with everywhere():
        template = template_of(account, status="APPROVED", category="UTILITY")
        template.submitted_version = template.approved_version = versions.write(
            template, content(FIRST), origin=Origin.LOCAL, author="ada@example.com"
        )
        template.save()
        versions.write(template, content(SECOND), origin=Origin.LOCAL, author="bob@example.com", note="Shorter")
    return template


@pytest.fixture
def drifted(template):
    with everywhere():
        told = content({"type": "BODY", "text": "Buy more lamp oil."})
        version = versions.append(template, told, origin=Origin.PROVIDER, author="meta")
        template.drifted_version, template.current_version = version, template.submitted_version
        versions.save(template, why="drifted", fields=["current_version", "drifted_version"])
    return template


@pytest.fixture
def admin(organization):
    return somebody(organization, Role.ORG_ADMIN)


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


def roll_back_of(template, number):
    return reverse("admin:templates_app_template_roll_back", args=[template.pk, number])


def numbers(template):
    with everywhere():
        return list(
            TemplateVersion.objects.filter(template=template).order_by("number").values_list("number", flat=True)
        )


def test_versions_are_told_with_author_origin_fate_and_what_changed(template, admin):
    page = words(look(admin, page_of(template), tab="versions"))

    assert re.search(
        r"v2 draft what we want it to say .*Body text changed; variable 1 removed\. “Shorter” Written here", page
    )
    assert re.search(r"v1 approved .*The first one\. Written here · ada@example.com · Roll back to v1", page)
    assert "Roll back to v2" not in page


def test_two_versions_stand_side_by_side_with_the_changed_words_marked(template, admin):
    page = look(admin, page_of(template), tab="versions", **{"from": "1", "to": "2"})

    assert "<del>on {{1}}</del>" in page
    assert "<ins>soon</ins>" in page
    assert "Version 1 beside version 2" in page
    assert "Breaks what sends it" in page


def test_a_text_with_markup_in_it_is_shown_and_not_obeyed(template, admin):
    raw = admin.get(page_of(template), {"tab": "versions", "from": "1", "to": "2"}).content.decode()

    assert "<door>" not in raw
    assert "&lt;" in raw


@pytest.mark.parametrize("asked", [{"from": "1", "to": "9"}, {"from": "7", "to": "8"}])
def test_a_version_that_is_not_there_cannot_be_compared(asked, template, admin):
    assert admin.get(page_of(template), {"tab": "versions", **asked}).status_code == 404


@pytest.mark.parametrize("asked", [{"from": "x", "to": "2"}, {"from": "1"}, {"to": "99999999999999"}])
def test_a_question_that_nobody_asked_shows_the_list(asked, template, admin):
    assert "beside version" not in words(look(admin, page_of(template), tab="versions", **asked))


def test_rolling_back_is_confirmed_with_what_it_costs_and_makes_a_version(template, admin):
    with everywhere():
        template.submitted_version = template.approved_version = template.current_version
        template.save()
    asked = words(look(admin, roll_back_of(template, 1)))

    page = press(admin, roll_back_of(template, 1), confirmed="yes", note="Too short").content.decode()

    assert "No version is lost or renumbered" in asked
    assert "Meta reviews it again, and the template cannot be sent until it is approved" in asked
    assert "Version 3 says what version 1 said." in words(page)
    assert numbers(template) == [1, 2, 3]


def test_going_back_to_what_meta_has_approved_costs_nothing(template, admin):
    asked = words(look(admin, roll_back_of(template, 1)))

    assert "Meta has this text already and has approved it: nothing is to be submitted." in asked
    assert "Meta reviews it again" not in asked


def test_a_refusal_is_told_and_changes_nothing(template, admin):
    with everywhere():
        TemplateVersion.objects.filter(template=template, number=1).update(components=[SECOND])

    page = press(admin, roll_back_of(template, 1), confirmed="yes").content.decode()

    assert "its checksum differs" in words(page)
    assert numbers(template) == [1, 2]


@pytest.mark.parametrize("number", [9, 2**40])
def test_there_is_no_way_back_to_a_version_that_is_not_there(number, template, admin):
    press(admin, f"{page_of(template)}../versions/{number}/roll-back/", confirmed="yes")

    assert numbers(template) == [1, 2]


def test_only_an_admin_finds_the_way_back(drifted, organization):
    operating = somebody(organization, Role.OPERATOR)

    page = look(operating, page_of(drifted), tab="versions")

    assert "Roll back" not in page
    assert "Adopt" not in page
    assert operating.get(roll_back_of(drifted, 1)).status_code == 403


def test_a_drift_is_told_above_the_versions_with_what_can_be_done(drifted, admin):
    page = look(admin, page_of(drifted), tab="versions")

    assert "Meta has version 1 from us and serves what is kept here as version 3" in words(page)
    assert 'href="?tab=versions&from=1&to=3"' in page


def test_adopting_and_restoring_settle_it(drifted, admin):
    restore, adopt = (
        reverse(f"admin:templates_app_template_{deed}", args=[drifted.pk]) for deed in ("restore", "adopt")
    )

    press(admin, restore, confirmed="yes", note="")
    assert numbers(drifted) == [1, 2, 3, 4]
    press(admin, adopt, confirmed="yes", note="")

    with everywhere():
        drifted.refresh_from_db()
    assert (drifted.current_version.number, drifted.drifted_version) == (3, None)
    assert "serves what is kept here" not in look(admin, page_of(drifted), tab="versions")


def test_a_template_without_versions_says_where_they_come_from(account, admin):
    page = words(look(admin, page_of(template_of(account)), tab="versions"))

    assert "No version yet" in page


def test_many_versions_ask_the_database_no_more(template, admin, django_assert_max_num_queries):
    look(admin, page_of(template), tab="versions")
    with everywhere():
        for place in range(40):
            said = content({"type": "BODY", "text": f"Lamp oil number {place} arrives soon."})
            versions.write(template, said, origin=Origin.LOCAL, author="ada@example.com")

    with django_assert_max_num_queries(22):
        page = look(admin, page_of(template), tab="versions")

    assert "Show earlier versions" in page
    assert "Roll back to v1<" in look(admin, page_of(template), tab="versions", versions="all")


# Used by


def test_what_depends_on_it_is_told_honestly(template, organization, admin):
    with everywhere():
        Submission.objects.create(
            organization=organization, template=template, version=template.current_version, kind="edit", actor="ada"
        )
        about = {"subject_kind": "template", "subject_id": str(template.pk)}
        tomorrow = timezone.now() + timedelta(days=1)
        Silence.objects.create(organization=organization, **about, ends_at=tomorrow, note="Known")

    page = words(look(admin, page_of(template), tab="used-by"))

    assert "texts, triggers and campaigns are not part of this version" in page
    assert "Submit a change" in page
    assert "Waiting" in page
    assert "“Known”" in page


def test_silences_are_shown_to_who_may_see_them(template, organization):
    with everywhere():
        Silence.objects.create(
            organization=organization,
            subject_kind="template",
            subject_id=str(template.pk),
            ends_at=timezone.now() + timedelta(days=1),
            note="Known",
        )

    assert "Known" not in look(somebody(organization, Role.VIEWER), page_of(template), tab="used-by")
