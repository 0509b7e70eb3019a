"""
The sandbox's stories, as data: what happens to which template, and how long after what came before.

Each works from nothing and can be told again, because it begins by telling of its templates anew. One that
has been told changes only by facts that are newer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta

from providers.adapters.sandbox.telling import (
    APPROVED,
    GREEN,
    MARKETING,
    PACED,
    PENDING,
    RED,
    REJECTED_FOR_VARIABLES,
    UNPAUSED,
    UNRATED,
    YELLOW,
    AboutTemplate,
    Definition,
    about,
    body,
    disabled,
    moved_to,
    notice,
    paused,
    quality,
    says,
    status,
)
from providers.adapters.sandbox.templates import (
    APPOINTMENT,
    BRANCHES,
    DELIVERY_TOMORROW,
    FLASH_SALE,
    LOYALTY_GIFT,
    ORDER_RECEIVED,
    WEEKLY_OFFERS,
)

SPEED, FASTEST = 20_000, 1_000_000  # times faster than life; by the first, days take about half a minute
BATCH = 50  # templates in one body of a burst
Beat = tuple[float, str, AboutTemplate]  # hours after the beat before, what happens in words, and how Meta tells it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Moment:
    """What one call tells, `after` the moment before. Right after it (0), only other templates may be spoken of."""

    after: timedelta
    words: str
    tells: tuple[tuple[Definition, AboutTemplate], ...]

    def body(self, *, account_id: str, at: datetime) -> bytes:
        return body((about(template, tell, at) for template, tell in self.tells), account_id=account_id, at=at)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """`promise`: what there will be to see."""

    name: str
    title: str
    promise: str
    moments: tuple[Moment, ...]

    def gap(self, step: int, *, speed: int) -> int:
        """
        Seconds from the moment before to this one. Meta's times are whole seconds, and the order of two facts
        about one template has to be certain: a gap stays one of a second at least.
        """
        after = self.moments[step].after
        return max(1, round(after.total_seconds() / speed)) if after else 0

    def lasts(self, *, since: int, speed: int) -> int:
        """Seconds from the moment `since` to the end."""
        return sum(self.gap(step, speed=speed) for step in range(since + 1, len(self.moments)))


def _life(template: Definition, *beats: Beat) -> list[Moment]:
    return [
        Moment(after=timedelta(hours=hours), words=words.format(template.name), tells=((template, tell),))
        for hours, words, tell in beats
    ]


def _then(*moments: Iterable[Moment], hours: float = 1) -> tuple[Moment, ...]:
    """One after the other; each begins so long after the one before."""
    first, *others = moments
    told = [*first]
    for other in others:
        beginning, *rest = other
        told += [dataclasses.replace(beginning, after=timedelta(hours=hours)), *rest]
    return tuple(told)


def _in_batches(templates: tuple[Definition, ...], words: str, tell: AboutTemplate, *, hours: float) -> list[Moment]:
    """Many at once, several in each call."""
    return [
        Moment(
            after=timedelta(hours=0 if first else hours),
            words=words.format(f"{first + 1} to {first + BATCH} of {len(templates)}"),
            tells=tuple((template, tell) for template in templates[first : first + BATCH]),
        )
        for first in range(0, len(templates), BATCH)
    ]


IN_REVIEW: tuple[Beat, ...] = (
    (0, "{} is in review at Meta.", PENDING),
    (0.02, "Meta tells what {} says.", says()),
)
IN_USE: tuple[Beat, ...] = (
    *IN_REVIEW,
    (6, "{} is approved.", APPROVED),
    (18, "{} has been sent to many people, and its quality is GREEN.", quality(UNRATED, GREEN)),
)
EDITED: tuple[Beat, ...] = (
    (2, "{} was given a better text.", says(1)),
    (0.02, "{} is in review again.", PENDING),
    (6, "{} is approved again.", APPROVED),
)

APPROVAL = Scenario(
    name="approval",
    title="Templates are reviewed",
    promise="Three new templates come into review. Two are approved; one is rejected, which opens an alert that says "
    "why and what to do.",
    moments=_then(
        _life(ORDER_RECEIVED, *IN_REVIEW),
        _life(DELIVERY_TOMORROW, *IN_REVIEW),
        _life(LOYALTY_GIFT, *IN_REVIEW),
        _life(ORDER_RECEIVED, (0, "{} is approved.", APPROVED)),
        _life(LOYALTY_GIFT, (0, "{} is rejected: its format is not valid.", REJECTED_FOR_VARIABLES)),
        _life(DELIVERY_TOMORROW, (0, "{} is approved.", APPROVED)),
        hours=2,
    ),
)
QUALITY_FALL = Scenario(
    name="quality_fall",
    title="Quality falls",
    promise="An approved template goes from GREEN over YELLOW to RED within days. Each fall opens its alert, the last "
    "one CRITICAL; the template can still be sent.",
    moments=tuple(
        _life(
            WEEKLY_OFFERS,
            *IN_USE,
            (24, "People block the sender: the quality of {} falls to YELLOW.", quality(GREEN, YELLOW)),
            (24, "More people complain: the quality of {} falls to RED.", quality(YELLOW, RED)),
        )
    ),
)
PAUSE_DISABLE = Scenario(
    name="pause_disable",
    title="Paused twice, then disabled",
    promise="Quality falls, Meta flags the template, pauses it for 3 hours, then for 6, and disables it in the end. "
    "Alerts open and close by themselves; TEMPLATE_DISABLED stays.",
    moments=tuple(
        _life(
            FLASH_SALE,
            *IN_USE,
            (12, "The quality of {} falls to YELLOW.", quality(GREEN, YELLOW)),
            (4, "{} is flagged after negative feedback.", status("FLAGGED")),
            (4, "The quality of {} falls to RED.", quality(YELLOW, RED)),
            (1, "{} is paused for the first time, for 3 hours.", paused("FIRST_PAUSE")),
            (3, "The pause of {} is over.", UNPAUSED),
            (0.1, "The quality of {} is YELLOW.", quality(RED, YELLOW)),
            (12, "The quality of {} falls to RED again.", quality(YELLOW, RED)),
            (1, "{} is paused for the second time, for 6 hours.", paused("SECOND_PAUSE")),
            (6, "The pause of {} is over.", UNPAUSED),
            (0.1, "The quality of {} is YELLOW.", quality(RED, YELLOW)),
            (12, "The quality of {} falls to RED for the third time.", quality(YELLOW, RED)),
            (1, "{} is disabled.", disabled()),
        )
    ),
)
RECOVERY = Scenario(
    name="recovery",
    title="All is well again",
    promise="What “Quality falls” and “Paused twice, then disabled” did wrong is put right: the disabled template is "
    "reinstated, both get better texts and GREEN quality. Their alerts resolve by themselves.",
    moments=_then(
        _life(
            FLASH_SALE,
            (0, "Meta agrees with the appeal: {} is reinstated.", status("REINSTATED")),
            *EDITED,
            (12, "The quality of {} rises to YELLOW.", quality(RED, YELLOW)),
            (24, "The quality of {} is GREEN.", quality(YELLOW, GREEN)),
        ),
        _life(
            WEEKLY_OFFERS,
            *EDITED,
            (12, "The quality of {} rises to YELLOW.", quality(RED, YELLOW)),
            (24, "The quality of {} is GREEN.", quality(YELLOW, GREEN)),
        ),
    ),
)
CATEGORY_NOTICE = Scenario(
    name="category_notice",
    title="Meta changes a category",
    promise="Meta announces that a UTILITY template becomes MARKETING, and changes it a day later. The template is "
    "contested then: what we plan with and what Meta bills are no longer the same.",
    moments=tuple(
        _life(
            APPOINTMENT,
            *IN_USE,
            (48, "Meta announces that {} becomes MARKETING in a day.", notice(MARKETING)),
            (24, "{} is MARKETING now.", moved_to(MARKETING)),
        )
    ),
)
BURST = Scenario(
    name="burst",
    title="500 templates are paused at once",
    promise="Meta pauses 500 templates within a minute and lets them go a day later. It shows how templates, alerts "
    "and those who are told of them take a storm.",
    moments=(
        *_in_batches(BRANCHES, "Meta tells what templates {} say.", says(), hours=0),
        *_in_batches(BRANCHES, "Templates {} are approved.", APPROVED, hours=6),
        *_in_batches(BRANCHES, "Templates {} are paused.", PACED, hours=48),
        *_in_batches(BRANCHES, "Templates {} are approved again.", UNPAUSED, hours=24),
    ),
)

SCENARIOS = {one.name: one for one in (APPROVAL, QUALITY_FALL, PAUSE_DISABLE, RECOVERY, CATEGORY_NOTICE, BURST)}
