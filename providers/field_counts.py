"""Counts the fields that nobody documented, so that they are seen before they are missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from providers.models import FieldCount
from providers.routes import UNKNOWN_FIELD, Change, Outcome


def count(results: Sequence[tuple[Change, Outcome]]) -> None:
    seen = Counter(
        (change.call.provider, change.event.field) for change, outcome in results if outcome.status == UNKNOWN_FIELD
    )
    now = timezone.now()
    for (provider, field), times in sorted(seen.items()):
        FieldCount.objects.bulk_create(
            [FieldCount(provider=provider, field=field, first_seen_at=now, last_seen_at=now)], ignore_conflicts=True
        )
        FieldCount.objects.filter(provider=provider, field=field).update(count=F("count") + times, last_seen_at=now)
