"""How our own code says no: one exception for business rules, and four for work that meets the world."""

from __future__ import annotations

from datetime import timedelta


class Refused(Exception):
    """A business rule says no. The API answers 409 with `code` and the sentence."""

    def __init__(self, sentence: str, *, code: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class TryAgain(Exception):
    """It may work later: after `wait`, or after the queue's own growing wait where none is given."""

    def __init__(self, why: str, *, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class NotYet(Exception):
    """It is not its turn: again after `wait`. This counts as no attempt (a rate limit, a pace, a next step)."""

    def __init__(self, why: str, *, wait: timedelta) -> None:
        super().__init__(why)
        self.wait = wait


class GiveUp(Exception):
    """It cannot work, however often it is tried."""


class OutcomeUnknown(Exception):
    """Bytes were sent and no answer came: it may or may not have happened."""
