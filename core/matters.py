"""
Something that is wrong and holds now, as the parts of the house hand it to one another.

Whoever finds out what is wrong makes a `Matter` of it; alerts keep the open ones and tell people. A matter
carries no database row, so that neither side has to know the other's tables.
"""

from __future__ import annotations

import dataclasses
import enum
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any


class Severity(enum.StrEnum):
    """How much it matters, in rising order. Compare by `rank`: the words themselves sort by their letters."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Matter:
    """
    One thing that is wrong: what (`alert_type`), how bad, since when, how often it was said, what to do.

    `count`, `first_seen_at` and `last_seen_at` speak of the time for which it has held without a break.
    """

    alert_type: str
    severity: Severity
    title: str
    detail: str
    action_required: str
    data: dict[str, Any]
    count: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """
    What alerts can be about, and what is wrong with it. `alert_types` are those that `matters` decides: any other
    is left alone.

    `organization_id` None: it concerns the installation.
    """

    organization_id: uuid.UUID | None
    kind: str
    id: str
    label: str
    alert_types: Sequence[str]
    matters: Sequence[Matter]
