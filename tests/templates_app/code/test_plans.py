"""A plan compared with a later one, kept as JSON, and told in lines that a terminal shows as they are."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from templates_app.code.differing import LINES_MOST, changes_between, safe
from templates_app.code.plans import Action, Basis, Item, Plan, as_json, from_json, is_done, stale
from templates_app.code.telling import told
from templates_app.content import Content
from templates_app.diff import compare

BASIS = Basis(
    template="1",
    version=3,
    checksum="c",
    status="APPROVED",
    category="UTILITY",
    allow_category_change=False,
    is_retired=False,
)
EDIT = Item(action=Action.EDIT, name="oil", language="en", path="oil.yaml", file_checksum="f", basis=BASIS, version=4)
DELETE = Item(action=Action.DELETE, name="oil", language="en", basis=BASIS)


def other(item: Item = EDIT, **fields: Any) -> Item:
    basis = {key: fields.pop(key) for key in list(fields) if key in {one.name for one in dataclasses.fields(Basis)}}
    changed = dataclasses.replace(item, **fields)
    return dataclasses.replace(changed, basis=dataclasses.replace(BASIS, **basis)) if basis else changed


def plan(*items: Item, **fields: Any) -> Plan:
    return Plan(
        organization="lamp-works",
        account="7",
        made_at=datetime(2026, 3, 2, tzinfo=UTC),
        folder="templates",
        with_deletion=False,
        items=items,
        **fields,
    )


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (None, "Neither the file nor the template is there any more."),
        (other(path=""), "Its file oil.yaml is gone."),
        (other(file_checksum="g"), "Its file oil.yaml says something else now."),
        (other(basis=None), "It is not there any more."),
        (other(template="2"), "It is another template now."),
        (dataclasses.replace(EDIT, basis=dataclasses.replace(BASIS, version=4)), "It was at v3 and is at v4 now."),
        (other(status="PAUSED"), "It was APPROVED and is PAUSED now."),
        (
            dataclasses.replace(EDIT, basis=dataclasses.replace(BASIS, category="MARKETING")),
            "It was UTILITY and is MARKETING now.",
        ),
        (other(checksum="d"), "It says something else now."),
        (other(allow_category_change=True), "Whether its category may change was changed."),
        (other(is_retired=True), "It was retired."),
        (other(action=Action.CREATE), "Edit was planned, and it would be create now."),
        (other(blocked=("No edit is left.",)), "By now it is blocked: No edit is left."),
    ],
)
def test_whatever_changed_since_is_named(now, why):
    assert f"oil (en): {why}" in stale(EDIT, now)


def test_a_file_that_came_keeps_its_template_from_being_deleted():
    assert "oil (en): It has a file now: oil.yaml." in stale(DELETE, EDIT)


def test_what_stands_as_it_stood_is_not_stale():
    assert stale(EDIT, EDIT) == []
    assert stale(other(is_retired=True), EDIT) == ["oil (en): It was brought back."]


def test_done_is_what_came_about_by_this_plan():
    assert is_done(EDIT, other(action=Action.UNCHANGED))
    assert not is_done(EDIT, other(action=Action.UNCHANGED, file_checksum="g"))
    assert not is_done(EDIT, None)
    assert is_done(DELETE, None)
    assert is_done(DELETE, other(DELETE, action=Action.UNCHANGED))
    assert not is_done(DELETE, DELETE)


def test_a_plan_comes_back_from_json_as_it_was():
    made = plan(other(changes=("+ a",), costs=("b",)), DELETE, notes=("c",))

    assert from_json(json.loads(json.dumps(as_json(made)))) == made


def test_an_outcome_says_the_gravest():
    done = other(action=Action.UNCHANGED)

    assert (plan().outcome, plan(done).outcome) == (0, 0)
    assert plan(done, EDIT).outcome == 2
    assert plan(done, EDIT, other(blocked=("No.",))).outcome == 1
    assert [*told(plan())] == ["Plan: nothing there, nothing to do."]


def test_parts_that_come_go_and_move_are_told_in_a_line_each():
    before = Content.of(
        [{"type": "BODY", "text": "a"}, {"type": "FOOTER", "text": "b"}, buttons("x", "y")], language="en", category="U"
    )
    after = Content.of(
        [{"type": "HEADER", "format": "TEXT", "text": "c" * 500}, {"type": "BODY", "text": "a"}, buttons("y", "x")],
        language="en",
        category="U",
    )

    lines = changes_between(compare(before, after))

    assert [line for line in lines if line.startswith("+ header") and line.endswith("…")]
    assert [line for line in lines if line.startswith("- footer")]
    assert [line for line in lines if line.endswith(" moved")]


def buttons(*labels: str) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label} for label in labels]}


def test_a_long_text_is_told_around_what_changed():
    words = "word " * 100
    before = Content.of([{"type": "BODY", "text": f"{words}old {words}"}], language="en", category="U")
    after = Content.of([{"type": "BODY", "text": f"{words}new {words}"}], language="en", category="U")

    (line,) = changes_between(compare(before, after))

    assert line.startswith("~ body text: …")
    assert "[-old-]{+new+}" in line
    assert len(line) < 120


def test_very_many_changes_are_cut_and_counted():
    def many(sign: str) -> Content:
        parts = [{"type": f"NEW_{number}", "text": sign} for number in range(LINES_MOST + 5)]
        return Content.of(parts, language="en", category="U")

    lines = changes_between(compare(many("a"), many("b")))

    assert len(lines) == LINES_MOST
    assert lines[-1] == "… and 6 more changes"


def test_signs_that_steer_a_terminal_are_shown_instead():
    assert safe("a\nb\x1b[2J\u202e") == "a ⏎ b\\x1b[2J\\u202e"
