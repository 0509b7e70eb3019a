"""
The words inside a change, one at a time: read, checked and spelled as we spell them.

What names a template, and what makes a fact, is read strictly: the wrong kind is a `Misread`, nothing
is "". A `remark` only explains, so the wrong kind is no reason to lose the fact.
"""

from __future__ import annotations

from typing import Any, TypedDict

from providers.events import JsonObject

LONGEST_ID = 64
LONGEST_NAME = 512
LONGEST_LANGUAGE = 16
LONGEST_WORD = 64
LONGEST_CATEGORY = 50
OLD_CATEGORIES = {"TRANSACTIONAL": "UTILITY", "OTP": "AUTHENTICATION"}


class Misread(Exception):
    """This change is not what Meta documents; the text is a sentence for people."""


class Named(TypedDict):
    """Which template a change speaks of."""

    provider_template_id: str
    name: str
    language: str


def template(value: JsonObject, *, id_key: str = "message_template_id") -> Named:
    named = Named(
        provider_template_id=identity(value, id_key),
        name=short_text(value, "message_template_name", LONGEST_NAME),
        language=short_text(value, "message_template_language", LONGEST_LANGUAGE).replace("-", "_"),
    )
    if not (named["provider_template_id"] or named["name"]):
        raise Misread(f"Neither `{id_key}` nor `message_template_name` names a template.")
    return named


def id_text(raw: Any) -> str:
    """An id as text, "" for whatever cannot be one: ids are numbers in webhooks and text in the Graph API."""
    return raw.strip() if isinstance(raw, str) else str(raw) if type(raw) is int else ""


def identity(value: JsonObject, key: str) -> str:
    raw = value.get(key)
    if raw is not None and not isinstance(raw, str) and type(raw) is not int:
        raise Misread(f"`{key}` is neither text nor a whole number.")
    return _within(id_text(raw), key, LONGEST_ID)


def text(value: JsonObject, key: str) -> str:
    raw = value.get(key)
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise Misread(f"`{key}` is not text.")
    return raw.strip()


def short_text(value: JsonObject, key: str, longest: int) -> str:
    return _within(text(value, key), key, longest)


def needed(value: JsonObject, key: str) -> str:
    found = text(value, key)
    if not found:
        raise Misread(f"`{key}` is missing.")
    return found


def remark(value: JsonObject, key: str) -> str:
    raw = value.get(key)
    return raw.strip() if isinstance(raw, str) else ""


def remarks(value: JsonObject, key: str) -> tuple[str, ...]:
    """A list of codes, or one text."""
    raw = value.get(key)
    listed = raw if isinstance(raw, list) else [raw]
    return tuple(each.strip() for each in listed if isinstance(each, str) and each.strip())


def block(value: JsonObject, key: str) -> JsonObject:
    raw = value.get(key)
    return raw if isinstance(raw, dict) else {}


def word(said: str) -> str:
    """A word of an enumeration, known or not: Meta mixes the case and adds words."""
    return said.upper()[:LONGEST_WORD]


def category(said: str) -> str:
    spelled = said.upper()[:LONGEST_CATEGORY]
    return OLD_CATEGORIES.get(spelled, spelled)


def _within(found: str, key: str, longest: int) -> str:
    if len(found) > longest:
        raise Misread(f"`{key}` is longer than {longest} characters.")
    return found
