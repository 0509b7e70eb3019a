"""The API of the audit: who did what."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core import trail, trail_csv
from core.api import OwnedViewSet
from core.models import AuditEntry, Role
from core.serializers import AuditLine, AuditPage, AuditQuery
from core.trail_words import told


class AuditViewSet(OwnedViewSet):
    """Who did what: changes of rows, sign-ins, use of keys, replays, exports. Newest first."""

    model = AuditEntry
    serializer_class = AuditLine
    filter_backends = ()
    pagination_class = None
    roles: ClassVar[dict[str, Any]] = {"list": Role.ORG_ADMIN}
    seen_by_superusers = True

    @extend_schema(
        parameters=[AuditQuery],
        responses={(200, "application/json"): AuditPage, (200, "text/csv"): OpenApiTypes.STR},
    )
    def list(self, request: Request) -> HttpResponseBase:
        query = AuditQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, given = query.asked(), query.validated_data
        if given.get("format") == "csv":
            return trail_csv.export(asked, organization=self.caller.organization)
        try:
            cursor = trail.Cursor.read(given["cursor"]) if given.get("cursor") else None
        except trail.NoSuchPlace:
            raise exceptions.ValidationError(
                {"cursor": ["Not a cursor of this list. Take it from `next` or `previous`."]}
            ) from None
        page, older, newer = trail.read(asked, most=given["limit"], cursor=cursor)
        lines = AuditLine([entry.as_json() for entry in told(page)], many=True)
        return Response({"results": lines.data, "next": _link(request, older), "previous": _link(request, newer)})

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` is our own filter here, and who asks for the file may say `Accept: text/csv`; errors are JSON."""
        return super().perform_content_negotiation(request, force or "format" in request.query_params)


def _link(request: Request, cursor: trail.Cursor | None) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", str(cursor)) if cursor else None
