"""
Quality over time: a snapshot of every template every six hours and with every fact about its quality.

A snapshot holds what was counted since the one before it. So that nothing is counted twice, whoever takes one holds
the template's row.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from templates_app import delivery, rates, trends
from templates_app.delivery import Held
from templates_app.facts import Fact, order_key
from templates_app.inserting import insert
from templates_app.models import QualitySnapshot, Template
from templates_app.traffic import COUNTS
from templates_app.trends import Sample, Trend

AT_ONCE = 2000  # templates that are locked and written together
FRESH = timedelta(hours=1)  # a fact older than that says nothing about what was counted up to now
REACH = rates.HISTORY + trends.WINDOW + timedelta(days=1)  # how far back a trend or a warning looks
TICK = timedelta(microseconds=1)
CLOCK, EVENT = QualitySnapshot.Cause.CLOCK, QualitySnapshot.Cause.EVENT
_TOTALS = tuple(f"{name}_count" for name in COUNTS)
_COLUMNS = ("pk", "organization_id", "status", "quality_score", "delivery_health", "measured", *_TOTALS)
_AGAIN = "ON CONFLICT (template_id, at) DO UPDATE SET quality_score = excluded.quality_score"


def snapshot_all(*, at: datetime) -> int:
    """
    A snapshot of every template that is not retired; its health is measured first. With the scopes open.

    Some thousand templates at once, in a transaction and six statements, however many there are.
    """
    taken, last = 0, uuid.UUID(int=0)
    while True:
        with transaction.atomic():
            rows = _locked(Template.objects.filter(is_retired=False, pk__gt=last), most=AT_ONCE)
            health = delivery.measure({row.pk: Held(row.delivery_health, row.measured) for row in rows}, at=at)
            insert([_by_clock(row, at=at, health=health.get(row.pk, row.delivery_health)) for row in rows])
        if not rows:
            return taken
        taken, last = taken + len(rows), rows[-1].pk


def snapshot_of(told: Sequence[tuple[Template, Fact]]) -> None:
    """
    A snapshot for each of these facts about quality, at the moment of the fact. Inside a transaction.

    The templates are saved as the facts have made them, and locked.
    """
    if not told:
        return
    rows = {row.pk: row for row in _locked(Template.objects.filter(pk__in={template.pk for template, _ in told}))}
    taken: dict[tuple[uuid.UUID, datetime], QualitySnapshot] = {}
    seen: dict[uuid.UUID, tuple[datetime | None, Mapping[str, int]]] = {
        pk: (row.last_at, row.last_totals or {}) for pk, row in rows.items()
    }
    for template, fact in sorted(told, key=lambda one: order_key(one[1])):
        snapshot = _by_fact(rows[template.pk], template, fact, seen[template.pk])
        taken[template.pk, fact.at] = _joined(taken.get((template.pk, fact.at)), snapshot)
        seen[template.pk] = max(fact.at, seen[template.pk][0] or fact.at), snapshot.totals
    insert(list(taken.values()), on_conflict=_AGAIN)


def samples_of(template_ids: Sequence[uuid.UUID], *, since: datetime, until: datetime) -> dict[uuid.UUID, list[Sample]]:
    """What the snapshots of this time say of each of these templates, oldest first, in one statement."""
    rows = QualitySnapshot.objects.filter(template_id__in=template_ids, at__gt=since, at__lte=until)
    samples: dict[uuid.UUID, list[Sample]] = {template_id: [] for template_id in template_ids}
    for template_id, at, score, *counts in rows.order_by("at", "id").values_list(
        "template_id", "at", "quality_score", *COUNTS
    ):
        samples[template_id].append(Sample(at=at, quality_score=score, **dict(zip(COUNTS, counts, strict=True))))
    return samples


def trend_of(template: Template, *, at: datetime) -> Trend:
    """Where this template's quality goes, seen from that moment."""
    return trends.trend(samples_of([template.pk], since=at - REACH, until=at)[template.pk], at=at)


def _locked(templates: QuerySet[Template], *, most: int | None = None) -> list[Any]:
    """Status, score, health and totals of these templates, and when and with which totals the last snapshot was."""
    last = QualitySnapshot.objects.filter(template=OuterRef("pk")).order_by("-at")
    rows = templates.select_for_update(no_key=True).order_by("pk")
    told = rows.annotate(last_at=Subquery(last.values("at")[:1]), last_totals=Subquery(last.values("totals")[:1]))
    return list(told.values_list(*_COLUMNS, "last_at", "last_totals", named=True)[:most])


def _by_clock(row: Any, *, at: datetime, health: str) -> QualitySnapshot:
    is_later = row.last_at is None or row.last_at < at
    return QualitySnapshot(
        organization_id=row.organization_id,
        template_id=row.pk,
        at=at if is_later else row.last_at + TICK,
        cause=CLOCK,
        status=row.status,
        quality_score=row.quality_score,
        delivery_health=health,
        totals=_totals(row),
        **_gained(row, row.last_totals or {}),
    )


def _by_fact(
    row: Any, template: Template, fact: Fact, last: tuple[datetime | None, Mapping[str, int]]
) -> QualitySnapshot:
    """A late fact stands in its place and counts nothing: what was counted since belongs to the next one."""
    last_at, last_totals = last
    is_counting = fact.at > timezone.now() - FRESH and (last_at is None or fact.at > last_at)
    is_newest = template.quality_changed_at == fact.at
    return QualitySnapshot(
        organization_id=row.organization_id,
        template_id=row.pk,
        at=fact.at,
        cause=EVENT,
        status=row.status,
        quality_score=template.quality_score if is_newest else fact.said.get("score", trends.UNKNOWN),
        delivery_health=row.delivery_health,
        totals=_totals(row) if is_counting else dict(last_totals),
        **(_gained(row, last_totals) if is_counting else {}),
    )


def _joined(first: QualitySnapshot | None, second: QualitySnapshot) -> QualitySnapshot:
    """Two facts of one moment are one snapshot: the counts of the first, and the score that wins."""
    if first is None:
        return second
    first.quality_score = second.quality_score
    return first


def _totals(row: Any) -> dict[str, int]:
    return {name: getattr(row, f"{name}_count") for name in COUNTS}


def _gained(row: Any, before: Mapping[str, int]) -> dict[str, int]:
    return {name: max(0, total - before.get(name, 0)) for name, total in _totals(row).items()}
