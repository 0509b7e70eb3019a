"""The API of templates."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from core.paging import Window
from templates_app import overview, writing
from templates_app.content import Content
from templates_app.models import Template
from templates_app.preflight import as_json
from templates_app.prices import read_category
from templates_app.serializers.templates import (
    UNREAD,
    VERSIONS,
    CriticalAnswer,
    QualitySummaryAnswer,
    TemplateSerializer,
)
from templates_app.serializers.writing import (
    PreflightAnswer,
    PreflightRequest,
    TemplateChange,
    TemplateDraft,
    refusal,
)
from templates_app.versions import content_of

WINDOW = [OpenApiParameter("limit", int), OpenApiParameter("offset", int), OpenApiParameter("skip", int)]


class TemplateFilter(django_filters.FilterSet):
    """Words from the provider are open sets, so a status nobody has gives an empty list, not an error."""

    status = django_filters.CharFilter(lookup_expr="iexact")
    category = django_filters.CharFilter(method="by_category")
    quality_score = django_filters.CharFilter(lookup_expr="iexact")
    language = django_filters.CharFilter(method="by_language")
    account = django_filters.UUIDFilter(field_name="account_id")
    name = django_filters.CharFilter()
    search = django_filters.CharFilter(method="by_words")
    is_sendable = django_filters.BooleanFilter(method="by_sendable")

    def by_category(self, rows: QuerySet[Template], name: str, value: str) -> QuerySet[Template]:
        return rows.filter(category__iexact=read_category(value))

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
        "create": Role.OPERATOR,
        "partial_update": Role.OPERATOR,
        "destroy": Role.ORG_ADMIN,
        "preflight": Role.VIEWER,
        "critical": Role.VIEWER,
        "quality_summary": Role.ORG_ADMIN,
    }

    def get_queryset(self) -> QuerySet[Template]:
        """A retired template is found by those alone who may bring it back."""
        rows = super().get_queryset().select_related(*VERSIONS).defer(*UNREAD)
        return rows if self.action == "partial_update" else rows.filter(is_retired=False)

    @extend_schema(request=TemplateDraft, responses={201: TemplateSerializer})
    def create(self, request: Request) -> Response:
        """Writes a draft with version 1. Every broken rule is named, with its component in `attr`."""
        asked = TemplateDraft(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        self._check_may_allow(asked.validated_data.get("allow_category_change", False), now=False)
        try:
            template = writing.create(**asked.validated_data, actor=self.caller.actor)
        except writing.Broken as broken:
            raise refusal(broken.findings) from None
        return Response(self.get_serializer(template).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TemplateChange, responses=TemplateSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes what is named; a change of what the template says makes a version."""
        template: Template = self.get_object()
        asked = TemplateChange(data=request.data)
        asked.is_valid(raise_exception=True)
        note, wish = asked.validated_data.pop("note", ""), asked.validated_data
        self._check_may_allow(wish.get("allow_category_change"), now=template.allow_category_change)
        self._check_may_retire(wish.get("is_retired"), now=template.is_retired)
        try:
            writing.change(template, asked=wish, actor=self.caller.actor, note=note)
        except writing.Broken as broken:
            raise refusal(broken.findings) from None
        return Response(self.get_serializer(template).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Retires the template here; nothing changes at the provider. `PATCH {"is_retired": false}` brings it back."""
        writing.retire(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=PreflightRequest, responses=PreflightAnswer)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def preflight(self, request: Request) -> Response:
        """What Meta would say about a draft, or about what a template says now: every broken rule at once."""
        asked = PreflightRequest(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        template: Template | None = given.pop("template", None)
        if template is not None and template.current_version is None:
            raise exceptions.ValidationError({"template": ["Nobody has told yet what this template says."]})
        if template is not None:
            account, name, content = template.account, template.name, content_of(template.current_version)
        else:
            account, name = given.pop("account", None), given.pop("name")
            content = Content.of(given.pop("components"), **given)
        return Response(as_json(writing.look_through(account=account, name=name, content=content, template=template)))

    def _check_may_allow(self, wished: bool | None, *, now: bool) -> None:
        if wished not in (None, now) and not self._is_admin():
            raise exceptions.PermissionDenied("Only an org_admin may change allow_category_change.")

    def _check_may_retire(self, wished: bool | None, *, now: bool) -> None:
        if self._is_admin():
            return
        if now:
            raise exceptions.NotFound
        if wished:
            raise exceptions.PermissionDenied("Only an org_admin may retire a template.")

    def _is_admin(self) -> bool:
        return self.caller.is_superuser or self.caller.role.covers(Role.ORG_ADMIN)

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
