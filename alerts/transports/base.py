"""What every transport can be asked: tell one address of one alert."""

from __future__ import annotations

import abc
import dataclasses
from typing import ClassVar


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """An alert in the words in which it is told. `thread` is the same for all messages about one alert."""

    id: str
    thread: str
    subject: str
    lines: tuple[str, ...]
    link: str


class Transport(abc.ABC):
    """One way to reach people."""

    name: ClassVar[str]

    @abc.abstractmethod
    def send(self, *, address: str, message: Message) -> str:
        """
        Sends, and returns what the other side answered.

        Raises TryAgain, GiveUp or OutcomeUnknown, and nothing else on purpose.
        """
