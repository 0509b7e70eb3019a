"""
How a template lives at the simulated Meta: what each act and each moment makes of its state, and what is told of it.

Pure: `at` is the time of the sandbox's clock; what is told gets its own moment when it is written.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from datetime import datetime, timedelta

from providers.adapters.sandbox import telling
from providers.adapters.sandbox.limits import PAUSES_BEFORE_DISABLED, REVIEW_TAKES
from providers.adapters.sandbox.reviewing import Verdict
from providers.adapters.sandbox.state import State
from providers.adapters.sandbox.telling import AboutTemplate, Change, Definition
from providers.events import JsonObject

Tell = Callable[[datetime], Change]
Life = tuple[State, tuple[Tell, ...]]  # what it is now, and what is told of it, in this order

change = dataclasses.replace


def submitted(state: State, *, at: datetime) -> Life:
    """It comes into review."""
    waits = change(
        state, status="PENDING", rejected_reason="NONE", review_at=at + REVIEW_TAKES, unpause_at=None, pause_title=""
    )
    return waits, _of(waits, telling.PENDING)


def edited(state: State, *, components: list[JsonObject], category: str, parameter_format: str, at: datetime) -> Life:
    """Replaces all that it says. An edit while it is approved counts."""
    edits = [*state.edits, int(at.timestamp())] if state.status == "APPROVED" else state.edits
    new = change(state, components=components, category=category, parameter_format=parameter_format, edits=edits)
    waits, tells = submitted(new, at=at)
    said = telling.wording(components)
    return waits, (*(_of(new, telling.reads(said)) if said else ()), *tells)


def reviewed(state: State, verdict: Verdict) -> Life:
    """Rejected with its first flaw, or approved in the category that it is judged to be of."""
    judged = change(state, review_at=None)
    if verdict.flaws:
        flaw = verdict.flaws[0]
        rejected = change(judged, status="REJECTED", rejected_reason="INVALID_FORMAT")
        return rejected, _of(rejected, telling.rejected(reason=flaw.why, recommendation=flaw.fix))
    previous = state.category if verdict.category != state.category else state.previous_category
    approved = change(judged, status="APPROVED", category=verdict.category, previous_category=previous)
    return approved, _of(approved, telling.APPROVED)


def fallen(state: State, *, at: datetime) -> Life:
    """People complain: RED quality, and a pause of 3 hours, the next time of 6; the third time it is disabled."""
    red = change(state, quality_score=telling.RED)
    tells = _of(state, telling.quality(state.quality_score, telling.RED)) if state.quality_score != telling.RED else ()
    if state.pauses >= len(PAUSES_BEFORE_DISABLED):
        disabled = change(red, status="DISABLED", review_at=None, category_at=None)
        return disabled, (*tells, *_of(red, telling.disabled()))
    title = PAUSES_BEFORE_DISABLED[state.pauses]
    until = at + telling.PAUSES[title]
    paused = _paused(red, title, at)
    return change(paused, pauses=state.pauses + 1, unpause_at=until), (*tells, *_of(red, telling.paused(title)))


def paced(state: State, *, at: datetime) -> Life:
    """Its first messages were not welcome: paused until somebody ends it."""
    return _paused(state, "RATE_LIMITING_PAUSE", at), _of(state, telling.PACED)


def unpaused(state: State) -> Life:
    """A pause is over; with one for its quality the score is computed anew."""
    ended = change(state, status="APPROVED", pause_title="", paused_at=None, unpause_at=None)
    tells = _of(ended, telling.UNPAUSED)
    if state.quality_score != telling.RED:
        return ended, tells
    better = telling.quality(telling.RED, telling.YELLOW)
    return change(ended, quality_score=telling.YELLOW), (*tells, *_of(ended, better))


def announced(state: State, *, coming: str, at: datetime) -> Life:
    """A notice of another category: in a day, or of AUTHENTICATION on the first of the next month."""
    wait = _first_of_next_month(at) - at if coming == telling.AUTHENTICATION else telling.NOTICE
    noticed = change(state, correct_category=coming, category_at=at + wait)
    return noticed, _of(state, telling.notice(coming, after=wait))


def moved(state: State) -> Life:
    """What a notice announced comes true; with AUTHENTICATION that is a rejection."""
    coming = state.correct_category
    if coming == telling.AUTHENTICATION:
        refused = change(
            state, status="REJECTED", rejected_reason="INCORRECT_CATEGORY", review_at=None, unpause_at=None,
            category_at=None,
        )  # fmt: skip
        return refused, _of(state, telling.status("REJECTED", reason="INCORRECT_CATEGORY"))
    other = change(state, category=coming, previous_category=state.category, category_at=None)
    return other, _of(state, telling.moved_to(coming))


def deleted(state: State) -> Life:
    gone = change(state, status="DELETED", review_at=None, unpause_at=None, category_at=None)
    return gone, _of(state, telling.status("DELETED", reason=None))


def stepped(state: State, *, judge: Callable[[], Verdict]) -> Life:
    """What comes next has come."""
    if state.review_at and state.review_at == state.next_at:
        return reviewed(state, judge())
    if state.unpause_at and state.unpause_at == state.next_at:
        return unpaused(state)
    return moved(state)


def _paused(state: State, title: str, at: datetime) -> State:
    return change(state, status="PAUSED", pause_title=title, paused_at=at)


def _of(state: State, *tells: AboutTemplate) -> tuple[Tell, ...]:
    definition = Definition(
        id=int(state.external_id), name=state.name, language=state.language, category=state.category, texts=()
    )
    return tuple(functools.partial(telling.about, definition, tell) for tell in tells)


def _first_of_next_month(at: datetime) -> datetime:
    in_next = at.replace(day=28) + timedelta(days=4)
    return in_next.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
