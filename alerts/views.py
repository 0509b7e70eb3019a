"""The API of alerts."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import django_filters
from django.db.models import F, Prefetch, QuerySet, Window
from django.db.models.functions import DenseRank
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import answering, silencing
from alerts.models import Alert, DeliveryLine
from alerts.serializers import AlertSerializer, EntrySerializer, NoteRequest, SilenceUntilRequest, TimelineAnswer
from core.api import OwnedViewSet
from core.matters import Severity
from core.models import Role
from core.moments import SinceFilter

TIMELINE_MOST = 1000
DELIVERIES_MOST = 20


class AlertFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Alert.Status.choices)
    severity = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in Severity])
    alert_type = django_filters.CharFilter()
    subject = django_filters.CharFilter(field_name="subject_id")
    since = SinceFilter(field_name="last_seen_at")
    together = django_filters.UUIDFilter(
        method="told_together", help_text="The id of a delivery: the alerts that this one message tells of."
    )

    def told_together(self, alerts: QuerySet[Alert], name: str, delivery_id: uuid.UUID) -> QuerySet[Alert]:
        return alerts.filter(pk__in=DeliveryLine.objects.filter(delivery=delivery_id).values("alert"))


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
        "silence": Role.OPERATOR,
    }

    def get_queryset(self) -> QuerySet[Alert]:
        rows = super().get_queryset()
        is_described = getattr(self, "swagger_fake_view", False)
        return rows if is_described else rows.prefetch_related(_newest_lines())

    @extend_schema(responses=TimelineAnswer)
    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, pk: str) -> Response:
        """What happened to it, oldest first: opened, repeated, who was told or not, acknowledged, resolved."""
        newest = self.get_object().entries.order_by("-at", "-id")[:TIMELINE_MOST]
        return Response({"results": EntrySerializer(list(newest)[::-1], many=True).data})

    @extend_schema(request=NoteRequest, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Somebody knows. Alerts about templates: org_admin."""
        alert = self._mine()
        return self._shown(answering.acknowledge_one(alert, actor=self.caller.actor, note=self._note(request)))

    @extend_schema(request=NoteRequest, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """It is settled; only something newer opens it again. Alerts about templates: org_admin."""
        alert = self._mine()
        return self._shown(answering.resolve_one(alert, actor=self.caller.actor, note=self._note(request)))

    @extend_schema(request=SilenceUntilRequest, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def silence(self, request: Request, pk: str) -> Response:
        """Nobody is told of it until then; what is still wrong then is open again. About templates: org_admin."""
        alert = self._mine()
        asked = SilenceUntilRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._shown(silencing.silence_one(alert, actor=self.caller.actor, **asked.validated_data))

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

    def _shown(self, alert: Alert) -> Response:
        """The alert as it is now, with whom this is told to."""
        return Response(self.get_serializer(self.get_queryset().get(pk=alert.pk)).data)


def _newest_lines() -> Prefetch[Any]:
    """The lines of each alert's newest deliveries, in one query; secrets of destinations are left where they are."""
    rank = Window(DenseRank(), partition_by=F("alert_id"), order_by=F("delivery_id").desc())
    lines = DeliveryLine.objects.annotate(rank=rank).filter(rank__lte=DELIVERIES_MOST)
    whole = lines.select_related("delivery__destination").order_by("-delivery_id", "id")
    named = whole.defer("delivery__destination__address", "delivery__destination__secret")
    return Prefetch("lines", queryset=named, to_attr="newest_lines")
