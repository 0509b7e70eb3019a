"""Versions of a template and what differs between two of them, as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from core.text import SafeCharField
from templates_app import versions
from templates_app.models import TemplateVersion

MOST = 2**31 - 1  # what a column of whole numbers holds
WEIGHTS = ["breaking", "review", "cosmetic"]


class VersionSerializer(serializers.ModelSerializer[TemplateVersion]):
    """The context holds the template: what became of a version stands there."""

    status = serializers.SerializerMethodField()

    class Meta:
        model = TemplateVersion
        fields: ClassVar[list[str]] = [
            "number",
            "language",
            "components",
            "parameter_format",
            "category",
            "variables",
            "checksum",
            "delta",
            "origin",
            "author",
            "note",
            "status",
            "created_at",
        ]
        read_only_fields = fields

    def get_status(self, version: TemplateVersion) -> str:
        return versions.status_of(version, template=self.context["template"])


class WrittenVersion(VersionSerializer):
    """A version that was just made, with what it costs to submit it."""

    warnings = serializers.SerializerMethodField()

    class Meta(VersionSerializer.Meta):
        fields: ClassVar[list[str]] = [*VersionSerializer.Meta.fields, "warnings"]
        read_only_fields = fields

    def get_warnings(self, version: TemplateVersion) -> list[str]:
        told: list[str] = self.context["warnings"]
        return told


class VersionNote(serializers.Serializer[Any]):
    note = SafeCharField(max_length=400, required=False, allow_blank=True, default="")


class CompareQuery(serializers.Serializer[Any]):
    """`from` is a word of Python's: the field is made by name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        told = {"to": "The number of a version; the newest where it is missing.", "from": "The one before that."}
        return {
            name: serializers.IntegerField(min_value=1, max_value=MOST, required=False, help_text=told[name])
            for name in ("from", "to")
        }


class Change(serializers.Serializer[Any]):
    component = serializers.CharField()
    kind = serializers.ChoiceField(choices=["added", "removed", "changed", "moved"])
    path = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    words = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        allow_null=True,
        help_text="For a text: `[same|removed|added, words]` in order.",
    )
    what = serializers.CharField()
    severity = serializers.ChoiceField(choices=WEIGHTS)
    reason = serializers.CharField()


class Renamed(serializers.Serializer[Any]):
    before = serializers.CharField()
    after = serializers.CharField()


class ChangedVariables(serializers.Serializer[Any]):
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    renamed = Renamed(many=True)


class Side(serializers.Serializer[Any]):
    component = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's base has an attribute of that name
    path = serializers.CharField()
    left = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    right = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    state = serializers.ChoiceField(choices=["same", "changed", "added", "removed", "moved"])


class CompareAnswer(serializers.Serializer[Any]):
    """For OpenAPI: `from` and `to` are the numbers."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": serializers.IntegerField(),
            "to": serializers.IntegerField(),
            "changes": Change(many=True),
            "severity": serializers.ChoiceField(choices=WEIGHTS),
            "variables": ChangedVariables(),
            "side_by_side": Side(many=True),
        }
