"""
Whether a recent rate differs from the usual one by more than chance: Wilson, Newcombe, and how the days scatter.

Pure. Rates are of messages that went a certain way; where these are too few, that is the answer.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from core.days import day_of

HISTORY = timedelta(days=60)  # how far back the usual is looked for
ENOUGH = 100  # messages: fewer make neither a colour nor a rate to compare
ENOUGH_DAYS = 7  # on which the usual messages were counted: a single campaign is no history
SHOWN = 1.96  # the z of the bounds that people read: 95 %
# The z of the bounds that decide: 99.9 %. Looks come four times a day at windows that overlap, and a month of
# them is to bring a false trend to less than 5 % of the templates: with 95 % at each look it would be far more.
DECIDING = 3.29


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`hits` of `of`, and the 95 % Wilson bounds of that share; of no messages there is none."""

    hits: int
    of: int
    low: float
    high: float

    @classmethod
    def made(cls, hits: float, of: float) -> Self:
        low, high = wilson(hits, of)
        return cls(hits=round(hits), of=round(of), low=low, high=high)

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None

    def __str__(self) -> str:
        return "none" if self.share is None else f"{self.share * 100:.1f} % of {self.of:,}"


Tally = tuple[float, float]  # so many messages that went a certain way, of so many


class Outcome(NamedTuple):
    """Of so many messages (`of`) counted at this moment, so many that went a certain way."""

    at: datetime
    hits: float
    of: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A recent rate and the usual one, of `days` days; `low` and `high` bound how far the recent one lies above."""

    recent: Rate
    usual: Rate
    days: int
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        return not self.lack

    @property
    def lack(self) -> str:
        """What is missing for a judgment, as a sentence; empty if nothing."""
        if min(self.recent.of, self.usual.of) < ENOUGH:
            return (
                f"Not enough messages: {self.recent.of:,} recent and {self.usual.of:,} before; "
                f"it takes {ENOUGH} of each."
            )
        if self.days < ENOUGH_DAYS:
            return f"Not enough messages: those before went out on fewer than {ENOUGH_DAYS} days."
        return ""

    def fell(self, *, by: float) -> bool:
        return self.is_enough and self.high < 0 and self._change <= -by

    def rose(self, *, by: float) -> bool:
        return self.is_enough and self.low > 0 and self._change >= by

    @property
    def _change(self) -> float:
        return self.recent.hits / self.recent.of - self.usual.hits / self.usual.of


def wilson(successes: float, n: float, z: float = SHOWN) -> tuple[float, float]:
    """Wilson's interval for a proportion: honest for few messages and for rates near 0 and 1. All of it without any."""
    if n <= 0:
        return 0.0, 1.0
    share = min(successes / n, 1.0)
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def newcombe(recent: Tally, usual: Tally, z: float = SHOWN) -> tuple[float, float]:
    """Newcombe's interval, made of Wilson's, for how far the recent share lies above the usual one."""
    (share, low, high), (share_before, low_before, high_before) = (
        (hits / of if of else 0.0, *wilson(hits, of, z)) for hits, of in (recent, usual)
    )
    change = share - share_before
    down, up = math.hypot(share - low, high_before - share_before), math.hypot(high - share, share_before - low_before)
    return change - down, change + up


def compare(outcomes: Sequence[Outcome], *, begins: datetime, apart: timedelta = timedelta(0)) -> Comparison:
    """
    The rate of what was counted after `begins` against that of the 60 days up to it; `outcomes`: oldest first.

    `apart`: how much between the two is left out, so that what has just begun is not taken for the usual.

    Messages of one day share their fate more than chance would have it (one list, one outage). How much more
    shows in how the usual days scatter about their mean, and messages count for as much less. One bad day is no
    trend either: `low` and `high` go without the day that differs most, if there are others.
    """
    lately = _by_day(each for each in outcomes if each.at > begins)
    until = begins - apart
    before = _by_day(each for each in outcomes if until - HISTORY < each.at <= until)
    recent, usual = _summed(lately), _summed(before)
    scatter = _scatter(before, usual)
    z = _for_few(DECIDING, degrees=len(before) - 1) if scatter > 1 else DECIDING
    hits, of = _without_the_loudest(lately, recent, usual)
    low, high = newcombe((hits / scatter, of / scatter), (usual[0] / scatter, usual[1] / scatter), z)
    return Comparison(recent=Rate.made(*recent), usual=Rate.made(*usual), days=len(before), low=low, high=high)


def _scatter(days: Sequence[Tally], usual: Tally) -> float:
    """
    How many times more the days scatter than chance alone would make them: Pearson's dispersion, at least 1.

    A campaign may go on past midnight: what a day has in common with the next is added, if that makes it more.
    """
    hits, of = usual
    if len(days) < ENOUGH_DAYS or not 0 < hits < of:
        return 1.0
    share = hits / of
    strays = [(good - share * all_) / math.sqrt(all_ * share * (1 - share)) for good, all_ in days]
    alone = sum(stray * stray for stray in strays)
    with_next = 2 * sum(stray * following for stray, following in itertools.pairwise(strays))
    return max(1.0, (alone + max(0.0, with_next)) / (len(days) - 1))


def _for_few(z: float, *, degrees: int) -> float:
    """Student's t in place of `z` where the scatter itself was estimated from few days (Cornish and Fisher)."""
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def _without_the_loudest(days: Sequence[Tally], recent: Tally, usual: Tally) -> Tally:
    """The recent days without the one that does most to set them apart from the usual."""
    (hits, of), (hits_before, of_before) = recent, usual
    if len(days) < 2 or not of_before:
        return recent
    share = hits_before / of_before
    sign = 1 if hits > share * of else -1
    loudest = max(days, key=lambda day: sign * (day[0] - share * day[1]))
    return hits - loudest[0], of - loudest[1]


def _by_day(outcomes: Iterable[Outcome]) -> list[Tally]:
    days: dict[date, Tally] = {}
    for at, hits, of in outcomes:
        if of:
            day = day_of(at)
            so_far = days.get(day, (0.0, 0.0))
            days[day] = so_far[0] + hits, so_far[1] + of
    return [(min(hits, of), of) for hits, of in days.values()]


def _summed(days: Iterable[Tally]) -> Tally:
    hits = of = 0.0
    for mine, all_ in days:
        hits, of = hits + mine, of + all_
    return hits, of
