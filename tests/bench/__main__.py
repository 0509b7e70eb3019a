"""
`make bench`: how fast webhooks come in and are applied, each beside what bare code does on the same server.

BENCH_SECONDS (3) is how long each figure of the door is measured; less of it also makes the backlog smaller.
"""

from __future__ import annotations

import os
import pathlib
import signal
import sys
import tempfile
import time

from tests.bench import applying, databases, door, table
from tests.bench.environment import environment
from tests.postgres import postgres

USUAL = 3.0
SECONDS = float(os.environ.get("BENCH_SECONDS", USUAL))
WARM_UP = min(SECONDS / USUAL, 1.0)
BACKLOG = round(20_000 * WARM_UP)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="heliograph-bench-") as name:
        folder = pathlib.Path(name)
        with postgres(folder=folder) as server_url, databases.databases(server_url) as made:
            prepared = made.create()
            given = environment(database_url=prepared, folder=folder)
            applying.run("world", BACKLOG, int(time.time()), environment=given)
            print(table.heading(), flush=True)
            lines = door.measure(made, prepared=prepared, folder=folder, warm_up=WARM_UP, seconds=SECONDS)
            for line in lines:
                print(line, flush=True)
            print(applying.measure(made, prepared=prepared, folder=folder, backlog=BACKLOG))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
