"""What a template says: its stable form, its checksum and its variables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.components import canonical, checksum, parameter_format_of, variables

HEADER = {"type": "HEADER", "format": "TEXT", "text": "Order {{ order_id }}"}
BODY = {"type": "BODY", "text": "Hello {{first_name}}, order {{order_id}} is on its way."}
LINK = {"type": "URL", "text": "Track", "url": "https://track.example.com/{{tracking_code}}"}
REPLY = {"type": "QUICK_REPLY", "text": "Help"}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
keys = st.sampled_from(["type", "text", "buttons", "url", "cards", "components", "format"]) | st.text() | st.integers()
words = st.sampled_from(["HEADER", "body", "BUTTONS", "CAROUSEL", "a {{1}} b", "{{ name }}", ""])
junk = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(keys, inner),
    max_leaves=12,
)


def _checksum(components: Any, **other: str) -> str:
    said = {"parameter_format": "NAMED", "language": "en_US", "category": "UTILITY", **other}
    return checksum(components, **said)


def _buttons(*buttons: Any) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def test_the_order_of_parts_and_keys_and_the_case_of_words_make_no_difference():
    turned = [{"text": BODY["text"], "type": "body"}, dict(reversed(HEADER.items()), format="text")]

    assert canonical(turned) == canonical([HEADER, BODY])
    assert _checksum(turned) == _checksum([HEADER, BODY])


def test_empty_parts_and_line_ends_make_no_difference():
    windows: dict[str, Any] = {"type": "BODY", "text": "one\r\ntwo", "example": None, "buttons": []}

    assert canonical([windows]) == [{"type": "BODY", "text": "one\ntwo"}]


def test_the_order_of_buttons_is_content():
    assert _checksum([_buttons(LINK, REPLY)]) != _checksum([_buttons(REPLY, LINK)])


@pytest.mark.parametrize(
    "other", [{"parameter_format": "POSITIONAL"}, {"language": "en_GB"}, {"category": "MARKETING"}]
)
def test_the_checksum_covers_everything_that_a_version_says(other):
    assert _checksum([BODY], **other) != _checksum([BODY])


def test_one_changed_letter_changes_the_checksum():
    assert _checksum([BODY]) != _checksum([{**BODY, "text": BODY["text"].replace("Hello", "hello")}])


def test_variables_are_named_once_in_reading_order_with_spaces_tolerated():
    assert variables([_buttons(REPLY, LINK), BODY, HEADER]) == ["order_id", "first_name", "tracking_code"]


def test_positional_variables_are_named_by_their_number():
    assert variables([{"type": "BODY", "text": "{{1}} and {{ 2 }}, then {{1}} again"}]) == ["1", "2"]


def test_the_cards_of_a_carousel_are_read_too():
    card = {"components": [{"type": "BODY", "text": "Only {{price}}"}, _buttons(LINK)]}

    assert variables([BODY, {"type": "CAROUSEL", "cards": [card]}])[-2:] == ["price", "tracking_code"]


def test_braces_in_a_footer_or_on_a_label_are_no_variables():
    assert variables([{"type": "FOOTER", "text": "{{1}}"}, _buttons({"type": "QUICK_REPLY", "text": "{{2}}"})]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{1}}, it is {{2}}.", "POSITIONAL"),
        ("Hello you.", "POSITIONAL"),
        ("Hello {{first_name}}.", "NAMED"),
        ("Hello {{first_name}}, it is {{1}}.", "NAMED"),
    ],
)
def test_the_parameter_format_is_named_as_soon_as_one_variable_has_a_name(text, expected):
    assert parameter_format_of([{"type": "BODY", "text": text}]) == expected


@settings(deadline=None, max_examples=40)  # a slow machine is no failure
@given(junk | st.lists(st.dictionaries(keys, junk)))
def test_junk_is_tolerated_and_has_a_stable_form(components):
    form = canonical(components)

    assert canonical(json.loads(json.dumps(form))) == form
    assert _checksum(form) == _checksum(components)
    assert all(isinstance(name, str) for name in variables(components))
    assert parameter_format_of(components) in ("POSITIONAL", "NAMED")


def test_junk_of_any_depth_is_tolerated():
    deep: Any = "bottom"
    for _ in range(5000):
        deep = [{"cards": deep}]

    assert variables([{"type": "CAROUSEL", "cards": deep}, BODY]) == ["first_name", "order_id"]
