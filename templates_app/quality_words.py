"""What people read about a template's delivery and about the early warning before RED. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.matters import Matter, Severity
from templates_app.phrases import when

TEMPLATE_LOW_DELIVERY = "TEMPLATE_LOW_DELIVERY"
TEMPLATE_QUALITY_WARNING = "TEMPLATE_QUALITY_WARNING"

# Keys of `Template.measured`: what we found out ourselves, as far as it is to be told.
DELIVERY, WARNING = "delivery", "warning"

JsonObject = dict[str, Any]

LOW_DELIVERY_ACTION = (
    "Look at why messages fail: numbers that are not on WhatsApp belong off the list, people who had too much "
    "marketing want a pause, a wrong variable must be mended. Hold campaigns with this template until then."
)
WARNING_ACTION = (
    "Look at who gets this template since then, and why: a new list, another sending hour, more messages to the same "
    "people. Narrow it to people who expect it before Meta lowers the score or pauses it."
)


def has_fallen(*, status: str, quality_score: str) -> bool:
    """Whether what early warnings warn of has come: RED, or a pause."""
    return quality_score == "RED" or status == "PAUSED"


def matters(
    measured: JsonObject, *, template_id: str, name: str, language: str, status: str, quality_score: str
) -> list[Matter]:
    """What is wrong with a template by our own measure. A warning says nothing new once its fall has come."""
    about = {"template_id": template_id, "template_name": name, "language": language}
    label = f"{name} ({language})" if language else name
    found = []
    if DELIVERY in measured:
        found.append(_low_delivery(measured[DELIVERY], label=label, about=about))
    if WARNING in measured and not has_fallen(status=status, quality_score=quality_score):
        found.append(_warning(measured[WARNING], label=label, about=about, quality_score=quality_score))
    return found


def delivery_words(*, delivered: int, failed: int) -> str:
    """ "93.2 % of 1,250 messages": what was delivered of all whose fate is known."""
    total = delivered + failed
    return f"{delivered / total:.1%} of {total:,} messages".replace("%", " %", 1) if total else "no messages"


def _low_delivery(low: JsonObject, *, label: str, about: JsonObject) -> Matter:
    delivered, failed, since = low["delivered"], low["failed"], datetime.fromisoformat(low["since"])
    share = round(delivered / (delivered + failed), 4)
    return Matter(
        alert_type=TEMPLATE_LOW_DELIVERY,
        severity=Severity.HIGH,
        title=f"Template {label}: delivery below 95 %",
        detail=f"Of the messages of the last 7 days, {delivery_words(delivered=delivered, failed=failed)} were "
        f"delivered; {failed:,} failed. It was below 95 % on {when(low['since'])}.",
        action_required=LOW_DELIVERY_ACTION,
        data={**about, "delivery_health": "RED", "delivered": delivered, "failed": failed, "delivery_rate": share},
        count=1,
        first_seen_at=since,
        last_seen_at=since,
    )


def _warning(warning: JsonObject, *, label: str, about: JsonObject, quality_score: str) -> Matter:
    at = datetime.fromisoformat(warning["at"])
    drivers = [driver["words"] for driver in warning["drivers"]]
    return Matter(
        alert_type=TEMPLATE_QUALITY_WARNING,
        severity=Severity.MEDIUM,
        title=f"Template {label} may turn RED",
        detail=" ".join([warning["sentence"], *drivers]),
        action_required=WARNING_ACTION,
        data={**about, "quality_score": quality_score, "risk": warning["risk"], "drivers": warning["drivers"]},
        count=1,
        first_seen_at=at,
        last_seen_at=at,
    )
