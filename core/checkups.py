"""
Health checks: functions that look for one kind of trouble and say about whom, run by the clock.

Each is one decorated function in the module `checkups` of its app, found by its place; `config/schedule.py` puts it
on the clock, where people can change how often it runs. Its alert opens and closes by what it returns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.module_loading import autodiscover_modules

from core.matters import Subject

Find = Callable[[], Sequence[Subject]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Checkup:
    """`find` returns every subject with which something is wrong now; it runs with the scopes open."""

    name: str
    alert_type: str
    every: timedelta
    what: str
    find: Find


_known: dict[str, Checkup] = {}


def checkup(*, alert_type: str, every: timedelta, what: str) -> Callable[[Find], Find]:
    """Makes a health check of a function. `what` is the sentence that the schedule shows."""

    def register(find: Find) -> Find:
        name = find.__name__
        _known[name] = Checkup(name=name, alert_type=alert_type, every=every, what=what, find=find)
        return find

    return register


def checkups() -> dict[str, Checkup]:
    """All of them, by name."""
    autodiscover_modules("checkups")
    return dict(sorted(_known.items()))
