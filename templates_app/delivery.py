"""
Our own colour of each template, by how many of its messages arrive; its change is audited, and alerts follow.

The window is seven days: Meta looks as far back for its own score; a single day on which everything fails turns it
RED (6 of 7 days are 86 %), which thirty days would hide (97 %); and the trend compares the same seven days.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from alerts import raising
from core.days import day_of
from templates_app import traffic
from templates_app.concerns import subject_of
from templates_app.models import Template, Traffic
from templates_app.quality_words import DELIVERY, delivery_words
from templates_app.trends import delivery_health

DAYS = 7  # today (UTC) and the six before
AT_ONCE = 1000
RED = "RED"


class Held(NamedTuple):
    """What stands in a template's row now."""

    health: str
    measured: Mapping[str, Any]


class _Found(NamedTuple):
    health: str
    delivered: int
    failed: int


def measure_active(*, at: datetime) -> int:
    """Measures the templates of which something was counted today or yesterday. With the scopes open."""
    counted = Traffic.objects.filter(day__gte=day_of(at) - timedelta(days=1), template__is_retired=False).order_by()
    active = sorted(set(counted.values_list("template_id", flat=True).distinct()))
    for first in range(0, len(active), AT_ONCE):
        with transaction.atomic():
            rows = Template.objects.filter(pk__in=active[first : first + AT_ONCE]).order_by()
            held = {pk: Held(*told) for pk, *told in rows.values_list("pk", "delivery_health", "measured")}
            measure(held, at=at)
    return len(active)


def measure(held: Mapping[uuid.UUID, Held], *, at: datetime) -> dict[uuid.UUID, str]:
    """Brings these templates' health up to date; returns that of those where it changed. Inside a transaction."""
    counted = traffic.since(list(held), day=day_of(at) - timedelta(days=DAYS - 1))
    found = {pk: _found(one, counted.get(pk, {})) for pk, one in held.items()}
    news = {pk: one for pk, one in found.items() if _is_new(held[pk], one)}
    if news:
        _save(news, at=at)
    return {pk: one.health for pk, one in news.items()}


def _found(held: Held, counted: Mapping[str, int]) -> _Found:
    delivered, failed = counted.get("delivered", 0), counted.get("failed", 0)
    return _Found(delivery_health(delivered=delivered, failed=failed, last=held.health), delivered, failed)


def _is_new(held: Held, found: _Found) -> bool:
    """A RED one tells its numbers in the alert: these are kept fresh."""
    told = held.measured.get(DELIVERY, {})
    is_told = (told.get("delivered"), told.get("failed")) == (found.delivered, found.failed)
    return found.health != held.health or (found.health == RED and not is_told)


def _save(news: Mapping[uuid.UUID, _Found], *, at: datetime) -> None:
    rows = Template.objects.filter(pk__in=news).select_related("submitted_version", "drifted_version")
    templates = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    turned = [template for template in templates if template.delivery_health != news[template.pk].health]
    low = [template for template in templates if RED in (template.delivery_health, news[template.pk].health)]
    for template in templates:
        _tell(template, news[template.pk], at=at)
    Template.objects.bulk_create(
        templates,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["delivery_health", "measured", "updated_at"],
    )
    _audit(turned, news)
    raising.follow([subject_of(template) for template in low])


def _tell(template: Template, found: _Found, *, at: datetime) -> None:
    before = template.measured.get(DELIVERY, {})
    rest = {key: told for key, told in template.measured.items() if key != DELIVERY}
    low = {
        "since": before.get("since") or at.isoformat(),
        "delivered": found.delivered,
        "failed": found.failed,
    }
    template.measured = {**rest, DELIVERY: low} if found.health == RED else rest
    template.delivery_health = found.health
    template.updated_at = at


def _audit(turned: Sequence[Template], news: Mapping[uuid.UUID, _Found]) -> None:
    for template in turned:
        found = news[template.pk]
        words = delivery_words(delivered=found.delivered, failed=found.failed)
        template._change_reason = f"Delivered in {DAYS} days: {words}"  # type: ignore[attr-defined]  # read by simple-history
    Template.history.bulk_history_create(list(turned), update=True)
