"""The console's ground: a site for people with a role, and admin pages that keep to the fence and to roles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from core.models import Role

SUPERUSERS = "superusers"


def role_in(request: HttpRequest) -> Role | None:
    """The caller's role in the organization that the console is in (set by the scope middleware)."""
    role: Role | None = getattr(request, "console_role", None)
    return role


def covers(request: HttpRequest, needed: str) -> bool:
    """Whether this person may do what `needed` (a role, or SUPERUSERS) may."""
    user: Any = request.user
    if user.is_superuser:
        return True
    role = role_in(request)
    return needed != SUPERUSERS and role is not None and role.covers(needed)


class Console(UnfoldAdminSite):
    """Open to superusers and to everybody with a membership."""

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return user.is_active and (user.is_superuser or role_in(request) is not None)


class OwnedAdmin(ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """
    A page about rows of the organization in scope. `needs` names the least role for each kind of access;
    what it does not name is for nobody.
    """

    needs: ClassVar[dict[str, str]] = {"view": Role.VIEWER}
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = False
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model._default_manager.all()
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    def has_view_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def _may(self, request: HttpRequest, what: str) -> bool:
        needed = self.needs.get(what)
        return needed is not None and covers(request, needed)
