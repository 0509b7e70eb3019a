"""What is asked of providers about templates, and comparisons with what they have, as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from templates_app.models import Submission, SyncRun
from templates_app.serializers.writing import AccountField


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    version = serializers.IntegerField(source="version.number", default=None, allow_null=True, read_only=True)
    trouble = serializers.CharField(read_only=True, help_text="Why it is still waiting.")
    next_try_at = serializers.DateTimeField(source="due_at", allow_null=True, read_only=True)

    class Meta:
        model = Submission
        fields: ClassVar[list[str]] = [
            "id",
            "template",
            "kind",
            "version",
            "all_languages",
            "state",
            "code",
            "detail",
            "trouble",
            "next_try_at",
            "actor",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class SubmitRequest(serializers.Serializer[Any]):
    """Nothing need be said."""


class DeleteRequest(serializers.Serializer[Any]):
    all_languages = serializers.BooleanField(
        default=False, help_text="True deletes every language of this name, not only this one."
    )


class SyncError(serializers.Serializer[Any]):
    template = serializers.CharField(help_text='"" where it concerns the whole.')
    detail = serializers.CharField()


class SyncRunSerializer(serializers.ModelSerializer[SyncRun]):
    errors = SyncError(many=True, read_only=True)  # type: ignore[assignment]  # DRF's base has an attribute of that name
    trouble = serializers.CharField(read_only=True, help_text="Why it is still waiting.")
    next_try_at = serializers.DateTimeField(source="due_at", allow_null=True, read_only=True)

    class Meta:
        model = SyncRun
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "state",
            "pages",
            "seen",
            "created",
            "updated",
            "unchanged",
            "missing",
            "errors",
            "trouble",
            "next_try_at",
            "actor",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class SyncRequest(serializers.Serializer[Any]):
    account = AccountField(required=False, help_text="Without it every account that can be asked.")


class SyncAnswer(serializers.Serializer[Any]):
    """The figures of all runs together: final once `is_done`, else as far as they are."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    missing = serializers.IntegerField()
    errors = SyncError(many=True)  # type: ignore[assignment]  # DRF's base has an attribute of that name
    is_done = serializers.BooleanField()
    sync_runs = SyncRunSerializer(many=True)
