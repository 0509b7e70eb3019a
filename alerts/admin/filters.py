"""The questions that the list of alerts answers: what still holds, of which type, about what, told together."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import words
from alerts.models import Alert, DeliveryLine

TOGETHER = "together"


class StatusFilter(SimpleListFilter):
    """Unless somebody asks for more, a list of alerts is a list of what still holds; a message's list is whole."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.is_whole = TOGETHER in request.GET
        holds = [("unresolved", _("Not resolved"))] if self.is_whole else []
        return [*holds, *Alert.Status.choices, *([] if self.is_whole else [("all", _("All"))])]

    def choices(self, changelist: Any) -> Any:
        first = {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("All") if self.is_whole else _("Not resolved"),
        }
        return [first, *list(super().choices(changelist))[1:]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or ("all" if self.is_whole else "unresolved")
        if asked == "all":
            return queryset
        return queryset.filter(status__in=Alert.UNRESOLVED if asked == "unresolved" else [asked])


class TypeFilter(SimpleListFilter):
    title = gettext_lazy("type")
    parameter_name = "alert_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = Alert.objects.order_by().values_list("alert_type", flat=True).distinct()
        return sorted(((code, words.name_of(code)) for code in known), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(alert_type=self.value()) if self.value() else queryset


class SubjectFilter(SimpleListFilter):
    title = gettext_lazy("about")
    parameter_name = "subject_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = Alert.objects.order_by().values_list("subject_kind", flat=True).distinct()
        return sorted(((kind, words.subject_name(kind)) for kind in known), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(subject_kind=self.value()) if self.value() else queryset


class TogetherFilter(SimpleListFilter):
    """`?together=<delivery's id>`: just those that one message told of. Messages link here."""

    title = gettext_lazy("message")
    parameter_name = TOGETHER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(TOGETHER)
        return [(asked, _("Told in one message"))] if asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        try:
            delivery = uuid.UUID(self.value())
        except ValueError:
            return queryset.none()
        return queryset.filter(pk__in=DeliveryLine.objects.filter(delivery=delivery).values("alert"))
