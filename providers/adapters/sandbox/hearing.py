"""What a story told of a template, as the state that the simulated Meta then has of it, so that both agree."""

from __future__ import annotations

import dataclasses
import re

from providers.adapters.sandbox.limits import PAUSES_BEFORE_DISABLED
from providers.adapters.sandbox.state import State
from providers.events import (
    JsonObject,
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateFact,
    TemplateQualityChanged,
    TemplateStatusChanged,
)

_NAMED = re.compile(r"\{\{\s*[a-z_]\w*\s*\}\}")
_STANDS_FOR = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
_CHANGES_NO_STATUS = frozenset({"FLAGGED", "LOCKED"})


def heard(state: State | None, event: TemplateFact) -> State | None:
    """
    The state after this fact; None where it names no template. Nothing more comes by itself: the story goes on.
    """
    if state is None:
        if not (event.provider_template_id.isdigit() and event.name and event.language):
            return None
        state = State(
            external_id=event.provider_template_id,
            name=event.name,
            language=event.language,
            category="",
            components=[],
        )
    return dataclasses.replace(state, **_said(state, event), review_at=None, unpause_at=None, category_at=None)


def _said(state: State, event: TemplateFact) -> JsonObject:
    match event:
        case TemplateStatusChanged():
            return _status(state, event)
        case TemplateQualityChanged():
            return {"quality_score": event.score}
        case TemplateCategoryChanged():
            before = event.previous_category or state.category
            return {"category": event.category, "previous_category": before, "correct_category": event.category}
        case TemplateCategoryAnnounced():
            return {"category": event.category or state.category, "correct_category": event.coming}
        case TemplateComponentsChanged():
            return {
                "components": list(event.components),
                "parameter_format": "NAMED" if _NAMED.search(str(event.components)) else "POSITIONAL",
            }
    return {}


def _status(state: State, event: TemplateStatusChanged) -> JsonObject:
    said: JsonObject = {"category": event.category or state.category}
    if event.event in _CHANGES_NO_STATUS:
        return said
    said |= {
        "status": _STANDS_FOR.get(event.event, event.event),
        "rejected_reason": event.reason or "NONE",
        "pause_title": event.title if event.event == "PAUSED" else "",
    }
    if event.title in PAUSES_BEFORE_DISABLED:
        said["pauses"] = PAUSES_BEFORE_DISABLED.index(event.title) + 1
    if event.event == "REINSTATED":
        said["pauses"] = 0
    return said
