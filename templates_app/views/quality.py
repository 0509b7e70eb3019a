"""The API of quality over time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from templates_app import quality_trends
from templates_app.models import Template
from templates_app.serializers.quality import TrendsAnswer, TrendsQuery


class QualityViewSet(OwnedViewSet):
    """How the quality of templates went over time."""

    model = Template
    filter_backends = ()
    pagination_class = None
    roles: ClassVar[dict[str, Any]] = {"trends": Role.VIEWER}

    @extend_schema(parameters=[TrendsQuery], responses=TrendsAnswer)
    def trends(self, request: Request) -> Response:
        """Each template's snapshots and trend, those that get worse first, and all of them together day by day."""
        query = TrendsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, now = query.validated_data, timezone.now()
        days, limit, offset = asked["days"], asked["limit"], asked.get("offset", asked.get("skip", 0))
        rows = Template.objects.filter(is_retired=False)
        if "template" in asked:
            rows = rows.filter(pk=asked["template"])
        page = list(quality_trends.worst_first(rows)[offset : offset + limit])
        answer = {
            "days": days,
            "templates": quality_trends.quality_trends(page, days=days, at=now),
            "total": rows.order_by().count(),
            "limit": limit,
            "offset": offset,
            "organization": {
                "daily": quality_trends.day_by_day(days=days, at=now),
                "totals": quality_trends.together(days=days, at=now),
                "early_warnings": quality_trends.early_warnings(at=now),
            },
            "timestamp": now,
        }
        return Response(TrendsAnswer(answer).data)
