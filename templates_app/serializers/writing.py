"""What people write into templates by the API, and what the preflight answers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.text import SafeCharField, is_storable
from providers.models import Account
from templates_app.components import NAMED, POSITIONAL
from templates_app.models import Template
from templates_app.preflight import Finding
from templates_app.preflight.whole import EARLIER_CATEGORIES

FINDING_SEVERITIES = ["error", "warning", "hint"]
COMPONENTS_MOST = 64 * 1024  # bytes of JSON


@extend_schema_field(OpenApiTypes.UUID)
class AccountField(serializers.PrimaryKeyRelatedField[Account]):
    def get_queryset(self) -> QuerySet[Account]:
        rows: QuerySet[Account] = Account.objects.filter(is_retired=False)
        return rows


@extend_schema_field(OpenApiTypes.UUID)
class TemplateField(serializers.PrimaryKeyRelatedField[Template]):
    def get_queryset(self) -> QuerySet[Template]:
        rows: QuerySet[Template] = Template.objects.select_related("current_version", "account")
        return rows


class LanguageField(SafeCharField):
    """A code as Meta writes it; `-` is read as `_`."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).replace("-", "_")


class CategoryField(SafeCharField):
    """In capitals; the earlier names are read as those of today (ruling 14)."""

    def to_internal_value(self, data: Any) -> str:
        word = super().to_internal_value(data).upper()
        return EARLIER_CATEGORIES.get(word, word)


class FormatField(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> str:
        word: str = super().to_internal_value(data.upper() if isinstance(data, str) else data)
        return word


@extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": True}})
class ComponentsField(serializers.Field[Any, Any, Any, Any]):
    """A list of objects that both databases can hold. What they may say is the preflight's business."""

    default_error_messages = {
        "not_a_list": "Must be a list of components, each an object.",
        "too_large": f"At most {COMPONENTS_MOST // 1024} KiB of JSON.",
        "not_text": "Holds a character that is not text (U+0000 or half a surrogate pair).",
        "not_json": "Holds a number that JSON cannot write.",
    }

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list) or not all(isinstance(part, dict) for part in data):
            self.fail("not_a_list")
        try:
            text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        except ValueError:
            self.fail("not_json")
        if not all(map(is_storable, _texts(data))):
            self.fail("not_text")
        if len(text.encode()) > COMPONENTS_MOST:
            self.fail("too_large")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def _texts(value: Any) -> Iterator[str]:
    """Every key and every text in it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            yield one


def refusal(findings: Iterable[Finding]) -> serializers.ValidationError:
    """Every broken rule at once: `attr` is the component, `code` the rule."""
    errors: dict[str, list[ErrorDetail]] = defaultdict(list)
    for finding in findings:
        where = finding.component or _WHOLE.get(finding.rule, "components")
        errors[where].append(ErrorDetail(f"{finding.message} {finding.fix}", code=finding.rule))
    return serializers.ValidationError(dict(errors))


_WHOLE = {"template_limit": "account"}  # what is about no component of the template


class TemplateDraft(serializers.Serializer[Any]):
    """A template to be written. Keys that are not named here are passed over."""

    account = AccountField()
    name = SafeCharField(max_length=512)
    language = LanguageField(max_length=16)
    category = CategoryField(max_length=50)
    parameter_format = FormatField(
        choices=[POSITIONAL, NAMED], required=False, help_text="Without it, what the variables in the texts are."
    )
    components = ComponentsField()
    allow_category_change = serializers.BooleanField(required=False, help_text="True: org_admin only.")


class TemplateChange(serializers.Serializer[Any]):
    """What is to be changed in a template; what is not named stays."""

    name = SafeCharField(max_length=512, required=False)
    language = LanguageField(max_length=16, required=False)
    category = CategoryField(max_length=50, required=False)
    parameter_format = FormatField(choices=[POSITIONAL, NAMED], required=False)
    components = ComponentsField(required=False)
    allow_category_change = serializers.BooleanField(required=False, help_text="org_admin only.")
    is_retired = serializers.BooleanField(
        required=False, help_text="False brings a retired template back. org_admin only."
    )
    note = SafeCharField(max_length=500, required=False, allow_blank=True, help_text="Kept with the version.")


class PreflightRequest(serializers.Serializer[Any]):
    """A draft as for POST, or `{"template": id}` for what a template says now. The account may be left out."""

    template = TemplateField(required=False)
    account = AccountField(required=False)
    name = SafeCharField(max_length=512, required=False, allow_blank=True, default="")
    language = LanguageField(max_length=16, required=False, allow_blank=True, default="")
    category = CategoryField(max_length=50, required=False, allow_blank=True, default="")
    parameter_format = FormatField(choices=[POSITIONAL, NAMED], required=False)
    components = ComponentsField(required=False, default=list)


class FindingAnswer(serializers.Serializer[Any]):
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=FINDING_SEVERITIES)
    component = serializers.CharField(help_text='Such as `BODY` or `BUTTONS[1].url`; "" for the whole.')
    span = serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2, allow_null=True)
    message = serializers.CharField()
    fix = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF's base has an attribute of that name


class PreflightAnswer(serializers.Serializer[Any]):
    ok = serializers.BooleanField(help_text="No error among the findings.")
    findings = FindingAnswer(many=True)
