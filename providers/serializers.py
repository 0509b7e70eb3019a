"""Accounts, numbers, calls and parked events as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from core.text import SafeCharField
from providers.adapters import provider_names
from providers.adapters.sandbox.scenarios import FASTEST, SCENARIOS, SPEED
from providers.models import Account, Number, ParkedEvent, SandboxRun, WebhookCall

CREDENTIALS = {
    "meta": {"access_token", "app_secret", "verify_token"},
    "twilio": {"auth_token"},
    "myoperator": {"api_key", "api_secret", "account_id"},
}


class CredentialsField(serializers.DictField):
    """Write-only. `{name: text}`, with the names that the provider has."""

    child = SafeCharField(max_length=2000, allow_null=True, allow_blank=True)


class AccountSerializer(serializers.ModelSerializer[Account]):
    provider = serializers.ChoiceField(choices=["meta", "twilio", "myoperator", "sandbox"])
    name = SafeCharField(max_length=200)
    external_id = SafeCharField(max_length=64, required=False, help_text="Needed, but for a sandbox account.")
    credentials = CredentialsField(write_only=True, required=False)
    webhook_path = serializers.CharField(read_only=True)

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = [
            "id",
            "provider",
            "name",
            "external_id",
            "credentials",
            "webhook_path",
            "window_policy",
            "on_unknown",
            "health",
            "health_detail",
            "last_sync_at",
            "last_webhook_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["health", "health_detail", "last_sync_at", "last_webhook_at"]
        validators: ClassVar[list[Any]] = []  # a taken id is a 409, not a wrong field

    def to_internal_value(self, data: Any) -> Any:
        is_given = isinstance(data, dict) and data.get("provider") == "sandbox"
        self.fields["external_id"].required = self.instance is None and not is_given
        return super().to_internal_value(data)

    def validate_provider(self, value: str) -> str:
        if self.instance is not None and value != self.instance.provider:
            raise serializers.ValidationError("Fixed once the account exists. Add another account instead.")
        if value not in provider_names():
            raise serializers.ValidationError(f"Not available here yet. Available: {', '.join(provider_names())}.")
        return value

    def validate_external_id(self, value: str) -> str:
        if self.instance is not None and value != self.instance.external_id:
            raise serializers.ValidationError("Fixed once the account exists. Add another account instead.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        name = attrs.get("provider") or (self.instance.provider if self.instance else "")
        unknown = set(attrs.get("credentials") or {}) - CREDENTIALS.get(name, set())
        if unknown:
            known = ", ".join(sorted(CREDENTIALS.get(name, set()))) or "none"
            names = ", ".join(sorted(unknown))
            raise serializers.ValidationError({"credentials": f"Unknown: {names}. Known: {known}."})
        return attrs


class SandboxRunSerializer(serializers.ModelSerializer[SandboxRun]):
    scenario = serializers.ChoiceField(choices=[*SCENARIOS])
    speed = serializers.IntegerField(min_value=1, max_value=FASTEST, default=SPEED)
    error = serializers.CharField(source="trouble", read_only=True)

    class Meta:
        model = SandboxRun
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "scenario",
            "speed",
            "state",
            "step",
            "steps",
            "started_by",
            "started_at",
            "ended_at",
            "error",
        ]
        read_only_fields: ClassVar[list[str]] = ["account"]


class NumberSerializer(serializers.ModelSerializer[Number]):
    account = serializers.PrimaryKeyRelatedField(queryset=Account.objects)
    external_id = SafeCharField(max_length=64)
    display_phone_number = SafeCharField(max_length=32)

    class Meta:
        model = Number
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "external_id",
            "display_phone_number",
            "quality_rating",
            "messaging_limit",
            "is_default",
        ]
        read_only_fields: ClassVar[list[str]] = ["quality_rating", "messaging_limit"]
        validators: ClassVar[list[Any]] = []

    def validate_account(self, value: Account) -> Account:
        if self.instance is not None and value != self.instance.account:
            raise serializers.ValidationError("A number stays with its account.")
        return value


class CallObjectSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's base has an attribute of that name


class CallChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    outcome = serializers.CharField()
    object = CallObjectSerializer(allow_null=True)
    reason = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    dropped_by = serializers.CharField(required=False)


class WebhookCallSerializer(serializers.ModelSerializer[WebhookCall]):
    body = serializers.SerializerMethodField()
    error = serializers.CharField(source="last_error")
    changes = CallChangeSerializer(many=True)

    class Meta:
        model = WebhookCall
        fields: ClassVar[list[str]] = ["id", "door", "account", "received_at", "state", "changes", "body", "error"]

    def get_body(self, call: WebhookCall) -> str:
        return bytes(call.body).decode("utf-8", errors="replace")


class ReplayRequest(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField(default=False)


class ReplayedChange(serializers.Serializer[Any]):
    object = CallObjectSerializer()
    before = serializers.DictField()
    after = serializers.DictField()


class ReplayAnswer(serializers.Serializer[Any]):
    changes = ReplayedChange(many=True)


class ParkedEventSerializer(serializers.ModelSerializer[ParkedEvent]):
    class Meta:
        model = ParkedEvent
        fields: ClassVar[list[str]] = ["id", "account", "kind", "reason", "detail", "payload", "attempts", "created_at"]


class DropRequest(serializers.Serializer[Any]):
    note = SafeCharField(max_length=500, required=False, allow_blank=True, default="")
