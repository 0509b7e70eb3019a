"""The audit trail: every change of a row that people edit, with who and why, inside the fence."""

from __future__ import annotations

from typing import Any

from django.db import models
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from core.context import current_actor
from core.fence import allowed_organizations


class FencedHistory(HistoryManager):
    """History rows of the organization in scope; none outside a scope."""

    def get_queryset(self) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset()
        allowed = allowed_organizations()
        if allowed is None:
            return rows
        whose = "organization_id" if _is_owned(self.model) else "id"  # else it is the organization itself
        inside: models.QuerySet[Any] = rows.filter(**{f"{whose}__in": allowed})
        return inside


def _is_owned(history_model: type[models.Model]) -> bool:
    return any(field.name == "organization" for field in history_model._meta.get_fields())


class Trail(models.Model):
    """What each history row says besides the row itself: in whose name the change was made."""

    actor = models.CharField(max_length=255, blank=True, default=current_actor)

    class Meta:
        abstract = True


class AuditTrail(HistoricalRecords):
    """`history = AuditTrail(excluded_fields=[…])`; secrets and what machines count are left out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(bases=[Trail], history_manager=FencedHistory, **options)
