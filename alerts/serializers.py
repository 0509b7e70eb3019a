"""Alerts and their timeline as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.models import Alert, AlertDelivery, AlertEntry
from core.text import SafeCharField


class SubjectSerializer(serializers.Serializer[Alert]):
    kind = serializers.CharField(source="subject_kind")
    id = serializers.CharField(source="subject_id")
    label = serializers.CharField(source="subject_label")  # type: ignore[assignment]  # DRF's base has an attribute of that name


class DeliverySerializer(serializers.ModelSerializer[AlertDelivery]):
    destination = serializers.CharField(source="transport")

    class Meta:
        model = AlertDelivery
        fields: ClassVar[list[str]] = ["id", "destination", "address", "state", "attempts", "sent_at", "last_error"]


class AlertSerializer(serializers.ModelSerializer[Alert]):
    subject = serializers.SerializerMethodField()
    deliveries = DeliverySerializer(many=True, read_only=True)

    class Meta:
        model = Alert
        fields: ClassVar[list[str]] = [
            "id",
            "alert_type",
            "severity",
            "status",
            "title",
            "detail",
            "action_required",
            "subject",
            "data",
            "count",
            "first_seen_at",
            "last_seen_at",
            "acknowledged_at",
            "acknowledged_by",
            "resolved_at",
            "deliveries",
        ]
        read_only_fields = fields

    @extend_schema_field(SubjectSerializer)
    def get_subject(self, alert: Alert) -> dict[str, str]:
        return {"kind": alert.subject_kind, "id": alert.subject_id, "label": alert.subject_label}


class EntrySerializer(serializers.ModelSerializer[AlertEntry]):
    class Meta:
        model = AlertEntry
        fields: ClassVar[list[str]] = ["at", "kind", "actor", "destination", "outcome", "detail"]


class TimelineAnswer(serializers.Serializer[Any]):
    results = EntrySerializer(many=True)


class NoteRequest(serializers.Serializer[Any]):
    note = SafeCharField(max_length=500, required=False, allow_blank=True, default="")
