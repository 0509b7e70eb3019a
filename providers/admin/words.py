"""What a webhook call held, in words: its fields are the provider's, its outcomes ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from providers.routes import APPLIED, DROPPED, KNOWN, NOT_USED, PARKED, UNKNOWN_FIELD

OUTCOMES: dict[str, tuple[str | Promise, str]] = {
    APPLIED: (gettext_lazy("applied"), "success"),
    KNOWN: (gettext_lazy("known already"), "default"),
    PARKED: (gettext_lazy("parked"), "warning"),
    NOT_USED: (gettext_lazy("not used"), "default"),
    UNKNOWN_FIELD: (gettext_lazy("unknown field"), "warning"),
    DROPPED: (gettext_lazy("dropped"), "default"),
}
NOUNS: dict[str, Any] = {
    "template": ngettext_lazy("%(count)s template event", "%(count)s template events", "count"),
    "account": ngettext_lazy("%(count)s account event", "%(count)s account events", "count"),
    "number": ngettext_lazy("%(count)s number event", "%(count)s number events", "count"),
    "message": ngettext_lazy("%(count)s message", "%(count)s messages", "count"),
    "unknown": ngettext_lazy("%(count)s unknown field", "%(count)s unknown fields", "count"),
    "unreadable": ngettext_lazy("%(count)s unreadable event", "%(count)s unreadable events", "count"),
    "other": ngettext_lazy("%(count)s other event", "%(count)s other events", "count"),
}
# By the beginning of the field's name.
_KINDS = (
    ("message_template", "template"),
    ("template", "template"),
    ("account", "account"),
    ("business", "account"),
    ("phone_number", "number"),
    ("messages", "message"),
)


def held(changes: Sequence[Mapping[str, Any]]) -> str:
    """ "2 template events, 1 unknown field"."""
    counted = Counter(_kind(str(line.get("field", "")), str(line.get("outcome", ""))) for line in changes)
    return ", ".join(str(NOUNS[kind] % {"count": count}) for kind, count in counted.items()) or _("nothing")


def noun_of(field: str) -> str:
    """A provider's field as one thing: "template event"."""
    return str(NOUNS[_kind(field, "")] % {"count": 1}).removeprefix("1 ")


def _kind(field: str, outcome: str) -> str:
    if outcome == UNKNOWN_FIELD:
        return "unknown"
    if not field:
        return "unreadable"
    return next((kind for beginning, kind in _KINDS if field.startswith(beginning)), "other")
