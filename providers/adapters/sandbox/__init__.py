"""
The sandbox: a provider that needs nobody. It speaks Meta's language of webhooks, and acts out Meta's stories.

What it tells is in `scenarios`, how it tells it in `telling`; `providers.sandbox` brings it to our own door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from providers.adapters.base import Provider
from providers.adapters.meta import envelope, parsing, signature
from providers.events import Event


class Sandbox(Provider):
    name = "sandbox"

    def signature_ok(self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        return signature.signature_ok(headers=headers, body=body, secrets=secrets)

    def is_dated(self, *, body: bytes, received_at: datetime) -> bool:
        return envelope.is_dated(body=body, received_at=received_at)

    def parse(self, *, body: bytes, received_at: datetime) -> Iterator[Event]:
        return parsing.parse(body=body, received_at=received_at)


ADAPTER = Sandbox()
