"""Meta's Cloud API: webhooks are signed JSON, whole batches of changes, each named by its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from providers.adapters.base import Provider
from providers.adapters.meta import envelope, parsing, signature
from providers.events import Event


class Meta(Provider):
    name = "meta"
    takes_installation_secrets = True

    def signature_ok(self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        return signature.signature_ok(headers=headers, body=body, secrets=secrets)

    def challenge(self, *, query: Mapping[str, str], tokens: Sequence[str]) -> str | None:
        return signature.challenge(query=query, tokens=tokens)

    def is_dated(self, *, body: bytes, received_at: datetime) -> bool:
        return envelope.is_dated(body=body, received_at=received_at)

    def parse(self, *, body: bytes, received_at: datetime) -> Iterator[Event]:
        return parsing.parse(body=body, received_at=received_at)


ADAPTER = Meta()
