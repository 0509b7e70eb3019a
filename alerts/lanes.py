"""
Lanes: one message at a time to one address, at the address's pace, and a growing pause after a failure.

So an address that does not answer holds up one thread at most, and nobody else's messages.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from alerts.models import Lane
from core.refusals import NotYet

HELD_FOR = timedelta(seconds=60)  # longer than a call may take: a worker that dies on the lane frees it by this
AT_THE_LATEST = timedelta(seconds=5)  # who is on the lane wakes the next one: this is for one that dies there
LEAST = timedelta(milliseconds=50)
PAUSES = [timedelta(seconds=s) for s in (10, 30, 60, 120, 300)]
MAIL_SERVER = "email"


def lane_of(*, transport: str, address: str) -> str:
    """All e-mail goes through one mail server; every other address is a lane of its own, without naming it."""
    if transport == MAIL_SERVER:
        return MAIL_SERVER
    return f"{transport}:{hashlib.sha256(address.encode()).hexdigest()[:40]}"


def take(name: str) -> None:
    """
    Takes the lane. Raises NotYet where somebody is on it, or it rests. The mail server serves several at a time.
    """
    now = timezone.now()
    taken = {"busy_until": now if name == MAIL_SERVER else now + HELD_FOR}
    if Lane.objects.filter(name=name, busy_until__lte=now, free_at__lte=now).update(**taken):
        return
    lane, is_new = Lane.objects.get_or_create(name=name, defaults=taken)
    if not is_new:
        if lane.busy_until > now:
            raise NotYet("another message is on its way there", wait=AT_THE_LATEST)
        raise NotYet("it rests", wait=max(lane.free_at - now, LEAST))


def leave(name: str, *, pace: timedelta) -> None:
    """It worked; the next one after `pace`."""
    now = timezone.now()
    Lane.objects.filter(name=name).update(busy_until=now, free_at=now + pace, failures=0)


def rest(name: str, *, wait: timedelta | None) -> None:
    """It did not work: nobody tries for `wait`, or for the next longer pause."""
    now = timezone.now()
    failures = Lane.objects.filter(name=name).values_list("failures", flat=True).first() or 0
    pause = wait if wait is not None else PAUSES[min(failures, len(PAUSES) - 1)]
    Lane.objects.filter(name=name).update(busy_until=now, free_at=now + pause, failures=F("failures") + 1)


def clear(name: str) -> None:
    """A person mended something: it is tried at once."""
    now = timezone.now()
    Lane.objects.filter(name=name).update(busy_until=now, free_at=now, failures=0)
