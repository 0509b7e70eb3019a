"""How the quality of an organization's templates went: each in points and a trend, and all of them day by day."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from core.days import day_of, last_days
from templates_app import charting, foresight, quality, traffic, trends, wording
from templates_app.facts import QUALITY_CHANGE, Fact
from templates_app.folding import fold
from templates_app.ledger import facts_of
from templates_app.models import QualitySnapshot, Template, TemplateEvent
from templates_app.quality_words import WARNING
from templates_app.traffic import COUNTS
from templates_app.trends import Aggregate, Sample, Trend

DAYS_MOST = 90
FACTS_A_FALL = 5  # that are looked at: Meta tells a score more than once
_LOW = {"YELLOW": 1, "RED": 2}
POINTS_MOST = 200  # of one template; where there are more, each day is one point


@dataclasses.dataclass(frozen=True, kw_only=True)
class Point:
    """How a template stood at one moment, and what was counted since the point before."""

    at: datetime
    quality_score: str
    delivery_health: str
    sent: int
    delivered: int
    read: int
    failed: int
    opted_out: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """One template's points in these days, and its trend as it is now."""

    template: Template
    points: Sequence[Point]
    trend: Trend

    @property
    def warning(self) -> dict[str, Any] | None:
        """The early warning that stands, as it is told."""
        told: dict[str, Any] | None = self.template.measured.get(WARNING)
        return told


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fall:
    template: Template
    at: datetime
    before: str
    after: str
    reason: str


def worst_first(templates: QuerySet[Template]) -> QuerySet[Template]:
    """Those that get worse before all others, then by score."""
    words = ("RED", "YELLOW", "GREEN")
    score = Case(
        *(When(quality_score=word, then=Value(place)) for place, word in enumerate(words)),
        default=Value(len(words)),
        output_field=IntegerField(),
    )
    worse = Case(When(quality_trend=trends.DEGRADING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return templates.order_by(worse, score, "name", "id")


def quality_trends(templates: Sequence[Template], *, days: int, at: datetime) -> list[Course]:
    """The courses of these templates, in two statements."""
    ids = [template.pk for template in templates]
    samples = quality.samples_of(ids, since=at - quality.REACH, until=at)
    points = snapshots_of(ids, since=at - timedelta(days=days), until=at)
    return [
        Course(template=one, points=_few(points[one.pk]), trend=trends.trend(samples[one.pk], at=at))
        for one in templates
    ]


def snapshots_of(ids: Sequence[uuid.UUID], *, since: datetime, until: datetime) -> dict[uuid.UUID, list[Point]]:
    """Every snapshot of each of these templates in this time, oldest first."""
    names = [field.name for field in dataclasses.fields(Point)]
    rows = QualitySnapshot.objects.filter(template_id__in=ids, at__gt=since, at__lte=until).order_by("at", "id")
    points: dict[uuid.UUID, list[Point]] = {one: [] for one in ids}
    for template_id, *values in rows.values_list("template_id", *names):
        points[template_id].append(Point(**dict(zip(names, values, strict=True))))
    return points


def together(*, days: int, at: datetime) -> Aggregate:
    """What was counted of all templates in these days, and the rates of it: every message weighs the same."""
    counted = traffic.by_day(first=last_days(until=at, many=days)[0]).values()
    samples = [Sample(at=at, quality_score=trends.UNKNOWN, **counts) for counts in counted]
    summed = trends.aggregate({None: samples}, since=at - timedelta(days=days), until=at)
    return dataclasses.replace(summed, templates=Template.objects.filter(is_retired=False).order_by().count())


def day_by_day(*, days: int, at: datetime) -> list[dict[str, Any]]:
    """How many templates ended each of these days with each score, and what was counted of their messages."""
    all_days = last_days(until=at, many=days)
    scores = charting.quality_by_day(days=all_days)
    counted = traffic.by_day(first=all_days[0])
    none = dict.fromkeys(COUNTS, 0)
    return [
        {"day": day, **{score: values[place] for score, values in scores.items()}, **(counted.get(day) or none)}
        for place, day in enumerate(all_days)
    ]


def falls(*, at: datetime, within: timedelta, most: int) -> list[Fall]:
    """The newest falls of a score to YELLOW or RED, as the fold of each template's facts tells them."""
    told = TemplateEvent.objects.filter(
        kind=QUALITY_CHANGE, said__score__in=list(_LOW), at__gte=at - within, template__is_retired=False
    ).order_by("-at", "-id")
    ids = list(dict.fromkeys(told.values_list("template_id", flat=True)[: most * FACTS_A_FALL]))
    templates = Template.objects.in_bulk(ids)
    facts = facts_of(ids) if ids else {}
    found = [fall for one in ids for fall in _falls(templates[one], facts[one]) if fall.at >= at - within]
    return sorted(found, key=lambda fall: fall.at, reverse=True)[:most]


def early_warnings(*, at: datetime) -> dict[str, Any]:
    """How right the early warnings of the last 90 days were; shares are None where there is nothing to divide."""
    record = foresight.record(at=at)
    shares = {"precision": record.hits.precision, "recall": record.hits.recall}
    return {
        "days": foresight.PERIOD.days,
        **dataclasses.asdict(record.hits),
        **{name: None if share is None else round(share, 4) for name, share in shares.items()},
        "too_few_messages": record.unseen,
    }


def _falls(template: Template, facts: Sequence[Fact]) -> Iterator[Fall]:
    for step in fold(facts)[1]:
        before, after = step.after.previous_quality, step.after.quality_score
        is_change = step.fact.kind == QUALITY_CHANGE and step.after.quality_changed_at == step.fact.at
        if is_change and _LOW.get(after, 0) > _LOW.get(before, 0):
            yield Fall(
                template=template, at=step.fact.at, before=before, after=after, reason=wording.history_reason(step.fact)
            )


def _few(points: Sequence[Point]) -> Sequence[Point]:
    if len(points) <= POINTS_MOST:
        return points
    days: dict[date, Point] = {}
    for point in points:
        before = days.get(day_of(point.at))
        sums = {name: getattr(point, name) + (getattr(before, name) if before else 0) for name in COUNTS}
        days[day_of(point.at)] = dataclasses.replace(point, **sums)
    return list(days.values())
