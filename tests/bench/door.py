"""Webhooks in: the product's web process and a bare application on the same server, knocked at in turns."""

from __future__ import annotations

import pathlib
import time
from collections.abc import Iterator, Sequence

from tests.bench import calls, databases, load
from tests.bench.environment import environment
from tests.bench.servers import PRODUCT, serving
from tests.bench.table import ROUNDS, Figure, line

BARE = "tests.bench.bare_door:application"
PATH = "/api/v1/whatsapp/webhook"
CONNECTIONS = (1, 16, 64)
MOST_PER_SECOND = 12_000  # so many requests are made in advance; a faster machine is measured for a shorter time


class Door:
    """One side: an application that listens, and the database in which it keeps what it was sent."""

    def __init__(self, *, port: int, database_url: str, requests: Sequence[bytes]) -> None:
        self._port = port
        self._database_url = database_url
        self._requests = requests

    def knock(self, *, connections: int, warm_up: float, seconds: float) -> Figure:
        """Every answer must have its row: a door that loses some would be a fast one."""
        databases.empty(self._database_url, "providers_webhookcall")
        measured = load.drive(
            self._requests, port=self._port, connections=connections, warm_up=warm_up, seconds=seconds
        )
        kept = databases.number(self._database_url, "SELECT count(*) FROM providers_webhookcall")
        if kept != measured.answered:
            raise ValueError(f"{measured.answered} calls were answered and {kept} kept")
        return Figure(per_second=measured.per_second, ms_50=measured.wait_ms(0.5), ms_99=measured.wait_ms(0.99))


def measure(
    made: databases.Databases, *, prepared: str, folder: pathlib.Path, warm_up: float, seconds: float
) -> Iterator[str]:
    """A line for each number of connections."""
    requests = calls.requests(count=int(MOST_PER_SECOND * (warm_up + seconds)), path=PATH, until=int(time.time()))
    urls = made.create(like=prepared), made.create(like=prepared)
    given = [environment(database_url=url, folder=folder) for url in urls]
    with (
        serving(PRODUCT, environment=given[0], folder=folder, path=PATH) as product_port,
        serving(BARE, environment=given[1], folder=folder, path=PATH) as bare_port,
    ):
        product = Door(port=product_port, database_url=urls[0], requests=requests)
        baseline = Door(port=bare_port, database_url=urls[1], requests=requests)
        for door in (product, baseline):
            door.knock(connections=max(CONNECTIONS), warm_up=0, seconds=warm_up)  # wakes every thread
        for connections in CONNECTIONS:
            rounds = [
                [door.knock(connections=connections, warm_up=warm_up, seconds=seconds) for door in (product, baseline)]
                for _ in range(ROUNDS)
            ]
            what = f"door, {connections} connection{'' if connections == 1 else 's'}"
            yield line(what, product=[one for one, _ in rounds], baseline=[other for _, other in rounds])
