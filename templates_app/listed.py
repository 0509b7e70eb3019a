"""
A template as the provider's list shows it: read into our words, and what of it is news to what we know.

Pure. What is known already is no news, so that a list that says nothing new makes no fact.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from providers.adapters.meta import values
from providers.adapters.meta.values import Misread
from providers.events import (
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateFact,
    TemplateQualityChanged,
    TemplateStatusChanged,
)
from templates_app.components import JsonObject, canonical
from templates_app.folding_category import AUTHENTICATION
from templates_app.readback import reread
from templates_app.standing import UNKNOWN, Standing

FIELD = "message_templates"
LONGEST_FORMAT = 16


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listed:
    """`coming` None: the list does not say whether another category is coming; "": none is."""

    provider_template_id: str
    name: str
    language: str
    status: str
    reason: str
    category: str
    coming: str | None
    score: str
    score_reasons: tuple[str, ...]
    components: list[JsonObject]
    parameter_format: str

    @property
    def title(self) -> str:
        return f"{self.name or self.provider_template_id} ({self.language or '?'})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Held:
    """
    What we know of the template: its standing, and what the provider has from us or has told us.

    `is_wish`: the category in the standing is one that we have not asked the provider for yet.
    """

    standing: Standing
    components: Sequence[JsonObject] = ()
    parameter_format: str = ""
    is_wish: bool = False


def read(item: object) -> Listed:
    """Raises Misread where it does not say which template it is, or says it in no form that can be kept."""
    if not isinstance(item, dict):
        raise Misread("An entry of the list is not an object.")
    identity = values.identity(item, "id")
    name = values.short_text(item, "name", values.LONGEST_NAME)
    if not identity or not name:
        raise Misread("An entry of the list has no id or no name.")
    reason = values.word(values.remark(item, "rejected_reason"))
    quality = values.block(item, "quality_score")
    return Listed(
        provider_template_id=identity,
        name=name,
        language=values.short_text(item, "language", values.LONGEST_LANGUAGE).replace("-", "_"),
        status=values.word(values.remark(item, "status")),
        reason="" if reason == "NONE" else reason,
        category=values.category(values.remark(item, "category")),
        coming=values.category(values.remark(item, "correct_category")) if "correct_category" in item else None,
        score=values.word(values.remark(quality, "score")),
        score_reasons=values.remarks(quality, "reasons") or values.remarks(quality, "reason"),
        components=canonical(item.get("components")),
        parameter_format=values.remark(item, "parameter_format").upper()[:LONGEST_FORMAT],
    )


def created(told: JsonObject) -> tuple[str, str, str]:
    """(id, status, category) in the answer to a creation, "" for what it does not say."""
    return (
        values.id_text(told.get("id"))[: values.LONGEST_ID],
        values.word(values.remark(told, "status")),
        values.category(values.remark(told, "category")),
    )


def title_of(item: object) -> str:
    """What can be said of an entry that cannot be read."""
    named = item if isinstance(item, dict) else {}
    return str(named.get("name") or named.get("id") or "?")[:100]


def says_same(listed: Listed, *, components: Sequence[JsonObject], parameter_format: str) -> bool:
    """Whether the provider serves this content."""
    known = canonical(components)
    is_format_same = not listed.parameter_format or listed.parameter_format == parameter_format
    return is_format_same and reread(known, listed.components) == known


def news(
    listed: Listed, held: Held | None, *, at: datetime, account_id: str, with_content: bool = True
) -> list[TemplateFact]:
    """What the list says and we do not know yet. `held` None: the template is new to us."""
    told = {
        "account_ids": (account_id,),
        "field": FIELD,
        "at": at,
        "raw_time": None,
        "raw": {},
        "provider_template_id": listed.provider_template_id,
        "name": listed.name,
        "language": listed.language,
    }
    known = _known(listed, held)
    return [
        *_status(listed, known, told, is_new=held is None),
        *_quality(listed, known.standing, told),
        *(_category(listed, known, told) if held is not None else ()),
        *_coming(listed, known, told),
        *(_content(listed, known, told) if with_content else ()),
    ]


def _known(listed: Listed, held: Held | None) -> Held:
    """What is known of another template that stood under this name is not known of this one, but for our category."""
    if held is None:
        return Held(standing=Standing())
    if held.standing.provider_template_id in ("", listed.provider_template_id):
        return held
    return Held(standing=Standing(category=held.standing.category))


def _status(listed: Listed, known: Held, told: dict[str, Any], *, is_new: bool) -> Iterator[TemplateFact]:
    standing = known.standing
    is_known = listed.status in ("", standing.status, standing.last_event)
    lacks_reason = listed.status == "REJECTED" and not (standing.status_reason or standing.rejection_info)
    if is_new or not is_known or (lacks_reason and listed.reason):
        category = listed.category if is_new else ""
        yield TemplateStatusChanged(**told, event=listed.status or UNKNOWN, reason=listed.reason, category=category)


def _quality(listed: Listed, standing: Standing, told: dict[str, Any]) -> Iterator[TemplateFact]:
    if listed.score not in ("", standing.quality_score):
        yield TemplateQualityChanged(**told, score=listed.score, reasons=listed.score_reasons)


def _category(listed: Listed, known: Held, told: dict[str, Any]) -> Iterator[TemplateFact]:
    truth, ours = known.standing.meta_reported_category, known.standing.category
    if listed.category not in ("", truth) and not _contradicts_a_wish(listed, known):
        yield TemplateCategoryChanged(**told, category=listed.category, previous_category=truth or ours)


def _contradicts_a_wish(listed: Listed, known: Held) -> bool:
    """What the provider said of the category before we asked for another is no contest to that."""
    standing = known.standing
    return known.is_wish and not standing.meta_reported_category and listed.category != standing.category


def _coming(listed: Listed, known: Held, told: dict[str, Any]) -> Iterator[TemplateFact]:
    """The category that is coming; one that came, and a rejection for AUTHENTICATION, is coming no more."""
    if listed.coming is None:
        return
    is_past = listed.coming == listed.category or (listed.coming == AUTHENTICATION and listed.status == "REJECTED")
    coming = "" if is_past else listed.coming
    if coming != known.standing.pending_category:
        category = "" if _contradicts_a_wish(listed, known) else listed.category
        yield TemplateCategoryAnnounced(**told, category=category, coming=coming)


def _content(listed: Listed, known: Held, told: dict[str, Any]) -> Iterator[TemplateFact]:
    standing = known.standing
    components, parameter_format = known.components, known.parameter_format
    if standing.components_are_whole:
        components, parameter_format = standing.components or (), standing.parameter_format
    is_known = bool(components) and says_same(listed, components=components, parameter_format=parameter_format)
    if listed.components and not is_known:
        yield TemplateComponentsChanged(
            **told, components=tuple(listed.components), is_whole=True, parameter_format=listed.parameter_format
        )
