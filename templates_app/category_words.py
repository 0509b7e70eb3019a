"""What people read about a template's category: its facts in the history, and what is wrong with it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from core.matters import Matter, Severity
from templates_app.facts import (
    CATEGORY_ACCEPTED,
    CATEGORY_ASKED,
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    CATEGORY_KEPT,
    CREATED,
    FLAG_CHANGED,
    Fact,
)
from templates_app.folding_category import AUTHENTICATION
from templates_app.phrases import clock, told, when
from templates_app.prices import Cost
from templates_app.standing import CATEGORY_CHANGE_BLOCKED, CATEGORY_CHANGE_COMING, CATEGORY_CHANGED, Standing

ALERT_TYPES = (CATEGORY_CHANGE_BLOCKED, CATEGORY_CHANGED, CATEGORY_CHANGE_COMING)
NEWS_FOR = timedelta(days=7)  # how long a change that was allowed is told as one
ANNOUNCED, COMPLETED = "announced", "completed"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the category that somebody should know of: it happened, or it is to happen at `due_at`."""

    alert_type: str
    before: str
    after: str
    due_at: datetime | None = None

    @property
    def is_rejection(self) -> bool:
        """Meta moves nothing to AUTHENTICATION: it rejects what it finds to belong there."""
        return self.alert_type == CATEGORY_CHANGE_COMING and self.after == AUTHENTICATION


def changes(standing: Standing, *, at: datetime) -> list[Change]:
    """What is to be told of the category at this moment."""
    found = []
    if CATEGORY_CHANGE_BLOCKED in standing.conditions:
        truth = standing.meta_reported_category
        found.append(Change(alert_type=CATEGORY_CHANGE_BLOCKED, before=standing.category, after=truth))
    followed_at = standing.category_followed_at
    if CATEGORY_CHANGED in standing.conditions and followed_at and at - followed_at < NEWS_FOR:
        before, now = standing.category_before, standing.category
        found.append(Change(alert_type=CATEGORY_CHANGED, before=before, after=now))
    if CATEGORY_CHANGE_COMING in standing.conditions:
        now = standing.meta_reported_category or standing.category
        coming, due_at = standing.pending_category, standing.pending_category_at
        found.append(Change(alert_type=CATEGORY_CHANGE_COMING, before=now, after=coming, due_at=due_at))
    return found


def matters(
    standing: Standing, priced: Mapping[Change, Cost | None], *, template_id: str, name: str, language: str
) -> Iterator[Matter]:
    """What is wrong with the category: a matter for each of its `changes`, with what it costs where that is known."""
    label = f"{name} ({language})" if language else name
    for change, cost in priced.items():
        condition = standing.conditions[change.alert_type]
        told_of = {"template_id": template_id, "template_name": name, "language": language}
        yield Matter(
            alert_type=change.alert_type,
            severity=_severity(change),
            title=f"Template {label} {_TITLES[change.alert_type](change)}",
            detail=" ".join(filter(None, (_DETAILS[change.alert_type](change), cost.sentence if cost else ""))),
            action_required=_ACTIONS[change.alert_type](change),
            data={
                **told_of,
                "previous_category": change.before,
                "new_category": change.after,
                "phase": ANNOUNCED if change.alert_type == CATEGORY_CHANGE_COMING else COMPLETED,
                "due_at": change.due_at.isoformat() if change.due_at else None,
                **({"cost": cost.totals()} if cost else {}),
            },
            count=condition.count,
            first_seen_at=condition.first_seen_at,
            last_seen_at=condition.last_seen_at,
        )


def _severity(change: Change) -> Severity:
    if change.is_rejection:
        return Severity.CRITICAL
    return Severity.LOW if change.alert_type == CATEGORY_CHANGED else Severity.HIGH


def _between(change: Change) -> str:
    return f"from {change.before} to {change.after}" if change.before else f"to {change.after}"


def _on(change: Change) -> str:
    return f" on {clock(change.due_at)}" if change.due_at else ""


def _coming_title(change: Change) -> str:
    if change.is_rejection:
        return f"is to be rejected{_on(change)}: Meta finds {change.after} instead of {change.before or '?'}"
    return f"is to move {_between(change)}{_on(change)}"


def _coming_detail(change: Change) -> str:
    if change.is_rejection:
        return (
            f"Meta finds that the content belongs in {change.after}. It changes no category for that: it rejects the "
            f"template{_on(change) or ' on the first of next month'}, and nothing can be sent with it any more."
        )
    date = _on(change) or " at a date that it does not name"
    return f"Meta announced that the category moves {_between(change)}{date}. Until then nothing changes."


def _blocked_detail(change: Change) -> str:
    return (
        f"Meta counts the template as {change.after} now. Changes of its category are not allowed here, so we still "
        f"plan with {change.before or 'no category'}. Sending is judged, and billed, by Meta's."
    )


def _changed_detail(change: Change) -> str:
    return f"Meta moved the template {_between(change)}. Changes of its category are allowed here, so ours moved along."


_REVIEW = "If Meta is wrong, ask for a review of the category in WhatsApp Manager within 60 days."


def _coming_action(change: Change) -> str:
    if change.is_rejection:
        return (
            "Make a new template of the category AUTHENTICATION in Meta's preset form and move what uses this one to "
            "it before that date. Or, if it sends no codes, take out what looks like one and submit it again. Meta "
            "takes no request for review of this."
        )
    return (
        f"Decide before that date: change the text so that it fits {change.before or 'the present category'}, or plan "
        f"with {change.after}, its prices and the consent that it needs. {_REVIEW}"
    )


def _blocked_action(change: Change) -> str:
    return (
        f"Decide under Templates, on the template's page under Category: accept {change.after}, so that both agree, or "
        f"keep {change.before or 'ours'} in the plans, knowing what Meta says. {_REVIEW}"
    )


def _changed_action(change: Change) -> str:
    return (
        f"Nothing has to be done. See that prices and consent for {change.after} are planned with; to be asked the "
        f"next time, forbid changes on the template's page under Category. {_REVIEW}"
    )


_TITLES: dict[str, Callable[[Change], str]] = {
    CATEGORY_CHANGE_BLOCKED: lambda change: f"was moved {_between(change)} by Meta, which is not allowed here",
    CATEGORY_CHANGED: lambda change: f"was moved {_between(change)} by Meta",
    CATEGORY_CHANGE_COMING: _coming_title,
}
_DETAILS: dict[str, Callable[[Change], str]] = {
    CATEGORY_CHANGE_BLOCKED: _blocked_detail,
    CATEGORY_CHANGED: _changed_detail,
    CATEGORY_CHANGE_COMING: _coming_detail,
}
_ACTIONS: dict[str, Callable[[Change], str]] = {
    CATEGORY_CHANGE_BLOCKED: _blocked_action,
    CATEGORY_CHANGED: _changed_action,
    CATEGORY_CHANGE_COMING: _coming_action,
}


def _category_history(fact: Fact) -> str:
    before = fact.said.get("previous_category")
    now = fact.said.get("category", "unknown")
    return f"Meta changed the category from {before} to {now}." if before else f"Meta changed the category to {now}."


def _notice_history(fact: Fact) -> str:
    now, coming = fact.said.get("category"), fact.said.get("coming")
    still = f"; it is still {now}" if now else ""
    if not coming or coming == now:
        return f"Meta says that no change of the category is coming{still}."
    if fact.said.get("detected"):
        return f"Meta finds that the content belongs in the category {coming}{still}."
    due = told(" on {}", when(fact.said.get("due_at")))
    return f"Meta announced that the category becomes {coming}{due}{still}."


def _created_history(fact: Fact) -> str:
    return f"Written here, for the category {fact.said.get('category') or 'unknown'}."


def _asked_history(fact: Fact) -> str:
    return f"We ask for the category {fact.said.get('category') or 'unknown'}."


def _flag_history(fact: Fact) -> str:
    if fact.said.get("allow"):
        return "Changes of the category are allowed from now on."
    return "Changes of the category are not allowed any more."


def _accepted_history(fact: Fact) -> str:
    return _with_note(f"Meta's category {fact.said.get('category')} was accepted.", fact)


def _kept_history(fact: Fact) -> str:
    return _with_note(f"We keep our category, though Meta says {fact.said.get('category')}.", fact)


def _with_note(sentence: str, fact: Fact) -> str:
    return " ".join(filter(None, (sentence, told('Note: "{}".', fact.said.get("note")))))


HISTORY: dict[str, Callable[[Fact], str]] = {
    CREATED: _created_history,
    CATEGORY_ASKED: _asked_history,
    CATEGORY_CHANGE: _category_history,
    CATEGORY_CHANGE_ANNOUNCED: _notice_history,
    FLAG_CHANGED: _flag_history,
    CATEGORY_ACCEPTED: _accepted_history,
    CATEGORY_KEPT: _kept_history,
}
