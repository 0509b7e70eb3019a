"""
What a provider can tell us, in our words: frozen facts without database or framework.

An adapter turns a provider's words into these; `config/events.py` says who answers them. Every event
carries the account ids it may belong to (first match wins, ruling 7) and the provider's time, or None
where that time is missing or not usable (then the time the call was received stands in).
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

JsonObject = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """
    One change as the provider told it.

    `account_ids`: external account ids in the order in which they are tried, best first; never empty
    strings. `field`: the provider's own name of the field. `at`: aware UTC moment or None. `raw_time`: what
    stood in its place. `raw`: the change as it came, cleaned of what a database cannot hold.
    """

    account_ids: tuple[str, ...]
    field: str
    at: datetime | None
    raw_time: Any
    raw: JsonObject


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateFact(Event):
    """A fact about one template. Ids as text; language with `_`; "" where the provider named none."""

    provider_template_id: str = ""
    name: str = ""
    language: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateStatusChanged(TemplateFact):
    """
    `event` in capitals, also words we do not know. `reason` "" when Meta said NONE, null or nothing.

    `category` is Meta's truth at that moment, "" if not named. `title` and `description` come from
    `other_info`, `rejection_*` from `rejection_info`, `disable_date` from `disable_info`.
    """

    event: str
    reason: str = ""
    category: str = ""
    title: str = ""
    description: str = ""
    rejection_reason: str = ""
    rejection_recommendation: str = ""
    disable_date: datetime | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateQualityChanged(TemplateFact):
    """`score` is one of GREEN, YELLOW, RED, UNKNOWN, or a word we do not know yet; `reasons` are codes or a text."""

    score: str
    previous_score: str = ""
    reasons: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateCategoryChanged(TemplateFact):
    """The category is now `category`; `previous_category` "" where the provider named none."""

    category: str
    previous_category: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateCategoryAnnounced(TemplateFact):
    """
    The category is still `category`; it is to become `coming` at `due_at`.

    `coming` is "" where the notice was withdrawn or the template is not affected. `detected` is true for
    `template_correct_category_detection`, which names no date.
    """

    category: str
    coming: str = ""
    due_at: datetime | None = None
    detected: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateComponentsChanged(TemplateFact):
    """
    The content after an edit, as components in the form of the Graph API.

    `is_whole` is false where media, examples and cards are absent, as they are in webhooks. `parameter_format` "" where
    the provider named none.
    """

    components: tuple[JsonObject, ...]
    is_whole: bool = False
    parameter_format: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """
    A fact about the whole account. `kind` is the part it speaks of (see `ACCOUNT_KINDS`).

    `event` in capitals, "" where the provider has no word for it. `content` is all else that it said, under the
    provider's keys and without nulls. Its blocks are objects (`restriction_info` is a list of them), in which known
    words stand in capitals and `expiration` in Unix seconds or None.
    """

    kind: str
    event: str
    content: JsonObject


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumberChanged(Event):
    """
    A fact about one number, named by its digits (`display_phone_number`) or the provider's id.

    `event` and `content` as in `AccountChanged`, `kind` one of `NUMBER_KINDS`.
    """

    kind: str
    event: str
    content: JsonObject
    digits: str = ""
    external_id: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldNotUsed(Event):
    """A field that the provider documents and this product does not answer (yet): kept in the call, counted."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldUnknown(Event):
    """A field nobody documented: kept in the call, counted and shown."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unreadable(Event):
    """
    Genuine, but not what the provider documents. `why` is a sentence for the person who looks at it.

    `raw` is the change where there is one, else the part under its name (`entry`, `change`); empty for a whole body.
    """

    why: str


ACCOUNT_KINDS = ("UPDATE", "REVIEW", "ALERT", "CAPABILITY")
NUMBER_KINDS = ("QUALITY", "NAME", "SECURITY")
