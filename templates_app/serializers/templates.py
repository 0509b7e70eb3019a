"""Templates and what is told about them, as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from core.text import SafeCharField
from templates_app.models import Template

# What `TemplateSerializer` needs of the versions, and what of them it does not.
VERSIONS = ("current_version", "submitted_version", "approved_version", "drifted_version")
UNREAD = (
    *(f"{name}__delta" for name in VERSIONS),
    *(f"{name}__{long}" for name in VERSIONS[1:] for long in ("components", "variables")),
)


def _number_of(name: str) -> serializers.IntegerField:
    return serializers.IntegerField(source=f"{name}.number", default=None, allow_null=True, read_only=True)


class TemplateSerializer(serializers.ModelSerializer[Template]):
    failure_rate = serializers.FloatField(read_only=True)
    is_sendable = serializers.BooleanField(read_only=True)
    is_contested = serializers.BooleanField(read_only=True)
    variables = serializers.SerializerMethodField()
    components = serializers.SerializerMethodField()
    current_version = _number_of("current_version")
    submitted_version = _number_of("submitted_version")
    approved_version = _number_of("approved_version")
    drifted_version = _number_of("drifted_version")

    class Meta:
        model = Template
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "provider_template_id",
            "name",
            "language",
            "status",
            "last_event",
            "status_reason",
            "rejection_info",
            "disabled_reason",
            "disabled_at",
            "paused_until",
            "category",
            "meta_reported_category",
            "allow_category_change",
            "category_changed_at",
            "category_change_alert_sent",
            "pending_category",
            "pending_category_at",
            "is_contested",
            "quality_score",
            "quality_changed_at",
            "delivery_health",
            "sent_count",
            "failed_count",
            "failure_rate",
            "is_sendable",
            "parameter_format",
            "variables",
            "components",
            *VERSIONS,
            "is_retired",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_variables(self, template: Template) -> list[str]:
        return template.current_version.variables if template.current_version else []

    def get_components(self, template: Template) -> list[dict[str, Any]]:
        return template.current_version.components if template.current_version else []


class CriticalTemplate(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    language = serializers.CharField()
    status = serializers.CharField()
    quality_score = serializers.CharField()
    disabled_reason = serializers.CharField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    sent_count = serializers.IntegerField()
    failed_count = serializers.IntegerField()
    failure_rate = serializers.FloatField()
    campaigns_affected = serializers.ListField(child=serializers.DictField())
    action_required = serializers.CharField()


class CriticalAnswer(serializers.Serializer[Any]):
    critical_templates = CriticalTemplate(many=True)
    total_critical = serializers.IntegerField()
    timestamp = serializers.DateTimeField()


class QualitySummary(serializers.Serializer[Any]):
    total_templates = serializers.IntegerField()
    approved = serializers.IntegerField()
    pending = serializers.IntegerField()
    rejected = serializers.IntegerField()
    disabled = serializers.IntegerField()
    paused = serializers.IntegerField()
    quality_distribution = serializers.DictField(child=serializers.IntegerField())
    status_distribution = serializers.DictField(child=serializers.IntegerField())
    avg_success_rate = serializers.FloatField()
    avg_failure_rate = serializers.FloatField()
    total_messages_sent = serializers.IntegerField()
    total_messages_failed = serializers.IntegerField()


class QualityChange(serializers.Serializer[Any]):
    template_id = serializers.UUIDField()
    template_name = serializers.CharField()
    language = serializers.CharField()
    previous_score = serializers.CharField()
    new_score = serializers.CharField()
    changed_at = serializers.DateTimeField()
    reason = serializers.CharField()


class QualitySummaryAnswer(serializers.Serializer[Any]):
    quality_summary = QualitySummary()
    recent_quality_changes = QualityChange(many=True)
    timestamp = serializers.DateTimeField()


class HistoryTemplate(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    current_status = serializers.CharField()
    current_quality = serializers.CharField()


class HistoryRow(serializers.Serializer[Any]):
    timestamp = serializers.DateTimeField()
    event_type = serializers.CharField()
    previous_status = serializers.CharField(allow_null=True)
    new_status = serializers.CharField()
    quality_score = serializers.CharField()
    reason = serializers.CharField()
    webhook_id = serializers.UUIDField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # DRF's base has an attribute of that name
    actor = serializers.CharField()


class HistoryAnswer(serializers.Serializer[Any]):
    template = HistoryTemplate()
    history = HistoryRow(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class AcknowledgeRequest(serializers.Serializer[Any]):
    note = SafeCharField(max_length=500, required=False, allow_blank=True, default="")


class AcknowledgeAnswer(serializers.Serializer[Any]):
    message = serializers.CharField()
    template_id = serializers.UUIDField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField()
    acknowledged_count = serializers.IntegerField()
