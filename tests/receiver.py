"""A place on loopback that takes what is posted to it, as Slack or an integrator's program would."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

Answer = tuple[int, bytes, dict[str, str]]


class Posted(NamedTuple):
    """`headers` by their names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(http.server.ThreadingHTTPServer):
    """`got` is what was posted; `answer` is what all get, `answers` what some paths get: status, body, headers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[Posted] = []
        self.answer: Answer = (200, b"ok", {})
        self.answers: dict[str, Answer] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append(Posted(self.path, headers, body))
        status, words, more = self.server.answers.get(self.path, self.server.answer)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(words)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *args: Any) -> None:
        """Nothing: the tests read `got`."""


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
