"""The audit, as the API shows it and as it may be asked for."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from core.text import SafeCharField
from core.trail import ACTIONS, Asked


class AuditObject(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's base has an attribute of that name


class AuditLine(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    actor = serializers.CharField(help_text='An e-mail address, `key:<name>`, `meta`, `clock`, or "" for nobody known.')
    action = serializers.CharField(help_text="`created`, `changed`, `deleted`, or what was done that changed no row.")
    model = serializers.CharField()
    object = AuditObject()
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField(), min_length=2, max_length=2),
        help_text="`{field: [before, after]}`. Secrets are never among them.",
    )
    reason = serializers.CharField()


@extend_schema_serializer(many=False)  # it is the whole answer of a list
class AuditPage(serializers.Serializer[Any]):
    results = AuditLine(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class AuditQuery(serializers.Serializer[Any]):
    """The parameters of the list."""

    since = serializers.DateTimeField(required=False, help_text="At this moment or later.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")
    actor = SafeCharField(required=False, allow_blank=True, max_length=255)
    action = serializers.ChoiceField(choices=ACTIONS, required=False, allow_blank=True)
    model = SafeCharField(required=False, allow_blank=True, max_length=64, help_text="`object.kind` of the answer.")
    object = SafeCharField(required=False, allow_blank=True, max_length=100, help_text="`object.id` of the answer.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=1000, default=50)
    cursor = SafeCharField(required=False, max_length=500)
    format = serializers.ChoiceField(
        choices=["json", "csv"], required=False, help_text="`csv`: the whole part, up to 100,000 lines, as a file."
    )

    def asked(self) -> Asked:
        known = {field: self.validated_data.get(field) for field in ("since", "until")}
        words = {field: self.validated_data.get(field, "") for field in ("actor", "action", "model", "object")}
        return Asked(**known, **words)
