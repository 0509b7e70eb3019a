"""What was done with a person's login, told to the admins of each organization that she belongs to."""

from __future__ import annotations

import uuid
from typing import Any

from core.auditing import note
from core.fence import everywhere
from core.models import AuditEntry, Membership


def name_of(user: Any) -> str:
    name: str = user.email or user.get_username()
    return name


def note_login(action: AuditEntry.Action, *, user: Any, actor: str, detail: str = "") -> None:
    """
    An entry for each of her organizations; one for the installation where she is a superuser or has none.

    `user` None: the name that was typed is no login's. It is not kept, people type their password there.
    """
    about = {"object_id": str(user.pk), "label": name_of(user)} if user else {}
    with everywhere():
        mine = Membership.objects.filter(user_id=user.pk if user else None).values_list("organization_id", flat=True)
        concerned: list[uuid.UUID | None] = list(mine.order_by("organization_id"))
        if not concerned or user.is_superuser:
            concerned.append(None)
        for organization_id in concerned:
            note(action, organization_id=organization_id, actor=actor, model="user", detail=detail, **about)
