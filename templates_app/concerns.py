"""What is wrong with a template, as alerts see it: each concern finds its matters in the row as it stands."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from core.days import day_of
from core.matters import Matter, Subject
from templates_app import category_words, costs, drift_words, quality_words, wording
from templates_app.category_words import Change
from templates_app.costs import Asked
from templates_app.drift_words import TEMPLATE_DRIFT
from templates_app.models import Template
from templates_app.prices import Cost
from templates_app.quality_words import TEMPLATE_LOW_DELIVERY, TEMPLATE_QUALITY_WARNING
from templates_app.standing import (
    TEMPLATE_DISABLED,
    TEMPLATE_FLAGGED,
    TEMPLATE_PAUSED,
    TEMPLATE_QUALITY_RED,
    TEMPLATE_QUALITY_YELLOW,
    TEMPLATE_REJECTED,
    Standing,
)
from templates_app.versions import content_of, load_drifted

ALERT_TYPES = (
    TEMPLATE_DISABLED,
    TEMPLATE_PAUSED,
    TEMPLATE_REJECTED,
    TEMPLATE_FLAGGED,
    TEMPLATE_QUALITY_RED,
    TEMPLATE_QUALITY_YELLOW,
    TEMPLATE_DRIFT,
    TEMPLATE_LOW_DELIVERY,
    TEMPLATE_QUALITY_WARNING,
    *category_words.ALERT_TYPES,
)
Priced = Mapping[Change, Cost | None]
TEMPLATE_PENDING_LONG = "TEMPLATE_PENDING_LONG"  # opened by the clock (`checkups`), over as soon as the review is


def _standing(template: Template) -> Iterator[Matter]:
    yield from wording.matters(
        Standing.from_json(template.standing),
        template_id=str(template.pk),
        name=template.name,
        language=template.language,
    )


def _drift(template: Template) -> Iterator[Matter]:
    if template.drifted_version_id is None:
        return
    ours, theirs = template.submitted_version, template.drifted_version
    if ours is not None and theirs is not None:
        yield drift_words.drift(
            template_id=str(template.pk),
            name=template.name,
            language=template.language,
            ours=(ours.number, content_of(ours)),
            theirs=(theirs.number, content_of(theirs)),
            since=theirs.created_at,
        )


def _quality(template: Template) -> Iterator[Matter]:
    yield from quality_words.matters(
        template.measured,
        template_id=str(template.pk),
        name=template.name,
        language=template.language,
        status=template.status,
        quality_score=template.quality_score,
    )


# Each yields what is wrong with a template in its view.
CONCERNS: tuple[Callable[[Template], Iterator[Matter]], ...] = (_standing, _drift, _quality)


def subject_of(template: Template) -> Subject:
    """The template as alerts see it: who it is, and what is wrong with it now."""
    (subject,) = subjects_of([template])
    return subject


def subjects_of(templates: Sequence[Template]) -> list[Subject]:
    """As `subject_of`, for many in a few statements."""
    load_drifted(templates)
    priced = _priced(templates)
    return [_subject(template, priced.get(template.pk, {})) for template in templates]


def _subject(template: Template, priced: Priced) -> Subject:
    is_in_review = template.status == "PENDING" and not template.is_retired
    matters = [matter for concern in CONCERNS for matter in concern(template)]
    return Subject(
        organization_id=template.organization_id,
        kind="template",
        id=str(template.pk),
        label=str(template),
        alert_types=ALERT_TYPES if is_in_review else (*ALERT_TYPES, TEMPLATE_PENDING_LONG),
        matters=[] if template.is_retired else [*matters, *_category(template, priced)],
    )


# The category: each change that is to be told, with what it costs


def _priced(templates: Sequence[Template]) -> Mapping[uuid.UUID, Priced]:
    """The changes of those templates that have any; what another category costs is reckoned for all at once."""
    now = timezone.now()
    found = [(one, change) for one in templates for change in _changes(one, at=now)]
    asked = {
        (one.pk, change): Asked(
            template=one, before=change.before, after=change.after, on=day_of(max(now, change.due_at or now))
        )
        for one, change in found
        if not change.is_rejection
    }
    reckoned = dict(zip(asked, costs.costs_of(list(asked.values()), at=now), strict=True))
    priced: dict[uuid.UUID, dict[Change, Cost | None]] = defaultdict(dict)
    for one, change in found:
        priced[one.pk][change] = reckoned.get((one.pk, change))
    return priced


def _changes(template: Template, *, at: datetime) -> list[Change]:
    is_told = any(alert_type in template.standing.get("conditions", ()) for alert_type in category_words.ALERT_TYPES)
    return category_words.changes(Standing.from_json(template.standing), at=at) if is_told else []


def _category(template: Template, priced: Priced) -> Iterator[Matter]:
    if priced:
        yield from category_words.matters(
            Standing.from_json(template.standing),
            priced,
            template_id=str(template.pk),
            name=template.name,
            language=template.language,
        )
