"""The audit as a file: streamed, the whole part asked for, with no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from core import trail
from core.auditing import note
from core.fence import everywhere, inside
from core.models import AuditEntry, Organization
from core.trail_words import Entry, told

MOST = 100_000
COLUMNS = ["at", "actor", "action", "model", "object_id", "object", "changes", "reason"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv writes to: it hands each line on."""

    def write(self, line: str) -> str:
        return line


def export(asked: trail.Asked, *, organization: Organization | None) -> StreamingHttpResponse:
    """The answer with the file. That it was taken is in the audit itself. None: a superuser takes everybody's."""
    wanted = {name: str(value) for name, value in vars(asked).items() if value}
    detail = ", ".join(f"{name}={value}" for name, value in wanted.items() if name != "search")
    note(
        AuditEntry.Action.EXPORTED,
        organization_id=organization.pk if organization else None,
        model="auditentry",
        detail=detail,
    )
    answer = StreamingHttpResponse(lines(asked, organization=organization), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y-%m-%d}.csv"'
    return answer


def lines(asked: trail.Asked, *, organization: Organization | None) -> Iterator[str]:
    """Outlives the request, whose scope is closed by then: each piece is read in a scope of its own."""
    writer, count = csv.writer(_Line()), 0
    yield writer.writerow(COLUMNS)
    pages = trail.read_all(asked, most=MOST)
    while True:
        with inside(organization) if organization else everywhere():
            page = next(pages, None)
            entries = told(page) if page else []
        if page is None:
            break
        count += len(page)
        for entry in entries:
            yield writer.writerow(cell(value) for value in _values(entry))
    if count == MOST:
        yield writer.writerow([f"The newest {MOST} rows. Narrow it by since and until for the others."])


def cell(value: Any) -> str:
    """A spreadsheet runs what begins like a formula, whoever wrote it there."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _values(entry: Entry) -> list[Any]:
    changes = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in entry.changes.items())
    about = [entry.model, entry.object_id, entry.label]
    return [entry.at.isoformat(), entry.actor, entry.action, *about, changes, entry.reason]
