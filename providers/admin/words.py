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
# By the beginning of the field's name, the longest first.
_NOUNS = (
    ("message_template", ngettext_lazy("%(count)s template event", "%(count)s template events", "count")),
    ("template", ngettext_lazy("%(count)s template event", "%(count)s template events", "count")),
    ("account", ngettext_lazy("%(count)s account event", "%(count)s account events", "count")),
    ("business", ngettext_lazy("%(count)s account event", "%(count)s account events", "count")),
    ("phone_number", ngettext_lazy("%(count)s number event", "%(count)s number events", "count")),
    ("messages", ngettext_lazy("%(count)s message", "%(count)s messages", "count")),
)
_UNKNOWN = ngettext_lazy("%(count)s unknown field", "%(count)s unknown fields", "count")
_OTHER = ngettext_lazy("%(count)s other event", "%(count)s other events", "count")
_UNREADABLE = ngettext_lazy("%(count)s unreadable event", "%(count)s unreadable events", "count")


def held(changes: Sequence[Mapping[str, Any]]) -> str:
    """ "2 template events, 1 unknown field"."""
    counted = Counter(_noun(str(line.get("field", "")), str(line.get("outcome", ""))) for line in changes)
    return ", ".join(str(noun % {"count": count}) for noun, count in counted.items()) or _("nothing")


def noun_of(field: str) -> str:
    """A provider's field as one thing: "template event"."""
    return str(_noun(field, "") % {"count": 1}).removeprefix("1 ")


def _noun(field: str, outcome: str) -> Any:
    if outcome == UNKNOWN_FIELD:
        return _UNKNOWN
    if not field:
        return _UNREADABLE
    return next((noun for beginning, noun in _NOUNS if field.startswith(beginning)), _OTHER)
