"""What the sandbox asks its reviewer, and what it hears: the forms alone. Who judges is named in `config/events.py`."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Submission:
    """A template as it is put before the reviewer."""

    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flaw:
    """Why it cannot be approved as it is, and what would help, as two sentences for its author."""

    why: str
    fix: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """Without flaws it is approved, in the `category` that it is found to be of."""

    category: str
    flaws: tuple[Flaw, ...] = ()
