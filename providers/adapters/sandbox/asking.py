"""What is asked of the simulated Meta about templates, read and checked as Meta does before it takes it into review."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from providers.adapters.sandbox import limits
from providers.adapters.sandbox.complaints import NOT_NOW, TOO_LONG, VARIABLE_AT_EDGE, Complaint
from providers.adapters.sandbox.reviewing import Submission
from providers.adapters.sandbox.state import State
from providers.events import JsonObject

NAME = re.compile(r"[a-z0-9_]+")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
CATEGORIES = {"UTILITY": "UTILITY", "MARKETING": "MARKETING", "AUTHENTICATION": "AUTHENTICATION"} | {
    "TRANSACTIONAL": "UTILITY",  # as they were called before
    "OTP": "AUTHENTICATION",
}
FORMATS = ("POSITIONAL", "NAMED")
LENGTHS = {"HEADER": limits.HEADER_LENGTH, "BODY": limits.BODY_LENGTH, "FOOTER": limits.FOOTER_LENGTH}
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_EDGE = re.compile(r"\A\s*\{\{|\}\}\s*\Z")


def new_template(body: Mapping[str, Any]) -> Submission:
    """What is to be created. Raises Complaint."""
    name, language = body.get("name"), body.get("language")
    if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > limits.NAME_LENGTH:
        raise Complaint(f"Param name must be {limits.NAME_LENGTH} lower-case letters, digits and underscores at most.")
    if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
        raise Complaint("Param language must be a supported language, such as en_US.")
    category = _category(body)
    return Submission(
        name=name,
        language=language,
        category=category,
        components=_components(body, category=category),
        parameter_format=_format(body, "POSITIONAL"),
    )


def edited_template(state: State, body: Mapping[str, Any], *, at: datetime) -> Submission:
    """What is to stand instead. Raises Complaint, also where it may not be edited now."""
    _check_editable(state, at)
    category = _category(body) if body.get("category") else state.category
    if state.status == "APPROVED" and category != state.category:
        raise Complaint("The category of an approved template cannot be changed.")
    return Submission(
        name=state.name,
        language=state.language,
        category=category,
        components=_components(body, category=category) if "components" in body else state.components,
        parameter_format=_format(body, state.parameter_format),
    )


def _check_editable(state: State, at: datetime) -> None:
    if state.status not in EDITABLE:
        raise Complaint(f"A template that is {state.status} cannot be edited.", subcode=NOT_NOW)
    if state.status != "APPROVED":
        return
    for most, span in ((limits.EDITS_A_DAY, timedelta(days=1)), (limits.EDITS_IN_30_DAYS, timedelta(days=30))):
        if sum(seconds > (at - span).timestamp() for seconds in state.edits) >= most:
            hours = span // timedelta(hours=1)
            raise Complaint(f"An approved template can be edited {most} times in {hours} hours.", subcode=NOT_NOW)


def _category(body: Mapping[str, Any]) -> str:
    named = str(body.get("category", "")).upper()
    if named not in CATEGORIES:
        raise Complaint("Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.")
    return CATEGORIES[named]


def _format(body: Mapping[str, Any], usual: str) -> str:
    named = str(body.get("parameter_format") or usual).upper()
    if named not in FORMATS:
        raise Complaint("Param parameter_format must be one of {NAMED, POSITIONAL}.")
    return named


def _components(body: Mapping[str, Any], *, category: str) -> list[JsonObject]:
    listed = body.get("components")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Complaint("Param components must be an array of objects.")
    by_type = [(str(one.get("type", "")).upper(), one) for one in listed]
    if [kind for kind, _ in by_type].count("BODY") != 1:
        raise Complaint("Param components must hold exactly one component of type BODY.")
    for kind, one in by_type:
        text = one.get("text")
        if isinstance(text, str) and category != "AUTHENTICATION":
            _check_text(kind, text)
    return listed


def _check_text(kind: str, text: str) -> None:
    if len(text) > LENGTHS.get(kind, len(text)):
        raise Complaint(f"The {kind} can have {LENGTHS[kind]} characters.", subcode=TOO_LONG)
    if kind == "BODY" and _EDGE.search(text):
        raise Complaint("Put words before the first variable and after the last one.", subcode=VARIABLE_AT_EDGE)
