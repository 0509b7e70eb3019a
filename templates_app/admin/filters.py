"""The questions that the list of templates answers: which are critical, contested, ready to be sent."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from templates_app import overview

CONTESTED = (
    ~Q(meta_reported_category="")
    & Q(meta_reported_category__isnull=False)
    & ~Q(meta_reported_category=F("category"))
    & ~Q(meta_reported_category=F("category_kept"))
)
SENDABLE = Q(status="APPROVED", is_retired=False)


class _YesNo(abc.ABC, SimpleListFilter):
    yes: ClassVar[Any]
    no: ClassVar[Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", self.yes), ("no", self.no)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(self.condition())
        return queryset.exclude(self.condition()) if self.value() == "no" else queryset

    @abc.abstractmethod
    def condition(self) -> Q:
        """What is true of the rows for which the answer is yes."""


class Critical(_YesNo):
    title = _("urgency")
    parameter_name = "critical"
    yes, no = _("Needs somebody now"), _("Can wait")

    def condition(self) -> Q:
        return Q(pk__in=overview.critical(at=timezone.now()).order_by().values("pk"))


class Contested(_YesNo):
    title = _("contest")
    parameter_name = "contested"
    yes, no = _("Category contested"), _("Not contested")

    def condition(self) -> Q:
        return CONTESTED


class Sendable(_YesNo):
    title = _("sending")
    parameter_name = "sendable"
    yes, no = _("Can be sent"), _("Cannot be sent")

    def condition(self) -> Q:
        return SENDABLE


class Retired(SimpleListFilter):
    """Who retired something does not want to see it in the list; it is one click away."""

    title = _("retired")
    parameter_name = "retired"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not retired")), ("yes", _("Retired"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        listed = list(super().choices(changelist))
        for choice, word in zip(listed, (None, "no", "yes"), strict=False):
            if word is not None:
                yield choice | {"selected": (self.value() or "no") == word}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_retired=self.value() == "yes")
