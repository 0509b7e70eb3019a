"""What is wrong with templates by the passing of time alone: no fact says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from core.checkups import checkup
from core.matters import Matter, Severity, Subject
from templates_app.concerns import TEMPLATE_PENDING_LONG
from templates_app.models import Template
from templates_app.overview import LONG_PENDING
from templates_app.wording import LONG_PENDING_ACTION


@checkup(
    alert_type=TEMPLATE_PENDING_LONG,
    every=timedelta(minutes=10),
    what="Looks for templates that have been in review for more than 48 hours.",
)
def template_pending_long() -> list[Subject]:
    rows = Template.objects.filter(
        status="PENDING", status_at__lt=timezone.now() - LONG_PENDING, is_retired=False
    ).only("organization", "name", "language", "status_at")
    return [_subject(row, pending_since=row.status_at) for row in rows.order_by("id") if row.status_at]


def _subject(template: Template, *, pending_since: datetime) -> Subject:
    matter = Matter(
        alert_type=TEMPLATE_PENDING_LONG,
        severity=Severity.MEDIUM,
        title=f"Template {template} has been in review for more than 48 hours",
        detail=f"Meta has been reviewing it since {pending_since:%Y-%m-%d at %H:%M} UTC. It cannot be sent until it "
        "is approved.",
        action_required=LONG_PENDING_ACTION,
        data={
            "template_id": str(template.pk),
            "template_name": template.name,
            "language": template.language,
            "pending_since": pending_since.isoformat(),
        },
        count=1,
        first_seen_at=pending_since + LONG_PENDING,
        last_seen_at=pending_since + LONG_PENDING,
    )
    return Subject(
        organization_id=template.organization_id,
        kind="template",
        id=str(template.pk),
        label=str(template),
        alert_types=[TEMPLATE_PENDING_LONG],
        matters=[matter],
    )
