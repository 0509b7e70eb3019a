"""The API of the category guard: how a category stands, and what people decide about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from core.paging import Window
from templates_app import category, category_changes
from templates_app.models import Template
from templates_app.serializers.category import AllowRequest, CategoryChangesAnswer, CategoryInfo, DecisionRequest

ALLOW = OpenApiParameter("allow", bool, description="In place of the body.")
WINDOW = [OpenApiParameter("limit", int), OpenApiParameter("skip", int), OpenApiParameter("offset", int)]


class CategoryViewSet(OwnedViewSet):
    """The category of templates: what we plan with, what Meta says, what is to come."""

    model = Template
    pagination_class = None
    roles: ClassVar[dict[str, Any]] = {
        "category_info": Role.VIEWER,
        "category_changes": Role.VIEWER,
        "allow_category_change": Role.ORG_ADMIN,
        "accept": Role.OPERATOR,
        "keep": Role.OPERATOR,
    }

    def get_queryset(self) -> QuerySet[Template]:
        return super().get_queryset().filter(is_retired=False)

    def _info(self, template: Template) -> Response:
        return Response(CategoryInfo(category_changes.info(template, at=timezone.now())).data)

    @extend_schema(responses=CategoryInfo)
    def category_info(self, request: Request, pk: str) -> Response:
        """Ours, Meta's and the coming one, how it came to that, and what the difference costs."""
        return self._info(self.get_object())

    @extend_schema(request=AllowRequest, parameters=[ALLOW], responses=CategoryInfo)
    def allow_category_change(self, request: Request, pk: str) -> Response:
        """Whether our category moves along when Meta changes its own. Settles no contest."""
        template = self.get_object()
        asked = AllowRequest(data=_body_or_query(request))
        asked.is_valid(raise_exception=True)
        category.set_flag([template], allow=asked.validated_data["allow"], actor=self.caller.actor)
        return self._info(self.get_object())

    @extend_schema(request=DecisionRequest, responses=CategoryInfo)
    def accept(self, request: Request, pk: str) -> Response:
        """Meta's category becomes ours: both agree. 409 `not_contested` where they do already."""
        return self._decide(request, category.accept)

    @extend_schema(request=DecisionRequest, responses=CategoryInfo)
    def keep(self, request: Request, pk: str) -> Response:
        """Ours and Meta's stay as they are, and the contest ends until Meta names another. 409 `not_contested`."""
        return self._decide(request, category.keep)

    def _decide(self, request: Request, decide: Any) -> Response:
        template = self.get_object()
        asked = DecisionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        decide([template], actor=self.caller.actor, note=asked.validated_data["note"])
        return self._info(self.get_object())

    @extend_schema(parameters=WINDOW, responses=CategoryChangesAnswer, filters=False)
    def category_changes(self, request: Request) -> Response:
        """Every change that Meta announced or completed, newest first."""
        window = Window.of(request, default=20)
        found, total = category_changes.changes(limit=window.limit, offset=window.offset)
        answer = {"category_changes": found, "total": total, "skip": window.offset, "limit": window.limit}
        return Response(CategoryChangesAnswer(answer).data)


def _body_or_query(request: Request) -> dict[str, Any]:
    """What the body says; where it says nothing of it, the query string. Raises ValidationError for no object."""
    if not isinstance(request.data, dict):
        raise ValidationError({"allow": ['Send an object: {"allow": true}, or ?allow=true.']})
    named = {"allow": request.query_params["allow"]} if "allow" in request.query_params else {}
    return named | dict(request.data)


class EarlierCategoryViewSet(CategoryViewSet):
    """The same at the paths of before."""

    is_deprecated: ClassVar[bool] = True
