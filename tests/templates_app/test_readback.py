"""What a provider tells of a content, put back into our form."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.components import canonical
from templates_app.readback import merge, reread

TEXTS = st.text("ab {}1\n", min_size=1, max_size=8)
MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
HEADERS = st.one_of(
    st.builds(lambda text: {"type": "HEADER", "format": "TEXT", "text": text}, TEXTS),
    st.builds(
        lambda kind, handle: {"type": "HEADER", "format": kind, "example": {"header_handle": [handle]}},
        st.sampled_from(MEDIA),
        TEXTS,
    ),
)
BUTTONS = st.one_of(
    st.builds(lambda text: {"type": "QUICK_REPLY", "text": text}, TEXTS),
    st.builds(lambda text, url: {"type": "URL", "text": text, "url": url, "example": [url]}, TEXTS, TEXTS),
    st.builds(lambda text: {"type": "PHONE_NUMBER", "text": text, "phone_number": "+491"}, TEXTS),
)
CONTENTS = st.builds(
    lambda header, body, footer, buttons: canonical([*header, body, *footer, *buttons]),
    st.lists(HEADERS, max_size=1),
    st.builds(
        lambda text, example: {"type": "BODY", "text": text, "example": {"body_text": [[example]]}}, TEXTS, TEXTS
    ),
    st.lists(st.builds(lambda text: {"type": "FOOTER", "text": text}, TEXTS), max_size=1),
    st.lists(
        st.builds(lambda buttons: {"type": "BUTTONS", "buttons": buttons}, st.lists(BUTTONS, min_size=1, max_size=4)),
        max_size=1,
    ),
)


def told_by_webhook(content):
    """What a webhook tells of it: texts, and of the buttons links and numbers, without examples."""
    parts = [
        {"type": part["type"], "text": part["text"]} | ({"format": "TEXT"} if part["type"] == "HEADER" else {})
        for part in content
        if "text" in part
    ]
    buttons = [
        {key: value for key, value in button.items() if key != "example"}
        for part in content
        for button in part.get("buttons", [])
        if button["type"] != "QUICK_REPLY"
    ]
    return canonical([*parts, *([{"type": "BUTTONS", "buttons": buttons}] if buttons else [])])


def told_by_sync(content):
    """What a sync tells of it: all, with another address for the same medium, and lists around single examples."""
    address = {"example": {"header_handle": ["https://cdn.example/signed"]}}
    return canonical([part | (address if part.get("format") in MEDIA else {}) for part in content])


@settings(max_examples=50, deadline=None)
@given(CONTENTS)
def test_what_we_have_already_changes_nothing(content):
    assert merge(content, told_by_webhook(content)) == content
    assert reread(content, told_by_sync(content)) == content


@settings(max_examples=50, deadline=None)
@given(CONTENTS, CONTENTS)
def test_a_webhook_told_twice_changes_nothing_more(known, new):
    told = told_by_webhook(new)

    once = merge(known, told)

    assert merge(once, told) == once
    assert merge([], told) == told


@settings(max_examples=50, deadline=None)
@given(CONTENTS, CONTENTS)
def test_what_a_webhook_says_is_in_the_outcome(known, new):
    told = told_by_webhook(new)

    outcome = merge(known, told)

    assert told_by_webhook(outcome) == merge(told_by_webhook(known), told)
    assert {part["text"] for part in told if "text" in part} <= {part.get("text") for part in outcome}


def test_media_examples_cards_and_keys_of_their_own_stay():
    known = canonical(
        [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": "Hello {{1}}!", "example": {"body_text": [["Ada"]]}, "added": 1},
            {"type": "CAROUSEL", "cards": [{"components": [{"type": "BODY", "text": "One"}]}]},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}, {"type": "URL", "text": "Shop"}]},
        ]
    )

    outcome = merge(
        known,
        [
            {"type": "BODY", "text": "Hello {{1}}, welcome!"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Our shop"}]},
        ],
    )

    by_type = {part["type"]: part for part in outcome}
    assert by_type["BODY"] == known[1] | {"text": "Hello {{1}}, welcome!"}
    assert (by_type["HEADER"], by_type["CAROUSEL"]) == (known[0], known[3])
    assert [button["text"] for button in by_type["BUTTONS"]["buttons"]] == ["Stop", "Our shop"]


def test_of_one_type_of_button_a_webhook_tells_all():
    known = [{"type": "BUTTONS", "buttons": [{"type": "URL", "text": "A"}, {"type": "URL", "text": "B"}]}]

    (part,) = merge(known, [{"type": "BUTTONS", "buttons": [{"type": "URL", "text": "C"}]}])

    assert [button["text"] for button in part["buttons"]] == ["C"]


CODE = canonical(
    [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}]},
    ]
)
CODE_AS_READ: list[dict[str, Any]] = [
    {
        "type": "BODY",
        "text": "*{{1}}* is your verification code. For your security, do not share this code.",
        "add_security_recommendation": True,
        "example": {"body_text": [["123456"]]},
    },
    {"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10},
    {
        "type": "BUTTONS",
        "buttons": [{"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}],
    },
]


def test_a_one_time_code_read_back_as_texts_and_a_link_is_the_same_one_time_code():
    assert reread(CODE, CODE_AS_READ) == CODE
    assert merge(CODE, CODE_AS_READ) == CODE


def test_another_life_of_the_code_is_a_change():
    told = [part | ({"code_expiration_minutes": 5} if part["type"] == "FOOTER" else {}) for part in CODE_AS_READ]

    assert reread(CODE, told) != CODE


def test_an_example_with_a_list_around_it_is_the_same_example():
    known = [{"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE20"}]}]

    assert reread(known, [{"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": ["SAVE20"]}]}]) == known


def test_media_of_a_card_keep_our_handle():
    def carousel(handle):
        header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
        return canonical([{"type": "CAROUSEL", "cards": [{"components": [header, {"type": "BODY", "text": "One"}]}]}])

    assert reread(carousel("4::aW"), carousel("https://cdn.example/1")) == carousel("4::aW")


def test_another_medium_is_a_change():
    known = [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}}]
    told = [{"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["https://cdn.example/1"]}}]

    assert reread(known, told) == canonical(told)


def test_junk_where_components_should_be_is_taken_as_it_is():
    assert merge(None, 7) == []
    assert reread([{"type": "BUTTONS", "buttons": "x"}], [{"type": "BUTTONS", "buttons": [3, {"type": "URL"}]}]) == [
        {"type": "BUTTONS", "buttons": [3, {"type": "URL"}]}
    ]
