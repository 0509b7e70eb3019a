"""Placeholder until the real one is written."""

from __future__ import annotations
from typing import Any
from providers.routes import Outcome


def apply(batch: Any) -> Any:
    return [Outcome(status="applied") for _ in batch]


def matters_of(account: Any, *, at: Any) -> Any:
    return []


def matters_of_number(number: Any) -> Any:
    return []


def adopt_facts(number: Any) -> None:
    return None


def lapse() -> int:
    return 0
