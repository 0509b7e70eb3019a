"""
What facts about the category make of a standing: what we accepted, what Meta says, what is coming (rulings 13–15).

Pure. Without leave to change, the truth moves and ours stays; with it both move.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from templates_app.facts import (
    CATEGORY_ACCEPTED,
    CATEGORY_ASKED,
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    CATEGORY_KEPT,
    CREATED,
    FLAG_CHANGED,
    Fact,
    category_order,
)
from templates_app.standing import (
    CATEGORY_CHANGE_BLOCKED,
    CATEGORY_CHANGE_COMING,
    CATEGORY_CHANGED,
    DRAFT,
    Standing,
)

Changes = dict[str, Any]

AUTHENTICATION = "AUTHENTICATION"
NOTHING_PENDING: Changes = {"pending_category": "", "pending_category_at": None}
# With these a template's category is no longer going to change.
_ENDS = frozenset({"DELETED"})


def truth(standing: Standing, category: str, at: datetime, *, previous: str = "") -> Changes:
    """Meta says what the category is (and was). Of several kinds of fact at one moment the stricter word stays."""
    if not category:
        return {}
    changes: Changes = {}
    accepted = standing.category
    if not accepted:
        changes["category"] = accepted = previous or category
    known = standing.meta_reported_category
    if standing.category_said_at == at and category_order(category) < category_order(known):
        return changes
    changes["meta_reported_category"] = category
    changes["category_said_at"] = at
    if category != (known or previous or accepted):
        changes |= _moved(standing, category, accepted, at)
    if category == standing.pending_category:
        changes |= NOTHING_PENDING
    return changes


def _moved(standing: Standing, category: str, accepted: str, at: datetime) -> Changes:
    """The truth is another than before. Ours goes along by leave, unless it was there already."""
    changes: Changes = {"category_changed_at": at, "category_before": accepted, "category_kept": ""}
    if standing.allow_category_change and category != accepted:
        return {**changes, "category": category, "category_followed_at": at}
    return {**changes, "category_followed_at": None}


def ended_by_status(standing: Standing, fact: Fact) -> Changes:
    """A rejection is what a coming AUTHENTICATION means; what is deleted has nothing coming."""
    is_rejected = fact.event == "REJECTED" and standing.pending_category == AUTHENTICATION
    return NOTHING_PENDING if is_rejected or fact.event in _ENDS else {}


def _change(standing: Standing, fact: Fact) -> Changes:
    said = fact.said
    moved = truth(standing, said.get("category", ""), fact.at, previous=said.get("previous_category", ""))
    return {**moved, **NOTHING_PENDING}


def _notice(standing: Standing, fact: Fact) -> Changes:
    changes = truth(standing, fact.said.get("category", ""), fact.at)
    coming = fact.said.get("coming", "")
    if not coming or coming == changes.get("meta_reported_category", standing.meta_reported_category):
        return {**changes, **NOTHING_PENDING}
    due_at = datetime.fromisoformat(fact.said["due_at"]) if "due_at" in fact.said else None
    if due_at is None and coming == standing.pending_category:
        due_at = standing.pending_category_at
    if due_at is None and coming == AUTHENTICATION:
        due_at = first_of_next_month(fact.at)
    return {**changes, "pending_category": coming, "pending_category_at": due_at}


def first_of_next_month(at: datetime) -> datetime:
    """When Meta rejects what it finds to be AUTHENTICATION [TCAT]."""
    in_next = at.replace(day=28) + timedelta(days=4)
    return in_next.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _created(standing: Standing, fact: Fact) -> Changes:
    """A provider whose clock is behind ours (or tells whole seconds) may have spoken of it before: that stays."""
    is_heard = bool(standing.last_event)
    return {
        **({} if is_heard else {"status": DRAFT, "status_at": fact.at}),
        "category": fact.said.get("category", ""),
        "allow_category_change": fact.said.get("allow", False),
    }


def _asked(standing: Standing, fact: Fact) -> Changes:
    """Our new wish: what Meta said of the old one is no contest to it."""
    return {
        "category": fact.said.get("category", ""),
        "meta_reported_category": "",
        "category_kept": "",
        "category_followed_at": None,
    }


def _flag(standing: Standing, fact: Fact) -> Changes:
    return {"allow_category_change": fact.said.get("allow", False)}


def _accept(standing: Standing, fact: Fact) -> Changes:
    return {"category": fact.said.get("category", ""), "category_kept": "", "category_followed_at": None}


def _keep(standing: Standing, fact: Fact) -> Changes:
    return {"category_kept": fact.said.get("category", ""), "category_followed_at": None}


BY_KIND: dict[str, Callable[[Standing, Fact], Changes]] = {
    CREATED: _created,
    CATEGORY_ASKED: _asked,
    CATEGORY_CHANGE: _change,
    CATEGORY_CHANGE_ANNOUNCED: _notice,
    FLAG_CHANGED: _flag,
    CATEGORY_ACCEPTED: _accept,
    CATEGORY_KEPT: _keep,
}


def holding(standing: Standing) -> list[str]:
    """The conditions of the category that hold in this standing."""
    found = []
    if standing.is_contested:
        found.append(CATEGORY_CHANGE_BLOCKED)
    elif standing.category_followed_at:
        found.append(CATEGORY_CHANGED)
    if standing.pending_category:
        found.append(CATEGORY_CHANGE_COMING)
    return found


def asserted(fact: Fact, changes: Changes) -> frozenset[str]:
    """The conditions that this fact says (again)."""
    found = {CATEGORY_CHANGE_COMING} if fact.kind == CATEGORY_CHANGE_ANNOUNCED else set()
    if fact.kind == CATEGORY_CHANGE or "category_changed_at" in changes:
        found |= {CATEGORY_CHANGE_BLOCKED, CATEGORY_CHANGED}
    return frozenset(found)
