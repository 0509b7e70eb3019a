"""Pieces of sentences that people read about templates. Pure."""

from __future__ import annotations

from datetime import datetime


def told(sentence: str, value: object) -> str:
    """The sentence with the value in it, "" without one. A quoted text brings no full stop of its own."""
    return sentence.format(str(value).strip().rstrip(".")) if value else ""


def when(iso: str | None) -> str:
    return clock(datetime.fromisoformat(iso)) if iso else ""


def clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d at %H:%M} UTC"
