"""
Early warnings before RED: given and ended as the rates of a template say, and measured against what happened later.

Whether a warning came true is judged by the facts: RED, or a pause for quality, within the horizon.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from alerts import raising
from core.days import day_of
from templates_app import quality, trends, warning
from templates_app.concerns import subject_of
from templates_app.facts import QUALITY_CHANGE, STATUS
from templates_app.folding import fold
from templates_app.ledger import facts_of
from templates_app.models import QualityWarning, Template, TemplateEvent, Traffic
from templates_app.quality_words import WARNING
from templates_app.rates import ENOUGH
from templates_app.standing import Standing
from templates_app.warning import HORIZON, Assessment, HitRate

AT_ONCE = 200
LATELY = trends.WINDOW + timedelta(days=1)
PERIOD = timedelta(days=90)  # over which the hit rate is told
FALLEN_MOST = 1000  # templates whose falls are looked at for it
PACING = "RATE_LIMITING_PAUSE"  # Meta tries a new template on a few people: no fall
Outcome = QualityWarning.Outcome


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """How right the warnings of the last 90 days were. `unseen`: falls of templates with too few messages to tell."""

    hits: HitRate
    unseen: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Look:
    """`trend`: its word if it is certain. `assessment` None: there is nothing to warn of any more."""

    trend: str
    assessment: Assessment | None


def assess_all(*, at: datetime) -> int:
    """Looks at every template that sends enough, or did; returns for how many something changed. Scopes open."""
    ids = list(_candidates(at=at).values_list("pk", flat=True))
    changed = 0
    for first in range(0, len(ids), AT_ONCE):
        looks = _looks(ids[first : first + AT_ONCE], at=at)
        if looks:
            _follow(looks, at=at)
            changed += len(looks)
    return changed


def judge_all(*, at: datetime) -> int:
    """Says of each warning whether it came true, as soon as that is known; of how many. With the scopes open."""
    judged = 0
    for batch in _unjudged():
        falls = falls_of({template_id for _, template_id, _ in batch}, since=min(begun for *_, begun in batch))
        came_true = [
            pk
            for pk, template_id, begun in batch
            if any(begun < fall <= begun + HORIZON for fall in falls[template_id])
        ]
        did_not = [pk for pk, _, begun in batch if begun + HORIZON <= at and pk not in came_true]
        for outcome, pks in ((Outcome.CAME_TRUE, came_true), (Outcome.DID_NOT, did_not)):
            waiting = QualityWarning.objects.filter(pk__in=pks, outcome="")
            judged += waiting.update(outcome=outcome, judged_at=at)
    return judged


def record(*, at: datetime) -> Record:
    """The hit rate of the organization in scope, seen from that moment."""
    since = at - PERIOD
    given: dict[uuid.UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for template_id, begun, ended in QualityWarning.objects.filter(at__gt=since).values_list(
        "template_id", "at", "ended_at"
    ):
        given[template_id].append((begun, ended))
    falls = falls_of(None, since=since)
    measured = _measured(falls, since=since)
    seen = measured | {one: falls.get(one, []) for one in given}
    hits = sum((warning.hit_rate(given.get(one, []), mine, at=at) for one, mine in seen.items()), HitRate())
    unseen = sum(map(len, falls.values())) - sum(map(len, seen.values()))
    return Record(hits=hits, unseen=unseen)


def falls_of(template_ids: Collection[uuid.UUID] | None, *, since: datetime) -> dict[uuid.UUID, list[datetime]]:
    """When each of these templates (None: of all in scope) fell to RED, or into a pause for quality, since then."""
    bad = Q(kind=QUALITY_CHANGE, said__score="RED") | Q(kind=STATUS, event="PAUSED")
    told = TemplateEvent.objects.filter(bad, at__gt=since, template__is_retired=False).order_by()
    if template_ids is not None:
        told = told.filter(template_id__in=template_ids)
    fallen = list(told.values_list("template_id", flat=True).distinct()[:FALLEN_MOST])
    falls: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    for template_id, facts in (facts_of(fallen) if fallen else {}).items():
        for step in fold(facts)[1]:
            if step.fact.at > since and _is_low(step.after) and not _is_low(step.before):
                falls[template_id].append(step.fact.at)
    return falls


def _is_low(standing: Standing) -> bool:
    is_paused = standing.status == "PAUSED" and standing.pause_title != PACING
    return standing.quality_score == "RED" or is_paused


def _measured(falls: Mapping[uuid.UUID, Sequence[datetime]], *, since: datetime) -> dict[uuid.UUID, list[datetime]]:
    """Those falls before which enough messages had been sent within a week to see anything at all."""
    rows = Traffic.objects.filter(template_id__in=list(falls), day__gte=day_of(since - LATELY)).order_by()
    sent: dict[uuid.UUID, list[tuple[Any, int]]] = defaultdict(list)
    for template_id, day, number in rows.values_list("template_id", "day").annotate(Sum("sent")):
        sent[template_id].append((day, number))
    found = {
        template_id: [
            fall
            for fall in mine
            if sum(n for day, n in sent[template_id] if day_of(fall - LATELY) <= day <= day_of(fall)) >= ENOUGH
        ]
        for template_id, mine in falls.items()
    }
    return {template_id: mine for template_id, mine in found.items() if mine}


def _candidates(*, at: datetime) -> Any:
    """Templates that send enough to be judged, moved within the week, or of which something is told still."""
    lately = Traffic.objects.filter(day__gte=day_of(at - LATELY)).order_by()
    active = lately.values("template_id").annotate(all=Sum("sent")).filter(all__gte=ENOUGH).values("template_id")
    warned = QualityWarning.objects.filter(template=OuterRef("pk"), ended_at__isnull=True)
    moves = Q(pk__in=active) | Q(quality_changed_at__gt=at - LATELY) | ~Q(quality_trend="")
    return Template.objects.filter(Exists(warned) | (moves & Q(is_retired=False))).order_by("pk")


def _looks(ids: Sequence[uuid.UUID], *, at: datetime) -> dict[uuid.UUID, _Look]:
    """What there is to say of each of these templates, where it differs from what is said. Nothing is locked yet."""
    samples = quality.samples_of(ids, since=at - quality.REACH, until=at)
    rows = Template.objects.filter(pk__in=ids).only(
        "is_retired", "status", "pause_title", "quality_score", "quality_trend", "measured"
    )
    looks = {row.pk: (row, _look(row, samples[row.pk], at=at)) for row in rows.order_by("pk")}
    return {
        pk: look
        for pk, (row, look) in looks.items()
        if look.trend != row.quality_trend or look.assessment is not None or WARNING in row.measured
    }


def _look(template: Template, samples: Sequence[trends.Sample], *, at: datetime) -> _Look:
    trend = trends.trend(samples, at=at)
    found = warning.early_warning(samples, at=at)
    is_over = template.is_retired or template.quality_score == "RED" or template.status == "PAUSED"
    return _Look(
        trend=trend.word if trend.is_certain and not template.is_retired else "",
        assessment=found if found.state == warning.WARNING and not is_over else None,
    )


@transaction.atomic
def _follow(looks: Mapping[uuid.UUID, _Look], *, at: datetime) -> None:
    rows = Template.objects.filter(pk__in=looks).select_related("submitted_version", "drifted_version")
    templates = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    current = {
        one.template_id: one
        for one in QualityWarning.objects.filter(template_id__in=looks, ended_at__isnull=True).order_by("pk")
    }
    new: list[QualityWarning] = []
    told: list[Template] = []
    for template in templates:
        look, standing = looks[template.pk], current.get(template.pk)
        template.quality_trend = look.trend
        if look.assessment is None and standing is None and WARNING not in template.measured:
            continue
        told.append(template)
        _warn(template, look.assessment, standing, at=at, new=new)
    _write(templates, new, list(current.values()))
    raising.follow([subject_of(template) for template in told])


def _warn(
    template: Template,
    found: Assessment | None,
    standing: QualityWarning | None,
    *,
    at: datetime,
    new: list[QualityWarning],
) -> None:
    template.measured = {key: value for key, value in template.measured.items() if key != WARNING}
    if found is None:
        if standing is not None:
            standing.ended_at = at
        return
    if standing is None:
        standing = QualityWarning(organization_id=template.organization_id, template_id=template.pk, at=at)
        new.append(standing)
    standing.risk, standing.sentence = found.risk, found.sentence
    standing.drivers = [dataclasses.asdict(driver) for driver in found.drivers]
    template.measured[WARNING] = {
        "at": standing.at.isoformat(),
        "risk": standing.risk,
        "sentence": standing.sentence,
        "drivers": standing.drivers,
    }


def _write(templates: list[Template], new: list[QualityWarning], current: list[QualityWarning]) -> None:
    QualityWarning.objects.bulk_create(new)
    if current:
        QualityWarning.objects.bulk_create(
            current,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["ended_at", "risk", "drivers", "sentence"],
        )
    Template.objects.bulk_create(
        templates, update_conflicts=True, unique_fields=["id"], update_fields=["quality_trend", "measured"]
    )


def _unjudged() -> Iterator[list[tuple[uuid.UUID, uuid.UUID, datetime]]]:
    last = uuid.UUID(int=0)
    while True:
        rows = QualityWarning.objects.filter(outcome="", pk__gt=last).order_by("pk")
        batch = list(rows.values_list("pk", "template_id", "at")[:AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1][0]
