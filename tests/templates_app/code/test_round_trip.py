"""A template written as a file and read again: to the letter the same, whatever it says, and pleasant to read."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.code.reading import Written, read
from templates_app.code.short_form import expand, shorten
from templates_app.code.writing_yaml import write
from templates_app.components import canonical
from templates_app.content import Content

UNHURRIED = settings(deadline=None, max_examples=50)  # a slow machine is no failure

storable = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
traps = st.sampled_from(
    ["no", "null", "~", "true", "12", "012", "1e5", "12:30", "2026-11-21", "- a", "a: b", "# a", "'", '"', "&a", "*a",
     "!a", "a\nb", " a\n\nb", "a\n", "\n a\nb", "a \nb", "a\r\nb", "a\x85b\nc", "a\u2028b\nc", "\ufeffa", "{{1}}",
     "طلبك", "🛒\nb", "\ta\nb", "a\n\tb", "|", ">", "%", "@", "<<", "=", "1_000", "0x1F", "+1", ".5", "1.0e+9", "-0.0"]
)  # fmt: skip
texts = traps | st.text(storable, min_size=1, max_size=20)
names = st.sampled_from(["first_name", "shop", "1", "2", "null", ""])
positional = st.lists(texts, max_size=3)
named = st.lists(st.fixed_dictionaries({"param_name": names, "example": texts}), max_size=3)
headers = st.fixed_dictionaries(
    {"type": st.just("HEADER")},
    optional={
        "format": st.sampled_from(["TEXT", "IMAGE", "LOCATION"]),
        "text": texts,
        "example": st.fixed_dictionaries({}, optional={"header_text": positional, "header_handle": positional}),
    },
)
bodies = st.fixed_dictionaries(
    {"type": st.just("BODY")},
    optional={
        "text": texts,
        "add_security_recommendation": st.booleans() | st.integers(0, 1),
        "example": st.fixed_dictionaries({"body_text": st.lists(positional, max_size=2)})
        | st.fixed_dictionaries({"body_text_named_params": named}),
    },
)
footers = st.fixed_dictionaries(
    {"type": st.just("FOOTER")}, optional={"text": texts, "code_expiration_minutes": st.integers(0, 90)}
)
buttons = st.fixed_dictionaries(
    {"type": st.sampled_from(["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW"])},
    optional={
        "text": texts,
        "url": texts,
        "phone_number": texts,
        "example": texts | positional,
        "flow_id": st.integers(),
    },
)
rows = st.fixed_dictionaries({"type": st.just("BUTTONS"), "buttons": st.lists(buttons | st.none(), max_size=4)})
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
junk = st.dictionaries(
    st.sampled_from(["type", "text", "example", "buttons", "cards"]) | texts,
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)),
    max_size=4,
).map(lambda part: part | {"type": "NEW_AT_META"})
written = st.builds(
    Written,
    name=st.sampled_from(["order_update", "no", "12"]),
    content=st.builds(
        Content.of,
        st.lists(headers | bodies | footers | rows | junk, min_size=1, max_size=6),
        language=st.sampled_from(["en_US", "no"]),
        category=st.sampled_from(["UTILITY", "SOMETHING_NEW"]),
        parameter_format=st.sampled_from(["", "NAMED", "POSITIONAL"]),
    ),
    allow_category_change=st.booleans(),
)

ORDER = Content.of(
    [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["A-17"]}},
        {
            "type": "BODY",
            "text": "Hello {{1}},\n\nyour order {{2}} left us.",
            "example": {"body_text": [["Ada", "17"]]},
        },
        {"type": "FOOTER", "text": "Lamp Works"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Stop"},
                {"type": "URL", "text": "Track", "url": "https://x.example/{{1}}", "example": ["https://x.example/7"]},
                {"type": "FLOW", "text": "Rate us", "flow_id": "12"},
            ],
        },
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Now", "has_expiration": True}},
    ],
    language="no",
    category="UTILITY",
)
FILE = """\
# order_update (no), a WhatsApp template. After a change: manage.py templates plan, then apply.
name: order_update
language: 'no'
category: UTILITY

header:
  text: Order {{1}}
  examples:
    1: A-17

body:
  text: |-
    Hello {{1}},

    your order {{2}} left us.
  examples:
    1: Ada
    2: '17'

footer: Lamp Works

buttons:
  - quick_reply: Stop
  - url: https://x.example/{{1}}
    text: Track
    example: https://x.example/7
  - type: FLOW
    text: Rate us
    flow_id: '12'

components:
  - type: LIMITED_TIME_OFFER
    limited_time_offer:
      has_expiration: true
      text: Now
"""


def in_letters(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def test_a_file_reads_as_a_person_would_have_written_it():
    assert write(Written(name="order_update", content=ORDER)) == FILE
    assert read(FILE) == Written(name="order_update", content=ORDER)


@UNHURRIED
@given(written.filter(lambda written: written.content.components))
def test_what_is_written_is_read_again_to_the_letter(template):
    again = read(write(template))

    assert again.key == template.key
    assert again.content.checksum == template.content.checksum
    assert in_letters(again.content.components) == in_letters(template.content.components)
    assert again.allow_category_change in (True, None)
    assert bool(again.allow_category_change) == template.allow_category_change
    assert write(again) == write(template)


@UNHURRIED
@given(st.lists(headers | bodies | footers | rows | junk, max_size=6))
def test_the_short_form_loses_nothing(components):
    parts = canonical(components)

    assert in_letters(canonical(expand(shorten(parts)))) == in_letters(parts)


@UNHURRIED
@given(texts)
def test_what_is_written_means_the_same_to_every_reader_of_yaml(text):
    said = Content.of([{"type": "BODY", "text": text}], language="en", category="UTILITY")

    read_elsewhere = yaml.safe_load(write(Written(name="a", content=said)))

    assert read_elsewhere["body"] == said.components[0]["text"]


def test_named_examples_stand_by_their_names():
    body = {
        "type": "BODY",
        "text": "Hello {{first_name}}, from {{shop}}.",
        "example": {
            "body_text_named_params": [
                {"param_name": "first_name", "example": "Ada"},
                {"param_name": "shop", "example": "Lamps"},
            ]
        },
    }

    assert shorten(canonical([body]))["body"]["examples"] == {"first_name": "Ada", "shop": "Lamps"}


def test_a_one_time_code_has_a_short_form_too():
    parts = canonical(
        [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 5},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}]},
        ]
    )

    assert shorten(parts) == {
        "body": {"add_security_recommendation": True},
        "footer": {"code_expiration_minutes": 5},
        "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}],
    }
