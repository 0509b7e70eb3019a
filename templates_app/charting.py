"""How an organization's templates went day by day, for charts: their quality and their facts. Days are UTC's."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Case, Count, DateField, OuterRef, Subquery, Value, When
from django.db.models.functions import TruncDate

from core.days import day_of, spread, start_of
from templates_app.facts import (
    CATEGORY_CHANGE,
    CATEGORY_CHANGE_ANNOUNCED,
    COMPONENTS_CHANGE,
    QUALITY_CHANGE,
    STATUS,
    Fact,
    order_key,
)
from templates_app.models import Template, TemplateEvent

COLOURS = ("GREEN", "YELLOW", "RED", "UNKNOWN")
UNKNOWN = "UNKNOWN"
FACTS_MOST = 5000  # quality facts that are looked at; days before the oldest of them show what was known by then
TOPICS = {
    STATUS: "status",
    QUALITY_CHANGE: "quality",
    CATEGORY_CHANGE: "category",
    CATEGORY_CHANGE_ANNOUNCED: "category",
    COMPONENTS_CHANGE: "content",
}
_COLUMNS = ("template_id", "at", "said", "template__quality_score", "template__created_at")


def facts_by_day(*, days: Sequence[date]) -> dict[str, list[int]]:
    """How many facts of each topic (status, quality, category, content) each of these days brought."""
    facts = TemplateEvent.objects.filter(kind__in=TOPICS, at__gte=start_of(days)).order_by()
    counted = facts.values_list("kind", TruncDate("at", tzinfo=UTC)).annotate(Count("id"))
    return spread(counted, days=days, series=TOPICS)


def quality_by_day(*, days: Sequence[date]) -> dict[str, list[int]]:
    """
    How many templates ended each of these days with each colour, of those known by then and not retired today.

    Folded back: today's scores hold for all days, but for those before a quality fact.
    """
    told = {colour: [0] * len(days) for colour in COLOURS}
    for score, born, count in _today(days):
        for place, day in enumerate(days):
            if day >= born:
                told[_colour(score)][place] += count
    for past in _pasts(days):
        for place, day in enumerate(days):
            if past.born <= day < past.steps[-1][0]:
                told[_colour(past.now)][place] -= 1
                told[_colour(past.score_on(day))][place] += 1
    return told


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Past:
    """A template whose score was told in these days: each time on which day and which. `now`: what holds."""

    born: date
    before: str
    steps: Sequence[tuple[date, str]]
    now: str

    def score_on(self, day: date) -> str:
        return next((score for told_on, score in reversed(self.steps) if told_on <= day), self.before)


def _today(days: Sequence[date]) -> Iterable[tuple[str, date, int]]:
    """Today's scores, with the day since when each template is known here (at the earliest the first of `days`)."""
    born = Case(
        When(created_at__lt=start_of(days), then=Value(days[0])),
        default=TruncDate("created_at", tzinfo=UTC),
        output_field=DateField(),
    )
    rows = Template.objects.filter(is_retired=False).order_by().annotate(born=born)
    counted: Iterable[tuple[str, date, int]] = rows.values_list("quality_score", "born").annotate(Count("id"))
    return counted


def _pasts(days: Sequence[date]) -> list[_Past]:
    facts = TemplateEvent.objects.filter(kind=QUALITY_CHANGE, at__gte=start_of(days), template__is_retired=False)
    rows: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in facts.order_by("-at", "-id").values_list(*_COLUMNS)[:FACTS_MOST]:
        rows[row[0]].append(row[1:])
    told = {template_id: sorted((_fact(row) for row in mine), key=order_key) for template_id, mine in rows.items()}
    mute = [template_id for template_id, mine in told.items() if not mine[0].said.get("previous_score")]
    earlier = _scores_before(mute, at=start_of(days)) if mute else {}
    return [
        _Past(
            born=day_of(rows[template_id][0][3]),
            before=mine[0].said.get("previous_score") or earlier.get(template_id) or UNKNOWN,
            steps=[(day_of(fact.at), fact.said.get("score", UNKNOWN)) for fact in mine],
            now=rows[template_id][0][2],
        )
        for template_id, mine in told.items()
    ]


def _fact(row: Sequence[Any]) -> Fact:
    return Fact(kind=QUALITY_CHANGE, event=QUALITY_CHANGE, at=row[0], said=row[1])


def _scores_before(template_ids: Sequence[uuid.UUID], *, at: datetime) -> dict[uuid.UUID, str]:
    """The last score that was told of each template before these days."""
    facts = TemplateEvent.objects.filter(template=OuterRef("pk"), kind=QUALITY_CHANGE, at__lt=at)
    last = Subquery(facts.order_by("-at", "-id").values("said")[:1])
    told = Template.objects.filter(pk__in=template_ids).order_by().annotate(last=last).values_list("pk", "last")
    return {template_id: said.get("score", UNKNOWN) for template_id, said in told if said}


def _colour(score: str) -> str:
    return score if score in COLOURS else UNKNOWN
