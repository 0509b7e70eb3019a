"""
How a template's quality moves: its delivery now against its own history, and Meta's score.

Pure. Counts come from messages and receipts; where these are too few the answer says so, and nothing is invented.
"""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from templates_app.rates import ENOUGH, Comparison, Outcome, Rate, compare

IMPROVING, STABLE, DEGRADING = "improving", "stable", "degrading"
UNKNOWN = "UNKNOWN"
COLOURS = ("GREEN", "YELLOW", "RED", UNKNOWN)

WINDOW = timedelta(days=7)  # what is recent
LEAST_CHANGE = 0.01  # a smaller one is no trend, however many messages prove it

_RANKS = {"GREEN": 0, "YELLOW": 1, "RED": 2}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A template at one moment: its score then, and what happened to its messages since the sample before."""

    at: datetime
    quality_score: str
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    opted_out: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """
    `word`: improving, stable or degrading; stable but not certain where there are too few messages to tell.

    `since`: the first sample that was different; if stable, since when nothing changed; None if uncertain.
    `recent` and `usual`: the shares delivered of what was delivered or failed.
    """

    word: str
    since: datetime | None
    is_certain: bool
    reason: str
    recent: Rate
    usual: Rate


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Many templates together: sums, and the rates they make, in which each message weighs the same."""

    templates: int
    sent: int
    delivered: int
    read: int
    failed: int
    opted_out: int
    delivery: Rate  # of those delivered or failed
    reads: Rate  # of those delivered
    opt_outs: Rate  # of those delivered


def delivery_health(*, delivered: int, failed: int, last: str) -> str:
    """Our own colour; `last`: the one before, which stays between 98 and 99 %. Empty below 100 messages."""
    total = delivered + failed
    if total < ENOUGH:
        return ""
    if delivered * 100 > total * 99:
        return "GREEN"
    if delivered * 100 < total * 95:
        return "RED"
    return "YELLOW" if delivered * 100 < total * 98 else last


def trend(samples: Iterable[Sample], *, at: datetime, window: timedelta = WINDOW) -> Trend:
    """
    Where a template's quality goes: by Meta's score if that moved within the window, else by its delivery.

    A score is Meta's judgment and needs no number of messages. The share delivered in the window must differ
    from the template's own usual share by a percentage point or more, and by more than chance allows: Newcombe's
    interval for the difference, made of Wilson's at 99.9 %, leaves out zero. So strict because of the many looks
    (see DECIDING); how the template's days scatter widens it further (see `compare`).
    """
    seen = in_order(samples, until=at)
    begins = at - window
    outcomes = [Outcome(each.at, each.delivered, each.delivered + each.failed) for each in seen]
    compared = compare(outcomes, begins=begins)
    word, since, reason = _by_score(seen, begins=begins) or _by_delivery(seen, outcomes, compared, window=window)
    return Trend(
        word=word,
        since=since,
        is_certain=since is not None,
        reason=reason,
        recent=compared.recent,
        usual=compared.usual,
    )


def in_order(samples: Iterable[Sample], *, until: datetime) -> list[Sample]:
    return sorted((each for each in samples if each.at <= until), key=_moment)


def aggregate(samples_of: Mapping[Any, Iterable[Sample]], *, since: datetime, until: datetime) -> Aggregate:
    """What was counted after `since`, of all templates together; `samples_of`: by template, also those without."""
    samples = [each for mine in samples_of.values() for each in mine if since < each.at <= until]
    sent, delivered, read, failed, opted_out = (
        sum(map(operator.attrgetter(name), samples)) for name in ("sent", "delivered", "read", "failed", "opted_out")
    )
    return Aggregate(
        templates=len(samples_of),
        sent=sent,
        delivered=delivered,
        read=read,
        failed=failed,
        opted_out=opted_out,
        delivery=Rate.made(delivered, delivered + failed),
        reads=Rate.made(min(read, delivered), delivered),
        opt_outs=Rate.made(min(opted_out, delivered), delivered),
    )


def _by_score(seen: Sequence[Sample], *, begins: datetime) -> tuple[str, datetime, str] | None:
    """
    The step that Meta's score made since then, unless it was taken back.

    A first score below GREEN is a fall; a score that became unknown, as after an edit, is no step.
    """
    told = [each for each in seen if each.quality_score in _RANKS]
    if not told:
        return None
    start, now = _score_at(seen, told, begins), told[-1].quality_score
    worse = _rank(now) - _rank(start)
    if not worse:
        return None
    changed = itertools.takewhile(lambda each: (_rank(each.quality_score) - _rank(start)) * worse > 0, reversed(told))
    since = list(changed)[-1].at
    return DEGRADING if worse > 0 else IMPROVING, since, f"Meta's score went from {start} to {now}."


def _score_at(seen: Sequence[Sample], told: Sequence[Sample], begins: datetime) -> str:
    before = [each.quality_score for each in told if each.at <= begins]
    if before:
        return before[-1]
    # What our first sample says was so before us; a score that came later was the first that Meta gave.
    return told[0].quality_score if told[0] is seen[0] else UNKNOWN


def _rank(score: str) -> int:
    return _RANKS.get(score, 0)


def _by_delivery(
    seen: Sequence[Sample], outcomes: Sequence[Outcome], compared: Comparison, *, window: timedelta
) -> tuple[str, datetime | None, str]:
    if not compared.is_enough:
        return STABLE, None, compared.lack
    reason = f"Delivered: {compared.recent} messages in the last {window.days} days, {compared.usual} before."
    if compared.fell(by=LEAST_CHANGE):
        return DEGRADING, _turned_at(outcomes, compared, window=window), reason
    if compared.rose(by=LEAST_CHANGE):
        return IMPROVING, _turned_at(outcomes, compared, window=window), reason
    return STABLE, _unchanged_since(seen), reason


def _turned_at(outcomes: Sequence[Outcome], compared: Comparison, *, window: timedelta) -> datetime:
    """
    The first sample after the turn, which may lie before the window (CUSUM).

    What was delivered above the middle between the usual and the recent rate is added up: the sum rises as long
    as all is as usual, and falls from the turn on. For a rate that rose, the other way round.
    """
    middle = (_share(compared.recent) + _share(compared.usual)) / 2
    sign = 1 if _share(compared.recent) < _share(compared.usual) else -1
    lately = [each for each in outcomes if each.of and each.at > outcomes[-1].at - 2 * window]
    gains = [sign * (each.hits - middle * each.of) for each in lately]
    sums = [0.0, *itertools.accumulate(gains)]
    return lately[min(sums.index(max(sums)), len(lately) - 1)].at


def _share(rate: Rate) -> float:
    return rate.hits / rate.of


def _unchanged_since(seen: Sequence[Sample]) -> datetime:
    """The newest step of the score, else the first sample that is looked at."""
    for earlier, later in itertools.pairwise(reversed(seen)):
        if earlier.quality_score != later.quality_score:
            return earlier.at
    return seen[0].at


def _moment(sample: Sample) -> datetime:
    return sample.at
