"""
Whether a recipient wants an alert, and when: severities, types, quiet hours, digests. Pure.

CRITICAL is never held by quiet hours or a digest: it is what those hours are kept free for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.matters import Severity

QUIET, DIGEST, FLAPPING, TOGETHER = "quiet hours", "digest", "flapping", "together"


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuietHours:
    """From one local time to another, over midnight where the second is the earlier. `zone` is an IANA name."""

    start: time
    end: time
    zone: str

    def ends_at(self, at: datetime) -> datetime | None:
        """When the quiet hours that `at` lies in are over (in UTC); None outside them."""
        zone = ZoneInfo(self.zone)
        local = at.astimezone(zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            begins = datetime.combine(day, self.start, zone)
            over = datetime.combine(day if self.end > self.start else day + timedelta(days=1), self.end, zone)
            if self.start != self.end and begins.astimezone(UTC) <= at < over.astimezone(UTC):
                return over.astimezone(UTC)
        return None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a recipient asked for. No types: all of them. `minimum` None: nothing at all."""

    minimum: Severity | None
    alert_types: Collection[str] = ()
    quiet: QuietHours | None = None
    digest: timedelta = timedelta(0)

    def against(self, *, alert_type: str, severity: Severity) -> str:
        """Why this is not wanted; "" where it is."""
        if self.minimum is None:
            return "Wants none"
        if severity.rank < self.minimum.rank:
            return f"Only {self.minimum} and above" if self.minimum is not Severity.CRITICAL else "Only CRITICAL"
        if self.alert_types and alert_type not in self.alert_types:
            return "Not one of the types asked for"
        return ""

    def hold(self, *, severity: Severity, at: datetime) -> tuple[datetime, str] | None:
        """Until when it waits and why; None: it is told at once."""
        if severity is Severity.CRITICAL:
            return None
        quiet_until = self.quiet.ends_at(at) if self.quiet else None
        if quiet_until is not None:
            return quiet_until, QUIET
        return (at + self.digest, DIGEST) if self.digest else None
