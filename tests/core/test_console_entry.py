"""The console's door: who comes in, what stands in the sidebar for whom, and that no page shows what it may not."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core import joining
from core.console import OwnedAdmin
from core.fence import everywhere
from core.models import Membership, Role
from tests.console import browser_of, links, look, somebody, superuser_at_console, words
from tests.world import account_in, template_of

ROOMS = [room for room in admin.site._registry.values() if isinstance(room, OwnedAdmin)]
FENCED = [room for room in ROOMS if any(field.name == "organization" for field in room.opts.fields)]


def named(rooms):
    return pytest.mark.parametrize("room", rooms, ids=[room.opts.label for room in rooms])


def address_of(room, what, *args):
    return reverse(f"admin:{room.opts.app_label}_{room.opts.model_name}_{what}", args=args)


def has_pages_of_rows(room):
    """The page of quality, for one, is a single page about all of them."""
    return any((url.name or "").endswith("_change") for url in room.get_urls())


def test_a_member_signs_in_without_being_django_s_staff(organization):
    user = joining.person(email="ada@example.com")
    user.set_password("lantern-oil-9")
    user.save()
    joining.add_member(organization=organization, user=user, role=Role.VIEWER)

    answer = Client().post(
        reverse("admin:login"), {"username": "ada@example.com", "password": "lantern-oil-9", "next": "/admin/"}
    )

    assert not user.is_staff
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_a_login_without_membership_sees_nothing(db):
    client = browser_of(joining.person(email="nobody@example.com"))

    assert client.get("/admin/").headers["Location"].startswith(reverse("admin:login"))


def test_who_is_no_member_any_more_is_out_at_once(organization):
    client = somebody(organization, Role.ORG_ADMIN)
    with everywhere():
        Membership.objects.all().delete()

    assert client.get("/admin/").status_code == 302


def test_a_login_that_was_closed_is_out_at_once(organization):
    client = somebody(organization, Role.ORG_ADMIN)
    User.objects.update(is_active=False)

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_nothing_on_the_front_page_refuses_who_is_shown_it(role, organization, ours):
    client = somebody(organization, role)
    page = look(client, "/admin/")

    refused = {link for link in links(page) if link.startswith("/admin/") and client.get(link).status_code != 200}

    assert refused == set()


def test_the_sidebar_of_a_viewer_is_shorter_than_that_of_a_superuser(organization, ours):
    viewer = words(look(somebody(organization, Role.VIEWER), "/admin/"))
    superuser = words(look(superuser_at_console(), "/admin/"))

    for place in ("Parked events", "Webhook calls", "API keys", "Members", "Schedule", "Logins"):
        assert place not in viewer
        assert place in superuser


@named(ROOMS)
def test_every_list_opens_for_a_superuser(room, ours):
    assert "<html" in look(superuser_at_console(), address_of(room, "changelist"))


@named(FENCED)
def test_a_list_holds_rows_of_ours_alone(room, organization, ours, theirs):
    mine, foreign = ours.rows.get(room.model), theirs.rows.get(room.model)

    page = look(somebody(organization, Role.ORG_ADMIN), address_of(room, "changelist"))

    if mine is not None:
        assert str(mine.pk) in page
    assert foreign is None or str(foreign.pk) not in page


@named([room for room in FENCED if has_pages_of_rows(room)])
def test_another_organization_s_row_does_not_exist_in_the_console(room, organization, other_organization, theirs):
    row = theirs.rows.get(room.model) or a_row(room.model, other_organization)
    client = somebody(organization, Role.ORG_ADMIN)
    doors = ["change", "history", "delete", *(deed.name for deed in room.deeds)]

    answers = {door: client.get(address_of(room, door, row.pk)).status_code for door in doors}
    sent = {door: client.post(address_of(room, door, row.pk), {"post": "yes"}).status_code for door in doors}

    assert set(answers.values()) == {404}
    assert set(sent.values()) <= {404, 405}


def a_row(model, organization):
    if model is Membership:
        return joining.add_member(
            organization=organization, user=joining.person(email="x@example.com"), role=Role.VIEWER
        )
    return joining.create_api_key(organization=organization, name="theirs", role=Role.VIEWER)[0]


@named([room for room in ROOMS if room not in FENCED and room.opts.label != "core.Organization"])
def test_what_belongs_to_the_installation_is_closed_to_members(room, organization, ours):
    assert somebody(organization, Role.ORG_ADMIN).get(address_of(room, "changelist")).status_code == 403


def test_a_row_that_is_not_there_answers_404(organization):
    client = somebody(organization, Role.VIEWER)

    for key in ("01890000-0000-7000-8000-000000000000", "no-id-at-all"):
        assert client.get(reverse("admin:alerts_alert_change", args=[key])).status_code == 404
        assert client.get(reverse("admin:templates_app_template_history", args=[key])).status_code == 404


@pytest.mark.parametrize("hidden", ["webhook_token__startswith", "credentials__contains", "organization__slug"])
def test_a_column_that_is_hidden_cannot_be_asked_about_by_a_filter(hidden, organization, account):
    client = somebody(organization, Role.ORG_ADMIN)

    answer = client.get(reverse("admin:providers_account_changelist"), {hidden: account.webhook_token[:1]})

    assert answer.status_code == 400


def test_the_trail_of_a_row_is_for_reading_and_nobody_can_write_an_old_row_back(organization, account):
    client = somebody(organization, Role.VIEWER)
    with everywhere():
        record = account.history.first()
    address = reverse("admin:providers_account_simple_history", args=[account.pk, record.pk])

    assert "Made" in words(look(client, reverse("admin:providers_account_history", args=[account.pk])))
    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "Stolen"}).status_code == 404


def test_the_palette_finds_rows_of_the_own_organization_only(organization, account, other_account):
    template_of(account, name="lamp_oil_notice")
    template_of(other_account, name="lamp_black_notice")
    client = somebody(organization, Role.VIEWER)

    found = words(look(client, reverse("admin:search"), s="lamp", extended="1"))

    assert "lamp_oil_notice" in found
    assert "lamp_black_notice" not in found


def test_the_palette_forgets_what_a_person_may_see_no_longer(organization, account):
    template_of(account, name="lamp_oil_notice")
    client = somebody(organization, Role.VIEWER)
    look(client, reverse("admin:search"), s="lamp", extended="1")
    with everywhere():
        account.templates.all().delete()

    assert "lamp_oil_notice" not in look(client, reverse("admin:search"), s="lamp", extended="1")


@pytest.mark.parametrize("asked", ["", " ", "\x00", "%00lamp"])
def test_the_palette_answers_words_that_are_none(asked, organization):
    assert somebody(organization, Role.VIEWER).get(reverse("admin:search"), {"s": asked}).status_code == 200


def test_the_palette_of_the_theme_without_rows_finds_places(organization):
    found = words(look(somebody(organization, Role.VIEWER), reverse("admin:search"), s="templ"))

    assert "Templates" in found


@named(ROOMS)
def test_no_page_fetches_anything_from_outside(room, ours):
    page = look(superuser_at_console(), address_of(room, "changelist"))

    fetched = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [address for address in fetched if re.match(r"(\w+:)?//", address)] == []


def test_the_page_is_written_from_the_right_for_who_reads_arabic(organization):
    client = somebody(organization, Role.VIEWER)

    page = client.get("/admin/", headers={"Accept-Language": "ar"}).content.decode()

    assert re.search(r'<html lang="ar" dir="rtl"', page)


def test_a_list_that_is_empty_says_what_would_be_there(organization, account):
    client = somebody(organization, Role.VIEWER)

    assert "appears here by itself" in look(client, reverse("admin:templates_app_template_changelist"))
    assert "Nothing is wrong" in look(client, reverse("admin:alerts_alert_changelist"))
    assert "Nothing fits" in look(client, reverse("admin:alerts_alert_changelist"), q="zebra")


def test_outside_production_the_header_says_so(organization, settings):
    client = somebody(organization, Role.VIEWER)

    settings.IS_HTTPS = False
    assert "Not public" in words(look(client, "/admin/"))
    settings.DEBUG = True
    assert "Development" in words(look(client, "/admin/"))
    settings.DEBUG, settings.IS_HTTPS = False, True
    assert "Not public" not in words(look(client, "/admin/"))


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_rows(
    organization, account, django_assert_max_num_queries
):
    for number in range(30):
        template_of(account, name=f"notice_{number}", status="PAUSED")
    account_in(organization, external_id="44", name="Second")
    client = somebody(organization, Role.ORG_ADMIN)

    with django_assert_max_num_queries(30):
        look(client, reverse("admin:templates_app_template_changelist"))
    with django_assert_max_num_queries(25):
        look(client, "/admin/")
