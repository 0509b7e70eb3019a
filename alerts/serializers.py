"""Alerts, who was told of them, and their timeline as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.models import Alert, AlertDelivery, AlertEntry, DeliveryLine
from core.text import SafeCharField


class AlertSubjectSerializer(serializers.Serializer[Alert]):
    kind = serializers.CharField(source="subject_kind")
    id = serializers.CharField(source="subject_id")
    label = serializers.CharField(source="subject_label")  # type: ignore[assignment]  # DRF's base has an attribute of that name


class DeliverySerializer(serializers.ModelSerializer[AlertDelivery]):
    destination = serializers.SerializerMethodField(
        help_text="The destination's name; `email` for a person's own address."
    )
    kind = serializers.CharField(source="transport", help_text="`email`, `slack`, `webhook` or `apprise`.")
    address = serializers.CharField(help_text="A person's or a destination's e-mail address, else its hint.")
    attempts = serializers.SerializerMethodField(help_text="Those that count: waiting for its turn is none.")
    held_because = serializers.CharField(help_text="Why it waits or waited; empty where it went at once.")

    class Meta:
        model = AlertDelivery
        fields: ClassVar[list[str]] = [
            "id",
            "destination",
            "kind",
            "address",
            "state",
            "attempts",
            "sent_at",
            "last_error",
            "held_because",
            "answer",
        ]

    def get_destination(self, delivery: AlertDelivery) -> str:
        return delivery.destination.name if delivery.destination else delivery.transport

    def get_attempts(self, delivery: AlertDelivery) -> int:
        return delivery.attempts - delivery.postponed


class AlertSerializer(serializers.ModelSerializer[Alert]):
    subject = serializers.SerializerMethodField()
    deliveries = serializers.SerializerMethodField(help_text="The newest 20, the newest first.")

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
            "silenced_until",
            "deliveries",
        ]
        read_only_fields = fields

    @extend_schema_field(AlertSubjectSerializer)
    def get_subject(self, alert: Alert) -> dict[str, str]:
        return {"kind": alert.subject_kind, "id": alert.subject_id, "label": alert.subject_label}

    @extend_schema_field(DeliverySerializer(many=True))
    def get_deliveries(self, alert: Alert) -> Any:
        lines: list[DeliveryLine] = alert.newest_lines  # type: ignore[attr-defined]  # the view has fetched them
        deliveries = {line.delivery_id: line.delivery for line in lines}  # one message may hold several lines of it
        return DeliverySerializer(list(deliveries.values()), many=True).data


class EntrySerializer(serializers.ModelSerializer[AlertEntry]):
    class Meta:
        model = AlertEntry
        fields: ClassVar[list[str]] = ["at", "kind", "actor", "destination", "outcome", "detail"]


class TimelineAnswer(serializers.Serializer[Any]):
    results = EntrySerializer(many=True)


class NoteRequest(serializers.Serializer[Any]):
    note = SafeCharField(max_length=500, required=False, allow_blank=True, default="")


class FutureField(serializers.DateTimeField):
    """A moment that is still to come."""

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if moment <= timezone.now():
            raise serializers.ValidationError("This is over already. Give a time in the future.")
        return moment


class SilenceUntilRequest(NoteRequest):
    until = FutureField()
