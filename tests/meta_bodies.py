"""Bodies as Meta posts them, and a short way to have them kept and applied."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from core.fence import everywhere
from providers import tasks, webhooks
from providers.adapters import provider
from providers.models import WebhookCall

FIXTURES = pathlib.Path(__file__).parent / "fixtures" / "meta"
WABA = "109887766554433"
STATUS = "message_template_status_update"
QUALITY = "message_template_quality_update"
CATEGORY = "template_category_update"
COMPONENTS = "message_template_components_update"


def at(hour: float, *, day: int = 10) -> int:
    """Seconds of a moment in November 2026, as `entry.time` holds them."""
    return int(datetime(2026, 11, day, tzinfo=UTC).timestamp() + hour * 3600)


def body(value: dict[str, Any], *, field: str = STATUS, time: Any = None, waba: str = WABA) -> bytes:
    entry: dict[str, Any] = {"id": waba, "changes": [{"field": field, "value": value}]}
    if time is not None:
        entry["time"] = time
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def about(event: str, **more: Any) -> dict[str, Any]:
    """The value of a status update of lamp_oil (en_US, 7001); `id`, `name`, `language` change that, None leaves out."""
    named = {
        "message_template_id": more.pop("id", 7001),
        "message_template_name": more.pop("name", "lamp_oil"),
        "message_template_language": more.pop("language", "en_US"),
    }
    return {"event": event, "reason": "NONE", **{key: part for key, part in named.items() if part is not None}, **more}


def keep(*bodies: bytes, received_at: datetime | None = None, account_id: Any = None) -> None:
    """Stores the bodies as the door does."""
    for one in bodies:
        received = received_at or timezone.now()
        webhooks.keep(
            one,
            door="meta" if account_id is None else f"meta:{account_id}",
            account_id=account_id,
            received_at=received,
            is_dated=provider("meta").is_dated(body=one, received_at=received),
        )


def deliver(*bodies: bytes, received_at: datetime | None = None, account_id: Any = None) -> None:
    """Stores the bodies one by one and applies each before the next, as an idle worker does."""
    for one in bodies:
        keep(one, received_at=received_at, account_id=account_id)
        tasks.apply_calls()
        tasks.retry_parked()


def deliver_together(bodies: Iterable[bytes]) -> None:
    """Stores them all, then applies them in one batch."""
    keep(*bodies)
    tasks.apply_calls()
    tasks.retry_parked()


def calls() -> list[WebhookCall]:
    with everywhere():
        return list(WebhookCall.objects.order_by("id"))
