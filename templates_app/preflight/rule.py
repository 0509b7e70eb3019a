"""What a rule is: how grave, what it says, how to mend a breach, and who says so as of when."""

from __future__ import annotations

import dataclasses
import enum
from datetime import date


class Severity(enum.StrEnum):
    """An error is refused by the provider; a warning may be, or costs money; a hint is good to know."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from, and the day of the copy that was read."""

    title: str
    as_of: date


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`says` and `fix` hold words in braces that the checks fill in."""

    id: str
    severity: Severity
    source: Source
    says: str
    fix: str

    @property
    def as_of(self) -> date:
        return self.source.as_of

    @property
    def cited(self) -> str:
        return f"{self.source.title} ({self.as_of})"
