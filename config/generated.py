"""Secrets that nobody set: made once, kept in DATA_DIR with mode 0600, never a constant in the source."""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
from collections.abc import Callable


def random_text() -> str:
    return secrets.token_urlsafe(48)


def generated(name: str, *, folder: pathlib.Path, make: Callable[[], str] = random_text) -> str:
    """The secret `name`, made by `make` the first time. Two processes that start together get the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name.lower()
    if not path.exists():
        draft = folder / f".{name.lower()}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):  # another process was first: then theirs counts
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
