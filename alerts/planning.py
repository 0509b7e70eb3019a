"""Escalations are planned, changed and taken away; what is open now is taken on at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from alerts import escalating
from alerts.models import Escalation
from core.models import Organization


@transaction.atomic
def plan(*, organization: Organization | None, fields: Mapping[str, Any]) -> Escalation:
    escalation: Escalation = Escalation.objects.create(organization=organization, **fields)
    escalating.take_on(escalation)
    return escalation


@transaction.atomic
def change(escalation: Escalation, *, fields: Mapping[str, Any]) -> Escalation:
    for name, value in fields.items():
        setattr(escalation, name, value)
    escalation.save(update_fields=list(fields))
    escalating.take_on(escalation)
    return escalation
