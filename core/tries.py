"""
How often a name and an address may try to sign in: after too many failures both wait, whether the login exists or not.

Counted in the database, so that it holds for every process and outlives a restart.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import math
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from core.models import SignInTry

WINDOW = timedelta(minutes=15)
PER_NAME = 5
PER_ADDRESS = 20


class TooManyTries(Exception):
    """The name or the address has to wait until `until`, whatever is given."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many tries, wait until {until:%H:%M}")
        self.until = until

    @property
    def sentence(self) -> str:
        minutes = max(1, math.ceil((self.until - timezone.now()).total_seconds() / 60))
        told = ngettext(
            "Too many tries failed. Try again in %(minutes)s minute.",
            "Too many tries failed. Try again in %(minutes)s minutes.",
            minutes,
        )
        return told % {"minutes": minutes}


@dataclasses.dataclass(frozen=True)
class Try:
    """One try under way. Until it passed it counts as a failure, so tries at the same moment cannot slip through."""

    limits: dict[str, int]
    rows: list[uuid.UUID]

    def passed(self) -> None:
        """It was no failure. Earlier ones still count: see `forgive`."""
        SignInTry.objects.filter(pk__in=self.rows).delete()

    def blocks(self) -> bool:
        """Whether this failure was one too many, so that the next try is refused."""
        return _wait_until(self.limits, but=[]) is not None


def begin(*, name: str, address: str) -> Try:
    """Counts a try before anything is looked at. Raises TooManyTries; a try that is refused does not count."""
    limits = {_subject("name", name): PER_NAME}
    if address:
        limits[_subject("address", address)] = PER_ADDRESS
    rows = SignInTry.objects.bulk_create([SignInTry(subject=subject) for subject in limits])
    attempt = Try(limits=limits, rows=[row.pk for row in rows])
    until = _wait_until(limits, but=attempt.rows)
    if until is not None:
        attempt.passed()
        raise TooManyTries(until)
    return attempt


def forgive(*, name: str) -> None:
    """Somebody came in all the way: the failures of this name are forgotten, those of the address are not."""
    SignInTry.objects.filter(subject=_subject("name", name)).delete()


def forget_old() -> int:
    count: int = SignInTry.objects.filter(at__lte=timezone.now() - WINDOW).delete()[0]
    return count


def address_of(request: HttpRequest) -> str:
    """
    The caller's network address; "" where it cannot be known.

    Behind https there is a proxy in front of us (that is where X-Forwarded-Proto is believed too): the last hop of
    X-Forwarded-For is what it added itself, all before it the caller may have made up. A proxy that adds none hides
    everybody behind one address, which must not be blocked for all: then only names are counted.
    """
    if settings.IS_HTTPS:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def _wait_until(limits: dict[str, int], *, but: list[uuid.UUID]) -> datetime | None:
    """When the last of these subjects is free again; None where no one has to wait."""
    now = timezone.now()
    waits = []
    for subject, most in limits.items():
        recent = SignInTry.objects.filter(subject=subject, at__gt=now - WINDOW).exclude(pk__in=but)
        newest = list(recent.order_by("-at").values_list("at", flat=True)[:most])
        if len(newest) == most:
            waits.append(newest[-1] + WINDOW)
    return max(waits, default=None)


def _subject(kind: str, value: str) -> str:
    value = value.strip().casefold() if kind == "name" else _network(value)
    return salted_hmac("core.tries", f"{kind}:{value}", algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """One household is one caller: the 64 bits of an IPv6 address that it may choose freely do not count."""
    if address.count(":") == 1:
        address = address.partition(":")[0]  # some proxies tell the port as well
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        known = known.ipv4_mapped or known
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
