"""A template's category as the API shows it, and what people may say of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.text import SafeCharField
from templates_app.category_words import ANNOUNCED, COMPLETED
from templates_app.prices import Cost, amount


class MarketCostAnswer(serializers.Serializer[Any]):
    market = serializers.CharField(help_text='Country by two letters; "" where it is not known.')
    messages = serializers.IntegerField()
    before = serializers.CharField()
    after = serializers.CharField()


class CostAnswer(serializers.Serializer[Any]):
    """Amounts are text, in the card's currency, for the messages of the last `days` days."""

    previous_category = serializers.CharField()
    new_category = serializers.CharField()
    rate_card = serializers.CharField()
    valid_from = serializers.DateField()
    currency = serializers.CharField()
    days = serializers.IntegerField()
    messages = serializers.IntegerField(help_text="Delivered, and with a price.")
    before = serializers.CharField()
    after = serializers.CharField()
    difference = serializers.CharField()
    without_price = serializers.IntegerField(help_text="Delivered to markets for which the card has no price.")
    sentence = serializers.CharField()
    markets = MarketCostAnswer(many=True)


class CategoryLineAnswer(serializers.Serializer[Any]):
    timestamp = serializers.DateTimeField()
    event_type = serializers.CharField()
    category = serializers.CharField(help_text="Ours, after this fact.")
    meta_reported_category = serializers.CharField(help_text='Meta\'s, after this fact; "" until it has said one.')
    reason = serializers.CharField()
    webhook_id = serializers.UUIDField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # DRF's base has an attribute of that name
    actor = serializers.CharField()


class CategoryInfo(serializers.Serializer[Any]):
    category = serializers.CharField()
    meta_reported_category = serializers.CharField(allow_null=True)
    allow_category_change = serializers.BooleanField()
    category_changed_at = serializers.DateTimeField(allow_null=True)
    category_change_alert_sent = serializers.BooleanField()
    is_contested = serializers.BooleanField()
    pending_category = serializers.CharField()
    pending_category_at = serializers.DateTimeField(allow_null=True)
    costs = serializers.SerializerMethodField(help_text="Meta's category and the coming one; none without a rate card.")
    history = CategoryLineAnswer(many=True)

    @extend_schema_field(CostAnswer(many=True))
    def get_costs(self, info: dict[str, Any]) -> list[dict[str, Any]]:
        return [_cost(cost) for cost in info["costs"]]


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "previous_category": cost.before_category,
        "new_category": cost.after_category,
        **cost.totals(),
        "sentence": cost.sentence,
        "markets": [
            {
                "market": one.market,
                "messages": one.messages,
                "before": amount(one.before),
                "after": amount(one.after),
            }
            for one in cost.markets
        ],
    }


class AllowRequest(serializers.Serializer[Any]):
    allow = serializers.BooleanField(help_text="Whether Meta may move our category as well. Also as `?allow=true`.")


class DecisionRequest(serializers.Serializer[Any]):
    note = SafeCharField(max_length=500, required=False, allow_blank=True, default="")


class CategoryChangeAnswer(serializers.Serializer[Any]):
    template_id = serializers.UUIDField()
    template_name = serializers.CharField()
    previous_category = serializers.CharField()
    new_category = serializers.CharField()
    phase = serializers.ChoiceField(choices=[ANNOUNCED, COMPLETED])
    allowed = serializers.BooleanField()
    changed_at = serializers.DateTimeField()
    webhook_id = serializers.UUIDField(allow_null=True)


class CategoryChangesAnswer(serializers.Serializer[Any]):
    category_changes = CategoryChangeAnswer(many=True)
    total = serializers.IntegerField()
    skip = serializers.IntegerField()
    limit = serializers.IntegerField()
