"""A filter by a moment that both databases can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.db import models
from rest_framework import exceptions


class SinceFilter(django_filters.IsoDateTimeFilter):
    """`field_name` at or after the moment, asked for in UTC: PostgreSQL reads not every offset of RFC 3339."""

    def filter(self, qs: models.QuerySet[Any], value: datetime | None) -> models.QuerySet[Any]:
        if value is None:
            return qs
        try:
            return qs.filter(**{f"{self.field_name}__gte": value.astimezone(UTC)})
        except OverflowError:
            raise exceptions.ValidationError({"since": ["Not a moment between the years 1 and 9999."]}) from None
