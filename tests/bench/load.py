"""Connections that each send their next request when the last one is answered; cheap, for it shares the machine."""

from __future__ import annotations

import dataclasses
import gc
import selectors
import socket
import time
from collections.abc import Iterator, Sequence

LONGEST_WAIT = 10.0  # seconds without any answer: the server is gone


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """`answered` counts all of them, also those of the warm-up; the rest is about the time measured."""

    answered: int
    per_second: float
    waits: Sequence[float]

    def wait_ms(self, share: float) -> float:
        """The time within which this share of the calls was answered."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.sent_at = 0.0
        self._read = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)  # a kilobyte: it always fits into an empty buffer

    def is_answered(self) -> bool:
        """Reads what came. True: a whole answer, and it was a 200."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed a connection")
        self._read += part
        if not _is_whole(self._read):
            return False
        if not self._read.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"the server answered {self._read[:40]!r}")
        self._read = b""
        return True


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"\ncontent-length: ")[2].partition(b"\r")[0]
    return bool(end) and (len(body) >= int(length) if length else body.endswith(b"0\r\n\r\n"))


def drive(requests: Sequence[bytes], *, port: int, connections: int, warm_up: float, seconds: float) -> Measured:
    """Sends until the time is over or the requests are used up; ends when all that was sent is answered."""
    with selectors.DefaultSelector() as selector:
        opened = [Connection(port) for _ in range(connections)]
        for connection in opened:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        gc.collect()
        gc.disable()
        try:
            return _drive(selector, opened, iter(requests), warm_up=warm_up, seconds=seconds)
        finally:
            gc.enable()
            for connection in opened:
                connection.socket.close()


def _drive(
    selector: selectors.BaseSelector,
    opened: Sequence[Connection],
    requests: Iterator[bytes],
    *,
    warm_up: float,
    seconds: float,
) -> Measured:
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    waits: list[float] = []
    answered, waiting, now = 0, len(opened), 0.0
    for connection in opened:
        connection.send(next(requests))
    while waiting:
        ready = selector.select(LONGEST_WAIT)
        if not ready:
            raise TimeoutError("the server stopped answering")
        for key, _ in ready:
            connection = key.data
            if not connection.is_answered():
                continue
            now = time.perf_counter()
            answered += 1
            if begin <= now < end:
                waits.append(now - connection.sent_at)
            request = next(requests, None) if now < end else None
            if request is None:
                waiting -= 1
            else:
                connection.send(request)
    return Measured(answered=answered, per_second=len(waits) / (min(now, end) - begin), waits=waits)
