"""The audit's page: who did what, for org_admins."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core import joining
from core.auditing import note
from core.fence import everywhere, inside
from core.models import AuditEntry, Role
from tests.console import first, links, look, somebody, superuser_at_console, words
from tests.signing_in import noted

AUDIT = "/admin/audit/"
Action = AuditEntry.Action


@pytest.fixture
def client(organization):
    return somebody(organization, Role.ORG_ADMIN)


def test_an_org_admin_finds_it_in_the_sidebar(client):
    assert AUDIT in links(look(client, "/admin/"))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_it_does_not_exist_for_others(role, organization):
    client = somebody(organization, role)

    assert AUDIT not in links(look(client, "/admin/"))
    assert [client.get(f"{AUDIT}{more}").status_code for more in ("", "export/")] == [403, 403]


def test_a_change_is_told_as_people_say_it(client, organization, admin_person):
    joining.add_member(organization=organization, user=admin_person, role=Role.OPERATOR)

    page = words(look(client, AUDIT))

    assert "role: Organization admin → Operator" in page
    assert "Changed member ada@example.com (Operator)" in page
    assert "just now" in page


def test_a_row_that_has_a_page_is_linked_and_one_that_is_gone_is_not(client, organization, account, other_organization):
    gone = joining.add_member(organization=organization, user=joining.person(email="x@example.com"), role="viewer")
    key = gone.pk
    with inside(organization):
        gone.delete()

    found = links(look(client, AUDIT))

    assert reverse("admin:providers_account_change", args=[account.pk]) in found
    assert reverse("admin:core_membership_change", args=[key]) not in found


def test_a_page_that_she_may_not_see_is_not_linked(client, organization, admin_person):
    with everywhere():
        note(Action.SIGNED_IN, organization_id=organization.pk, model="user", object_id=str(admin_person.pk), label="a")

    assert reverse("admin:auth_user_change", args=[admin_person.pk]) not in links(look(client, AUDIT))


def test_an_organization_sees_its_own_and_a_superuser_all_with_whose_it_is(client, account, other_account):
    page, everything = words(look(client, AUDIT)), words(look(superuser_at_console(), AUDIT))

    assert ("Shop" in page, "Rival shop" in page, "Lamp Works" in page.partition("When")[2]) == (True, False, True)
    assert "Rival shop" in everything
    assert "Rival Works" in everything


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ({"search": "sho"}, True),
        ({"search": "zebra"}, False),
        ({"model": "account"}, True),
        ({"model": "apikey"}, False),
        ({"action": "created"}, True),
        ({"action": "deleted"}, False),
        ({"since": "2020-01-01"}, True),
        ({"since": "2999-01-01"}, False),
        ({"until": "2020-01-01"}, False),
        ({"until": "9999-12-31", "since": "0001-01-01"}, True),
        ({"actor": "nobody@example.com"}, False),
        ({"since": "nonsense"}, True),
        ({"action": "dancing"}, True),
        ({"cursor": "nonsense"}, True),
    ],
)
def test_filters_and_search(query, is_there, client, account):
    assert (" account Shop" in words(look(client, AUDIT, **query))) is is_there


def test_a_filter_that_is_not_understood_says_so(client):
    assert "Enter a valid date" in look(client, AUDIT, since="nonsense")


def test_nothing_that_fits_is_told_as_such(client):
    assert "Nothing fits" in look(client, AUDIT, search="zebra")


def test_an_empty_trail_says_what_would_be_there(db):
    assert "Nothing happened yet" in look(superuser_at_console(), AUDIT)


def test_pages_lead_on_and_back_and_keep_the_filter(client, organization):
    with everywhere():
        for number in range(60):
            note(Action.TESTED, organization_id=organization.pk, label=f"probe-{number:02}")

    page = look(client, AUDIT, action="tested")
    older = look(client, AUDIT + first(r'href="(\?[^"]*cursor=[^"]*)"', page))
    back = look(client, AUDIT + first(r'href="(\?[^"]*cursor=[^"]*)"', older))

    assert ("probe-59" in page, "probe-10" in page, "probe-09" in page) == (True, True, False)
    assert ("probe-09" in older, "probe-10" in older, "Created" in words(older).partition("When")[2]) == (
        True,
        False,
        False,
    )
    assert "probe-59" in back


def test_the_file_is_taken_from_the_page_with_its_filters(client, organization, account, other_account):
    page = look(client, AUDIT, model="account")

    answer = client.get(first(r'href="(/admin/audit/export/[^"]*)"', page))

    text = answer.getvalue().decode()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "Shop" in text
    assert "Rival" not in text
    assert "membership" not in text
    assert noted(organization)[-1][:2] == ("exported", "org_admin@lamp-works.example")


def test_markup_in_a_name_is_text(client, organization):
    with everywhere():
        note(Action.TESTED, organization_id=organization.pk, label="<b>bold</b>", actor="<i>who</i>")

    page = client.get(AUDIT).content.decode()

    assert "<b>bold" not in page
    assert "<i>who" not in page


def test_the_number_of_questions_does_not_grow_with_the_rows(client, organization, django_assert_max_num_queries):
    for number in range(30):
        user = joining.person(email=f"p{number}@example.com")
        joining.add_member(organization=organization, user=user, role=Role.VIEWER)

    with django_assert_max_num_queries(45):
        look(client, AUDIT)
