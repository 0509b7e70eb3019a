"""From Meta's words to ours: a table says who reads which field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from providers.adapters.meta.accounts import ACCOUNT_READERS
from providers.adapters.meta.envelope import Change, changes
from providers.adapters.meta.templates import TEMPLATE_READERS
from providers.adapters.meta.values import Misread
from providers.events import Event, FieldNotUsed, FieldUnknown, Unreadable

Reader = Callable[[Change], Iterator[Event]]

NOT_USED = (
    "account_settings_update",
    "automatic_events",
    "business_status_update",
    "business_username_updates",
    "calls",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "message_echoes",
    "messages",
    "messaging_handovers",
    "partner_solutions",
    "payment_configuration_update",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "tracking_events",
    "user_id_update",
    "user_preferences",
)


def parse(*, body: bytes, received_at: datetime) -> Iterator[Event]:
    for part in changes(body=body, received_at=received_at):
        if isinstance(part, Unreadable):
            yield part
            continue
        try:
            yield from READERS.get(part.told["field"], _unknown)(part)
        except Misread as error:
            yield Unreadable(**part.told, why=str(error))


def _not_used(change: Change) -> Iterator[Event]:
    yield FieldNotUsed(**change.told)


def _unknown(change: Change) -> Iterator[Event]:
    yield FieldUnknown(**change.told)


READERS: dict[str, Reader] = {**TEMPLATE_READERS, **ACCOUNT_READERS, **dict.fromkeys(NOT_USED, _not_used)}
