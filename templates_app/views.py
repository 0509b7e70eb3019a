"""The API of templates."""

from __future__ import annotations

import contextlib
import dataclasses
import uuid
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import answering
from core.api import OwnedViewSet
from core.models import Role
from core.paging import Window
from core.text import is_storable
from providers.models import Number
from templates_app import history, overview
from templates_app.models import Template
from templates_app.serializers import (
    AcknowledgeAnswer,
    AcknowledgeRequest,
    CriticalAnswer,
    HistoryAnswer,
    QualitySummaryAnswer,
    TemplateSerializer,
)

WINDOW = [OpenApiParameter("limit", int), OpenApiParameter("offset", int), OpenApiParameter("skip", int)]


class TemplateFilter(django_filters.FilterSet):
    """Words from the provider are open sets, so a status nobody has gives an empty list, not an error."""

    status = django_filters.CharFilter(lookup_expr="iexact")
    category = django_filters.CharFilter(lookup_expr="iexact")
    quality_score = django_filters.CharFilter(lookup_expr="iexact")
    language = django_filters.CharFilter(method="by_language")
    account = django_filters.UUIDFilter(field_name="account_id")
    name = django_filters.CharFilter()
    search = django_filters.CharFilter(method="by_words")
    is_sendable = django_filters.BooleanFilter(method="by_sendable")

    def by_language(self, rows: QuerySet[Template], name: str, value: str) -> QuerySet[Template]:
        return rows.filter(language=value.replace("-", "_"))

    def by_words(self, rows: QuerySet[Template], name: str, value: str) -> QuerySet[Template]:
        return rows.filter(Q(name__icontains=value) | Q(provider_template_id=value))

    def by_sendable(self, rows: QuerySet[Template], name: str, value: bool) -> QuerySet[Template]:
        return rows.filter(status="APPROVED") if value else rows.exclude(status="APPROVED")


class TemplateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Message templates and their standing."""

    model = Template
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    roles: ClassVar[dict[str, Any]] = {
        "list": Role.VIEWER,
        "retrieve": Role.VIEWER,
        "critical": Role.VIEWER,
        "quality_summary": Role.ORG_ADMIN,
    }

    def get_queryset(self) -> QuerySet[Template]:
        return super().get_queryset().filter(is_retired=False).select_related("current_version")

    @extend_schema(parameters=WINDOW, responses=CriticalAnswer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def critical(self, request: Request) -> Response:
        """Templates that need somebody now, the worst first, each with what to do."""
        window, now = Window.of(request, default=1000), timezone.now()
        rows = overview.critical(at=now)
        page = rows[window.offset : window.offset + window.limit]
        answer = {
            "critical_templates": [overview.critical_line(template, at=now) for template in page],
            "total_critical": rows.count(),
            "timestamp": now,
        }
        return Response(CriticalAnswer(answer).data)

    @extend_schema(responses=QualitySummaryAnswer, filters=False)
    @action(detail=False, methods=["get"], url_path="quality-summary", pagination_class=None, filterset_class=None)
    def quality_summary(self, request: Request) -> Response:
        """How the organization's templates stand in figures, and the newest changes of quality."""
        now = timezone.now()
        answer = {
            "quality_summary": overview.quality_summary(),
            "recent_quality_changes": overview.recent_quality_changes(at=now),
            "timestamp": now,
        }
        return Response(QualitySummaryAnswer(answer).data)


class NumberTemplateViewSet(OwnedViewSet):
    """A template by way of a number: it must belong to the number's account."""

    model = Template
    pagination_class = None
    roles: ClassVar[dict[str, Any]] = {"status_history": Role.VIEWER, "acknowledge_alert": Role.ORG_ADMIN}

    def _template(self, number_id: str, template_id: uuid.UUID) -> Template:
        if not is_storable(number_id):
            raise exceptions.NotFound
        ours = Q(external_id=number_id)
        with contextlib.suppress(ValueError):  # the provider's id is no UUID
            ours |= Q(pk=uuid.UUID(number_id))
        accounts = Number.objects.filter(ours).values("account")
        template: Template | None = Template.objects.filter(pk=template_id, account__in=accounts).first()
        if template is None:
            raise exceptions.NotFound
        return template

    @extend_schema(parameters=WINDOW, responses=HistoryAnswer)
    def status_history(self, request: Request, number_id: str, template_id: uuid.UUID) -> Response:
        """Facts of every kind, each once, newest first by the provider's time."""
        template, window = self._template(number_id, template_id), Window.of(request, default=100)
        lines, total = history.history(template, limit=window.limit, offset=window.offset)
        answer = {
            "template": {
                "id": template.pk,
                "name": template.name,
                "current_status": template.status,
                "current_quality": template.quality_score,
            },
            "history": lines,
            "total": total,
            **dataclasses.asdict(window),
        }
        return Response(HistoryAnswer(answer).data)

    @extend_schema(request=AcknowledgeRequest, responses=AcknowledgeAnswer)
    def acknowledge_alert(self, request: Request, number_id: str, template_id: uuid.UUID) -> Response:
        """Acknowledges every open alert about this template."""
        template = self._template(number_id, template_id)
        asked = AcknowledgeRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        waiting = answering.unresolved_of(kind="template", subject_id=str(template.pk))
        done = answering.acknowledge(waiting, actor=self.caller.actor, note=asked.validated_data["note"])
        answer = {
            "message": "Alert acknowledged" if done else "Nothing to acknowledge",
            "template_id": template.pk,
            "acknowledged_at": done[0].acknowledged_at if done else None,
            "acknowledged_by": self.caller.actor,
            "acknowledged_count": len(done),
        }
        return Response(AcknowledgeAnswer(answer).data)
