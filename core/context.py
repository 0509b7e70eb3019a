"""Who acts, and in which request or piece of work: read by history rows and by every log line."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Iterator
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
work_id: ContextVar[str] = ContextVar("work_id", default="")
organization_slug: ContextVar[str] = ContextVar("organization_slug", default="")
_actor: ContextVar[str] = ContextVar("actor", default="")
_GIVEN_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)


def id_for(given: str) -> str:
    """The caller's `X-Request-Id` if it looks like one, else a new one."""
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex


def current_actor() -> str:
    """A person's e-mail, `key:<name>`, `meta`, `clock`, or "" where nobody said."""
    return _actor.get()


def set_actor(actor: str) -> None:
    _actor.set(actor)


@contextlib.contextmanager
def acting_as(actor: str, *, work: str = "") -> Iterator[None]:
    """Everything inside is done in this name, and logged with this piece of work."""
    actor_token, work_token = _actor.set(actor), work_id.set(work or work_id.get())
    try:
        yield
    finally:
        _actor.reset(actor_token)
        work_id.reset(work_token)
