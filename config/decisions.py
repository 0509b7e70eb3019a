"""What of the front page needs a decision: subjects with something grave, critical templates, contested categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts import overview as alerts
from alerts.admin import Acknowledge
from alerts.models import Alert
from config.places import list_of
from core.matters import Severity
from core.showing import place_of
from templates_app import overview
from templates_app.admin import category
from templates_app.admin.filters import CONTESTED
from templates_app.models import Template
from templates_app.standing import CATEGORY_CHANGE_BLOCKED

FEW = alerts.FEW
CRITICAL_MOST = 200
Line = dict[str, Any]


def decisions(request: HttpRequest, *, at: datetime) -> list[Line]:
    """Each line is a subject or, where many have the same, a number of them with the way to their list."""
    return [*_from_alerts(request), *_from_templates(at=at), *_contested(request)]


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def in_words(alert_type: str) -> str:
    """TEMPLATE_PAUSED is "Template paused"."""
    return alert_type.replace("_", " ").capitalize()


def _from_alerts(request: HttpRequest) -> list[Line]:
    """What nobody knows of yet comes first, then the gravest, then the newest."""
    kindred = alerts.grave()
    lines = [_many(one) for one in kindred if not one.rows]
    by_subject: dict[tuple[str, str], list[Alert]] = defaultdict(list)
    for alert in (row for one in kindred for row in one.rows):
        by_subject[alert.subject_kind, alert.subject_id].append(alert)
    contested = _templates_of(blocked for mine in by_subject.values() for blocked in mine if _is_contest(blocked))
    lines += [_subject(request, mine, contested) for mine in by_subject.values()]
    return sorted(lines, key=lambda line: (bool(line.get("acknowledged_by")), -line["rank"], -line["at"].timestamp()))


def _many(one: alerts.Kindred) -> Line:
    return {
        "key": one.alert_type,
        "rank": Severity(one.severity).rank,
        "badges": [("severity", one.severity)],
        "count": one.count,
        "title": in_words(one.alert_type),
        "place": list_of(Alert, alert_type=one.alert_type),
        "at": one.last_seen_at,
    }


def _is_contest(alert: Alert) -> bool:
    return bool(alert.alert_type == CATEGORY_CHANGE_BLOCKED)


def _templates_of(found: Iterable[Alert]) -> dict[str, Template]:
    """The templates that these alerts are about, by their ids."""
    ids = [alert.subject_id for alert in found]
    return {str(row.pk): row for row in Template.objects.filter(pk__in=ids)} if ids else {}


def _settling(request: HttpRequest, row: Template | None) -> list[Line]:
    """How a contest is settled: accept, or keep, for who may."""
    if row is None:
        return []
    return [
        {"verb": deed.verb, "address": category.address_of(deed, row, back=request.path)}
        for deed in category.SETTLING
        if deed.fits(request, row)
    ]


def _subject(request: HttpRequest, mine: Sequence[Alert], contested: Mapping[str, Template]) -> Line:
    """What is wrong with one subject. The gravest alert leads; the others are named beside it."""
    first, *others = sorted(mine, key=lambda alert: (-alert.severity_rank, -alert.last_seen_at.timestamp()))
    deed = Acknowledge()
    acknowledge = reverse("admin:alerts_alert_acknowledge", args=[first.pk])
    row = contested.get(first.subject_id) if any(map(_is_contest, mine)) else None
    return {
        "key": first.pk,
        "rank": first.severity_rank,
        "badges": [("severity", first.severity)],
        "title": first.title,
        "place": page_of(first),
        "at": first.last_seen_at,
        "others": [{"title": alert.title, "place": page_of(alert)} for alert in others],
        "todo": first.action_required,
        "acknowledged_by": first.acknowledged_by,
        "open": place_of(kind=first.subject_kind, subject_id=first.subject_id) or page_of(first),
        "acknowledge": f"{acknowledge}?next={request.path}" if deed.fits(request, first) else "",
        "settle": _settling(request, row),
    }


def _from_templates(*, at: datetime) -> list[Line]:
    """Critical templates of which no alert tells: Meta is silent for too long, or a person resolved the alert."""
    told = alerts.grave_subjects(kind="template")
    silent: dict[str, list[Template]] = defaultdict(list)
    for template in overview.critical(at=at)[:CRITICAL_MOST]:
        if str(template.pk) not in told:
            silent[template.status].append(template)
    lines: list[Line] = []
    for status, rows in silent.items():
        if len(rows) <= FEW:
            lines += [_template(row, at=at) for row in rows]
        else:
            place = list_of(Template, critical="yes", status__exact=status)
            title = _("Template %(status)s") % {"status": status}
            lines.append({"key": status, "badges": [], "count": len(rows), "title": title, "place": place, "at": None})
    return lines


def _template(row: Template, *, at: datetime) -> Line:
    badges = [("status", row.status)]
    if row.quality_score == "RED":
        badges.append(("quality", row.quality_score))
    return {
        "key": row.pk,
        "badges": badges,
        "title": str(row),
        "place": page_of(row),
        "at": row.status_at,
        "todo": overview.action_required(row, at=at),
        "open": page_of(row),
    }


def _contested(request: HttpRequest) -> list[Line]:
    """Those of which no alert tells: a person resolved it and decided nothing."""
    told = alerts.grave_subjects(kind="template", alert_type=CATEGORY_CHANGE_BLOCKED)
    silent = Template.objects.filter(CONTESTED, is_retired=False).exclude(pk__in=told)
    rows = silent.order_by("-category_changed_at", "-id")
    first = list(rows[: FEW + 1])
    if len(first) > FEW:
        count, place = rows.order_by().count(), list_of(Template, contested="yes")
        title = _("Category contested")
        return [{"key": "contested", "badges": [], "count": count, "title": title, "place": place, "at": None}]
    return [
        {
            "key": f"contested-{row.pk}",
            "badges": [("contested", _("contested"))],
            "title": str(row),
            "place": page_of(row),
            "at": row.category_changed_at,
            "todo": _("We plan with the category %(ours)s, Meta counts it as %(theirs)s.")
            % {"ours": row.category or "?", "theirs": row.meta_reported_category},
            "open": f"{page_of(row)}?tab={category.CATEGORY.name}",
            "settle": _settling(request, row),
        }
        for row in first
    ]
