"""
What the demo's messages leave behind: counts, snapshots of quality, our own measure of delivery, early warnings.

All of it is written as if it had been counted and measured day by day, in a few statements.
"""

from __future__ import annotations

import dataclasses
import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from config.demo.retelling import Retelling
from config.demo.story import DAYS
from config.demo.traffic import Sent, sent
from core.days import day_of
from providers.models import Account
from templates_app import delivery, foresight, quality, traffic
from templates_app.delivery import Held
from templates_app.folding import Step, fold
from templates_app.inserting import insert
from templates_app.ledger import facts_of
from templates_app.models import QualitySnapshot, QualityWarning, Template
from templates_app.standing import Standing
from templates_app.traffic import COUNTS, Counted
from templates_app.trends import delivery_health
from templates_app.warning import early_warning

DAY = timedelta(days=1)
MEASURED = (40.0, 24.2, 12.0, 2.6)  # days ago: when delivery was looked at; the last time it was low
MOVED = timedelta(days=2.3)  # ago: when rates were found to move
# Early warnings that were given and ended: the template, and how many days ago both was.
WARNINGS = (
    ("order_confirmation.en_GB", 23.4, 20.6),
    ("winter_sale.en_GB", 19.4, 17.35),
    ("winter_sale.fr", 11.4, 9.44),
    ("back_in_stock.es", 1.4, 0.07),
)
NONE = dict.fromkeys(COUNTS, 0)
Days = Mapping[int, Mapping[str, int]]  # what was counted of one template, by how many days ago


class Counting:
    """Of the templates of one account; each step in a transaction, with the account's organization alone in scope."""

    def __init__(self, account: Account, *, retelling: Retelling, now: datetime) -> None:
        self._account = account
        self._retelling = retelling
        self._now = now
        self._sent = list(sent())
        self._counted = now - (DAYS + 1) * DAY

    def measure(self, *, at: datetime) -> None:
        """Counts the messages up to this moment, and looks how many of them arrive."""
        self._count(until=at)
        rows = Template.objects.filter(account=self._account).order_by()
        held = {pk: Held(*told) for pk, *told in rows.values_list("pk", "delivery_health", "measured")}
        delivery.measure(held, at=at)
        self._retelling.set_back(at=at)

    def look_back(self) -> None:
        """When everything has happened and is counted: snapshots, and what the rates warned of."""
        rows = self._rows()
        self._take_snapshots(rows)
        self._keep_warnings(rows)
        others = Template.objects.exclude(account=self._account).exclude(account__provider="sandbox")
        if not others.exists():  # what is found out about those is to be told, and not in here
            for moment in (self._now - MOVED, self._now):
                foresight.assess_all(at=moment)
                self._retelling.set_back(at=self._now - MOVED)

    def _rows(self) -> dict[str, Template]:
        return {f"{row.name}.{row.language}": row for row in Template.objects.filter(account=self._account)}

    def _count(self, *, until: datetime) -> None:
        rows, today = self._rows(), day_of(self._now)
        traffic.count_all(
            Counted(template_id=rows[one.template].pk, day=today - one.ago * DAY, market=one.market, **one.counts)
            for one in self._sent
            if self._counted < self._now - one.ago * DAY <= until
        )
        self._counted = until

    def _take_snapshots(self, rows: Mapping[str, Template]) -> None:
        """One a day, at this time of the day; those that facts made are given what was counted by then."""
        days, ids = _by_template(self._sent), [row.pk for row in rows.values()]
        facts = facts_of(ids)
        by_fact: dict[uuid.UUID, list[QualitySnapshot]] = defaultdict(list)
        for one in QualitySnapshot.objects.filter(template__in=ids):
            by_fact[one.template_id].append(one)
        taken: list[QualitySnapshot] = []
        for key, row in rows.items():
            mine = list(_daily(row, days.get(key, {}), fold(facts[row.pk])[1], now=self._now))
            _follow(by_fact[row.pk], mine)
            taken += mine
        insert(taken)
        corrected = [one for several in by_fact.values() for one in several]
        QualitySnapshot.objects.bulk_update(corrected, ["totals", "delivery_health", *COUNTS])

    def _keep_warnings(self, rows: Mapping[str, Template]) -> None:
        given = [
            _warning(rows[key], at=self._now - begun_ago * DAY, ended_at=self._now - ended_ago * DAY)
            for key, begun_ago, ended_ago in WARNINGS
        ]
        QualityWarning.objects.bulk_create(given)
        foresight.judge_all(at=self._now)


def _by_template(told: Sequence[Sent]) -> dict[str, dict[int, dict[str, int]]]:
    days: dict[str, dict[int, dict[str, int]]] = defaultdict(dict)
    for one in told:
        day = days[one.template].setdefault(one.ago, dict(NONE))
        for name in COUNTS:
            day[name] += one.counts[name]
    return days


def _warning(row: Template, *, at: datetime, ended_at: datetime) -> QualityWarning:
    """As the rates of those days give it."""
    samples = quality.samples_of([row.pk], since=at - quality.REACH, until=at)
    found = early_warning(samples[row.pk], at=at)
    return QualityWarning(
        organization_id=row.organization_id,
        template=row,
        at=at,
        ended_at=ended_at,
        risk=found.risk,
        drivers=[dataclasses.asdict(driver) for driver in found.drivers],
        sentence=found.sentence,
    )


def _daily(row: Template, days: Days, steps: Sequence[Step], *, now: datetime) -> Iterator[QualitySnapshot]:
    """Oldest first, since the template is known."""
    moments = [step.fact.at for step in steps]
    totals, health = dict(NONE), ""
    for ago in range(DAYS, -1, -1):
        moment = now - ago * DAY
        counted = days.get(ago, NONE)
        totals = {name: totals[name] + counted[name] for name in COUNTS}
        week = [days.get(ago + before, NONE) for before in range(delivery.DAYS)]
        delivered, failed = sum(day["delivered"] for day in week), sum(day["failed"] for day in week)
        health = delivery_health(delivered=delivered, failed=failed, last=health)
        known = bisect_right(moments, moment)
        if known:
            yield _snapshot(row, steps[known - 1].after, moment, health=health, counted=counted, totals=totals)


def _snapshot(
    row: Template,
    standing: Standing,
    moment: datetime,
    *,
    health: str,
    counted: Mapping[str, int],
    totals: Mapping[str, int],
) -> QualitySnapshot:
    return QualitySnapshot(
        organization_id=row.organization_id,
        template=row,
        at=moment,
        cause=quality.CLOCK,
        status=standing.status,
        quality_score=standing.quality_score,
        delivery_health=health,
        totals=dict(totals),
        **counted,
    )


def _follow(by_fact: Sequence[QualitySnapshot], daily: Sequence[QualitySnapshot]) -> None:
    """What had been counted, and our own colour, when these were taken; what is new is in the daily ones."""
    moments = [one.at for one in daily]
    for one in by_fact:
        vars(one).update(NONE)
        before = bisect_right(moments, one.at)
        if before:
            one.totals, one.delivery_health = daily[before - 1].totals, daily[before - 1].delivery_health
