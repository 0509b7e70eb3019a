"""A template's facts as its timeline shows them: each with an icon, what it did to the standing, and who said so."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.showing import QUALITY_COLOURS, STATUS_COLOURS, coloured
from templates_app.category_changes import CategoryLine
from templates_app.history import HistoryLine

BAD, GOOD, QUIET, PLAIN = "bad", "good", "quiet", ""
LOOKS: dict[str, tuple[str, str]] = {
    "APPROVED": ("check_circle", GOOD),
    "REINSTATED": ("check_circle", GOOD),
    "UNARCHIVED": ("unarchive", GOOD),
    "PENDING": ("hourglass_top", PLAIN),
    "IN_APPEAL": ("gavel", PLAIN),
    "LOCKED": ("lock", PLAIN),
    "LIMIT_EXCEEDED": ("production_quantity_limits", BAD),
    "FLAGGED": ("flag", BAD),
    "PAUSED": ("pause_circle", BAD),
    "REJECTED": ("block", BAD),
    "DISABLED": ("do_not_disturb_on", BAD),
    "ARCHIVED": ("archive", QUIET),
    "PENDING_DELETION": ("auto_delete", BAD),
    "DELETED": ("delete", BAD),
    "QUALITY_CHANGE": ("monitoring", PLAIN),
    "CATEGORY_CHANGE": ("category", PLAIN),
    "CATEGORY_CHANGE_ANNOUNCED": ("category", PLAIN),
    "COMPONENTS_CHANGE": ("edit_note", PLAIN),
    "CREATED": ("add_circle", PLAIN),
    "CATEGORY_ASKED": ("category", PLAIN),
    "FLAG_CHANGED": ("toggle_on", PLAIN),
    "CATEGORY_ACCEPTED": ("task_alt", GOOD),
    "CATEGORY_KEPT": ("bookmark", PLAIN),
}
TITLES = {
    "QUALITY_CHANGE": gettext_lazy("Quality"),
    "CATEGORY_CHANGE": gettext_lazy("Category"),
    "CATEGORY_CHANGE_ANNOUNCED": gettext_lazy("Category, announced"),
    "COMPONENTS_CHANGE": gettext_lazy("Content"),
    "CREATED": gettext_lazy("Written"),
    "CATEGORY_ASKED": gettext_lazy("Category, asked for"),
    "FLAG_CHANGED": gettext_lazy("Leave to change the category"),
    "CATEGORY_ACCEPTED": gettext_lazy("Category accepted"),
    "CATEGORY_KEPT": gettext_lazy("Category kept"),
}
SOURCES = {"webhook": gettext_lazy("Told by Meta"), "sync": gettext_lazy("Found by a sync")}
SUBMITTED = frozenset({"PENDING", "COMPONENTS_CHANGE"})  # what happens at the provider because somebody submits


def icon_of(event: str) -> str:
    return LOOKS.get(event, ("info", PLAIN))[0]


def shown(line: HistoryLine, *, earlier: HistoryLine | None) -> dict[str, Any]:
    """`earlier`: the line before it in time, None where it is not known."""
    icon, look = LOOKS.get(line.event_type, ("info", PLAIN))
    return {
        "line": line,
        "icon": icon,
        "look": look,
        "title": TITLES.get(line.event_type, line.event_type.replace("_", " ").capitalize()),
        "moves": [*_status_move(line), *_quality_move(line, earlier)],
        "source": source_of(line),
    }


def source_of(line: HistoryLine | CategoryLine) -> Any:
    """Who said so."""
    by_somebody = _("Submitted by %(who)s") if line.event_type in SUBMITTED else _("Decided by %(who)s")
    return SOURCES.get(line.source) or by_somebody % {"who": line.actor or "?"}


def _status_move(line: HistoryLine) -> list[tuple[Any, Any]]:
    if line.previous_status == line.new_status:
        return []
    before = coloured(line.previous_status, STATUS_COLOURS) if line.previous_status else _("nothing known")
    return [(before, coloured(line.new_status, STATUS_COLOURS))]


def _quality_move(line: HistoryLine, earlier: HistoryLine | None) -> list[tuple[Any, Any]]:
    before = earlier.quality_score if earlier else "UNKNOWN"
    if before == line.quality_score:
        return []
    return [(coloured(before, QUALITY_COLOURS), coloured(line.quality_score, QUALITY_COLOURS))]
