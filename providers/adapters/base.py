"""What every provider can be asked. A provider is pure: no database, no clock, no setting; it gets what it needs."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from providers.events import Event


class Provider(abc.ABC):
    """One way to WhatsApp: its webhooks in our words."""

    name: ClassVar[str]
    takes_installation_secrets: ClassVar[bool] = False  # they open the door of an account without secrets of its own

    @abc.abstractmethod
    def signature_ok(self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        """Whether the provider sent exactly these bytes. Any of the secrets will do; without one, nothing does."""

    @abc.abstractmethod
    def is_dated(self, *, body: bytes, received_at: datetime) -> bool:
        """Whether every change in the body holds a time, so that the same bytes can only be the same news again."""

    @abc.abstractmethod
    def parse(self, *, body: bytes, received_at: datetime) -> Iterator[Event]:
        """Everything the body says, one event for each; what cannot be read comes as `Unreadable`. Never raises."""

    def challenge(self, *, query: Mapping[str, str], tokens: Sequence[str]) -> str | None:
        """The answer to the provider's question whether this door is ours; None refuses it, or it never asks."""
        return None
