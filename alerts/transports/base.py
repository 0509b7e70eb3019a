"""What every transport can be asked: is this an address of yours, and tell it this message."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from core.refusals import GiveUp, TryAgain


class WrongAddress(ValueError):
    """Not an address that this transport can tell. The sentence names the remedy."""


class Broken(GiveUp):
    """The other side says that this address will not work again: its destination is switched off."""


class OnlyThisOne(TryAgain):
    """This message may be taken later; others may go the same way now (one recipient of a mail server, say)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Item:
    """
    One thing that happened to one alert.

    `occasion`: opened, reopened, raised, acknowledged, silenced, resolved, reminded, escalated or test.
    `alert`: as the API tells it (JSON types only), without its deliveries.
    """

    occasion: str
    at: datetime
    alert: Mapping[str, Any]
    link: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """
    What one address is told. `id` is the same on every retry; `thread` for all messages about one alert.

    `subject` is one line in plain text. `link` is the page where all of it stands. At least one item.
    """

    id: str
    thread: str
    subject: str
    items: tuple[Item, ...]
    link: str
    organization: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """What the other side answered: its status where the protocol has one, and its words, cut and without secrets."""

    status: int | None = None
    answer: str = ""


class Transport(abc.ABC):
    """One way to reach people or machines."""

    name: ClassVar[str]
    is_for_people: ClassVar[bool] = True  # people get several things in one message, machines one message a thing
    has_secret_address: ClassVar[bool] = True
    pace: ClassVar[timedelta] = timedelta(0)  # between two messages to one address

    @abc.abstractmethod
    def clean_address(self, address: str) -> str:
        """The address in the form in which it is kept. Raises WrongAddress."""

    def hint(self, address: str) -> str:
        """So much of the address as may be shown: a secret one gives its host and its last four characters."""
        return address

    @abc.abstractmethod
    def send(self, *, address: str, secret: str, message: Message) -> Told:
        """
        Sends once. `secret` signs where the transport signs, else it is "".

        Raises TryAgain, NotYet (the other side asks us to wait), GiveUp, Broken or OutcomeUnknown, and nothing else
        on purpose.
        """
