"""Ids of rows: UUIDs of version 7 (RFC 9562, method 3), so that newer rows sort behind older ones."""

from __future__ import annotations

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """48 bits of milliseconds, 12 bits of their fraction (244 ns: in order within a process), 62 random bits."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))
