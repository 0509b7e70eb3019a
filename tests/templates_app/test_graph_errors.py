"""How the Graph API says no: every documented code in words, with what to do and whether asking again helps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.graph_errors import BY_CODE, BY_SUBCODE, PERMISSION, GraphError, Kind, read, reads
from templates_app.graph_templates import wait_of
from tests.graph import error, fixture

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
DOCUMENTED = [
    0, 190, 3, 10, 200, 299, 131005, 1, 2, 131000, 131016, 133004, 4, 80007, 33, 368, 131031, 130403, 130429, 130472,
    130497, 131008, 131009, 131021, 131026, 131030, 131037, 131042, 131044, 131045, 131047, 131048, 131049, 131050,
    131051, 131052, 131053, 131055, 134100, 131056, 131057, 131062, 131063, 131064, 132000, 132001, 132005, 132007,
    132008, 132012, 132015, 132016, 132018, 132021, 132068, 132069, 133000, 133005, 133006, 133008, 133009, 133010,
    133015, 133016, 134011, 134101, 134102, 135000, 136024, 137000, 139200, 200005, 200006, 200007, 2388019, 2388023,
    2388024, 2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299, 2388318, 2388330,
]  # fmt: skip


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_is_told_in_sentences_with_what_to_do(code):
    known = reads(code)

    assert known is not None
    assert re.fullmatch(r"[A-Z].*\.", known.sentence)
    assert re.fullmatch(r"[A-Z].*\.", known.action)


def test_the_tables_hold_nothing_that_is_not_documented():
    assert {*BY_CODE, *BY_SUBCODE} - {*DOCUMENTED} == set()


def test_a_creation_that_is_refused_is_told_by_its_subcode_with_metas_own_words():
    told = read(fixture("error_create_trailing_variable"), status=400)

    assert (told.code, told.kind) == ("100/2388299", Kind.REFUSED)
    assert told.sentence == "A variable stands at the edge of the text."
    assert told.told.startswith("Variable at the edge of the text: Put words before")


def test_the_details_of_a_refused_message_are_told():
    told = read(fixture("error_send_132001"), status=404)

    assert (told.code, told.kind) == ("132001", Kind.REFUSED)
    assert told.told == "template name (order_dispatched_v3) does not exist in en"


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (error(190), 401, Kind.HALTED),
        (error(231), 403, Kind.HALTED),
        (error(368), 400, Kind.HALTED),
        (error(80007), 400, Kind.AGAIN),
        (error(2), 500, Kind.AGAIN),
        (error(100, 33), 400, Kind.GONE),
        (error(100), 400, Kind.REFUSED),
        (error(999999), 400, Kind.REFUSED),
        (error(999999, is_transient=True), 400, Kind.AGAIN),
        (error(100), 500, Kind.AGAIN),
        ({}, 502, Kind.AGAIN),
        ("<html>", 429, Kind.AGAIN),
        (None, 404, Kind.REFUSED),
    ],
)
def test_each_answer_says_whether_it_helps_to_ask_again(answer, status, kind):
    assert read(answer, status=status).kind == kind


def test_a_code_that_nobody_documented_keeps_metas_words():
    words = {"error_user_title": "Not today.", "error_user_msg": "Come back tomorrow."}

    told = read(error(100, 2388999, **words), status=400)

    assert (told.code, told.sentence) == ("100/2388999", "Not today: Come back tomorrow.")
    assert told.words == "Not today: Come back tomorrow. Correct what it names and submit it again."


def test_an_answer_without_words_names_its_status():
    assert read({"error": {}}, status=418) == GraphError(
        code="http_418",
        kind=Kind.REFUSED,
        sentence="Meta answered with the HTTP status 418 and no reason.",
        action="Correct what it names and submit it again.",
    )


def test_permissions_are_a_range():
    assert [reads(code) for code in (200, 250, 299)] == [PERMISSION] * 3
    assert reads(300) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(
        st.sampled_from(["error", "code", "error_subcode", "error_data", "details", "message", "is_transient"]), inner
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(answer=JSON, status=st.integers(100, 599))
def test_whatever_is_answered_is_told(answer, status):
    told = read(answer, status=status)

    assert told.sentence
    assert told.code


# How long to wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "Sat, 21 Nov 2026 12:03:00 GMT"}, timedelta(minutes=3)),
        ({"Retry-After": "Sat, 21 Nov 2026 11:03:00 GMT"}, timedelta(seconds=1)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "999999"}, timedelta(hours=6)),
        (
            {"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 5}, {"type": "x"}], "2": 3}'},
            timedelta(minutes=5),
        ),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 0}]}'}, None),
        ({"X-Business-Use-Case-Usage": "[]"}, None),
        ({"X-Business-Use-Case-Usage": "{"}, None),
    ],
)
def test_the_provider_says_how_long_it_wants_to_be_left_alone(headers, wait):
    assert wait_of(headers, at=AT) == wait
