"""What stands out among an organization's templates: the critical ones, and the state of their quality in figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from templates_app import wording
from templates_app.facts import QUALITY_CHANGE, STATUS, Fact
from templates_app.folding import fold
from templates_app.ledger import facts_of
from templates_app.models import Template, TemplateEvent
from templates_app.standing import Standing

CRITICAL_STATUSES = ["DISABLED", "PAUSED", "REJECTED"]
LONG_PENDING = timedelta(hours=48)
RECENT = timedelta(days=7)
RECENT_MOST = 10
CRITICAL_MOST = 1000
MOVED_MOST = 50  # templates whose facts are folded to know how many were critical before
COLOURS = ("GREEN", "YELLOW", "RED", "UNKNOWN")


def critical(*, at: datetime) -> QuerySet[Template]:
    """DISABLED, PAUSED or REJECTED; or quality RED; or PENDING for more than 48 hours (ruling 18). Worst first."""
    is_critical = (
        Q(status__in=CRITICAL_STATUSES) | Q(quality_score="RED") | Q(status="PENDING", status_at__lt=at - LONG_PENDING)
    )
    worst_first = Case(
        When(status="DISABLED", then=Value(0)),
        When(quality_score="RED", then=Value(1)),
        When(status="PAUSED", then=Value(2)),
        When(status="REJECTED", then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows: QuerySet[Template] = Template.objects.filter(is_critical, is_retired=False)
    return rows.order_by(worst_first, "-status_at", "id")


def action_required(template: Template, *, at: datetime) -> str:
    """What to do about it, in a sentence or two; "" where nothing is to be done."""
    is_long_pending = template.status == "PENDING" and bool(
        template.status_at and template.status_at < at - LONG_PENDING
    )
    return wording.action_required(
        status=template.status,
        quality_score=template.quality_score,
        reason=template.status_reason,
        pause_title=template.pause_title,
        is_long_pending=is_long_pending,
    )


def critical_change(*, at: datetime, since: datetime) -> int | None:
    """How many more templates are critical now than were then; None where too many have moved to fold them all."""
    facts = TemplateEvent.objects.filter(kind__in=[STATUS, QUALITY_CHANGE], at__gte=since, template__is_retired=False)
    moved = list(facts.order_by().values_list("template_id", flat=True).distinct()[: MOVED_MOST + 1])
    if len(moved) > MOVED_MOST:
        return None
    unmoved = Template.objects.filter(is_retired=False, status="PENDING").exclude(quality_score="RED")
    grew_old = unmoved.filter(status_at__gte=since - LONG_PENDING, status_at__lt=at - LONG_PENDING)
    change = int(grew_old.exclude(pk__in=moved).order_by().count())
    for told in facts_of(moved).values() if moved else []:
        before, _ = fold(fact for fact in told if fact.at < since)
        now, _ = fold(told)
        change += _is_critical(now, at=at) - _is_critical(before, at=since)
    return change


def _is_critical(standing: Standing, *, at: datetime) -> bool:
    if standing.status in CRITICAL_STATUSES or standing.quality_score == "RED":
        return True
    since = standing.status_at
    return standing.status == "PENDING" and since is not None and since < at - LONG_PENDING


def critical_line(template: Template, *, at: datetime) -> dict[str, Any]:
    return {
        "id": template.pk,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "quality_score": template.quality_score,
        "disabled_reason": template.disabled_reason,
        "disabled_at": template.disabled_at,
        "sent_count": template.sent_count,
        "failed_count": template.failed_count,
        "failure_rate": template.failure_rate,
        "campaigns_affected": [],
        "action_required": action_required(template, at=at),
    }


def quality_summary() -> dict[str, Any]:
    """Counts of every template that is not retired, and rates from the totals (not the mean of rates)."""
    rows = Template.objects.filter(is_retired=False).order_by()
    statuses = dict(rows.values_list("status").annotate(Count("id")))
    scores = dict(rows.values_list("quality_score").annotate(Count("id")))
    totals = rows.aggregate(sent=Sum("sent_count"), failed=Sum("failed_count"))
    sent, failed = totals["sent"] or 0, totals["failed"] or 0
    failure_rate = round(failed / sent, 4) if sent else 0.0
    return {
        "total_templates": sum(statuses.values()),
        **{word.lower(): statuses.get(word, 0) for word in ("APPROVED", "PENDING", "REJECTED", "DISABLED", "PAUSED")},
        "quality_distribution": dict.fromkeys(COLOURS, 0) | scores,
        "status_distribution": statuses,
        "avg_success_rate": round(1 - failure_rate, 4) if sent else 0.0,
        "avg_failure_rate": failure_rate,
        "total_messages_sent": sent,
        "total_messages_failed": failed,
    }


@dataclasses.dataclass(frozen=True, kw_only=True)
class QualityMove:
    template_id: Any
    template_name: str
    language: str
    previous_score: str
    new_score: str
    changed_at: datetime
    reason: str


def recent_quality_changes(*, at: datetime) -> list[QualityMove]:
    """
    The newest ten changes of score in the last seven days, each as the fold of its template's facts tells it.

    They are all to be found with the ten templates that changed last.
    """
    changed = Template.objects.filter(is_retired=False, quality_changed_at__gte=at - RECENT)
    templates = list(changed.order_by("-quality_changed_at", "-id")[:RECENT_MOST])
    facts = facts_of(template.pk for template in templates)
    moves = [move for template in templates for move in _moves(template, facts[template.pk])]
    recent = [move for move in moves if move.changed_at >= at - RECENT]
    return sorted(recent, key=lambda move: move.changed_at, reverse=True)[:RECENT_MOST]


def _moves(template: Template, facts: Sequence[Any]) -> list[QualityMove]:
    _, steps = fold(facts)
    return [
        QualityMove(
            template_id=template.pk,
            template_name=template.name,
            language=template.language,
            previous_score=step.after.previous_quality,
            new_score=step.after.quality_score,
            changed_at=step.fact.at,
            reason=wording.history_reason(step.fact),
        )
        for step in steps
        if step.fact.kind == QUALITY_CHANGE and step.after.quality_changed_at == step.fact.at
    ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Happening:
    """One fact, told in words. `event`: Meta's word for a status, else the kind of the fact."""

    key: Any
    at: datetime
    template: Template
    event: str
    words: str


def happened(*, at: datetime, within: timedelta, most: int) -> list[Happening]:
    """The newest facts about templates by the provider's time."""
    facts = TemplateEvent.objects.filter(at__gte=at - within).select_related("template")
    return [
        Happening(
            key=row.pk, at=row.at, template=row.template, event=row.event, words=wording.history_reason(_fact(row))
        )
        for row in facts.order_by("-at", "-id")[:most]
    ]


def _fact(row: TemplateEvent) -> Fact:
    return Fact(kind=row.kind, event=row.event, at=row.at, said=row.said)
