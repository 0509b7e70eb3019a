"""Whether Meta is at the door: the signature of a call, and the handshake when the callback URL is saved."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence

HEADER = "x-hub-signature-256"


def signature_ok(*, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    claimed = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    return _any_equal(claimed, (sign(body, secret=secret) for secret in secrets if secret))


def sign(body: bytes, *, secret: str) -> str:
    """What the header says where these bytes come from who knows the secret."""
    return f"sha256={hmac.digest(secret.encode(), body, hashlib.sha256).hex()}"


def challenge(*, query: Mapping[str, str], tokens: Sequence[str]) -> str | None:
    known = _any_equal(query.get("hub.verify_token", ""), (token for token in tokens if token))
    return query.get("hub.challenge") if known and query.get("hub.mode") == "subscribe" else None


def _any_equal(claimed: str, expected: Iterable[str]) -> bool:
    """Every one is compared, in constant time: how long it takes tells a stranger nothing."""
    offered = claimed.encode(errors="replace")
    verdicts = [hmac.compare_digest(offered, each.encode()) for each in expected]
    return any(verdicts)
