"""Who did what, over every history and every entry: complete, in order, inside the fence, and without secrets."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.models import Silence
from core import joining, trail, trail_csv
from core.auditing import note
from core.fence import everywhere, inside
from core.models import ApiKey, AuditEntry, Membership, Role
from core.trail_words import told
from providers.models import Account
from tests.signing_in import noted
from tests.world import account_in, error_of, session_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AUDIT = "/audit"
Action = AuditEntry.Action


@pytest.fixture
def reader(organization, org_admin):
    """An org_admin whose own key is quiet from now on."""
    org_admin.get(AUDIT)
    return org_admin


def lines(caller, query=""):
    return caller.get(f"{AUDIT}?limit=1000&{query}").json()["results"]


def names(found):
    return [(line["action"], line["model"], line["object"]["label"]) for line in found]


def test_what_a_person_changes_is_told_with_before_and_after(reader, organization, admin_person):
    joining.add_member(organization=organization, user=admin_person, role=Role.VIEWER)

    line = lines(reader)[0]

    assert names([line]) == [("changed", "membership", "ada@example.com (Viewer)")]
    assert line["changes"] == {"role": ["org_admin", "viewer"]}
    assert line["object"]["kind"] == "membership"


def test_making_and_removing_are_told(reader, organization, account):
    with inside(organization):
        account.delete()

    removed, made = [line for line in lines(reader) if line["model"] == "account"]

    assert (removed["action"], removed["changes"]) == ("deleted", {})
    assert (made["action"], made["changes"]["name"]) == ("created", [None, "Shop"])


def test_a_revocation_is_told_although_no_form_edits_it(reader, organization):
    row, _key = joining.create_api_key(organization=organization, name="erp", role=Role.VIEWER)
    with inside(organization):
        joining.revoke_api_key(ApiKey.objects.get(pk=row.pk))

    assert list(lines(reader)[0]["changes"]) == ["revoked_at"]


def test_a_list_in_a_field_is_told_as_it_is(reader, organization):
    with inside(organization):
        Silence.objects.create(organization=organization, alert_types=["X"], starts_at=NOON, ends_at=NOON)

    assert lines(reader)[0]["changes"]["alert_types"] == [None, ["X"]]


def test_a_reason_that_was_given_is_told(reader, organization, account):
    with inside(organization):
        account.name = "Shop 2"
        account._change_reason = "moved house"
        account.save()

    assert lines(reader)[0]["reason"] == "moved house"


def test_in_whose_name_it_was_done_is_told(reader, admin_person):
    session_of(admin_person).post("/whatsapp/accounts", {"provider": "meta", "name": "S", "external_id": "1"})

    assert lines(reader)[0]["actor"] == "ada@example.com"


def test_secrets_are_never_among_the_changes(reader, organization):
    account = account_in(organization, external_id="1", credentials={"access_token": "hush-1"})
    with inside(organization):
        account.credentials = {"access_token": "hush-2"}
        account.webhook_token = "hush-3"
        account.name = "Shop 2"
        account.save()
    joining.create_api_key(organization=organization, name="erp", role=Role.VIEWER)

    answer = reader.get(f"{AUDIT}?limit=1000").content.decode()

    assert "hush" not in answer
    assert "digest" not in answer
    assert "credentials" not in answer


def test_entries_and_history_stand_in_one_order(reader, organization, account):
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as now, inside(organization):
        note(Action.TESTED, organization_id=organization.pk, label="first")
        now.shift(1)
        account.name = "second"
        account.save()
        now.shift(1)
        note(Action.TESTED, organization_id=organization.pk, label="third")

    assert [line["object"]["label"] for line in lines(reader)[:3]] == ["third", "second", "first"]


def test_another_organization_s_admin_sees_none_of_it(reader, stranger, organization, account, other_account):
    with everywhere():
        note(Action.TESTED, organization_id=organization.pk, label="ours")
        note(Action.TESTED, organization_id=None, label="nobody's")
    stranger.get(AUDIT)

    ours, theirs = names(lines(reader)), names(lines(stranger))

    assert ("tested", "", "ours") in ours
    assert ("created", "account", "Shop") in ours
    assert not {label for _action, _model, label in theirs} & {"ours", "Shop", "Lamp Works", "nobody's"}
    assert not {label for _action, _model, label in ours} & {"Rival shop", "Rival Works", "nobody's"}


def test_a_filter_by_another_organization_s_row_finds_nothing(stranger, account):
    assert lines(stranger, f"object={account.pk}") == []
    assert "Shop" not in stranger.get(f"{AUDIT}?format=csv&model=account").getvalue().decode()


def test_a_superuser_sees_all_or_one(superuser, organization, account, other_account):
    with everywhere():
        note(Action.TESTED, organization_id=None, label="nobody's")

    everything = {label for _action, _model, label in names(lines(superuser))}
    superuser.headers = {"X-Organization": organization.slug}
    one = {label for _action, _model, label in names(lines(superuser))}

    assert everything >= {"Shop", "Rival shop", "nobody's"}
    assert one & {"Shop", "Rival shop", "nobody's"} == {"Shop"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("action=tested", {"by ada"}),
        ("action=created&model=account", {"Shop"}),
        ("action=deleted", set()),
        ("model=account", {"Shop"}),
        ("model=nonsense", set()),
        ("actor=ADA@example.com", {"by ada"}),
        ("actor=ada", set()),
        ("object=no-id", set()),
        ("object=42", {"by ada"}),
        ("until=2020-01-01T00:00:00Z", set()),
        ("since=2999-01-01T00:00:00Z", set()),
    ],
)
def test_each_filter_leaves_what_fits(query, expected, reader, organization, account):
    with everywhere():
        note(Action.TESTED, organization_id=organization.pk, actor="ada@example.com", label="by ada", object_id="42")

    found = {label for _action, _model, label in names(lines(reader, query))}

    assert found == expected


def test_since_includes_its_moment_and_until_does_not(reader, organization):
    with everywhere():
        AuditEntry.objects.create(organization=organization, action=Action.TESTED, at=NOON)

    assert len(lines(reader, "since=2026-03-02T12:00:00Z&action=tested")) == 1
    assert len(lines(reader, f"since={quote('2026-03-02T13:00:00+01:00')}&action=tested")) == 1
    assert lines(reader, "until=2026-03-02T12:00:00Z&action=tested") == []


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("action=dancing", "action"),
        ("since=yesterday", "since"),
        ("since=0001-01-01T00:00:00%2B23:00", "since"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        ("format=xml", "format"),
        ("actor=%00", "actor"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(query, attr, reader):
    assert error_of(reader.get(f"{AUDIT}?{query}"))[::2] == (400, attr)


@pytest.mark.parametrize("told_apart", [trail.Place(NOON, "nothing", 1), trail.Place(NOON, "account", "x")])
def test_a_cursor_of_another_making_is_refused(told_apart, reader):
    assert error_of(reader.get(f"{AUDIT}?cursor={trail.Cursor(told_apart)}"))[::2] == (400, "cursor")


def many(organization, *, count=12):
    """Rows of three sources, several at the very same moment."""
    with time_machine.travel(NOON, tick=False) as now, inside(organization):
        for number in range(count):
            note(Action.TESTED, organization_id=organization.pk, label=f"entry {number}")
            if number % 2:
                account_in(organization, external_id=f"{number}", name=f"account {number}")
                joining.create_api_key(organization=organization, name=f"key {number}", role=Role.VIEWER)
            now.shift(number % 3)


def follow(caller, link):
    parts = urlsplit(link)
    return caller.get(f"{parts.path.removeprefix('/api/v1')}?{parts.query}").json()


@pytest.mark.parametrize("limit", [1, 2, 5, 7])
def test_pages_hold_every_row_once_in_the_order_of_the_whole(limit, reader, organization):
    many(organization)
    whole = names(lines(reader, "until=2026-03-03T00:00:00Z"))

    page, pieces = reader.get(f"{AUDIT}?limit={limit}&until=2026-03-03T00:00:00Z").json(), []
    pieces.append(page["results"])
    while page["next"]:
        page = follow(reader, page["next"])
        pieces.append(page["results"])

    assert len(whole) == 24
    assert [one for piece in pieces for one in names(piece)] == whole
    assert {len(piece) for piece in pieces[:-1]} <= {limit}


def test_previous_leads_back(reader, organization):
    many(organization)
    first = reader.get(f"{AUDIT}?limit=5").json()
    second = follow(reader, first["next"])
    third = follow(reader, second["next"])

    assert first["previous"] is None
    assert follow(reader, third["previous"])["results"] == second["results"]
    back = follow(reader, follow(reader, third["previous"])["previous"])
    assert (back["results"], back["previous"]) == (first["results"], None)


def test_rows_that_come_in_between_move_nothing(reader, organization):
    many(organization)
    first = reader.get(f"{AUDIT}?limit=5").json()
    expected = follow(reader, first["next"])["results"]

    account_in(organization, external_id="new")

    assert follow(reader, first["next"])["results"] == expected


def test_the_number_of_questions_does_not_grow_with_the_rows(organization, reader):
    def asked():
        with (
            inside(organization),
            CaptureQueriesContext(
                connection,
            ) as captured,
        ):
            page, _older, _newer = trail.read(trail.Asked(), most=50)
            told(page)
        return len(captured), len(page)

    def work(number):
        account = account_in(organization, external_id=str(number))
        user = joining.person(email=f"p{number}@example.com")
        for role in (Role.VIEWER, Role.OPERATOR):
            joining.add_member(organization=organization, user=user, role=role)
        with inside(organization):
            account.name = "New"
            account.save()

    work(0)
    few = asked()
    for number in range(1, 15):
        work(number)
    many_rows = asked()

    assert many_rows[1] == 50 > few[1]
    assert many_rows[0] == few[0] <= len(trail.sources()) + 5


def test_a_source_is_asked_for_no_more_than_the_page_needs(organization, reader):
    with inside(organization), CaptureQueriesContext(connection) as captured:
        trail.read(trail.Asked(), most=7)

    assert all("LIMIT 8" in query["sql"] for query in captured.captured_queries)


def test_only_the_sources_that_can_answer_are_asked(organization, reader):
    with inside(organization), CaptureQueriesContext(connection) as captured:
        trail.read(trail.Asked(action="signed_in"), most=7)
        trail.read(trail.Asked(action="changed", model="account"), most=7)

    assert len(captured) == 2


def test_every_audited_model_is_a_source():
    found = set(trail.sources())

    assert {"", "organization", "membership", "apikey", "account", "number", "template"} <= found


def test_what_was_about_somebody_who_is_gone_is_still_told(reader, organization, admin_person):
    admin_person.delete()

    labels = [line["object"]["label"] for line in lines(reader, "model=membership")]

    assert len(labels) == 2
    assert all("Organization admin" in label for label in labels)


# The file


def rows_of(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_the_file_holds_the_whole_part(reader, organization):
    many(organization)

    rows = rows_of(reader.get(f"{AUDIT}?format=csv&limit=1&until=2026-03-03T00:00:00Z"))

    assert len(rows) == 24
    assert list(rows[0]) == trail_csv.COLUMNS
    assert "name: None → account 11" in next(row["changes"] for row in rows if row["model"] == "account")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_escaped(formula):
    assert trail_csv.cell(formula) == f"'{formula}"


def test_a_formula_in_a_name_is_escaped_in_the_file(reader, organization):
    account_in(organization, external_id="1", name='=HYPERLINK("https://evil.example")')

    row = next(row for row in rows_of(reader.get(f"{AUDIT}?format=csv")) if row["model"] == "account")

    assert row["object"].startswith("'=HYPERLINK")


def test_what_is_no_formula_stays_as_it_is():
    assert trail_csv.cell("2026-03-02") == "2026-03-02"


def test_taking_the_file_is_in_the_audit_itself(reader, organization):
    rows_of(reader.get(f"{AUDIT}?format=csv&model=account"))

    assert noted(organization)[-1][:2] == ("exported", "key:org_admin")


def test_a_file_that_would_be_too_long_ends_with_a_word(reader, organization, monkeypatch):
    many(organization)
    monkeypatch.setattr(trail_csv, "MOST", 5)

    text = reader.get(f"{AUDIT}?format=csv").getvalue().decode().splitlines()

    assert len(text) == 1 + 5 + 1
    assert "newest 5 rows" in text[-1]


def test_the_file_is_read_in_pieces(organization, reader):
    many(organization)

    with inside(organization):
        pieces = [len(page) for page in trail.read_all(trail.Asked(until=NOON + timedelta(days=1)), most=100, piece=10)]

    assert pieces == [10, 10, 4]


def test_who_asks_for_the_file_may_say_so_in_the_header(reader):
    assert reader.get(f"{AUDIT}?format=csv", Accept="text/csv").status_code == 200
    assert error_of(reader.get(f"{AUDIT}?format=csv&since=x", Accept="text/csv"))[::2] == (400, "since")


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_nobody_below_an_org_admin_sees_it(role, request):
    caller = request.getfixturevalue(role)

    assert [caller.get(f"{AUDIT}{query}").status_code for query in ("", "?format=csv")] == [403, 403]


def test_the_actor_of_a_superuser_s_file_is_herself(superuser):
    superuser.get(f"{AUDIT}?format=csv")

    assert noted(None) == [("exported", "root@example.com", "")]
    assert User.objects.count() == 1
    with everywhere():
        assert not Membership.objects.exists()
        assert not Account.objects.exists()
