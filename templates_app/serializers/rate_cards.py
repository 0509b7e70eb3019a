"""Rate cards as the API reads and shows them. Prices come as rows or as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework import serializers

from core.text import SafeCharField
from templates_app.models import Rate, RateCard
from templates_app.prices import COLUMNS, ROWS_MOST, Fault, checked, read


class RateSerializer(serializers.ModelSerializer[Rate]):
    class Meta:
        model = Rate
        fields: ClassVar[list[str]] = list(COLUMNS)


class RateCardSerializer(serializers.ModelSerializer[RateCard]):
    class Meta:
        model = RateCard
        fields: ClassVar[list[str]] = ["id", "name", "valid_from", "currency", "created_at"]


class RateCardWithRates(RateCardSerializer):
    rates = RateSerializer(many=True, read_only=True)

    class Meta(RateCardSerializer.Meta):
        fields: ClassVar[list[str]] = [*RateCardSerializer.Meta.fields, "rates"]


class RateRow(serializers.Serializer[Any]):
    market = SafeCharField(
        max_length=8, allow_blank=True, help_text='Country by two letters; "*" or "": everywhere else.'
    )
    category = SafeCharField(max_length=50)
    price = SafeCharField(max_length=20, help_text="Of one delivered message: digits and a point.")


class RateCardRequest(serializers.Serializer[Any]):
    """A card with its prices: either `rates` or `csv`, with a header line market, category, price."""

    name = SafeCharField(max_length=100)
    valid_from = serializers.DateField()
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="ISO 4217.")
    rates: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=RateRow(), required=False, max_length=ROWS_MOST
    )
    csv = SafeCharField(required=False, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("rates" in attrs) is ("csv" in attrs):
            raise serializers.ValidationError({"rates": ["Give the prices as `rates` or as `csv`, one of them."]})
        if "csv" in attrs:
            entries, faults = read(attrs["csv"])
            _refuse("csv", [str(fault) for fault in faults])
        else:
            entries, faults = checked(list(enumerate(attrs["rates"], start=1)))
            _refuse("rates", [_of_row(fault) for fault in faults])
        return {**attrs, "entries": entries}


def _of_row(fault: Fault) -> str:
    return str(fault).replace("Line", "Row", 1)


def _refuse(field: str, sentences: Sequence[str]) -> None:
    if sentences:
        raise serializers.ValidationError({field: list(sentences)})
