"""One template's course on a time axis of equal slots: its score, what was delivered, what was sent, when it paused."""

from __future__ import annotations

import dataclasses
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from templates_app import delivery, quality_trends
from templates_app.folding import Step, fold
from templates_app.ledger import facts_of
from templates_app.models import Template
from templates_app.quality_trends import Point
from templates_app.rates import ENOUGH
from templates_app.standing import Standing

FINE_MOST = 30  # days that are shown in slots of six hours, as snapshots are taken; longer times in days
FINE, COARSE = timedelta(hours=6), timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """
    `score` and `delivered`: as it ends. `delivered` is the share of the seven days before, None where these
    are too few messages; `sent` and `failed` are of the slot itself, `is_paused` if it was at any moment.
    """

    begins: datetime
    ends: datetime
    score: str
    is_paused: bool
    delivered: float | None
    sent: int
    failed: int


def course_of(template: Template, *, days: int, at: datetime) -> list[Slot]:
    """The slots of these days up to now, oldest first: scores and pauses from facts, counts from snapshots."""
    width = FINE if days <= FINE_MOST else COARSE
    last = _floor(at, width) + width
    many = int(timedelta(days=days) / width)
    edges = [last - width * place for place in range(many, -1, -1)]
    steps = fold(facts_of([template.pk])[template.pk])[1]
    since = edges[0] - timedelta(days=delivery.DAYS)
    points = quality_trends.snapshots_of([template.pk], since=since, until=at)[template.pk]
    return list(_slots(edges, steps, points))


def _floor(at: datetime, width: timedelta) -> datetime:
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // width * width


def _slots(edges: Sequence[datetime], steps: Sequence[Step], points: Sequence[Point]) -> Iterator[Slot]:
    standing, coming = Standing(), deque(steps)
    while coming and coming[0].fact.at < edges[0]:
        standing = coming.popleft().after
    for begins, ends in itertools.pairwise(edges):
        statuses = {standing.status}
        while coming and coming[0].fact.at < ends:
            standing = coming.popleft().after
            statuses.add(standing.status)
        here = [point for point in points if begins < point.at <= ends]
        yield Slot(
            begins=begins,
            ends=ends,
            score=standing.quality_score,
            is_paused="PAUSED" in statuses,
            delivered=_share([one for one in points if ends - timedelta(days=delivery.DAYS) < one.at <= ends]),
            sent=sum(point.sent for point in here),
            failed=sum(point.failed for point in here),
        )


def _share(points: Sequence[Point]) -> float | None:
    delivered, failed = sum(point.delivered for point in points), sum(point.failed for point in points)
    return delivered / (delivered + failed) if delivered + failed >= ENOUGH else None
