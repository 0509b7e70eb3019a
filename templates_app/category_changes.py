"""The past of categories: the changes of an organization, announced and completed, and all about one template."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT

from core.days import day_of
from templates_app import costs, wording
from templates_app.category_words import ANNOUNCED, COMPLETED
from templates_app.costs import Asked
from templates_app.facts import (
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    COMPONENTS_CHANGE,
    QUALITY_CHANGE,
    STATUS,
    Fact,
    fingerprint,
)
from templates_app.folding import Step, fold
from templates_app.folding_category import AUTHENTICATION
from templates_app.ledger import facts_of
from templates_app.models import Template, TemplateEvent
from templates_app.prices import Cost

TERSE_MOST = 2_000  # the newest changes that do not say what was before: their templates are folded to know
HISTORY_MOST = 100
_OTHERS = frozenset({QUALITY_CHANGE, COMPONENTS_CHANGE})


@dataclasses.dataclass(frozen=True, kw_only=True)
class CategoryChange:
    """One change that Meta announced or completed. `allowed`: ours was free to move along at that moment."""

    template_id: uuid.UUID
    template_name: str
    previous_category: str
    new_category: str
    phase: str
    allowed: bool
    changed_at: datetime
    webhook_id: uuid.UUID | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class CategoryLine:
    """One fact about a template's category, and where it left ours and Meta's."""

    timestamp: datetime
    event_type: str
    category: str
    meta_reported_category: str
    reason: str
    webhook_id: uuid.UUID | None
    source: str
    actor: str


# Of all templates


def changes(*, limit: int, offset: int) -> tuple[list[CategoryChange], int]:
    """A piece of the changes, newest first by the provider's time, and their number; what moved nothing is none."""
    rows = _moving().exclude(pk__in=_unmoved())
    page = list(rows.select_related("template").order_by("-at", "-id")[offset : offset + limit])
    steps = _steps(row.template_id for row in page)
    return [_change(row, steps[row.template_id, row.fingerprint]) for row in page], rows.order_by().count()


def _moving() -> QuerySet[Any]:
    """Facts that, by what they say themselves, name another category than the present one."""
    told: QuerySet[Any] = TemplateEvent.objects.filter(template__is_retired=False).annotate(
        now=KT("said__category"), before=KT("said__previous_category"), coming=KT("said__coming")
    )
    another = Q(now__isnull=True) | ~Q(coming=F("now"))
    announced = Q(kind=CATEGORY_CHANGE_ANNOUNCED, coming__isnull=False) & another
    return told.filter(announced | Q(kind=CATEGORY_CHANGE) & (Q(before__isnull=True) | ~Q(before=F("now"))))


def _unmoved() -> list[uuid.UUID]:
    """Changes that do not say what was before, and are to the category that it had already."""
    terse = _moving().filter(kind=CATEGORY_CHANGE, before__isnull=True).order_by("-at", "-id")
    rows = list(terse.values_list("pk", "template_id", "fingerprint")[:TERSE_MOST])
    steps = _steps(template_id for _, template_id, _ in rows)
    return [pk for pk, template_id, mark in rows if not _has_moved(steps[template_id, mark])]


def _steps(template_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, str], Step]:
    """Every step of the folds of these templates, by its fact."""
    told = facts_of(set(template_ids))
    return {(pk, fingerprint(step.fact)): step for pk, facts in told.items() for step in fold(facts)[1]}


def _has_moved(step: Step) -> bool:
    return step.after.category_changed_at == step.fact.at


def _change(row: TemplateEvent, step: Step) -> CategoryChange:
    said = step.fact.said
    known = step.before.meta_reported_category or step.before.category
    is_announced = row.kind == CATEGORY_CHANGE_ANNOUNCED
    before = said.get("category" if is_announced else "previous_category", known)
    return CategoryChange(
        template_id=row.template_id,
        template_name=row.template.name,
        previous_category=before,
        new_category=said["coming" if is_announced else "category"],
        phase=ANNOUNCED if is_announced else COMPLETED,
        allowed=step.before.allow_category_change,
        changed_at=row.at,
        webhook_id=row.call_id,
    )


# Of one template


def info(template: Template, *, at: datetime) -> dict[str, Any]:
    """How its category stands, how it came to that, and what the difference costs where a rate card is loaded."""
    return {
        "category": template.category,
        "meta_reported_category": template.meta_reported_category,
        "allow_category_change": template.allow_category_change,
        "category_changed_at": template.category_changed_at,
        "category_change_alert_sent": template.category_change_alert_sent,
        "is_contested": template.is_contested,
        "pending_category": template.pending_category,
        "pending_category_at": template.pending_category_at,
        "costs": costs_now(template, at=at),
        "history": history(template),
    }


def costs_now(template: Template, *, at: datetime) -> list[Cost]:
    """What Meta's category costs instead of ours, and the coming one instead of the present; none without a card."""
    truth, coming = template.meta_reported_category or "", template.pending_category
    pairs = [(template.category, truth, at)] if truth not in ("", template.category) else []
    if coming and coming != AUTHENTICATION:  # that is a rejection: nothing is sent any more
        pairs.append((truth or template.category, coming, max(at, template.pending_category_at or at)))
    asked = [Asked(template=template, before=before, after=after, on=day_of(on)) for before, after, on in pairs]
    return [cost for cost in costs.costs_of(asked, at=at) if cost is not None]


def history(template: Template) -> list[CategoryLine]:
    """The newest facts about its category."""
    rows = {row.fingerprint: row for row in TemplateEvent.objects.filter(template=template).order_by()}
    _, steps = fold(_fact(row) for row in rows.values())
    told = [step for step in reversed(steps) if _is_about_category(step)]
    return [_line(step, rows[fingerprint(step.fact)]) for step in told[:HISTORY_MOST]]


def _is_about_category(step: Step) -> bool:
    """A status names the category each time: only one that tells another, or ends what was coming, belongs here."""
    if step.fact.kind != STATUS:
        return step.fact.kind not in _OTHERS
    before, after = step.before, step.after
    return (before.meta_reported_category, before.pending_category) != (
        after.meta_reported_category,
        after.pending_category,
    )


def _fact(row: TemplateEvent) -> Fact:
    return Fact(
        kind=row.kind,
        event=row.event,
        at=row.at,
        said=row.said,
        provider_template_id=row.provider_template_id,
        is_timed=row.is_timed,
    )


def _line(step: Step, row: TemplateEvent) -> CategoryLine:
    return CategoryLine(
        timestamp=step.fact.at,
        event_type=step.fact.event if step.fact.kind == STATUS else step.fact.kind,
        category=step.after.category,
        meta_reported_category=step.after.meta_reported_category,
        reason=wording.history_reason(step.fact),
        webhook_id=row.call_id,
        source=row.source,
        actor=row.actor,
    )
