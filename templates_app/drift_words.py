"""What people read where a provider serves another content of a template than the one that it has from us. Pure."""

from __future__ import annotations

from datetime import datetime

from core.matters import Matter, Severity
from templates_app import diff
from templates_app.content import Content
from templates_app.phrases import clock

TEMPLATE_DRIFT = "TEMPLATE_DRIFT"

_WEIGHT = {
    diff.BREAKING: "Messages that fill in the variables of our version may be refused or say something wrong.",
    diff.REVIEW: "What customers read is not what was agreed on here.",
    diff.COSMETIC: "The change is small, and what is sent here still fits.",
}
_ACTION = (
    "Open the template and compare both versions. Adopt Meta's if the change was meant: it becomes ours. Restore ours "
    "if it was not: it is submitted again, reviewed again, and cannot be sent until Meta approves it. Then find out "
    "who edits templates in WhatsApp Manager."
)


def drift(
    *,
    template_id: str,
    name: str,
    language: str,
    ours: tuple[int, Content],
    theirs: tuple[int, Content],
    since: datetime,
) -> Matter:
    """`ours` and `theirs` are the versions: their numbers and what they say."""
    (our_number, our_content), (their_number, their_content) = ours, theirs
    found = diff.compare(our_content, their_content)
    return Matter(
        alert_type=TEMPLATE_DRIFT,
        severity=Severity.HIGH,
        title=f"Meta serves another content of {name} ({language or '?'}) than ours",
        detail=f"It has v{our_number} from us and serves what is kept as v{their_number} since {clock(since)}. "
        f"{diff.summary(found)} {_WEIGHT[found.severity]}",
        action_required=_ACTION,
        data={
            "template_id": template_id,
            "template_name": name,
            "language": language,
            "our_version": our_number,
            "their_version": their_number,
            "weight": found.severity,
        },
        count=1,
        first_seen_at=since,
        last_seen_at=since,
    )
