"""Keeps what somebody did that changed no audited row, for the audit page."""

from __future__ import annotations

import uuid

from core.context import current_actor
from core.models import AuditEntry


def note(
    action: AuditEntry.Action,
    *,
    organization_id: uuid.UUID | None,
    actor: str | None = None,
    model: str = "",
    object_id: str = "",
    label: str = "",
    detail: str = "",
) -> AuditEntry:
    """One entry. `actor` None: who acts now. Neither `label` nor `detail` may hold a secret or a phone number."""
    entry: AuditEntry = AuditEntry.objects.create(
        organization_id=organization_id,
        actor=(current_actor() if actor is None else actor)[:255],
        action=action,
        model=model,
        object_id=object_id,
        label=label[:300],
        detail=detail[:500],
    )
    return entry
