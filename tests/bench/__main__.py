"""
`make bench`: how fast webhooks come in and are applied, each beside what bare code does on the same server.

One knob: BENCH_SECONDS (4) is how long the door is measured each time; the backlog is 5,000 calls a second of it.
"""

from __future__ import annotations

import json
import os
import pathlib
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import NamedTuple

from tests.bench import calls, databases, load
from tests.bench.servers import PRODUCT, ROOT, serving
from tests.postgres import postgres

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
WARM_UP = SECONDS / 4
BACKLOG = int(5_000 * SECONDS)
ROUNDS = 3
CONNECTIONS = (1, 16, 64)
MOST_PER_SECOND = 12_000  # requests made in advance; a faster machine measures a shorter time
BARE = "tests.bench.bare_door:application"
PATH = "/api/v1/whatsapp/webhook"
CALLS = "providers_webhookcall"
KEPT = f"SELECT count(*) FROM {CALLS}"
EFFECT = (
    f"SELECT count(*) FROM {CALLS} WHERE state = 'applied' AND due_at IS NULL",
    "SELECT count(*) FROM templates_app_template",
    "SELECT count(*) FROM templates_app_templateevent",
)


class Side(NamedTuple):
    """The product or its baseline: what it did a second, and the waits of 50 and 99 % of the calls."""

    per_second: float
    half_ms: float | None = None
    most_ms: float | None = None


def environment(*, database_url: str, data_dir: pathlib.Path) -> dict[str, str]:
    """A deployment of this machine alone, whatever a developer's `.env` says."""
    return os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "WHATSAPP_WEBHOOK_APP_SECRET": calls.SECRET,
        "DEBUG": "0",
        "PUBLIC_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "",
        "CACHE_URL": "locmemcache://",
        "SENTRY_DSN": "",
        "LOG_LEVEL": "WARNING",
    }


def run(module: str, *arguments: object, given: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=given, check=True, stdout=subprocess.PIPE, text=True).stdout


def show(what: str, product: Side, bare: Side) -> None:
    """One line of the table: value, baseline, ratio, and how long the calls waited."""
    line = f"{what:<28}{product.per_second:>10,.0f}{bare.per_second:>10,.0f}{product.per_second / bare.per_second:>8.0%}"
    if product.half_ms is not None and bare.half_ms is not None:
        line += f"{product.half_ms:>9.1f} /{product.most_ms:>6.1f}{bare.half_ms:>9.1f} /{bare.most_ms:>6.1f}"
    print(line, flush=True)


def median(sides: list[Side]) -> Side:
    return Side(*(None if None in values else statistics.median(values) for values in zip(*sides, strict=True)))


def measure_door(made: databases.Databases, prepared: str, *, data_dir: pathlib.Path) -> None:
    requests = calls.requests(count=int(MOST_PER_SECOND * (WARM_UP + SECONDS)), path=PATH, until=int(time.time()))
    urls = {application: made.create(like=prepared) for application in (PRODUCT, BARE)}
    given = {name: environment(database_url=url, data_dir=data_dir) for name, url in urls.items()}
    with (
        serving(PRODUCT, environment=given[PRODUCT], path=PATH) as product_port,
        serving(BARE, environment=given[BARE], path=PATH) as bare_port,
    ):
        ports = {PRODUCT: product_port, BARE: bare_port}

        def knock(application: str, connections: int, seconds: float) -> Side:
            databases.empty(urls[application], CALLS)
            measured = load.drive(
                requests, port=ports[application], connections=connections, warm_up=WARM_UP, seconds=seconds
            )
            kept = databases.ask(urls[application], KEPT)
            if kept != measured.answered:
                raise ValueError(f"{application} answered {measured.answered} calls and kept {kept}")
            return Side(measured.per_second, measured.wait_ms(0.5), measured.wait_ms(0.99))

        for application in ports:
            knock(application, max(CONNECTIONS), WARM_UP)  # every thread of it has its connection to the database
        for connections in CONNECTIONS:
            sides: dict[str, list[Side]] = {application: [] for application in ports}
            for _ in range(ROUNDS):
                for application in ports:
                    sides[application].append(knock(application, connections, SECONDS))
            what = f"door, {connections} connection{'s' if connections > 1 else ''}"
            show(what, median(sides[PRODUCT]), median(sides[BARE]))


def measure_applying(made: databases.Databases, prepared: str, *, data_dir: pathlib.Path) -> None:
    product, bare = [], []
    for _ in range(ROUNDS):
        urls = made.create(like=prepared), made.create(like=prepared)
        databases.forget_what_is_needed(urls[1])
        given = [environment(database_url=url, data_dir=data_dir) for url in urls]
        told = json.loads(run("product_applying", given=given[0]))
        product.append(Side(BACKLOG / told["seconds"]))
        bare.append(Side(BACKLOG / float(run("bare_applying", told["batch"], given=given[1]))))
        effects = [[databases.ask(url, query) for query in EFFECT] for url in urls]
        if effects[0] != effects[1] or effects[0][0] != BACKLOG:
            raise ValueError(f"the product and its baseline did not do the same: {effects}")
    show(f"applying, backlog of {BACKLOG:,}", median(product), median(bare))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="heliograph-bench-") as folder:
        scratch = pathlib.Path(folder)
        with postgres(folder=scratch) as server_url, databases.databases(server_url) as made:
            (scratch / "data" / "static").mkdir(parents=True)
            prepared = made.create()
            given = environment(database_url=prepared, data_dir=scratch / "data")
            run("world", BACKLOG, int(time.time()), given=given)
            print(f"{os.cpu_count()} cores; medians of {ROUNDS} rounds; waits in ms (half of the calls / 99 %)\n")
            print(f"{'calls a second':<28}{'product':>10}{'baseline':>10}{'ratio':>8}{'product':>17}{'baseline':>17}")
            measure_door(made, prepared, data_dir=scratch / "data")
            measure_applying(made, prepared, data_dir=scratch / "data")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
