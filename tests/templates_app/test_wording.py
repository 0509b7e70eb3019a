"""What people read: a sentence for every fact, every standing and everything that is to be done."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.matters import Severity
from templates_app.facts import (
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    COMPONENTS_CHANGE,
    QUALITY_CHANGE,
    STATUS,
    STATUS_RANKS,
    Fact,
)
from templates_app.folding import fold
from templates_app.standing import Standing
from templates_app.wording import action_required, history_reason, matters, status_sentence

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
REJECTIONS = [
    "ABUSIVE_CONTENT", "CATEGORY_NOT_AVAILABLE", "INCORRECT_CATEGORY", "INVALID_FORMAT", "PROMOTIONAL", "SCAM",
    "TAG_CONTENT_MISMATCH",
]  # fmt: skip


def fact(kind: str, event: str = "", minutes: int = 0, **said: Any) -> Fact:
    return Fact(kind=kind, event=event or kind, at=NINE + timedelta(minutes=minutes), said=said)


def status(event: str, minutes: int = 0, **said: Any) -> Fact:
    return fact(STATUS, event, minutes, **said)


def quality(score: str, **said: Any) -> Fact:
    return fact(QUALITY_CHANGE, score=score, **said)


def matters_after(*facts: Fact, language: str = "en_US") -> dict[str, Any]:
    found = matters(fold(facts)[0], template_id="42", name="order_update", language=language)
    return {matter.alert_type: matter for matter in found}


def is_prose(text: str) -> bool:
    """Begins with a capital, ends with a full stop, and shows no code and no hole."""
    return bool(re.fullmatch(r'["A-Z].*\.', text)) and not re.search(r"[A-Z]_[A-Z]|None|\.\.|  |\{\}", text)


# The history


@pytest.mark.parametrize("event", [word for word in STATUS_RANKS if word != "*"])
@pytest.mark.parametrize("said", [{}, {"reason": "SOME_NEW_CODE", "title": "UNPAUSE", "description": "As they say."}])
def test_every_event_is_told_in_prose_also_when_nothing_was_said_with_it(event, said):
    assert is_prose(history_reason(status(event, **said)))


def test_an_approval_without_a_reason_is_a_sentence():
    assert history_reason(status("APPROVED")) == "Approved by Meta."


def test_the_end_of_a_pause_is_told():
    assert history_reason(status("APPROVED", title="UNPAUSE")) == "Approved by Meta. The pause is over."


def test_a_rejection_quotes_what_meta_found_and_recommends():
    rejection = {"reason": "{{1}}{{2}} touch.", "recommendation": "Put words between them."}

    assert history_reason(status("REJECTED", reason="INVALID_FORMAT", rejection=rejection)) == (
        'Rejected by Meta. Reason: the format is not valid. Meta found: "{{1}}{{2}} touch". '
        'Meta recommends: "Put words between them".'
    )


def test_a_reason_that_nobody_documented_is_put_into_words():
    assert history_reason(status("DISABLED", reason="STRANGE_NEW_REASON")) == (
        "Disabled by Meta. Reason: strange new reason."
    )


def test_a_word_that_is_not_known_is_told_as_such():
    assert history_reason(status("HALF_APPROVED")) == 'Meta said "half approved", a word that is not known here.'


def test_the_date_of_disabling_is_told():
    told = history_reason(status("FLAGGED", disable_date="2026-12-01T08:30:00+00:00"))

    assert told.endswith("Meta names 2026-12-01 at 08:30 UTC as the date of disabling.")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (quality("RED"), "Quality is RED."),
        (
            quality("RED", previous_score="GREEN", reasons=["HIGH_FAILURE_RATE", "Too many blocks."]),
            "Quality changed from GREEN to RED. Reasons: too many messages failed, Too many blocks.",
        ),
        (fact(CATEGORY_CHANGE, category="MARKETING"), "Meta changed the category to MARKETING."),
        (
            fact(CATEGORY_CHANGE, category="MARKETING", previous_category="UTILITY"),
            "Meta changed the category from UTILITY to MARKETING.",
        ),
        (
            fact(CATEGORY_CHANGE_ANNOUNCED, category="UTILITY", coming="MARKETING", due_at="2026-11-21T09:00:00+00:00"),
            "Meta announced that the category becomes MARKETING on 2026-11-21 at 09:00 UTC; it is still UTILITY.",
        ),
        (
            fact(CATEGORY_CHANGE_ANNOUNCED, category="UTILITY", coming="MARKETING", detected=True),
            "Meta finds that the content belongs in the category MARKETING; it is still UTILITY.",
        ),
        (
            fact(CATEGORY_CHANGE_ANNOUNCED, category="UTILITY"),
            "Meta says that no change of the category is coming; it is still UTILITY.",
        ),
        (fact(COMPONENTS_CHANGE, components=[]), "The content was edited at Meta."),
    ],
)
def test_the_other_kinds_of_fact_are_told_in_words(told, sentence):
    assert history_reason(told) == sentence


# What is to be done


def test_every_cause_has_an_advice_of_its_own_that_says_where():
    causes: list[dict[str, Any]] = [
        {"status": "DISABLED"},
        *(
            {"status": "PAUSED", "pause_title": title}
            for title in ("FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE")
        ),
        {"status": "PAUSED"},
        *({"status": "REJECTED", "reason": reason} for reason in REJECTIONS),
        {"status": "REJECTED"},
        {"status": "APPROVED", "quality_score": "RED"},
        {"status": "PENDING", "is_long_pending": True},
    ]

    advice = [action_required(**({"quality_score": "UNKNOWN"} | cause)) for cause in causes]

    assert len(set(advice)) == len(causes)
    assert all(is_prose(text) for text in advice)
    assert all(re.search(r"WhatsApp Manager|\bhere\b|on the template's page", text) for text in advice)


def test_a_status_comes_before_the_quality():
    assert action_required(status="DISABLED", quality_score="RED") == action_required(
        status="DISABLED", quality_score="GREEN"
    )


@pytest.mark.parametrize(
    ("title", "words"), [("FIRST_PAUSE", "3 hours"), ("SECOND_PAUSE", "6 hours"), ("RATE_LIMITING_PAUSE", "Unpause")]
)
def test_the_advice_for_a_pause_says_how_it_ends(title, words):
    assert words in action_required(status="PAUSED", quality_score="RED", pause_title=title)


@pytest.mark.parametrize(("status", "title"), [("PAUSED", "SOME_NEW_PAUSE"), ("REJECTED", "")])
def test_a_cause_that_nobody_documented_has_the_general_advice(status, title):
    told = action_required(status=status, quality_score="", reason="SOME_NEW_REASON", pause_title=title)

    assert told == action_required(status=status, quality_score="")


def test_nothing_is_to_be_done_where_nothing_is_wrong():
    assert action_required(status="APPROVED", quality_score="GREEN") == ""
    assert action_required(status="PENDING", quality_score="UNKNOWN") == ""


# The standing


@pytest.mark.parametrize("word", ["UNKNOWN", "DRAFT", *(word for word in STATUS_RANKS if word != "*")])
def test_every_standing_is_one_sentence(word):
    sentence = status_sentence(Standing(status=word, flagged_at=NINE, quality_score="RED", status_reason="SCAM"))

    assert is_prose(sentence)
    assert sentence.count(".") == 1


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (Standing(status="APPROVED", quality_score="GREEN"), "Approved by Meta and can be sent."),
        (
            fold([status("PAUSED", title="FIRST_PAUSE"), quality("RED")])[0],
            "Paused by Meta until 2026-11-20 at 12:00 UTC and cannot be sent before; its quality is RED.",
        ),
        (
            Standing(status="REJECTED", status_reason="PROMOTIONAL"),
            "Rejected by Meta and cannot be sent (the content is promotional).",
        ),
    ],
)
def test_the_sentence_of_the_standing_says_what_follows_from_it(standing, sentence):
    assert status_sentence(standing) == sentence


# What is wrong


@pytest.mark.parametrize(
    ("told", "alert_type", "severity"),
    [
        (status("DISABLED"), "TEMPLATE_DISABLED", Severity.CRITICAL),
        (quality("RED"), "TEMPLATE_QUALITY_RED", Severity.CRITICAL),
        (status("PAUSED"), "TEMPLATE_PAUSED", Severity.HIGH),
        (status("REJECTED"), "TEMPLATE_REJECTED", Severity.HIGH),
        (status("FLAGGED"), "TEMPLATE_FLAGGED", Severity.MEDIUM),
        (quality("YELLOW"), "TEMPLATE_QUALITY_YELLOW", Severity.MEDIUM),
    ],
)
def test_each_condition_is_a_matter_of_its_severity(told, alert_type, severity):
    matter = matters_after(told)[alert_type]

    assert matter.severity == severity
    assert matter.title.startswith("Template order_update (en_US) ")
    assert is_prose(matter.detail)
    assert is_prose(matter.action_required)
    assert {"template_id": "42", "template_name": "order_update", "language": "en_US"}.items() <= matter.data.items()


def test_severities_rise_from_low_to_critical():
    assert sorted(Severity, key=lambda severity: severity.rank) == ["LOW", "MEDIUM", "HIGH", "CRITICAL"]


def test_a_standing_without_fault_has_no_matters():
    assert matters_after(status("APPROVED"), quality("GREEN")) == {}


def test_a_matter_tells_how_often_and_since_when():
    matter = matters_after(status("PAUSED"), status("PAUSED", 10), status("LOCKED", 20))["TEMPLATE_PAUSED"]

    assert (matter.count, matter.first_seen_at, matter.last_seen_at) == (2, NINE, NINE + timedelta(minutes=10))


def test_a_template_without_a_language_is_named_without_one():
    assert matters_after(status("PAUSED"), language="")["TEMPLATE_PAUSED"].title == "Template order_update is paused"


def test_a_matter_of_quality_names_both_scores_and_the_reasons_in_words():
    matter = matters_after(quality("RED", previous_score="GREEN", reasons=["NO_SIGN_UP"]))["TEMPLATE_QUALITY_RED"]

    assert (matter.data["quality_score"], matter.data["previous_score"]) == ("RED", "GREEN")
    assert matter.detail == "Quality changed from GREEN to RED. Reasons: people say that they never signed up."


@pytest.mark.parametrize(
    ("told", "data"),
    [
        (
            status("DISABLED", reason="QUALITY_ISSUES", disable_date="2026-12-01T00:00:00+00:00"),
            {"reason": "QUALITY_ISSUES", "campaigns": [], "disable_date": "2026-12-01T00:00:00+00:00"},
        ),
        (status("PAUSED", title="FIRST_PAUSE"), {"reason": "FIRST_PAUSE", "campaigns": []}),
        (status("REJECTED", reason="SCAM"), {"reason": "SCAM"}),
        (status("FLAGGED"), {"reason": ""}),
    ],
)
def test_a_matter_of_status_names_its_reason(told, data):
    (matter,) = matters_after(told).values()

    assert {key: matter.data[key] for key in matter.data if "template" not in key and key != "language"} == data


def test_the_advice_of_a_flag_is_not_the_advice_of_the_status():
    found = matters_after(status("REJECTED", reason="SCAM"), status("FLAGGED", 5), quality("RED"))

    assert len({matter.action_required for matter in found.values()}) == 3


def test_a_status_that_came_back_from_the_archive_still_tells_its_reasons():
    shelved = [status("DISABLED", reason="QUALITY_ISSUES"), status("ARCHIVED", 5), status("UNARCHIVED", 9)]

    matter = matters_after(*shelved)["TEMPLATE_DISABLED"]

    assert matter.detail == "Disabled by Meta. Reason: quality problems."
    assert matter.data["reason"] == "QUALITY_ISSUES"
