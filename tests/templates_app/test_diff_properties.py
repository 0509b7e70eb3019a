"""The diff for any contents at all: nothing is lost, nothing is made up, nothing makes it stumble."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.components import canonical, places
from templates_app.content import Content
from templates_app.diff import BREAKING, COSMETIC, Comparison, apply_delta, compare, delta, side_by_side, summary
from templates_app.diff.tree import grow
from templates_app.diff.variables import texts_of
from templates_app.diff.words import tokens, word_segments

UNHURRIED = settings(deadline=None, max_examples=50)  # a slow machine is no failure

# Few words, so that two contents have much in common and little is where it was.
texts = st.lists(
    st.sampled_from(["Hello", "order", " ", " ", ", ", "{{1}}", "{{2}}", "{{ name }}", "{{shop}}", "\n", "طلبك", "货"]),
    max_size=8,
).map("".join)
buttons = st.fixed_dictionaries(
    {"type": st.sampled_from(["QUICK_REPLY", "URL", "OTP"]), "text": st.sampled_from(["Help", "Stop", "See order"])},
    optional={"url": texts},
)
examples = st.lists(st.lists(st.sampled_from(["Ada", "7"]), max_size=2), max_size=2)
simple_parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["HEADER", "BODY", "FOOTER", "SOMETHING/NEW", "ANOTHER~ONE"])},
    optional={"text": texts, "format": st.sampled_from(["TEXT", "IMAGE"]), "example": examples},
) | st.fixed_dictionaries({"type": st.just("BUTTONS"), "buttons": st.lists(buttons, max_size=4)})
cards = st.fixed_dictionaries({"components": st.lists(simple_parts, max_size=3)})
parts = simple_parts | st.fixed_dictionaries({"type": st.just("CAROUSEL"), "cards": st.lists(cards, max_size=3)})

scalars = st.none() | st.booleans() | st.integers(-1, 2) | st.floats(allow_nan=False) | texts
keys = st.sampled_from(["type", "text", "buttons", "url", "cards", "components", "example", "a/b", "a~b", ""])
words = st.sampled_from(["HEADER", "BODY", "BUTTONS", "CAROUSEL"])
junk = st.recursive(
    scalars | words, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def content_of(components: st.SearchStrategy[Any]) -> st.SearchStrategy[Content]:
    return st.builds(
        Content.of,
        components,
        language=st.sampled_from(["en", "es"]),
        category=st.just("UTILITY"),
        parameter_format=st.sampled_from(["", "NAMED"]),
    )


likely = content_of(st.lists(parts, max_size=5))
contents = likely | content_of(st.lists(parts | st.dictionaries(keys, junk, max_size=4), max_size=4)) | content_of(junk)


def in_letters(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@UNHURRIED
@given(contents, contents)
def test_the_delta_leads_from_the_one_to_the_other(before, after):
    stored = json.loads(json.dumps(delta(before, after)))

    there = apply_delta(before, stored)

    assert there == after
    assert there.checksum == after.checksum
    assert in_letters(there.components) == in_letters(canonical(after.components))
    assert apply_delta(None, delta(None, after)) == after


@UNHURRIED
@given(contents)
def test_nothing_differs_from_itself(content):
    comparison = compare(content, content)

    assert comparison.changes == ()
    assert comparison.severity == COSMETIC
    assert not comparison.variables
    assert summary(comparison) == "Nothing changed."
    assert {row.state for row in comparison.side_by_side} == {"same"}
    assert delta(content, content) == {"patch": []}


@UNHURRIED
@given(contents, contents)
def test_whatever_differs_is_told_and_can_be_sent(before, after):
    comparison = compare(before, after)

    assert bool(comparison.changes) == (before.checksum != after.checksum)
    assert json.dumps(comparison.as_json())
    assert summary(comparison).endswith(".")
    assert comparison.severity == BREAKING or not comparison.variables


@UNHURRIED
@given(contents, contents)
def test_backwards_what_was_added_is_removed(before, after):
    there, back = compare(before, after), compare(after, before)

    def told(comparison: Comparison, kind: str) -> Counter[tuple[str, str]]:
        # The path of what a button gained leads to where that button is now, which is another place than before.
        found = (change for change in comparison.changes if change.kind == kind)
        return Counter(
            (re.sub(r"/\d+", "/*", each.path), in_letters([each.before, each.after][kind == "added"])) for each in found
        )

    assert told(there, "added") == told(back, "removed")


@UNHURRIED
@given(contents, contents)
def test_the_sides_can_be_read_alone(before, after):
    there, back = side_by_side(before, after), side_by_side(before, before)

    shown = {row.path: "".join(text for _, text in row.left) for row in back}
    left = {"".join(text for _, text in row.left) for row in there}
    assert {text for path, text in shown.items() if "/example" not in path} <= left
    assert all(op != "added" for row in there for op, _ in row.left)
    assert all(op != "removed" for row in there for op, _ in row.right)


@UNHURRIED
@given(texts | st.text(), texts | st.text())
def test_the_words_of_both_texts_are_all_there(before, after):
    segments = word_segments(before, after)

    assert "".join(text for op, text in segments if op != "added") == before
    assert "".join(text for op, text in segments if op != "removed") == after
    assert all(text for _, text in segments)
    assert "".join(tokens(before)) == before


@UNHURRIED
@given(contents)
def test_variables_are_looked_for_where_the_provider_fills_them_in(content):
    found = [(text.place, text.after) for text in texts_of(grow(content, content))]

    told = [(place.path, place.text) for place in places(content.components) if place.holder.get(place.key)]
    assert sorted(found) == sorted(told)


@UNHURRIED
@given(texts, texts)
def test_no_variable_is_lost_or_told_twice(before, after):
    old, new = (
        Content.of([{"type": "BODY", "text": text}], language="en", category="UTILITY") for text in (before, after)
    )

    variables = compare(old, new).variables

    became = dict(variables.renamed)
    kept = [name for name in old.variables if name not in variables.removed and name not in became]
    assert Counter([*kept, *became.values(), *variables.added]) == Counter(new.variables)


def test_a_long_text_is_compared_in_a_moment():
    before = " ".join(f"{number}" for number in range(30_000))

    segments = word_segments(f"first {before} end", f"first {before[::-1]} end")

    assert [op for op, _ in segments] == ["same", "removed", "added", "same"]


def test_a_long_list_is_matched_by_place():
    many = [{"type": "URL", "url": f"https://{number}.example.com"} for number in range(300)]
    others = [{"type": "URL", "url": f"https://{number}.example.org"} for number in range(300)]
    before, after = (
        Content.of([{"type": "BUTTONS", "buttons": each}], language="en", category="UTILITY") for each in (many, others)
    )

    assert len(compare(before, after).changes) == 300
