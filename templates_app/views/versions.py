"""The API of a template's versions: reading, comparing, rolling back, and settling a drift."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from templates_app import rolling_back, versions
from templates_app.models import Template, TemplateVersion
from templates_app.serializers.versions import (
    MOST,
    CompareAnswer,
    CompareQuery,
    VersionNote,
    VersionSerializer,
    WrittenVersion,
)


class VersionViewSet(OwnedViewSet):
    """What a template said and says: every version that there ever was, under its number for good."""

    model = Template
    serializer_class = VersionSerializer
    roles: ClassVar[dict[str, Any]] = {
        "versions": Role.VIEWER,
        "version": Role.VIEWER,
        "compare": Role.VIEWER,
        "rollback": Role.ORG_ADMIN,
        "adopt": Role.ORG_ADMIN,
        "restore": Role.ORG_ADMIN,
    }

    def _template(self, template_id: uuid.UUID) -> Template:
        template: Template | None = Template.objects.filter(pk=template_id, is_retired=False).first()
        if template is None:
            raise exceptions.NotFound
        return template

    def _version(self, template: Template, number: int) -> TemplateVersion:
        rows = TemplateVersion.objects.filter(template=template)
        version: TemplateVersion | None = rows.filter(number=number).first() if number <= MOST else None
        if version is None:
            raise exceptions.NotFound(f"There is no version {number}.")
        return version

    def _newest(self, template: Template) -> int:
        numbers = TemplateVersion.objects.filter(template=template).values_list("number", flat=True)
        newest: int = numbers.first() or 1
        return newest

    @extend_schema(operation_id="template_versions_list", responses=VersionSerializer(many=True))
    def versions(self, request: Request, template_id: uuid.UUID) -> Response:
        """Newest first."""
        template = self._template(template_id)
        page = self.paginate_queryset(TemplateVersion.objects.filter(template=template))
        return self.get_paginated_response(VersionSerializer(page, many=True, context={"template": template}).data)

    @extend_schema(operation_id="template_versions_retrieve", responses=VersionSerializer)
    def version(self, request: Request, template_id: uuid.UUID, number: int) -> Response:
        template = self._template(template_id)
        return Response(VersionSerializer(self._version(template, number), context={"template": template}).data)

    @extend_schema(parameters=[CompareQuery], responses=CompareAnswer)
    def compare(self, request: Request, template_id: uuid.UUID) -> Response:
        """What differs between two versions, component by component, with the changed words of a text."""
        template = self._template(template_id)
        asked = CompareQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        after = self._version(template, asked.validated_data.get("to") or self._newest(template))
        before = self._version(template, asked.validated_data.get("from") or max(1, after.number - 1))
        told = versions.compare(before, after).as_json()
        return Response({"from": before.number, "to": after.number, **told})

    @extend_schema(request=VersionNote, responses={201: WrittenVersion})
    def rollback(self, request: Request, template_id: uuid.UUID, number: int) -> Response:
        """A new version that says what this one said. It is sent to nobody before it was submitted and approved."""
        template, note = self._template(template_id), self._note(request)
        self._version(template, number)
        version = rolling_back.rollback(template, number, actor=self.caller.actor, note=note)
        return self._written(template, version, status=status.HTTP_201_CREATED)

    @extend_schema(request=VersionNote, responses=WrittenVersion)
    def adopt(self, request: Request, template_id: uuid.UUID) -> Response:
        """What Meta serves instead of our version is ours from now on. 409 `not_drifted` where it serves ours."""
        template = self._template(template_id)
        version = rolling_back.adopt(template, note=self._note(request))
        return self._written(template, version, status=status.HTTP_200_OK)

    @extend_schema(request=VersionNote, responses={201: WrittenVersion})
    def restore(self, request: Request, template_id: uuid.UUID) -> Response:
        """Our version once more, to be submitted in the place of what Meta serves. 409 `not_drifted` as above."""
        template = self._template(template_id)
        version = rolling_back.restore(template, actor=self.caller.actor, note=self._note(request))
        return self._written(template, version, status=status.HTTP_201_CREATED)

    def _note(self, request: Request) -> str:
        asked = VersionNote(data=request.data)
        asked.is_valid(raise_exception=True)
        note: str = asked.validated_data["note"]
        return note

    def _written(self, template: Template, version: TemplateVersion, *, status: int) -> Response:
        context = {"template": template, "warnings": rolling_back.warnings(template, version)}
        return Response(WrittenVersion(version, context=context).data, status=status)
