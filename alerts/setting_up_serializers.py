"""Destinations, silences, escalations and preferences as the API shows and takes them."""

from __future__ import annotations

import difflib
import functools
import itertools
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from alerts.models import SEVERITIES, Destination, Escalation, Silence
from alerts.recipients import whose
from alerts.serializers import FutureField
from core.matters import Severity
from core.text import SafeCharField

KINDS = f"Not a kind of destination. One of {', '.join(Destination.Kind.values)}."
A_WEEK = 7 * 24 * 60  # in minutes


class SeverityField(serializers.ChoiceField):
    default_error_messages = {"invalid_choice": f"Not a severity. One of {', '.join(Severity)}."}

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=SEVERITIES, **options)

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]  # "" is kept for nothing
        return value or None


class AlertTypesField(serializers.ListField):
    """Empty: every type. A type that no alert has yet is taken: it may come."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=SafeCharField(max_length=64), max_length=50, required=False, **options)

    def run_validation(self, data: Any = empty) -> list[str]:
        return list(dict.fromkeys(super().run_validation(data)))


class PartSerializer(serializers.Serializer[Any]):
    # A part of a body: what is no object at all is the part's own error. (A docstring would go into OpenAPI.)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("Expected a JSON object.")
        return super().to_internal_value(data)


# Destinations


class AddressField(SafeCharField):
    """Goes in whole. What comes out may be seen: an e-mail address, or the hint of a secret one."""

    def get_attribute(self, instance: Destination) -> str:
        return instance.address_hint


@extend_schema_field({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "22:00"})
class ClockField(serializers.TimeField):
    default_error_messages = {"invalid": "Enter a time of day such as 22:00."}

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **options)


class QuietHoursSerializer(PartSerializer):
    until = ClockField(source="quiet_until")

    def get_fields(self) -> dict[str, Any]:
        return {"from": ClockField(source="quiet_from"), **super().get_fields()}  # a word that Python keeps for itself

    def get_attribute(self, instance: Destination) -> Destination | None:
        return instance if instance.quiet_from is not None else None


class DestinationSerializer(serializers.ModelSerializer[Destination]):
    """An address that alerts are told to."""

    name = SafeCharField(max_length=100)
    address = AddressField(
        max_length=2000,
        help_text="Of slack, webhook and apprise it is secret: it goes in whole and comes out as a hint. The hint sent "
        "back in a PATCH leaves the address as it is.",
    )
    minimum_severity = SeverityField(required=False)
    alert_types = AlertTypesField(help_text="Told of these types alone; empty: of all.")
    quiet_hours = QuietHoursSerializer(
        required=False,
        allow_null=True,
        help_text="Local time; over midnight where `until` is earlier. CRITICAL waits for nothing.",
    )
    time_zone = SafeCharField(max_length=64, required=False, help_text="IANA name, such as Europe/Berlin.")
    digest_minutes = serializers.IntegerField(min_value=0, max_value=1440, required=False)
    secret = serializers.SerializerMethodField(
        help_text="Signs what a webhook is sent. Shown when the destination is made or the secret renewed, else null."
    )

    class Meta:
        model = Destination
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "name",
            "address",
            "minimum_severity",
            "alert_types",
            "quiet_hours",
            "time_zone",
            "digest_minutes",
            "is_enabled",
            "last_error",
            "secret",
            "disabled_reason",
            "last_error_at",
            "last_told_at",
            "created_at",
        ]
        read_only_fields: ClassVar[list[str]] = [
            "last_error",
            "disabled_reason",
            "last_error_at",
            "last_told_at",
            "created_at",
        ]
        extra_kwargs: ClassVar[dict[str, Any]] = {"kind": {"error_messages": {"invalid_choice": KINDS}}}
        validators: ClassVar[list[Any]] = []  # a taken name is a 409, not a wrong field

    def get_secret(self, destination: Destination) -> str | None:
        """Where the context holds it: the one time that it is shown."""
        secret: str | None = self.context.get("secret")
        return secret

    def validate_kind(self, value: str) -> str:
        if self.instance is not None and value != self.instance.kind:
            raise serializers.ValidationError("Fixed once the destination exists. Add another destination instead.")
        return value

    def validate_quiet_hours(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        hours = {"quiet_from": None, "quiet_until": None} if value is None else dict(value)
        if len(hours) < 2:  # a PATCH does not ask for what is missing
            raise serializers.ValidationError("Give both ends, `from` and `until`.")
        if value is not None and hours["quiet_from"] == hours["quiet_until"]:
            raise serializers.ValidationError("They end when they begin. Give two different times, or null for none.")
        return hours

    def validate_time_zone(self, value: str) -> str:
        if value not in _zones().values():
            near = difflib.get_close_matches(value.casefold(), _zones(), n=1)
            hint = f" Did you mean {_zones()[near[0]]}?" if near else ""
            raise serializers.ValidationError(f"Not a time zone. Enter an IANA name such as Europe/Berlin.{hint}")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs |= attrs.pop("quiet_hours", {})
        if self.instance is not None and attrs.get("address") == self.instance.address_hint:
            del attrs["address"]
        return attrs


@functools.cache
def _zones() -> dict[str, str]:
    """IANA's names, by themselves in small letters and by their last part: `berlin` means Europe/Berlin."""
    names = sorted(available_timezones() - {"Factory", "localtime"})
    return {name.rpartition("/")[2].casefold(): name for name in names} | {name.casefold(): name for name in names}


class TestedAnswer(serializers.Serializer[Any]):
    ok = serializers.BooleanField(help_text="Whether it was taken.")
    status = serializers.IntegerField(allow_null=True, help_text="The other side's, where its protocol has one.")
    answer = serializers.CharField(help_text="What it said, or what went wrong.")


# Silences


class SilencedSubjectSerializer(PartSerializer):
    kind = SafeCharField(source="subject_kind", max_length=32)
    id = SafeCharField(source="subject_id", max_length=100)
    label = serializers.CharField(source="subject_label", read_only=True)  # type: ignore[assignment]  # DRF's base has an attribute of that name

    def get_attribute(self, instance: Silence) -> Silence | None:
        return instance if instance.subject_kind else None


class SilenceSerializer(serializers.ModelSerializer[Silence]):
    alert_types = AlertTypesField(help_text="Empty: alerts of every type.")
    subject = SilencedSubjectSerializer(
        required=False, allow_null=True, default=None, help_text="What the alerts are about; null: anything."
    )
    starts_at = serializers.DateTimeField(required=False, help_text="Now, where it is not given.")
    ends_at = FutureField()
    note = SafeCharField(max_length=500, required=False, allow_blank=True)

    class Meta:
        model = Silence
        fields: ClassVar[list[str]] = ["id", "alert_types", "subject", "starts_at", "ends_at", "note", "created_by"]
        read_only_fields: ClassVar[list[str]] = ["created_by"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["ends_at"] <= attrs.get("starts_at", timezone.now()):
            raise serializers.ValidationError({"ends_at": ["It ends before it starts. Give a time after `starts_at`."]})
        about = attrs.pop("subject") or {"subject_kind": "", "subject_id": ""}
        return {"alert_types": [], **attrs, **about}


# Escalations


class StepSerializer(PartSerializer):
    after_minutes = serializers.IntegerField(
        min_value=0, max_value=A_WEEK, help_text="Since the alert opened; more with each step."
    )
    destinations = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=20)


class EscalationSerializer(serializers.ModelSerializer[Escalation]):
    """Whom to tell while nobody acknowledges."""

    name = SafeCharField(max_length=100, required=False, allow_blank=True)
    alert_types = AlertTypesField(help_text="Empty: alerts of every type.")
    minimum_severity = SeverityField(required=False)
    steps = serializers.ListField(child=StepSerializer(), min_length=1, max_length=10)
    repeat_minutes = serializers.IntegerField(
        min_value=0,
        max_value=A_WEEK,
        required=False,
        help_text="After the last step, again and again. 0: not; else from 5 on.",
    )

    class Meta:
        model = Escalation
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "alert_types",
            "minimum_severity",
            "steps",
            "repeat_minutes",
            "is_enabled",
        ]

    def validate_repeat_minutes(self, value: int) -> int:
        if 0 < value < 5:
            raise serializers.ValidationError("Repeat every 5 minutes at the most often, or 0 for never.")
        return value

    def validate_steps(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if any(len(step) < 2 for step in value):  # a PATCH does not ask for what is missing
            raise serializers.ValidationError("Each step needs `after_minutes` and `destinations`.")
        minutes = [step["after_minutes"] for step in value]
        if any(later <= earlier for earlier, later in itertools.pairwise(minutes)):
            raise serializers.ValidationError("Each step comes later than the one before: let `after_minutes` rise.")
        self._check_destinations({one for step in value for one in step["destinations"]})
        return [
            {
                "after_minutes": step["after_minutes"],
                "destinations": list(dict.fromkeys(str(one) for one in step["destinations"])),
            }
            for step in value
        ]

    def _check_destinations(self, wanted: set[uuid.UUID]) -> None:
        """`organization_id` of the context: whose they are; None: the installation's."""
        here = whose(Destination.objects.filter(pk__in=wanted), {self.context["organization_id"]})
        unknown = wanted - set(here.values_list("pk", flat=True))
        if unknown:
            names = ", ".join(sorted(map(str, unknown)))
            raise serializers.ValidationError(f"No destination of yours: {names}. GET /alerts/destinations lists them.")


# Preferences


class ByEmailSerializer(PartSerializer):
    minimum_severity = SeverityField(source="email_minimum_severity", allow_null=True, help_text="null: nothing.")
    digest = serializers.BooleanField(source="email_digest", help_text="Collected in one e-mail an hour.")


class InAppSerializer(PartSerializer):
    minimum_severity = SeverityField(source="in_app_minimum_severity", allow_null=True, help_text="null: nothing.")


class PreferencesSerializer(serializers.Serializer[Any]):
    email = ByEmailSerializer(source="*")
    in_app = InAppSerializer(source="*")
