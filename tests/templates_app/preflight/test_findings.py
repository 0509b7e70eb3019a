"""What a finding says and where, several at once, and drafts that are no templates at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.content import Content
from templates_app.preflight import Sibling, as_json, is_ok, preflight, sibling_of

IMAGE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}}

KINDS = "HEADER body FOOTER BUTTONS CAROUSEL LIMITED_TIME_OFFER OTP URL COPY_CODE FLOW IMAGE VOICE_CALL ZERO_TAP TEXT"
KEYS = """
    type format text buttons url example body_text header_handle cards components limited_time_offer otp_type
    supported_apps ttl_minutes body_text_named_params param_name
"""
words = st.sampled_from([*KINDS.split(), "a {{1}} {{2}}", "{{ name }}", "{{{x}} {", "10% off", ""])
keys = st.sampled_from(KEYS.split())
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)
part_names = st.sampled_from(["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"])
button = st.dictionaries(keys, junk, max_size=3).flatmap(lambda said: words.map(lambda kind: {**said, "type": kind}))
part = st.builds(
    lambda said, kind, listed: {**said, "type": kind, "buttons": listed},
    st.dictionaries(keys, junk, max_size=4),
    part_names,
    st.lists(button, max_size=3),
)
card = st.builds(lambda parts: {"components": parts}, st.lists(part, max_size=3))
carousel = st.builds(lambda cards: {"type": "CAROUSEL", "cards": cards}, st.lists(card | junk, max_size=3))


def content(*parts: Any, **more: str) -> Content:
    return Content.of(list(parts), **{"language": "en_US", "category": "UTILITY", **more})


def places(findings: Any) -> set[tuple[str, str]]:
    return {(finding.rule, finding.component) for finding in findings}


def test_all_broken_rules_are_named_at_once_with_their_components():
    said = content(
        {"type": "BODY", "text": "{{1}}{{3}}"},
        {"type": "FOOTER", "text": "{{1}}"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go"}]},
        category="OTHER",
    )

    found = places(preflight(name="My Template", content=said))

    assert found >= {
        ("name_pattern", "name"),
        ("category_unknown", "category"),
        ("variable_gap", "BODY"),
        ("variable_adjacent", "BODY"),
        ("body_variable_edge", "BODY"),
        ("footer_variable", "FOOTER"),
        ("link_missing", "BUTTONS[0].url"),
    }


def test_errors_come_before_warnings_and_hints():
    said = content({"type": "HOLOGRAM"}, {"type": "BODY", "text": "Get 10% off {{1}}"})

    severities = [finding.severity for finding in preflight(name="a", content=said)]

    assert severities == sorted(severities, key=["error", "warning", "hint"].index)


def test_a_finding_says_where_in_the_text_it_is():
    said = content({"type": "BODY", "text": "Hello {{1}} {{2}}, it left us today."})

    (finding,) = [each for each in preflight(name="a", content=said) if each.rule == "variable_adjacent"]

    assert finding.component == "BODY"
    assert finding.span
    assert said.components[0]["text"][slice(*finding.span)] == "{{1}} {{2}}"
    assert finding.message.startswith("{{1}} {{2}} follow each other")


def test_the_answer_of_the_api_is_plain_json():
    answer = as_json(preflight(name="a", content=content({"type": "BODY", "text": "{{1}} left us"})))

    assert answer["ok"] is False
    assert set(answer["findings"][0]) == {"rule", "severity", "component", "span", "message", "fix", "source"}
    assert json.loads(json.dumps(answer)) == answer


def test_a_component_that_meta_invents_is_a_hint_and_refuses_nothing():
    findings = preflight(name="a", content=content({"type": "BODY", "text": "It left us."}, {"type": "HOLOGRAM"}))

    assert [(finding.rule, finding.severity) for finding in findings] == [("component_unknown", "hint")]
    assert is_ok(findings)


@pytest.mark.parametrize(
    ("parts", "limit"),
    [
        ([], 1024),
        ([{"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x"}}], 600),
        ([{"type": "BUTTONS", "buttons": [{"type": "SPM"}]}], 160),
    ],
)
def test_the_length_of_a_body_depends_on_its_neighbors(parts, limit):
    def lengths(length: int) -> set[tuple[str, str]]:
        return places(preflight(name="a", content=content({"type": "BODY", "text": "a" * length}, *parts)))

    assert ("body_length", "BODY") in lengths(limit + 1)
    assert ("body_length", "BODY") not in lengths(limit)


def test_cards_are_checked_by_their_own_limits_and_paths():
    card = {
        "components": [IMAGE, {"type": "BODY", "text": "a" * 161}, {"type": "BUTTONS", "buttons": [{"type": "URL"}]}]
    }
    said = content(
        {"type": "BODY", "text": "Lamps."}, {"type": "CAROUSEL", "cards": [card, card]}, category="MARKETING"
    )

    found = places(preflight(name="a", content=said))

    assert {("body_length", "CAROUSEL[1].BODY"), ("link_missing", "CAROUSEL[1].BUTTONS[0].url")} <= found


def test_a_name_may_come_again_on_another_card():
    card = {"components": [IMAGE, {"type": "BODY", "text": "Only {{price}} each."}]}
    said = content(
        {"type": "BODY", "text": "Lamps."}, {"type": "CAROUSEL", "cards": [card, card]}, category="MARKETING"
    )

    assert "variable_name_taken" not in {rule for rule, _ in places(preflight(name="a", content=said))}


def test_a_draft_is_no_duplicate_of_itself_and_codes_may_be_alike():
    said = content({"type": "BODY", "text": "It left us."})
    code = content({"type": "BODY", "text": "It left us."}, category="AUTHENTICATION")
    same = [Sibling(name="a", language="en_US", body="It left us.", footer="")]
    other = [Sibling(name="b", language="en_US", body="It left us.", footer="")]

    def rules(said: Content, siblings: list[Sibling]) -> set[str]:
        return {finding.rule for finding in preflight(name="a", content=said, siblings=siblings)}

    assert "duplicate_text" not in rules(said, same)
    assert "duplicate_text" in rules(said, other)
    assert "duplicate_text" not in rules(code, other)


def test_the_options_of_codes_belong_to_codes():
    said = content({"type": "BODY", "text": "It left us.", "add_security_recommendation": True})

    assert ("code_elsewhere", "BODY") in places(preflight(name="a", content=said))


def test_words_are_not_counted_in_a_language_without_spaces():
    said = content({"type": "BODY", "text": "您好{{1}}，订单{{2}}今天已经发货。"}, language="zh_CN")

    assert "variable_ratio" not in {rule for rule, _ in places(preflight(name="a", content=said))}


@settings(deadline=None, max_examples=50)
@given(
    junk | st.lists(part | carousel, max_size=5),
    st.sampled_from(["UTILITY", "MARKETING", "AUTHENTICATION", "x", None]),
    st.sampled_from(["en_US", "ar", "", None, 5]),
    st.sampled_from(["", "NAMED", "POSITIONAL", "x"]),
)
def test_whatever_stands_in_a_draft_it_is_judged(components, category, language, parameter_format):
    said = Content.of(components, language=language, category=category, parameter_format=parameter_format)

    findings = preflight(name=components, content=said, siblings=[sibling_of("b", said)], ttl_seconds=5)

    assert json.loads(json.dumps(as_json(findings)))["ok"] is is_ok(findings)
    assert all(finding.message and finding.fix and finding.source for finding in findings)
