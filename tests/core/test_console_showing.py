"""How values look in the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core.showing import NOTHING, coloured, in_words, moment, subject_link

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (timedelta(seconds=0), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=-12), "12\u00a0minutes ago"),
        (timedelta(hours=-26), "1\u00a0day ago"),
        (timedelta(hours=3), "in 3\u00a0hours"),
        (timedelta(days=40), "in 1\u00a0month"),
    ],
)
def test_a_moment_is_told_as_people_say_it(away, told):
    with time_machine.travel(NOW, tick=False):
        assert in_words(NOW + away) == told


def test_the_exact_time_is_there_on_hover():
    assert 'datetime="2026-03-02T09:00:00+00:00" title="2026-03-02 09:00:00 UTC"' in moment(NOW)


def test_what_never_was_is_a_dash():
    assert moment(None) == NOTHING
    assert subject_link(None) == NOTHING
    assert NOTHING in coloured("", {})


def test_a_subject_that_has_no_page_is_text():
    assert subject_link({"kind": "campaign", "id": "1", "label": "<Spring>"}) == "&lt;Spring&gt;"
