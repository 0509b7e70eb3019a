"""The API of alerts."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import answering
from alerts.models import Alert
from alerts.serializers import AlertSerializer, EntrySerializer, NoteRequest, TimelineAnswer
from core.api import OwnedViewSet
from core.matters import Severity
from core.models import Role
from core.moments import SinceFilter

TIMELINE_MOST = 1000


class AlertFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Alert.Status.choices)
    severity = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in Severity])
    alert_type = django_filters.CharFilter()
    subject = django_filters.CharFilter(field_name="subject_id")
    since = SinceFilter(field_name="last_seen_at")


class AlertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """What is or was wrong, newest first."""

    model = Alert
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    seen_by_superusers = True
    roles: ClassVar[dict[str, Any]] = {
        "list": Role.VIEWER,
        "retrieve": Role.VIEWER,
        "timeline": Role.VIEWER,
        "acknowledge": Role.OPERATOR,
        "resolve": Role.OPERATOR,
    }

    def get_queryset(self) -> QuerySet[Alert]:
        return super().get_queryset().prefetch_related("deliveries")

    @extend_schema(responses=TimelineAnswer)
    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, pk: str) -> Response:
        """What happened to it, oldest first: opened, repeated, who was told or not, acknowledged, resolved."""
        entries = self.get_object().entries.all()[:TIMELINE_MOST]
        return Response({"results": EntrySerializer(entries, many=True).data})

    @extend_schema(request=NoteRequest, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Somebody knows. Alerts about templates: org_admin."""
        alert = answering.acknowledge_one(self._mine(), actor=self.caller.actor, note=self._note(request))
        return Response(self.get_serializer(alert).data)

    @extend_schema(request=NoteRequest, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """It is settled; only something newer opens it again. Alerts about templates: org_admin."""
        alert = answering.resolve_one(self._mine(), actor=self.caller.actor, note=self._note(request))
        return Response(self.get_serializer(alert).data)

    def _note(self, request: Request) -> str:
        asked = NoteRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        note: str = asked.validated_data["note"]
        return note

    def _mine(self) -> Alert:
        alert: Alert = self.get_object()
        needed = Role.ORG_ADMIN if alert.subject_kind == "template" else Role.OPERATOR
        if not (self.caller.is_superuser or self.caller.role.covers(needed)):
            raise exceptions.PermissionDenied("Alerts about templates are answered by an organization admin.")
        return alert
