"""The variables of a template: where they are, their examples, both formats, and the values that fill them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.refusals import Refused
from templates_app.content import Content
from templates_app.parameters import (
    assign,
    check_values,
    examples,
    fill,
    limits,
    placeholders,
    to_named,
    to_positional,
)

HEADER = {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["A-7"]}}
BODY = {
    "type": "BODY",
    "text": "Hello {{1}}, order {{2}} left us, {{1}}.",
    "example": {"body_text": [["Ada", "A-7"]]},
}
LINK = {"type": "URL", "text": "Go", "url": "https://a.example/o/{{1}}", "example": ["https://a.example/o/A-7"]}
BUTTONS = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "{{9}}"}, LINK]}
NAMES = {"HEADER.1": "title", "BODY.1": "first_name", "BODY.2": "order"}


def content(*parts: Any, category: str = "UTILITY") -> Content:
    return Content.of(list(parts), language="en_US", category=category)


WHOLE = content(HEADER, BODY, BUTTONS)


def test_each_text_counts_by_itself_and_says_where_its_variables_stand():
    found = placeholders(WHOLE.components)

    assert [each.key for each in found] == ["HEADER.1", "BODY.1", "BODY.2", "BODY.1", "BUTTONS[1].url.1"]
    assert {each.text[slice(*each.span)] for each in found} == {"{{1}}", "{{2}}"}


def test_cards_have_paths_of_their_own():
    card = {"components": [{"type": "BUTTONS", "buttons": [LINK]}, {"type": "body", "text": "Only {{price}}!"}]}

    found = placeholders([{"type": "CAROUSEL", "cards": [{}, card]}])

    assert [each.key for each in found] == ["CAROUSEL[1].BODY.price", "CAROUSEL[1].BUTTONS[0].url.1"]


def test_a_component_that_comes_again_has_a_path_of_its_own():
    assert [each.key for each in placeholders([BODY, {"type": "BODY", "text": "{{x}}"}])][-1] == "BODY#2.x"


def test_the_body_of_a_code_holds_the_code_though_nobody_wrote_it():
    otp = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
    said = content({"type": "BODY", "add_security_recommendation": True}, otp, category="AUTHENTICATION")

    assert said.variables == ["1"]
    assert [problem.message for problem in check_values(said, {})] == ["It has no value."]
    assert check_values(said, {"1": "123456789012345"}) == []
    assert "15 are allowed" in check_values(said, {"1": "1234567890123456"})[0].message


def test_examples_are_read_in_all_of_their_forms():
    named = {
        "type": "BODY",
        "text": "Hi {{who}}, it left.",
        "example": {"body_text_named_params": [{"param_name": "who", "example": "Ada"}]},
    }

    assert examples(WHOLE.components) == {
        "HEADER": {"1": "A-7"},
        "BODY": {"1": "Ada", "2": "A-7"},
        "BUTTONS[1].url": {"1": "A-7"},
    }
    assert examples([named]) == {"BODY": {"who": "Ada"}}
    assert examples([{**BODY, "example": {"body_text": ["Ada", 7]}}]) == {"BODY": {"1": "Ada", "2": "7"}}


@pytest.mark.parametrize("example", [None, 5, "x", [], {"body_text": 5}, {"body_text": [[None, {}, " "]]}, {"a": 1}])
def test_what_is_no_example_is_left_out(example):
    assert examples([{**BODY, "example": example}]) == {}


def test_names_replace_numbers_in_texts_and_examples_and_links_keep_theirs():
    named = to_named(WHOLE, NAMES)

    header, body, buttons = named.components
    assert named.parameter_format == "NAMED"
    assert body["text"] == "Hello {{first_name}}, order {{order}} left us, {{first_name}}."
    assert body["example"] == {
        "body_text_named_params": [
            {"param_name": "first_name", "example": "Ada"},
            {"param_name": "order", "example": "A-7"},
        ]
    }
    assert header["example"] == {"header_text_named_params": [{"param_name": "title", "example": "A-7"}]}
    assert buttons["buttons"][1]["url"] == LINK["url"]


@pytest.mark.parametrize("more", [{}, {"HEADER": {"type": "HEADER", "format": "TEXT", "text": "No variable"}}])
def test_there_and_back_again_is_the_same(more):
    said = content(more.get("HEADER", HEADER), BODY, BUTTONS)

    assert to_positional(to_named(said, NAMES)) == said


def test_a_name_that_stands_in_the_text_already_is_taken():
    with pytest.raises(Refused, match=r"BODY.who and BODY.1 cannot both be called who"):
        to_named(content({"type": "BODY", "text": "Hi {{who}}, {{1}} left."}), {"1": "who"})


def test_numbers_count_in_the_order_of_reading():
    said = content(
        {"type": "BODY", "text": "Hi {{who}}, {{what}} left {{who}}."},
        {"type": "BUTTONS", "buttons": [{**LINK, "url": "https://a.example/{{code}}"}]},
    )

    numbered = to_positional(said)

    assert numbered.components[0]["text"] == "Hi {{1}}, {{2}} left {{1}}."
    assert numbered.components[1]["buttons"][0]["url"] == "https://a.example/{{1}}"
    assert numbered.parameter_format == "POSITIONAL"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"BODY.1": "first_name"}, "bad_parameter_name"),
        ({**NAMES, "BODY.2": "Order 2"}, "bad_parameter_name"),
        ({**NAMES, "BODY.1": "title"}, "parameter_name_taken"),
        ({"1": "one", "2": "two"}, "parameter_name_taken"),
    ],
)
def test_names_that_are_missing_wrong_or_taken_are_refused(names, code):
    with pytest.raises(Refused) as refusal:
        to_named(WHOLE, names)

    assert refusal.value.code == code


def test_one_value_serves_all_texts_unless_a_key_says_otherwise():
    given = {"1": "Ada", "2": "A-7", "HEADER.1": "A-8"}

    assert assign(WHOLE.components, given)["HEADER"] == {"1": "A-8"}
    assert fill(WHOLE.components, given) == {
        "HEADER": "Order A-8",
        "BODY": "Hello Ada, order A-7 left us, Ada.",
        "BUTTONS[1].url": "https://a.example/o/Ada",
    }
    assert check_values(WHOLE, given) == []


def test_what_has_no_value_keeps_its_braces():
    assert fill([BODY], {"2": "A-7"}) == {"BODY": "Hello {{1}}, order A-7 left us, {{1}}."}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "It has no value."),
        (7, "Its value is no text."),
        ("  ", "Its value is empty."),
        ("a\nb", "Its value holds a new line or a tab."),
        ("a\tb", "Its value holds a new line or a tab."),
        ("a     b", "Its value holds more than 4 spaces in a row."),
        ("a" * 1000, "With its values this text has 1031 characters; 1024 are allowed."),
    ],
)
def test_a_value_that_meta_would_refuse_is_named_with_its_place(value, message):
    problems = check_values(content(BODY), {"1": "Ada", "2": value})

    assert [(problem.parameter, problem.component, problem.message) for problem in problems] == [("2", "BODY", message)]
    assert all(problem.fix for problem in problems)


def test_four_spaces_and_a_text_of_full_length_may_go():
    assert check_values(content(BODY), {"1": "A    d", "2": "a" * 987}) == []
    assert len(fill([BODY], {"1": "A    d", "2": "a" * 987})["BODY"]) == 1024


def test_values_that_are_missing_or_too_many_are_all_named():
    problems = check_values(WHOLE, {"2": "A-7", "3": "x", "HEADER.2": "y"})

    assert [(problem.parameter, problem.component) for problem in problems] == [
        ("3", ""),
        ("HEADER.2", ""),
        ("1", "HEADER"),
        ("1", "BODY"),
        ("1", "BUTTONS[1].url"),
    ]


def test_the_room_for_a_text_depends_on_where_it_stands():
    card = {"components": [{"type": "BODY", "text": "x"}]}
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x"}}

    assert limits([HEADER, BODY, BUTTONS]) == {"HEADER": 60, "BODY": 1024, "BUTTONS[1].url": 2000}
    assert limits([BODY, offer, {"type": "CAROUSEL", "cards": [card]}]) == {"BODY": 600, "CAROUSEL[0].BODY": 160}


plain = st.text("abc .,!", max_size=8)
values = st.lists(st.text("xyz", min_size=1, max_size=5), min_size=1, max_size=4)


@st.composite
def texts(draw: Any) -> tuple[str, list[str]]:
    given = draw(values)
    pieces = [draw(plain) + f"{{{{{number}}}}}" for number in range(1, len(given) + 1)]
    return "".join(pieces) + draw(plain), given


@settings(deadline=None, max_examples=40)
@given(texts(), texts())
def test_any_texts_and_examples_come_back_from_names_as_they_were(head, main):
    said = content(
        {"type": "HEADER", "format": "TEXT", "text": head[0], "example": {"header_text": head[1]}},
        {"type": "BODY", "text": main[0], "example": {"body_text": [main[1]]}},
    )
    names = {each.key: f"{each.component.lower()}_{'i' * int(each.name)}" for each in placeholders(said.components)}

    named = to_named(said, names)

    assert to_positional(named) == said
    assert sorted(named.variables) == sorted(names.values())
    assert list(examples(named.components)["BODY"].values()) == main[1]
