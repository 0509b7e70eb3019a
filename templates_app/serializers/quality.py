"""Quality over time, as the API shows it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.paging import MAX_OFFSET
from templates_app.quality_trends import DAYS_MOST

LIMIT_MOST = 100


class TrendsQuery(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=DAYS_MOST, default=30)
    template = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MOST, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=MAX_OFFSET, required=False)
    skip = serializers.IntegerField(min_value=0, max_value=MAX_OFFSET, required=False, help_text="Read as `offset`.")


class Counts(serializers.Serializer[Any]):
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField()
    read = serializers.IntegerField()
    failed = serializers.IntegerField()
    opted_out = serializers.IntegerField()


class Score(Counts):
    at = serializers.DateTimeField()
    quality_score = serializers.CharField()
    delivery_health = serializers.CharField()


class ShareOf(serializers.Serializer[Any]):
    """A share with its 95 % bounds (Wilson), null of no messages."""

    share = serializers.FloatField(allow_null=True)
    of = serializers.IntegerField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class Driver(serializers.Serializer[Any]):
    name = serializers.CharField()
    recent = serializers.FloatField()
    usual = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    words = serializers.CharField()


class Warned(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    risk = serializers.CharField()
    sentence = serializers.CharField()
    drivers = Driver(many=True)


class TemplateCourse(serializers.Serializer[Any]):
    template_id = serializers.UUIDField(source="template.pk")
    template_name = serializers.CharField(source="template.name")
    language = serializers.CharField(source="template.language")
    quality_score = serializers.CharField(source="template.quality_score")
    delivery_health = serializers.CharField(source="template.delivery_health")
    scores = Score(many=True, source="points")
    trend = serializers.ChoiceField(choices=["improving", "stable", "degrading"], source="trend.word")
    since = serializers.DateTimeField(source="trend.since", allow_null=True)
    is_certain = serializers.BooleanField(source="trend.is_certain")
    reason = serializers.CharField(source="trend.reason")
    recent = ShareOf(source="trend.recent")
    usual = ShareOf(source="trend.usual")
    early_warning = Warned(source="warning", allow_null=True)


class Day(Counts):
    day = serializers.DateField()
    GREEN = serializers.IntegerField()
    YELLOW = serializers.IntegerField()
    RED = serializers.IntegerField()
    UNKNOWN = serializers.IntegerField()


class Together(Counts):
    templates = serializers.IntegerField()
    delivery = ShareOf()
    reads = ShareOf()
    opt_outs = ShareOf()


class HitRate(serializers.Serializer[Any]):
    """`precision`: of warnings, the share that came true; `recall`: of falls, the share that was foretold."""

    days = serializers.IntegerField()
    warned = serializers.IntegerField()
    came_true = serializers.IntegerField()
    pending = serializers.IntegerField()
    foretold = serializers.IntegerField()
    missed = serializers.IntegerField()
    precision = serializers.FloatField(allow_null=True)
    recall = serializers.FloatField(allow_null=True)
    too_few_messages = serializers.IntegerField()


class OrganizationCourse(serializers.Serializer[Any]):
    daily = Day(many=True)
    totals = Together()
    early_warnings = HitRate()


class TrendsAnswer(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    templates = TemplateCourse(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    organization = OrganizationCourse()
    timestamp = serializers.DateTimeField()
