"""An alert's past as lines that are read: what happened in words, with a sign; and who was told, with which answer."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import escalating
from alerts.admin.phrases import names_of, names_told
from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine, Destination
from core.showing import badge

MOST = 200
_BY_MAIL = re.compile(r"^email (\S+@\S+)$")
Kind = AlertEntry.Kind


@dataclasses.dataclass(frozen=True)
class Line:
    """`words` say what happened, `icon` and `tone` (bad, good, quiet, plain) are beside them, never in their place."""

    words: str
    icon: str
    tone: str
    at: datetime
    detail: str


SIGNS: dict[str, tuple[str, str]] = {
    Kind.OPENED: ("error", "bad"),
    Kind.REPEATED: ("repeat", "plain"),
    Kind.RAISED: ("trending_up", "bad"),
    Kind.REOPENED: ("replay", "bad"),
    Kind.TOLD: ("send", "good"),
    Kind.NOT_TOLD: ("cancel_schedule_send", "quiet"),
    Kind.HELD: ("schedule_send", "quiet"),
    Kind.ACKNOWLEDGED: ("how_to_reg", "good"),
    Kind.SILENCED: ("notifications_off", "quiet"),
    Kind.UNSILENCED: ("notifications_active", "bad"),
    Kind.ESCALATED: ("stairs", "bad"),
    Kind.REMINDED: ("notifications_active", "plain"),
    Kind.RESOLVED: ("check_circle", "good"),
}
SENTENCES: dict[tuple[str, bool], Any] = {  # by kind, and whether it names somebody
    (Kind.TOLD, True): gettext_lazy("Told %(whom)s"),
    (Kind.NOT_TOLD, True): gettext_lazy("Not told: %(whom)s"),
    (Kind.ACKNOWLEDGED, True): gettext_lazy("Acknowledged by %(whom)s"),
    (Kind.SILENCED, True): gettext_lazy("Silenced by %(whom)s"),
    (Kind.SILENCED, False): gettext_lazy("Silenced when it opened"),
    (Kind.ESCALATED, True): gettext_lazy("Escalated by “%(whom)s”"),
    (Kind.REMINDED, True): gettext_lazy("Reminded by “%(whom)s”"),
    (Kind.RESOLVED, True): gettext_lazy("Resolved by %(whom)s"),
    (Kind.RESOLVED, False): gettext_lazy("Resolved by itself"),
}
STATE_COLOURS = {
    AlertDelivery.State.WAITING: "info",
    AlertDelivery.State.SENT: "success",
    AlertDelivery.State.FAILED: "danger",
    AlertDelivery.State.DROPPED: "default",
}
HELD = {
    "quiet hours": gettext_lazy("Waits for the end of quiet hours."),
    "digest": gettext_lazy("Waits to be told together with what else comes."),
    "flapping": gettext_lazy("Waits to see whether it lasts."),
    "together": gettext_lazy("Waits some seconds for others of the same flood."),
}


def lines_of(alert: Alert) -> list[Line]:
    """Newest first."""
    return [line_of(entry) for entry in alert.entries.order_by("-at", "-id")[:MOST]]


def line_of(entry: AlertEntry) -> Line:
    icon, tone = SIGNS.get(entry.kind, ("circle", "plain"))
    whom = _BY_MAIL.sub(_("\\1 by e-mail"), entry.destination) or entry.actor
    sentence = SENTENCES.get((entry.kind, bool(whom)))
    words = str(sentence) % {"whom": whom} if sentence else entry.get_kind_display()
    if entry.outcome == "failed":
        icon, tone = "sms_failed", "bad"
    return Line(words=words, icon=icon, tone=tone, at=entry.at, detail=entry.detail)


@dataclasses.dataclass(frozen=True)
class Shown:
    """A delivery as its card shows it. `others`: how many alerts the same message tells of besides this one."""

    row: AlertDelivery
    whom: str
    state: SafeString
    by: str
    waits: str
    others: int


def deliveries_of(alert: Alert) -> list[Shown]:
    """Newest first."""
    told = DeliveryLine.objects.filter(alert=alert).values("delivery")
    rows = AlertDelivery.objects.filter(pk__in=told).select_related("destination").order_by("-created_at", "-id")[:MOST]
    counted = dict(
        DeliveryLine.objects.filter(delivery__in=[row.pk for row in rows])
        .order_by()
        .values_list("delivery")
        .annotate(Count("alert", distinct=True))
    )
    return [_shown(row, others=counted[row.pk] - 1) for row in rows]


def _shown(row: AlertDelivery, *, others: int) -> Shown:
    is_waiting = row.state == AlertDelivery.State.WAITING
    return Shown(
        row=row,
        whom=row.destination.name if row.destination else row.address,
        state=badge(row.get_state_display(), STATE_COLOURS.get(AlertDelivery.State(row.state), "default")),
        by=str(Destination.Kind(row.transport).label),
        waits=str(HELD.get(row.held_because, "")) if is_waiting else "",
        others=others,
    )


def next_step(alert: Alert) -> dict[str, Any] | None:
    """Who is told next if nobody acknowledges, and when."""
    run = escalating.unfinished(alert) if alert.status in (Alert.Status.OPEN, Alert.Status.SILENCED) else None
    if run is None or not run.escalation.steps:
        return None
    steps: Sequence[Any] = run.escalation.steps
    step = steps[min(run.step, len(steps) - 1)]
    return {
        "escalation": run.escalation,
        "whom": names_told(step, names_of([run.escalation])) or _("nobody any more"),
        "at": run.due_at,
    }
