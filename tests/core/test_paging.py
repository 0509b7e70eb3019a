"""Lists in pages: nothing is lost and nothing comes twice, also while rows are added."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlsplit

import pytest
import time_machine

from core.ids import new_id
from tests.world import Api, account_in, error_of, template_of

ACCOUNTS = "/whatsapp/accounts"


def follow(caller: Api, link: str) -> list[str]:
    """The names on a page that `next` or `previous` leads to."""
    parts = urlsplit(link)
    page = caller.get(f"{parts.path.removeprefix('/api/v1')}?{parts.query}").json()
    return [row["name"] for row in page["results"]]


def cursor_of(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture
def five(organization):
    return [account_in(organization, external_id=str(place), name=f"Shop {place}") for place in range(5)]


def test_the_newest_come_first_and_every_row_once(five, viewer):
    names, path = [], f"{ACCOUNTS}?limit=2"
    while path:
        page = viewer.get(path).json()
        names += [row["name"] for row in page["results"]]
        path = (page["next"] or "").partition("/api/v1")[2]

    assert names == ["Shop 4", "Shop 3", "Shop 2", "Shop 1", "Shop 0"]


def test_pages_hold_no_row_twice_and_lose_none_while_rows_are_added(five, viewer, organization):
    names, path, pages = [], f"{ACCOUNTS}?limit=2", 0
    while path:
        page = viewer.get(path).json()
        names += [row["name"] for row in page["results"]]
        path, pages = (page["next"] or "").partition("/api/v1")[2], pages + 1
        account_in(organization, external_id=f"new {pages}", name=f"New {pages}")

    assert (pages, names) == (3, ["Shop 4", "Shop 3", "Shop 2", "Shop 1", "Shop 0"])


def test_previous_leads_back(five, viewer):
    first = viewer.get(f"{ACCOUNTS}?limit=2").json()
    second = viewer.get(first["next"].partition("/api/v1")[2]).json()

    assert first["previous"] is None
    assert follow(viewer, second["previous"]) == [row["name"] for row in first["results"]]


def test_a_filter_is_kept_in_the_links(viewer, account):
    for place in range(3):
        template_of(account, name=f"t{place}", status="PAUSED")
        template_of(account, name=f"a{place}", status="APPROVED")

    first = viewer.get("/whatsapp/templates?status=paused&limit=2").json()

    assert [row["name"] for row in first["results"]] == ["t2", "t1"]
    assert follow(viewer, first["next"]) == ["t0"]


def test_a_page_holds_fifty_unless_told_otherwise(organization, viewer):
    for place in range(51):
        account_in(organization, external_id=str(place))

    page = viewer.get(ACCOUNTS).json()

    assert len(page["results"]) == 50
    assert page["next"] is not None


@pytest.mark.parametrize("limit", ["1", "1000"])
def test_a_limit_from_1_to_1000_is_taken(limit, viewer, account):
    assert len(viewer.results(f"{ACCOUNTS}?limit={limit}")) == 1


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many", "1.5", "9" * 5000, "%00", "0x10"])
def test_any_other_limit_is_refused_by_name(limit, viewer):
    answer = viewer.get(f"{ACCOUNTS}?limit={limit}")

    assert error_of(answer) == (400, "invalid", "limit")
    assert "1 to 1000" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "%00",
        "%F0%9F%98%80",
        cursor_of("p=7"),
        cursor_of("p=%00"),
        cursor_of("o=many"),
        cursor_of("o=-1"),
        cursor_of("p=2026-03-02"),
        cursor_of("p=00000000-0000-7000-8000-000000000000&o=x"),
    ],
)
def test_a_cursor_of_another_making_is_refused_by_name(cursor, viewer, account):
    assert error_of(viewer.get(f"{ACCOUNTS}?cursor={cursor}")) == (400, "invalid", "cursor")


@pytest.mark.parametrize(
    "path", ["/whatsapp/accounts", "/whatsapp/numbers", "/parked-events", "/alerts", "/whatsapp/templates"]
)
def test_every_list_has_results_next_and_previous(path, org_admin):
    assert org_admin.get(path).json() == {"results": [], "next": None, "previous": None}


def windows(number, template):
    return ["/whatsapp/templates/critical", f"/whatsapp/{number.pk}/templates/{template.pk}/status-history"]


@pytest.mark.parametrize("word", ["offset", "skip"])
def test_lists_of_the_older_shape_take_limit_with_offset_or_skip(word, tell, number, viewer):
    template = [tell("PAUSED" if hour % 2 else "APPROVED", hour=hour) for hour in range(4)][-1]
    path = f"/whatsapp/{number.pk}/templates/{template.pk}/status-history"

    everything = viewer.get(path).json()["history"]
    piece = viewer.get(f"{path}?limit=2&{word}=1").json()

    assert piece["history"] == everything[1:3]
    assert (piece["total"], piece["limit"], piece["offset"]) == (4, 2, 1)


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("offset=-1", "offset"),
        ("skip=x", "skip"),
        ("offset=1e3", "offset"),
    ],
)
def test_lists_of_the_older_shape_refuse_other_windows_by_name(query, attr, viewer, number, account):
    template = template_of(account)

    for path in windows(number, template):
        assert error_of(viewer.get(f"{path}?{query}")) == (400, "invalid", attr)


def test_ids_made_later_sort_behind_earlier_ones():
    with time_machine.travel(1_780_000_000, tick=False) as clock:
        ids = []
        for _ in range(50):
            ids.append(new_id())
            clock.shift(0.001)

    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
