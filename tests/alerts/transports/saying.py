"""Messages to tell, as whoever delivers them makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from alerts.transports.base import Item, Message

CONSOLE = "https://console.example.org/admin/alerts/alert/"


def item(number: int = 1, *, occasion: str = "opened", link: str = "", **alert: Any) -> Item:
    told = {
        "id": f"018f{number}",
        "alert_type": "WICK_TORN",
        "severity": "HIGH",
        "status": "open",
        "title": f"The wick of lamp {number} is torn",
        "detail": "It gives no light.",
        "action_required": "Put in a new wick.",
        "subject": {"kind": "lamp", "id": str(number), "label": f"lamp {number}"},
        "data": {"lamp": number},
        "count": 1,
        "first_seen_at": "2026-03-02T12:00:00Z",
        "last_seen_at": "2026-03-02T12:05:00Z",
        "acknowledged_at": None,
    }
    moment = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
    return Item(occasion=occasion, at=moment, alert=told | alert, link=link or f"{CONSOLE}{number}/change/")


def message(*items: Item, **more: Any) -> Message:
    told = {
        "id": "018f-0001",
        "thread": "alert-7",
        "subject": "[HIGH] The wick of lamp 1 is torn",
        "items": items or (item(),),
        "link": CONSOLE,
        "organization": "Lamp Works",
    }
    return Message(**told | more)


def many() -> Message:
    """62 things that happened, of three kinds."""
    items = [
        *(item(number, alert_type="FLAME_OUT", severity="CRITICAL") for number in range(2)),
        *(item(number, count=number) for number in range(2, 55)),
        *(item(number, alert_type="OIL_LOW", severity="LOW", occasion="resolved") for number in range(55, 62)),
    ]
    return message(*items, subject="62 alerts of Lamp Works")
