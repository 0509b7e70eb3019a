"""Puts a delivery into words: one alert whole, or many as a list; the link leads to where all of it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine
from alerts.transports.base import Item, Message

BEFORE_TITLE = {
    AlertEntry.Kind.REOPENED: "again: ",
    AlertEntry.Kind.RAISED: "worse: ",
    AlertEntry.Kind.UNSILENCED: "still: ",
    AlertEntry.Kind.REMINDED: "still: ",
    AlertEntry.Kind.ESCALATED: "nobody has acknowledged: ",
    AlertEntry.Kind.RESOLVED: "over: ",
    AlertEntry.Kind.ACKNOWLEDGED: "acknowledged: ",
    AlertEntry.Kind.SILENCED: "silenced: ",
}
OCCASIONS = {AlertEntry.Kind.UNSILENCED: "reopened"}


def message_of(delivery: AlertDelivery, lines: Sequence[DeliveryLine]) -> Message:
    """The message of these lines of the delivery (at least one)."""
    items = tuple(_item(line) for line in lines)
    is_single = len(lines) == 1
    return Message(
        id=str(delivery.pk),
        thread=f"alert-{lines[0].alert_id}" if is_single else f"delivery-{delivery.pk}",
        subject=_subject_of_one(lines[0]) if is_single else _subject_of_many([line.alert for line in lines]),
        items=items,
        link=items[0].link if is_single else page_of_all(delivery),
        organization=delivery.organization.name if delivery.organization else "",
    )


def trial_message(*, name: str, organization: str) -> Message:
    """What the test button sends: plainly a test, about nothing."""
    now = timezone.now()
    told = {
        "id": "test",
        "alert_type": "TEST",
        "severity": "LOW",
        "status": "open",
        "title": f"A test of the destination {name}",
        "detail": "If you can read this, alerts will reach you here.",
        "action_required": "Nothing is wrong and nothing needs to be done.",
        "subject": {"kind": "destination", "id": "test", "label": name},
        "data": {},
        "count": 1,
        "first_seen_at": now.isoformat(),
        "last_seen_at": now.isoformat(),
    }
    link = f"{settings.PUBLIC_URL}/admin/alerts/destination/"
    item = Item(occasion="test", at=now, alert=told, link=link)
    name = f"test-{int(now.timestamp() * 1000)}"
    subject = f"[TEST] {told['title']}"
    return Message(id=name, thread=name, subject=subject, items=(item,), link=link, organization=organization)


def page_of(alert: Alert) -> str:
    return f"{settings.PUBLIC_URL}/admin/alerts/alert/{alert.pk}/change/"


def page_of_all(delivery: AlertDelivery) -> str:
    """The list of just those alerts that this message tells of."""
    return f"{settings.PUBLIC_URL}/admin/alerts/alert/?together={delivery.pk}"


def described(alert: Alert) -> Mapping[str, Any]:
    """The alert as the API tells it, in JSON's types. No customer's text or number is in an alert."""
    return {
        "id": str(alert.pk),
        "alert_type": alert.alert_type,
        "severity": alert.severity,
        "status": alert.status,
        "title": alert.title,
        "detail": alert.detail,
        "action_required": alert.action_required,
        "subject": {"kind": alert.subject_kind, "id": alert.subject_id, "label": alert.subject_label},
        "data": alert.data,
        "count": alert.count,
        "first_seen_at": alert.first_seen_at.isoformat(),
        "last_seen_at": alert.last_seen_at.isoformat(),
        "acknowledged_at": alert.acknowledged_at.isoformat() if alert.acknowledged_at else None,
        "acknowledged_by": alert.acknowledged_by,
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "silenced_until": alert.silenced_until.isoformat() if alert.silenced_until else None,
    }


def _item(line: DeliveryLine) -> Item:
    kind = AlertEntry.Kind(line.occasion.kind)
    return Item(
        occasion=OCCASIONS.get(kind, kind.value),
        at=line.occasion.at,
        alert=described(line.alert),
        link=page_of(line.alert),
    )


def _subject_of_one(line: DeliveryLine) -> str:
    before = BEFORE_TITLE.get(AlertEntry.Kind(line.occasion.kind), "")
    return f"[{line.alert.severity}] {before}{line.alert.title}"


def _subject_of_many(alerts: Sequence[Alert]) -> str:
    worst = max(alerts, key=lambda alert: alert.severity_rank).severity
    counted = Counter(alert.alert_type for alert in alerts)
    kinds = ", ".join(f"{times} × {alert_type}" for alert_type, times in counted.most_common(3))
    more = f" and {len(counted) - 3} more kinds" if len(counted) > 3 else ""
    return f"[{worst}] {len(alerts)} alerts: {kinds}{more}"
