"""Which organization a person works in, and with which role."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core.fence import everywhere
from core.models import Membership, Organization, Role

CHOSEN = "organization"  # the session's key


def memberships(user: Any) -> list[Membership]:
    if not user.is_authenticated:
        return []
    with everywhere():
        return list(Membership.objects.filter(user=user).select_related("organization").order_by("organization__name"))


def organization_in_console(request: HttpRequest) -> Organization | None:
    """The organization chosen in the session, else the person's first; None for a superuser who chose none."""
    user: Any = request.user
    request.console_role = None  # type: ignore[attr-defined]  # read by the console's permissions
    if not user.is_authenticated or not user.is_active:
        return None
    chosen = request.session.get(CHOSEN)
    if user.is_superuser:
        request.console_role = Role.ORG_ADMIN  # type: ignore[attr-defined]
        with everywhere():
            return Organization.objects.filter(slug=chosen).first() if chosen else None
    mine = memberships(user)
    current = next((one for one in mine if one.organization.slug == chosen), mine[0] if mine else None)
    if current is None:
        return None
    request.console_role = Role(current.role)  # type: ignore[attr-defined]
    return current.organization
