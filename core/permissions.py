"""What a role may do in the API. A view that says nothing about an action forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.authentication import Caller

if TYPE_CHECKING:  # DRF's views read the setting that names this module
    from rest_framework.views import APIView

SUPERUSER = "super_admin"


class HasRole(BasePermission):
    """`view.roles` maps each action to the least role that may do it, or to SUPERUSER."""

    message = "Your role does not allow this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        caller = request.auth
        if not isinstance(caller, Caller):
            return False
        roles: dict[str, Any] = getattr(view, "roles", {})
        action = getattr(view, "action", None)
        if action is None:  # no such method here: the answer is 405, not 403
            return True
        needed = roles.get(action)
        if needed is None:
            return False
        if needed == SUPERUSER:
            return caller.is_superuser
        return caller.is_superuser or caller.role.covers(needed)
