"""What stands out among an organization's alerts: how many are open, the gravest, what opened and was resolved when."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from alerts.models import Alert, AlertEntry
from core.days import spread, start_of
from core.matters import Severity

Kind = AlertEntry.Kind
OPENINGS = (Kind.OPENED, Kind.REOPENED)
NEWS = (*OPENINGS, Kind.RAISED, Kind.RESOLVED)
FEW = 3  # alerts of one type that are named one by one
TYPES_MOST = 20
COVERED_MOST = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kindred:
    """The unresolved alerts of one type. `rows`: each of them where they are few, else none."""

    alert_type: str
    severity: str
    count: int
    last_seen_at: datetime
    rows: Sequence[Alert]


def open_by_severity() -> dict[Severity, int]:
    """How many are not resolved, the gravest first; severities without any are left out."""
    rows = Alert.objects.filter(status__in=Alert.UNRESOLVED).order_by()
    counted = dict(rows.values_list("severity").annotate(Count("id")))
    return {each: counted[each.value] for each in reversed(Severity) if each.value in counted}


def change_since(*, since: datetime) -> int:
    """How many more are not resolved now than then."""
    opened = Q(status__in=Alert.UNRESOLVED, opened_at__gte=since)
    resolved = Q(status=Alert.Status.RESOLVED, resolved_at__gte=since, opened_at__lt=since)
    rows = Alert.objects.filter(opened | resolved).order_by()
    found = rows.aggregate(opened=Count("id", filter=opened), resolved=Count("id", filter=resolved))
    return int(found["opened"] - found["resolved"])


def grave() -> list[Kindred]:
    """What is not resolved of HIGH and above, type by type: the gravest and newest first."""
    here = _grave()
    counted = list(
        here.order_by()
        .values("alert_type")
        .annotate(count=Count("id"), rank=Max("severity_rank"), last_seen_at=Max("last_seen_at"))
        .order_by("-rank", "-last_seen_at")[:TYPES_MOST]
    )
    few = [one["alert_type"] for one in counted if one["count"] <= FEW]
    named = list(here.filter(alert_type__in=few).order_by("-severity_rank", "-last_seen_at", "-id"))
    by_rank = {each.rank: each.value for each in Severity}
    return [
        Kindred(
            alert_type=one["alert_type"],
            severity=by_rank[one["rank"]],
            count=one["count"],
            last_seen_at=one["last_seen_at"],
            rows=[alert for alert in named if alert.alert_type == one["alert_type"]],
        )
        for one in counted
    ]


def grave_subjects(*, kind: str, alert_type: str = "") -> set[str]:
    """The ids of the subjects of this kind of which something grave (of this type, if one is named) is not resolved."""
    here = _grave().filter(subject_kind=kind, **({"alert_type": alert_type} if alert_type else {}))
    return set(here.order_by().values_list("subject_id", flat=True)[:COVERED_MOST])


def quiet_since() -> datetime | None:
    """When the last alert was resolved."""
    last: datetime | None = Alert.objects.order_by().aggregate(last=Max("resolved_at"))["last"]
    return last


def openings_by_day(*, days: Sequence[date]) -> dict[str, list[int]]:
    """How many alerts of each severity opened on each of these days (of UTC), the gravest first."""
    entries = AlertEntry.objects.filter(kind__in=OPENINGS, at__gte=start_of(days)).order_by()
    counted = entries.values_list("alert__severity", TruncDate("at", tzinfo=UTC)).annotate(Count("id"))
    return spread(counted, days=days, series={each.value: each.value for each in reversed(Severity)})


def news(*, at: datetime, within: timedelta, most: int) -> list[AlertEntry]:
    """The newest openings, rises and resolutions, each with its alert."""
    entries = AlertEntry.objects.filter(kind__in=NEWS, at__gte=at - within).select_related("alert")
    return list(entries.order_by("-at", "-id")[:most])


def opened_after(entry_id: Any, *, minimum: str, most: int) -> list[Alert]:
    """What has opened, or become more severe, after this line of a timeline: of this severity and above."""
    entries = AlertEntry.objects.filter(
        id__gt=entry_id,
        kind__in=(*OPENINGS, Kind.RAISED),
        alert__status=Alert.Status.OPEN,
        alert__severity_rank__gte=Severity(minimum).rank,
    )
    found = entries.select_related("alert").order_by("-id")[:most]
    return list({entry.alert_id: entry.alert for entry in found}.values())


def _grave() -> Any:
    return Alert.objects.filter(status__in=Alert.UNRESOLVED, severity_rank__gte=Severity.HIGH.rank)
