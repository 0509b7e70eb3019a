"""What happened in the last day, newest first: facts about templates, and alerts that opened or were resolved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alerts import overview as alerts
from alerts.models import AlertEntry
from config.decisions import page_of
from templates_app import overview
from templates_app.admin.facts import icon_of

WITHIN = timedelta(hours=24)
LINES = 12

Kind = AlertEntry.Kind
ALERT_ICONS = {
    Kind.OPENED: "notification_important",
    Kind.REOPENED: "notification_important",
    Kind.RAISED: "trending_up",
    Kind.RESOLVED: "task_alt",
}


def happened(*, at: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The newest lines, and whether there are more than these."""
    facts = overview.happened(at=at, within=WITHIN, most=LINES + 1)
    entries = alerts.news(at=at, within=WITHIN, most=LINES + 1)
    lines = [
        {
            "key": fact.key,
            "at": fact.at,
            "icon": icon_of(fact.event),
            "title": str(fact.template),
            "place": page_of(fact.template),
            "words": _first_sentence(fact.words),
        }
        for fact in facts
    ]
    lines += [
        {
            "key": entry.pk,
            "at": entry.at,
            "icon": ALERT_ICONS[Kind(entry.kind)],
            "title": entry.alert.title,
            "place": page_of(entry.alert),
            "severity": entry.alert.severity,
            "kind": entry.get_kind_display(),
            "actor": entry.actor,
        }
        for entry in entries
    ]
    lines.sort(key=lambda line: line["at"], reverse=True)
    return lines[:LINES], len(lines) > LINES


def _first_sentence(words: str) -> str:
    """One line each: the rest is on the template's page."""
    return words.partition(". ")[0].rstrip(".") + "."
