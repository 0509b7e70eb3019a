"""What holds for every transport."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.transports import transport
from alerts.transports.base import WrongAddress

KINDS = ["email", "slack", "webhook", "apprise"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_found_by_its_name(kind):
    assert transport(kind).name == kind


def test_there_is_no_other():
    with pytest.raises(KeyError):
        transport("pigeon")


@pytest.mark.parametrize(
    ("kind", "for_people", "secret", "pace"),
    [
        ("email", True, False, 0),
        ("slack", True, True, 1),
        ("webhook", False, True, 0),
        ("apprise", True, True, 0),
    ],
)
def test_each_says_how_it_wants_to_be_used(kind, for_people, secret, pace):
    one = transport(kind)

    assert (one.is_for_people, one.has_secret_address, one.pace) == (for_people, secret, timedelta(seconds=pace))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "address", ["", " ", "\x00", "a\nb", "https://", "https://[", "://", "x" * 5000, "https://\ud800"]
)
def test_nonsense_is_refused_in_words_and_never_breaks(kind, address):
    with pytest.raises(WrongAddress):
        transport(kind).clean_address(address)
