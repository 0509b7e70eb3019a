"""
The fence between organizations: every business row is `Owned`, and a query without a scope fails.

django-scopes filters what is read; this module closes what it leaves open: rows written for another
organization, history rows, `.update()` that would bypass the audit trail, and two questions without a scope.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, TypeVar

from django.db import models
from django_scopes import ScopedManager, scope, scopes_disabled
from django_scopes.manager import DisabledQuerySet
from django_scopes.state import get_scope

from core.context import organization_slug
from core.ids import new_id

_Row = TypeVar("_Row", bound=models.Model)

for _left_open in ("bulk_create", "exists"):
    setattr(DisabledQuerySet, _left_open, DisabledQuerySet.error)


class CrossesTheFence(Exception):
    """A row was to be written for an organization other than the one in scope."""


class BypassesTheTrail(Exception):
    """`.update()` on a field whose changes are audited: it would write no history."""


def allowed_organizations() -> set[uuid.UUID] | None:
    """The ids in scope; None where scopes are disabled; empty outside any scope."""
    state = get_scope()
    if not state.get("_enabled", True):
        return None
    value = state.get("organization")
    if value is None:
        return set()
    return {one.pk for one in (value if isinstance(value, (list, tuple)) else [value])}


def check_fence(row: models.Model) -> None:
    allowed = allowed_organizations()
    if allowed is not None and getattr(row, "organization_id", None) not in allowed:
        raise CrossesTheFence(f"{type(row).__name__} for an organization that is not in scope")


class FencedQuerySet(models.QuerySet[_Row]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            check_fence(row)
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        audited = audited_fields(self.model) & set(kwargs)
        if audited:
            raise BypassesTheTrail(f"{self.model.__name__}: {', '.join(sorted(audited))}")
        if {"organization", "organization_id"} & set(kwargs) and allowed_organizations() is not None:
            raise CrossesTheFence(f"{self.model.__name__} stays with its organization")
        return super().update(**kwargs)


FencedManager = models.Manager.from_queryset(FencedQuerySet)


def _refusing(model: type[models.Model], database: str | None) -> models.QuerySet[Any]:
    """Answers every question with ScopeError."""
    rows: models.QuerySet[Any] = DisabledQuerySet(model, using=database, missing_scopes={"organization"})
    return rows


class OrganizationManager(FencedManager[Any]):
    """Organizations themselves: the one in scope (`ScopedManager` cannot compare a row with its own key)."""

    def get_queryset(self) -> models.QuerySet[Any]:
        allowed = allowed_organizations()
        rows: models.QuerySet[Any] = super().get_queryset()
        if allowed is None:
            return rows
        if not allowed:
            return _refusing(self.model, self._db)
        return rows.filter(pk__in=allowed)


def audited_fields(model: type[models.Model]) -> set[str]:
    name = getattr(model._meta, "simple_history_manager_attribute", None)
    if name is None:
        return set()
    tracked = getattr(model, name).model.tracked_fields
    return {name for field in tracked for name in (field.name, field.attname)}


class _Fenced(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[Any] = ScopedManager(organization="organization", _manager_class=FencedManager)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        check_fence(self)
        super().save(*args, **kwargs)


class Owned(_Fenced):
    """A row of one organization. Outside a scope it can neither be read nor written."""

    organization = models.ForeignKey("core.Organization", on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class PerhapsOwned(_Fenced):
    """A row of one organization, or of none: then only superusers and the machinery see it."""

    organization = models.ForeignKey(
        "core.Organization", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )

    class Meta:
        abstract = True


class InstallationWide(models.Model):
    """A row that belongs to the whole installation: only superusers and the machinery see it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


@contextlib.contextmanager
def inside(organization: Any) -> Iterator[None]:
    """Only this organization's rows exist in here."""
    token = organization_slug.set(organization.slug)
    try:
        with scope(organization=organization):
            yield
    finally:
        organization_slug.reset(token)


everywhere = scopes_disabled

__all__ = ["BypassesTheTrail", "CrossesTheFence", "InstallationWide", "Owned", "everywhere", "inside"]
