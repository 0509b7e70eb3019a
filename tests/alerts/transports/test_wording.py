"""The words in which people are told."""

from __future__ import annotations

import pytest

from alerts.transports import wording
from tests.alerts.transports.saying import item, many, message


@pytest.mark.parametrize(
    ("first", "count", "words"),
    [
        ("2026-03-02T12:00:00Z", 1, "2 March 2026, 12:00 UTC"),
        ("2026-03-02T12:00:00.123456Z", 2, "2 March 2026, 12:00 UTC, 2 times"),
        ("2026-03-02T00:30:00+05:30", 1200, "1 March 2026, 19:00 UTC, 1,200 times"),
    ],
)
def test_since_when_and_how_often(first, count, words):
    assert wording.since(item(first_seen_at=first, count=count)) == words


def test_the_worst_is_the_most_severe_of_what_is_not_over():
    over, low, high = item(1, severity="CRITICAL", occasion="resolved"), item(2, severity="LOW"), item(3)

    assert wording.worst([over, low, high]) is high
    assert wording.worst([over]) is over


def test_things_are_grouped_by_kind_the_worst_first_and_only_so_many_listed():
    groups = wording.groups(many(), most=10)

    assert [(group.kind, len(group.items), group.count) for group in groups] == [
        ("Flame out", 2, 2),
        ("Wick torn", 8, 53),
        ("Oil low", 0, 7),
    ]
    assert wording.unlisted(groups) == 52


def test_within_a_kind_the_worst_stands_first():
    (group,) = wording.groups(
        message(item(1, severity="LOW"), item(2, occasion="resolved"), item(3, severity="CRITICAL"))
    )

    assert [one.alert["id"] for one in group.items] == ["018f3", "018f1", "018f2"]


def test_signs_that_nobody_sees_are_left_out():
    odd = item(title="The\x00wick\r\nis \x9ftorn ", detail="\tno\x07light\n\nat all\x1b ")

    assert wording.title(odd) == "The wick is torn"
    assert wording.detail(odd) == "no light\n\nat all"


@pytest.mark.parametrize(("text", "length", "shown"), [("wick", 4, "wick"), ("wicks", 4, "wic…"), ("a bcd", 3, "a…")])
def test_a_text_is_cut_to_its_length(text, length, shown):
    assert wording.cut(text, length) == shown


@pytest.mark.parametrize(("secret", "shown"), [("0123456789ab", "…89ab"), ("0123456789a", "…"), ("", "…")])
def test_the_tail_of_a_short_secret_would_say_too_much(secret, shown):
    assert wording.tail(secret) == shown
