"""What a finding is: how grave, what is wrong, what it means, what to do."""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Callable, Iterator

from core.redaction import redact


class Level(enum.StrEnum):
    OK = "ok"
    HINT = "hint"
    PROBLEM = "PROBLEM"


@dataclasses.dataclass(frozen=True)
class Finding:
    level: Level
    what: str
    meaning: str = ""
    remedy: str = ""


Findings = Iterator[Finding]
Check = Callable[[], Findings]

ok = functools.partial(Finding, Level.OK)
hint = functools.partial(Finding, Level.HINT)
problem = functools.partial(Finding, Level.PROBLEM)


def reason(error: Exception) -> str:
    return redact(" ".join(str(error).split())).rstrip(".") or type(error).__name__
