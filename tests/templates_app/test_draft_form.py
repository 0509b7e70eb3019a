"""Components as the fields of a form, and back."""

from __future__ import annotations

import pytest

from templates_app.admin.draft import Button, Fields, fields_of, wanted_examples
from templates_app.components import canonical

WHOLE = Fields(
    header="TEXT",
    header_text="Order {{1}}",
    body="Hello {{1}}, order {{2}} is on its way.",
    footer="Lamp Works",
    buttons=(
        Button(kind="QUICK_REPLY", text="Stop"),
        Button(kind="URL", text="Track", value="https://lamp.example/o/{{1}}"),
        Button(kind="PHONE_NUMBER", text="Call", value="+49301234567"),
        Button(kind="COPY_CODE", text="Copy", value="SAVE20"),
    ),
    examples={"HEADER.1": "A7", "BODY.1": "Ada", "BODY.2": "A7", "BUTTONS[1].url.1": "a7"},
)


def test_the_fields_of_a_form_become_components_with_examples():
    header, body, footer, buttons = WHOLE.components()

    assert header["example"] == {"header_text": ["A7"]}
    assert body["example"] == {"body_text": [["Ada", "A7"]]}
    assert footer == {"type": "FOOTER", "text": "Lamp Works"}
    assert buttons["buttons"][1]["example"] == ["https://lamp.example/o/a7"]
    assert buttons["buttons"][3] == {"type": "COPY_CODE", "text": "Copy", "example": "SAVE20"}


@pytest.mark.parametrize(
    "fields",
    [
        WHOLE,
        Fields(body="Only a body."),
        Fields(header="IMAGE", header_handle="4::aW", body="With a picture."),
        Fields(header="LOCATION", body="Here we are."),
        Fields(body="Hello {{first_name}}, welcome.", examples={"BODY.first_name": "Ada"}),
    ],
)
def test_components_come_back_as_the_fields_that_made_them(fields):
    assert fields_of(fields.components()) == fields


def test_named_examples_say_their_names():
    (body,) = Fields(body="Hello {{first_name}}, welcome.", examples={"BODY.first_name": "Ada"}).components()

    assert body["example"] == {"body_text_named_params": [{"param_name": "first_name", "example": "Ada"}]}


@pytest.mark.parametrize(
    "components",
    [
        [{"type": "BODY", "text": "Hello."}, {"type": "CAROUSEL", "cards": [{"components": []}]}],
        [{"type": "BODY", "text": "Hello.", "new_key": 1}],
        [{"type": "BODY", "text": "Hello."}, {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Go"}]}],
        [{"type": "BODY", "text": "Hello."}, {"type": "BUTTONS", "buttons": [3]}],
        [{"type": "BODY", "text": "One."}, {"type": "BODY", "text": "Two."}],
        [{"type": "HEADER", "format": 3, "text": ["x"], "example": 7}],
    ],
)
def test_what_the_form_has_no_room_for_is_not_squeezed_into_it(components):
    assert fields_of(canonical(components)) is None


def test_each_variable_wants_an_example_once():
    assert wanted_examples(Fields(body="{{1}} and {{1}} and {{2}}.").components()) == [
        ("BODY.1", "1", "BODY"),
        ("BODY.2", "2", "BODY"),
    ]
