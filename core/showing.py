"""How values look in the console: a badge has colour and word, a moment is told in words, a subject is a link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

NOTHING = "–"

# The colours of badges, by the words of the parts of the house.
SEVERITY_COLOURS = {"CRITICAL": "danger", "HIGH": "warning", "MEDIUM": "info", "LOW": "default"}
STATUS_COLOURS = {
    "APPROVED": "success",
    "PENDING": "info",
    "PAUSED": "warning",
    "REJECTED": "danger",
    "DISABLED": "danger",
}
QUALITY_COLOURS = {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}


def badge(word: object, colour: str = "default", *, why: str = "") -> SafeString:
    """A word on a colour of the theme (success, info, warning, danger, default); `why` shows on hover."""
    return render_to_string(
        "unfold/helpers/label.html", {"text": word, "variant": colour, "size": "md", "label_title": why}
    )


def coloured(word: str, colours: Mapping[str, str], *, why: str = "") -> SafeString:
    """The badge of a provider's word: one that the table does not know is grey."""
    return badge(word or NOTHING, colours.get(word, "default"), why=why)


def in_words(at: datetime) -> str:
    """ "12 minutes ago", "in 3 hours"."""
    now = timezone.now()
    if abs((now - at).total_seconds()) < 60:
        return _("just now")
    if at > now:
        return _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}


def moment(at: datetime | None) -> SafeString:
    """A time relative to now; the exact one on hover, which the page's script puts into the viewer's zone."""
    if at is None:
        return SafeString(NOTHING)
    exact = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z}"
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}" title="{}">{}</time>', at.isoformat(), exact, in_words(at)
    )


def place_of(*, kind: str, subject_id: str) -> str:
    """The page about a subject; "" where the console has none."""
    for room in admin.site._registry.values():
        if kind and getattr(room, "shows", "") == kind:
            address: str = room.place(subject_id)  # type: ignore[attr-defined]  # a page that shows something has one
            return address
    return ""


def link(text: object, address: str) -> SafeString:
    """A link, or only the text where there is nowhere to go."""
    if not address:
        return format_html("{}", text)
    return format_html('<a class="console-link" href="{}">{}</a>', address, text)


def subject_link(about: Mapping[str, Any] | None) -> SafeString:
    """A subject, as `{kind, id, label}` names it, with the way to its page."""
    if not about:
        return SafeString(NOTHING)
    return link(about["label"], place_of(kind=about["kind"], subject_id=about["id"]))
