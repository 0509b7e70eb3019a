"""The API of a template by way of the number that sends it."""

from __future__ import annotations

import contextlib
import dataclasses
import uuid
from typing import Any, ClassVar

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import answering
from core.api import OwnedViewSet
from core.models import Role
from core.paging import Window
from core.text import is_storable
from providers.models import Number
from templates_app import history
from templates_app.models import Template
from templates_app.serializers.templates import AcknowledgeAnswer, AcknowledgeRequest, HistoryAnswer
from templates_app.views.templates import WINDOW


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
