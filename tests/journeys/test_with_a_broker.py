"""With Redis between web and worker: seen at once, and a broker that stops only delays."""

from __future__ import annotations

import contextlib
import pathlib
import signal
import subprocess
from collections.abc import Iterator

import pytest
import redis

from tests.journeys.installation import eventually, free_port, installed
from tests.meta_bodies import WABA, about, at, body


class OwnRedis:
    """A Redis server of this test's own, that can be stopped and started."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        eventually(self.answers)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(20)


@pytest.fixture(scope="module")
def broker(tmp_path_factory) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def installation(tmp_path_factory, module_database_url, broker):
    folder = tmp_path_factory.mktemp("data")
    with installed(WABA, database_url=module_database_url, folder=folder, REDIS_URL=broker.url) as running:
        yield running


def test_a_call_reaches_the_worker_through_the_broker(installation):
    assert installation.post(body(about("APPROVED", id=1, name="through_the_broker"), time=at(9)))

    found = eventually(lambda: installation.templates().get("through_the_broker"))
    assert found["status"] == "APPROVED"


def test_a_stopped_broker_only_delays(installation, broker):
    broker.stop()
    assert installation.post(body(about("DISABLED", id=2, name="without_a_broker"), time=at(9)))
    assert installation.is_ready()
    assert "without_a_broker" not in installation.templates()
    broker.start()

    found = eventually(lambda: installation.templates().get("without_a_broker"))
    assert found["status"] == "DISABLED"
