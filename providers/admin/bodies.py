"""A body to look at: indented where it is JSON, and never so much of it that a browser chokes."""

from __future__ import annotations

import json
from typing import Any

SHOWN = 100_000  # characters


def pretty(value: Any) -> str:
    """The value as indented JSON."""
    return _cut(json.dumps(value, indent=2, ensure_ascii=False))


def raw(body: bytes) -> str:
    return _cut(body.decode("utf-8", errors="replace"))


def pretty_body(body: bytes) -> str:
    """Indented JSON; "" where it is none, or nested deeper than anybody could read."""
    try:
        return pretty(json.loads(body))
    except (ValueError, RecursionError):
        return ""


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}\n… ({len(text) - SHOWN} more characters)"
