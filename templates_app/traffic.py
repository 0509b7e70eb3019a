"""
What became of a template's messages, counted by day and market: the one door by which messages and receipts count.

A count is added in the database, never read and written back, so that any number of workers may count at once.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Case, F, Sum, Value, When

from templates_app.inserting import insert
from templates_app.models import Template, Traffic

COUNTS = ("sent", "delivered", "read", "failed", "opted_out")
AT_ONCE = 200  # templates that one statement adds to
_ADDED = ", ".join(f"{name} = {Traffic._meta.db_table}.{name} + excluded.{name}" for name in COUNTS)
_ADD = f"ON CONFLICT (template_id, day, market) DO UPDATE SET {_ADDED}"

Counts = Mapping[str, int]
Key = tuple[uuid.UUID, date, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """
    So many messages more of one template, on one day and in one market.

    `day` is the UTC day on which they were sent, also for what becomes of them later. `market`: ISO 3166 country,
    "" where it is not known. `sent` counts what the provider took or refused, `failed` those of them that it
    refused or that failed later; none is ever taken back.
    """

    template_id: uuid.UUID
    day: date
    market: str = ""
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    opted_out: int = 0


def count(
    template_id: uuid.UUID,
    *,
    day: date,
    market: str = "",
    sent: int = 0,
    delivered: int = 0,
    read: int = 0,
    failed: int = 0,
    opted_out: int = 0,
) -> None:
    """Counts messages of one template."""
    count_all(
        [
            Counted(
                template_id=template_id,
                day=day,
                market=market,
                sent=sent,
                delivered=delivered,
                read=read,
                failed=failed,
                opted_out=opted_out,
            )
        ]
    )


@transaction.atomic
def count_all(rows: Iterable[Counted]) -> None:
    """
    Counts messages of many templates, and keeps the templates' own totals in step.

    The templates are locked in one order, so that two batches never wait for each other. Raises
    Template.DoesNotExist, and counts nothing, where one of them is not ours.
    """
    summed = _summed(rows)
    wanted = {key[0] for key in summed}
    locked = Template.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk")
    organizations = dict(locked.values_list("pk", "organization_id"))
    if wanted - organizations.keys():
        raise Template.DoesNotExist
    insert([_row(key, organizations[key[0]], counts) for key, counts in sorted(summed.items())], on_conflict=_ADD)
    _add_to_totals(summed)


def since(template_ids: Sequence[uuid.UUID], *, day: date) -> dict[uuid.UUID, Counts]:
    """What was counted of each of these templates on that day and after, of all markets; none: no entry."""
    rows = Traffic.objects.filter(template_id__in=template_ids, day__gte=day).order_by()
    sums = rows.values_list("template_id").annotate(*(Sum(name) for name in COUNTS))
    return {template_id: dict(zip(COUNTS, counts, strict=True)) for template_id, *counts in sums}


def by_day(*, first: date) -> dict[date, Counts]:
    """What was counted of all templates in scope on each day from the first on; a day without: no entry."""
    rows = Traffic.objects.filter(day__gte=first, template__is_retired=False).order_by("day")
    sums = rows.values_list("day").annotate(*(Sum(name) for name in COUNTS))
    return {day: dict(zip(COUNTS, counts, strict=True)) for day, *counts in sums}


def _summed(rows: Iterable[Counted]) -> dict[Key, dict[str, int]]:
    """One entry for each row of the table: a statement must not touch a row twice."""
    summed: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for row in rows:
        counts = summed[row.template_id, row.day, row.market.upper()]
        for name in COUNTS:
            counts[name] += getattr(row, name)
    return {key: counts for key, counts in summed.items() if any(counts.values())}


def _row(key: Key, organization_id: uuid.UUID, counts: Counts) -> Traffic:
    template_id, day, market = key
    return Traffic(organization_id=organization_id, template_id=template_id, day=day, market=market, **counts)


def _add_to_totals(summed: Mapping[Key, Counts]) -> None:
    totals: dict[uuid.UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for (template_id, _, _), counts in summed.items():
        for name in COUNTS:
            totals[template_id][name] += counts[name]
    templates = sorted(totals)
    for first in range(0, len(templates), AT_ONCE):
        batch = templates[first : first + AT_ONCE]
        changed = {name: [(key, totals[key][name]) for key in batch if totals[key][name]] for name in COUNTS}
        Template.objects.filter(pk__in=batch).update(
            **{f"{name}_count": F(f"{name}_count") + _more(told) for name, told in changed.items() if told}
        )


def _more(told: Sequence[tuple[uuid.UUID, int]]) -> Case:
    return Case(*(When(pk=key, then=Value(number)) for key, number in told), default=Value(0))
