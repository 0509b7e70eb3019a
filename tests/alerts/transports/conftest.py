"""A receiver on loopback that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers what the test says."""

    server: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status, headers, answer = self.server.answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(answer))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.server.fetched.append(self.path)
        self.send_error(404)

    def log_message(self, *args: Any) -> None:
        """Nothing to the screen."""


@pytest.fixture
def receiver(settings: Any) -> Iterator[Any]:
    """Runs on loopback, which the operator allows here."""
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    running.got, running.fetched, running.answer = [], [], (200, {}, b"ok")
    running.place = f"127.0.0.1:{running.server_address[1]}"
    running.bodies = lambda: [json.loads(body) for _, _, body in running.got]
    settings.OUTBOUND_ALLOWED_HOSTS = [running.place]
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()
