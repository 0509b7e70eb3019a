"""The history of a template: its facts of every kind in the provider's time order, newest first, told by the fold."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import datetime

from templates_app import wording
from templates_app.facts import STATUS, Fact, fingerprint
from templates_app.folding import Step, fold
from templates_app.models import Template, TemplateEvent


@dataclasses.dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One fact with what the fold made of it. `previous_status` None: nothing was known before."""

    timestamp: datetime
    event_type: str
    previous_status: str | None
    new_status: str
    quality_score: str
    reason: str
    webhook_id: uuid.UUID | None
    source: str
    actor: str


def history(template: Template, *, limit: int, offset: int) -> tuple[list[HistoryLine], int]:
    """A piece of the history, newest first, and how many facts there are in all."""
    rows = list(TemplateEvent.objects.filter(template=template).order_by())
    by_fact = {row.fingerprint: row for row in rows}
    facts = [_fact(row) for row in rows]
    _, steps = fold(facts)
    first_id = steps[0].fact if steps else None
    newest_first = steps[::-1][offset : offset + limit]
    lines = [_line(step, by_fact[_mark(step)], is_first=step.fact is first_id) for step in newest_first]
    return lines, len(rows)


def _fact(row: TemplateEvent) -> Fact:
    return Fact(
        kind=row.kind,
        event=row.event,
        at=row.at,
        said=row.said,
        provider_template_id=row.provider_template_id,
        is_timed=row.is_timed,
    )


def _mark(step: Step) -> str:
    return fingerprint(step.fact)


def _line(step: Step, row: TemplateEvent, *, is_first: bool) -> HistoryLine:
    return HistoryLine(
        timestamp=step.fact.at,
        event_type=step.fact.event if step.fact.kind == STATUS else step.fact.kind,
        previous_status=None if is_first else step.before.status,
        new_status=step.after.status,
        quality_score=step.after.quality_score,
        reason=wording.history_reason(step.fact),
        webhook_id=row.call_id,
        source=row.source,
        actor=row.actor,
    )
