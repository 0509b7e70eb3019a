"""Facts in any order, each three times, end like the same facts in order, once."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.models import Alert
from core import joining
from core.fence import everywhere
from providers import accounts
from templates_app import history
from templates_app.models import Template, TemplateEvent
from tests.meta_bodies import CATEGORY, COMPONENTS, QUALITY, STATUS, about, at, body, deliver, deliver_together

EVENTS = [
    "APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED", "IN_APPEAL", "LIMIT_EXCEEDED",
    "LOCKED", "ARCHIVED", "UNARCHIVED", "PENDING_DELETION", "DELETED", "SOMETHING_NEW",
]  # fmt: skip
CATEGORIES = ["UTILITY", "MARKETING", "AUTHENTICATION"]
COLOURS = ["GREEN", "YELLOW", "RED", "UNKNOWN"]
NAMED = {"message_template_id": 7001, "message_template_name": "lamp_oil", "message_template_language": "en_US"}
_numbers = itertools.count(1)

status_values = st.builds(
    lambda event, category, title: about(
        event, **({"message_template_category": category} if category else {}), other_info={"title": title}
    ),
    st.sampled_from(EVENTS),
    st.sampled_from(["", *CATEGORIES]),
    st.sampled_from(["FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE"]),
)
quality_values = st.builds(
    lambda before, after: {**NAMED, "previous_quality_score": before, "new_quality_score": after},
    st.sampled_from(COLOURS),
    st.sampled_from(COLOURS),
)
category_values = st.builds(
    lambda before, after: {**NAMED, "previous_category": before, "new_category": after},
    st.sampled_from(CATEGORIES),
    st.sampled_from(CATEGORIES),
)
notice_values = st.builds(
    lambda now, coming: {**NAMED, "new_category": now, "correct_category": coming},
    st.sampled_from(CATEGORIES),
    st.sampled_from(["", *CATEGORIES]),
)
content_values = st.builds(
    lambda text: {**NAMED, "message_template_element": text}, st.sampled_from(["Hello {{1}}!", "Your lamp is lit."])
)
changes = st.one_of(
    st.tuples(st.just(STATUS), status_values),
    st.tuples(st.just(QUALITY), quality_values),
    st.tuples(st.just(CATEGORY), category_values),
    st.tuples(st.just(CATEGORY), notice_values),
    st.tuples(st.just(COMPONENTS), content_values),
)
told = st.lists(st.tuples(st.integers(0, 6), changes), min_size=1, max_size=9)


def world(bodies: list[bytes], *, together: bool) -> dict[str, Any]:
    """What the installation knows after these bodies, told in a world of their own that is gone afterwards."""
    number = next(_numbers)
    with transaction.atomic(), everywhere():
        organization = joining.create_organization(name=f"lamps {number}")
        fields = {"provider": "meta", "name": "lamps", "external_id": "109887766554433"}
        accounts.add_account(organization=organization, fields=fields)
        deliver_together(bodies) if together else deliver(*bodies)
        template = Template.objects.get()
        lines, total = history.history(template, limit=1000, offset=0)
        open_alerts = Alert.objects.filter(status="open").order_by("alert_type")
        seen = {
            "standing": template.standing,
            "columns": {
                name: getattr(template, name) for name in ("status", "category", "quality_score", "last_event")
            },
            "history": [
                (
                    line.timestamp,
                    line.event_type,
                    line.previous_status,
                    line.new_status,
                    line.quality_score,
                    line.reason,
                )
                for line in lines
            ],
            "total": total,
            "facts": TemplateEvent.objects.count(),
            "alerts": list(open_alerts.values_list("alert_type", "severity", "count", "first_seen_at", "last_seen_at")),
        }
        transaction.set_rollback(True)
    return seen


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(told=told, seed=st.integers(0, 1000), together=st.booleans())
def test_facts_in_any_order_each_three_times_end_as_in_order_once(told, seed, together):
    in_order = [
        body(value, field=field, time=at(hour)) for hour, (field, value) in sorted(told, key=lambda one: one[0])
    ]
    shuffled = in_order * 3
    random.Random(seed).shuffle(shuffled)

    assert world(shuffled, together=together) == world(list(dict.fromkeys(in_order)), together=False)
