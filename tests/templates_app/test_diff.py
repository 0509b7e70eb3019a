"""What two contents of a template differ in, as senders, reviewers and readers of the console are told."""

from __future__ import annotations

from typing import Any

import pytest

from templates_app.content import Content
from templates_app.diff import (
    BREAKING,
    COSMETIC,
    REVIEW,
    Comparison,
    apply_delta,
    compare,
    delta,
    side_by_side,
    summary,
)

HELP = {"type": "QUICK_REPLY", "text": "Help"}
STOP = {"type": "QUICK_REPLY", "text": "Stop"}
TRACK = {"type": "URL", "text": "Track", "url": "https://track.example.com/{{1}}", "example": ["https://x.example/1"]}
SHOP = {"type": "URL", "text": "Shop", "url": "https://shop.example.com"}
CALL = {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550100"}
CODE = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}


def body(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "BODY", "text": text, **more}


def header(**more: Any) -> dict[str, Any]:
    return {"type": "HEADER", **more}


def buttons(*each: Any) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(each)}


def carousel(*texts: str) -> dict[str, Any]:
    cards = [{"components": [header(format="IMAGE"), body(text), buttons(SHOP)]} for text in texts]
    return {"type": "CAROUSEL", "cards": cards}


def content(*components: Any, **about: str) -> Content:
    return Content.of(list(components), **{"language": "en_US", "category": "UTILITY", **about})


def told(before: list[Any], after: list[Any]) -> Comparison:
    return compare(content(*before), content(*after))


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(change.kind, change.path) for change in comparison.changes]


def test_the_words_that_changed_are_marked():
    [change] = told([body("Hello {{1}}, your order is ready.")], [body("Hello {{1}}, your parcel is ready.")]).changes

    assert (change.component, change.kind, change.path) == ("BODY", "changed", "/BODY/text")
    assert change.words == (
        ("same", "Hello {{1}}, your "),
        ("removed", "order"),
        ("added", "parcel"),
        ("same", " is ready."),
    )


def test_neighboring_words_are_marked_as_one_and_placeholders_whole():
    [change] = told([body("Dear {{ 1 }}!")], [body("Good day {{name}}!")]).changes[1:]

    assert change.words == (("removed", "Dear {{ 1 }}"), ("added", "Good day {{name}}"), ("same", "!"))


def test_arabic_is_told_word_by_word():
    [change] = told([body("مرحبًا {{1}}، طلبك جاهز")], [body("أهلًا {{1}}، طلبك جاهز")]).changes

    assert change.words == (("removed", "مرحبًا"), ("added", "أهلًا"), ("same", " {{1}}، طلبك جاهز"))


def test_scripts_without_spaces_are_told_sign_by_sign():
    [change] = told([body("您的订单已发货")], [body("您的包裹已发货")]).changes

    assert change.words == (("same", "您的"), ("removed", "订单"), ("added", "包裹"), ("same", "已发货"))


def test_an_inserted_button_leaves_the_others_alone():
    assert kinds(told([buttons(HELP, STOP)], [buttons(SHOP, HELP, STOP)])) == [("added", "/BUTTONS/buttons/0")]


def test_a_relabelled_button_is_the_same_one():
    [change] = told([buttons(HELP, STOP)], [buttons({**HELP, "text": "Get help"}, STOP)]).changes

    assert (change.path, change.before, change.after) == ("/BUTTONS/buttons/0/text", "Help", "Get help")


def test_a_button_of_another_kind_is_another_one():
    comparison = told([buttons(CALL, HELP)], [buttons({**SHOP, "text": "Call us"}, HELP)])

    assert kinds(comparison) == [("removed", "/BUTTONS/buttons/0"), ("added", "/BUTTONS/buttons/0")]


def test_a_button_that_changed_its_place_is_moved():
    [change] = told([buttons(TRACK, HELP, STOP)], [buttons(HELP, STOP, TRACK)]).changes

    assert (change.kind, change.what) == ("moved", 'button "Track"')
    assert (change.before, change.after) == ("/BUTTONS/buttons/0", "/BUTTONS/buttons/2")


def test_a_card_that_changed_its_place_is_moved_and_its_words_are_compared():
    comparison = told(
        [carousel("One red shoe", "Two blue hats", "Three bags")],
        [carousel("Three bags", "One red shoe", "Two green hats")],
    )

    assert kinds(comparison) == [("moved", "/CAROUSEL/cards/0"), ("changed", "/CAROUSEL/cards/2/BODY/text")]


def test_parts_of_a_card_belong_together_by_their_type():
    card = {"components": [header(format="IMAGE"), body("Hats")]}
    turned = {"components": list(reversed(card["components"]))}

    comparison = told([{"type": "CAROUSEL", "cards": [card]}], [{"type": "CAROUSEL", "cards": [turned]}])

    assert [change.kind for change in comparison.changes] == ["moved"]
    assert comparison.severity == COSMETIC


def test_what_was_a_list_and_is_none_any_more_is_told_in_one_piece():
    comparison = told([{"type": "BUTTONS", "buttons": [HELP]}], [{"type": "BUTTONS", "buttons": "Help"}])

    assert kinds(comparison) == [("changed", "/BUTTONS/buttons")]
    assert summary(comparison) == "Buttons changed."


def test_a_variable_at_the_end_is_added():
    comparison = told([body("Hello {{1}}.")], [body("Hello {{1}}, see you on {{2}}.")])

    assert comparison.variables.as_json() == {"added": ["2"], "removed": [], "renamed": []}


def test_a_variable_in_between_renumbers_those_behind_it():
    comparison = told(
        [body("Hello {{1}}, parcel {{2}} is here.")], [body("Hello {{1}} of {{2}}, parcel {{3}} is here.")]
    )

    assert comparison.variables.as_json() == {
        "added": ["2"],
        "removed": [],
        "renamed": [{"before": "2", "after": "3"}],
    }


def test_numbers_that_became_names_are_renamed():
    comparison = told([body("Hello {{1}}, parcel {{2}}!")], [body("Hi {{customer_name}}, parcel {{parcel}}!")])

    assert comparison.variables.renamed == (("1", "customer_name"), ("2", "parcel"))
    assert not comparison.variables.added
    assert not comparison.variables.removed


def test_one_name_may_take_the_place_of_a_number_in_several_texts():
    before = [header(format="TEXT", text="Order {{1}}"), body("Your order {{1}} is here.")]
    after = [header(format="TEXT", text="Order {{order}}"), body("Your order {{order}} is here.")]

    variables = told(before, after).variables

    assert variables.renamed == (("HEADER.1", "order"), ("BODY.1", "order"))
    assert (variables.added, variables.removed) == ((), ())


def test_a_number_that_several_texts_have_is_told_with_its_place():
    comparison = told([body("Order {{1}}.")], [body("Order {{1}}."), buttons(TRACK)])

    assert comparison.variables.added == ("BUTTONS[0].url.1",)


def test_the_code_in_a_text_that_the_provider_writes_is_a_variable():
    comparison = told([{"type": "FOOTER", "text": "Bye"}], [{"type": "BODY"}, buttons(CODE)])

    assert comparison.variables.added == ("1",)


def test_values_that_trade_places_break_senders():
    comparison = told([body("Hall {{1}}, row {{2}}.")], [body("Row {{1}}, hall {{2}}.")])

    assert comparison.severity == BREAKING


def test_of_very_many_variables_only_equal_names_are_found():
    many = " ".join(f"word {{{{{number}}}}}" for number in range(1, 61))

    variables = told([body(many)], [body(many.replace("{{60}}", "{{61}}"))]).variables

    assert variables.as_json() == {"added": ["61"], "removed": ["60"], "renamed": []}


def test_names_may_trade_places():
    comparison = told([body("Hall {{hall}}, row {{row}}.")], [body("Row {{row}}, hall {{hall}}.")])

    assert comparison.severity == REVIEW
    assert not comparison.variables


BREAKS = {
    "a variable added": ([body("Hi")], [body("Hi {{1}} there")]),
    "a variable removed": ([body("Hi {{name}} there")], [body("Hi there")]),
    "a variable renamed": ([body("Hi {{name}} there")], [body("Hi {{first_name}} there")]),
    "numbers in another order": ([body("Row {{1}} in {{2}} here")], [body("In {{2}} here row {{1}}")]),
    "a picture instead of a text": ([header(format="TEXT", text="Hi")], [header(format="IMAGE")]),
    "a picture added": ([body("Hi")], [header(format="IMAGE"), body("Hi")]),
    "a link with a variable added": ([buttons(HELP)], [buttons(HELP, TRACK)]),
    "a link with a variable moved": ([buttons(HELP, TRACK, SHOP)], [buttons(TRACK, HELP, SHOP)]),
    "a quick reply with another index": ([buttons(SHOP, HELP)], [buttons(SHOP, CALL, HELP)]),
    "a quick reply removed": ([buttons(SHOP, HELP)], [buttons(SHOP)]),
    "all quick replies removed": ([buttons(HELP)], [body("Hi")]),
    "a code to copy": ([body("Hi")], [body("Hi"), buttons({"type": "COPY_CODE", "example": "SALE"})]),
    "another way to hand over a code": ([buttons(CODE)], [buttons({**CODE, "otp_type": "ONE_TAP"})]),
    "a card more": ([carousel("One", "Two")], [carousel("One", "Two", "Three")]),
    "cards in another order": ([carousel("One", "Two")], [carousel("Two", "One")]),
    "an offer that ends": ([body("Hi")], [body("Hi"), {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"a": 1}}]),
}

IS_REVIEWED = {
    "other words": ([body("Hi {{1}} there")], [body("Hello {{1}} there")]),
    "junk among the buttons": ([buttons(SHOP)], [buttons(SHOP, "?")]),
    "a footer": ([body("Hi")], [body("Hi"), {"type": "FOOTER", "text": "Bye"}]),
    "a header of words": ([body("Hi")], [header(format="TEXT", text="Hi"), body("Hi")]),
    "another label": ([buttons(HELP)], [buttons({**HELP, "text": "Get help"})]),
    "a quick reply at the end": ([buttons(HELP)], [buttons(HELP, STOP)]),
    "a fixed link": ([buttons(HELP, SHOP)], [buttons(HELP, {**SHOP, "url": "https://new.example.com"})]),
    "fixed buttons in another order": ([buttons(HELP, SHOP, CALL)], [buttons(HELP, CALL, SHOP)]),
}

IS_COSMETIC = {
    "nothing": ([body("Hi")], [body("Hi")]),
    "examples": (
        [body("Hi {{1}}.", example={"body_text": [["Ada"]]})],
        [body("Hi {{1}}.", example={"body_text": [[]]})],
    ),
    "spaces at the ends of lines": ([body("Hi \nthere")], [body("Hi\nthere\n")]),
    "spaces in braces": ([body("Hi {{ 1 }}.")], [body("Hi {{1}}.")]),
    "an example in a link": ([buttons(TRACK)], [buttons({**TRACK, "example": ["https://x.example/2"]})]),
}


@pytest.mark.parametrize(("before", "after"), BREAKS.values(), ids=BREAKS)
def test_what_a_sender_must_change_is_breaking(before, after):
    assert told(before, after).severity == BREAKING


@pytest.mark.parametrize(("before", "after"), IS_REVIEWED.values(), ids=IS_REVIEWED)
def test_what_people_read_needs_a_review(before, after):
    assert told(before, after).severity == REVIEW


@pytest.mark.parametrize(("before", "after"), IS_COSMETIC.values(), ids=IS_COSMETIC)
def test_what_nobody_reads_is_cosmetic(before, after):
    assert told(before, after).severity == COSMETIC


@pytest.mark.parametrize(
    ("about", "severity"),
    [({"language": "es"}, BREAKING), ({"category": "MARKETING"}, REVIEW), ({"parameter_format": "NAMED"}, BREAKING)],
)
def test_what_stands_beside_the_components_is_compared_too(about, severity):
    [change] = compare(content(body("Hi {{1}}.")), content(body("Hi {{1}}."), **about)).changes

    [name] = about
    assert (change.component, change.path, change.severity) == ("TEMPLATE", f"/TEMPLATE/{name}", severity)


def test_the_format_of_variables_that_are_not_there_breaks_nobody():
    assert compare(content(body("Hi")), content(body("Hi"), parameter_format="NAMED")).severity == REVIEW


def test_every_change_says_why_it_weighs_so_much():
    [change] = told([buttons(SHOP, HELP)], [buttons(CALL, SHOP, HELP)]).changes

    assert (change.severity, change.reason) == (
        BREAKING,
        "A call names buttons by their place, and another one has that place now.",
    )


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ([body("Hi")], [body("Hi")], "Nothing changed."),
        (
            [body("Hi {{1}} and {{2}}.")],
            [body("Hi {{1}} and {{2}} of {{3}}."), buttons({**SHOP, "text": "See order"})],
            "Body text changed; buttons added; variable 3 added.",
        ),
        (
            [buttons(HELP, SHOP)],
            [buttons({**HELP, "text": "Get help"}, CALL)],
            'Label of button "Help" changed to "Get help"; button "Shop" removed; button "Call us" added.',
        ),
        (
            [body("Hi {{1}}.")],
            [body("Hi {{name}}.")],
            "Parameter format changed from POSITIONAL to NAMED; body text changed; variable 1 is now name.",
        ),
        ([carousel("One", "Two")], [carousel("One", "Three")], "Body text on card 2 changed."),
        ([body("Hi")], [body("Hi {{1}}, {{2}}.")], "Body text changed; variables 1 and 2 added."),
    ],
)
def test_a_line_says_what_changed(before, after, line):
    assert summary(told(before, after)) == line


def test_a_line_does_not_name_more_than_a_handful():
    line = summary(told([buttons(HELP)], [header(format="TEXT", text="{{1}}"), *[body("{{1}}")] * 9]))

    assert line.count(";") == 5
    assert line.endswith("; 7 more changes.")


def test_both_sides_can_be_read_whole():
    rows = side_by_side(content(body("Dear {{1}}"), buttons(HELP)), content(body("Dear Ms {{1}}"), buttons(HELP, STOP)))

    assert [(row.label, row.state) for row in rows if row.component != "TEMPLATE"] == [
        ("Body text", "changed"),
        ('Label of button "Help"', "same"),
        ('Kind of button "Stop"', "added"),
        ('Label of button "Stop"', "added"),
    ]
    assert rows[3].left == (("same", "Dear {{1}}"),)
    assert rows[3].right == (("same", "Dear "), ("added", "Ms "), ("same", "{{1}}"))


def test_the_rows_of_a_moved_button_say_so():
    rows = side_by_side(content(buttons(HELP, STOP)), content(buttons(STOP, HELP)))

    assert sorted(row.state for row in rows if row.component == "BUTTONS") == ["moved", "same"]


def test_no_row_shows_json():
    before, after = {"body_text": [["Ada", "7"]]}, {"body_text": [["Ada"]], "is_new": True}

    rows = side_by_side(content(body("Hi", example=before)), content(body("Hi", example=after)))

    assert [(row.left, row.right) for row in rows if row.state != "same"] == [
        ((("same", "Ada"), ("removed", ", 7")), (("same", "Ada"),)),
        ((), (("added", "yes"),)),
    ]


def test_a_delta_is_a_json_patch():
    before, after = content(body("Hi"), buttons(HELP, STOP)), content(body("Hi"), buttons({**HELP, "text": "?"}, STOP))

    assert delta(before, after) == {
        "patch": [{"op": "replace", "path": "/components/1/buttons/0/text", "value": "?"}],
    }


def test_the_first_version_grows_out_of_nothing():
    first = content(body("Hi"), buttons(HELP))

    assert apply_delta(None, delta(None, first)) == first
