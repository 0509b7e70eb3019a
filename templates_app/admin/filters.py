"""The questions that the list of templates answers: which are critical, contested, ready to be sent."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from templates_app import overview

CONTESTED = (
    ~Q(meta_reported_category="") & Q(meta_reported_category__isnull=False) & ~Q(meta_reported_category=F("category"))
)
SENDABLE = Q(status="APPROVED", is_retired=False)


class _YesNo(SimpleListFilter):
    horizontal = True  # side by side in the sheet, as the theme shows booleans

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(self.condition())
        return queryset.exclude(self.condition()) if self.value() == "no" else queryset

    def condition(self) -> Q:
        raise NotImplementedError


class Critical(_YesNo):
    title = _("needs somebody now")
    parameter_name = "critical"

    def condition(self) -> Q:
        return Q(pk__in=overview.critical(at=timezone.now()).order_by().values("pk"))


class Contested(_YesNo):
    title = _("category contested")
    parameter_name = "contested"

    def condition(self) -> Q:
        return CONTESTED


class Sendable(_YesNo):
    title = _("can be sent")
    parameter_name = "sendable"

    def condition(self) -> Q:
        return SENDABLE
