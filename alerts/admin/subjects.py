"""What an alert is about, as its own room shows it: how it stands, and the way there for who may go."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from alerts import words
from alerts.models import Alert

SEEN_BY_ALL = {"template", "account", "number", "unknown_account"}  # an unknown account is of superusers' alerts alone


@dataclasses.dataclass(frozen=True)
class About:
    kind: str
    label: str
    place: str
    standing: Sequence[SafeString]


def about(request: HttpRequest, alert: Alert) -> About:
    room = _room(alert.subject_kind)
    if room is None or not room.has_view_permission(request):
        return About(words.subject_name(alert.subject_kind), alert.subject_label, place="", standing=[])
    row = room.get_object(request, alert.subject_id)
    return About(
        kind=words.subject_name(alert.subject_kind),
        label=alert.subject_label,
        place=room.place(alert.subject_id) if row is not None or ":" in alert.subject_id else "",
        standing=_standing(room, row) if row is not None else [],
    )


def _room(kind: str) -> Any:
    """The room that shows subjects of this kind."""
    return next((room for room in admin.site._registry.values() if kind and getattr(room, "shows", "") == kind), None)


def _standing(room: Any, row: Any) -> list[SafeString]:
    """The badges that the room's own list gives it."""
    return [getattr(room, column)(row) for column in room.list_display if str(column).endswith("_badge")]
