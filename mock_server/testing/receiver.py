"""A webhook receiver that keeps what it is sent, for tests."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, Self

MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery as it came: the path it was sent to, headers by lower-case name, and the exact bytes."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The event; an empty one if the body is no JSON object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def type(self) -> str:
        return str(self.event.get("type", ""))


class Receiver:
    """A server on loopback that answers every delivery with 204."""

    def __init__(self) -> None:
        self.condition = Condition()
        self._received: list[Received] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.take(Received(self.path, headers, self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests have their own output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve = partial(self._server.serve_forever, poll_interval=0.05)  # how long its end may keep a test run waiting
        self._thread = Thread(target=serve, name="webhook-receiver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, received: Received) -> None:
        with self.condition:
            self._received = [*self._received, received][-MOST_KEPT:]
            self.condition.notify_all()

    def received(self, path: str) -> list[Received]:
        """What came to that path so far, in order."""
        with self.condition:
            return [each for each in self._received if each.path == path]

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether that came to hold within so many seconds; it is asked anew after each delivery."""
        with self.condition:
            return self.condition.wait_for(holds, seconds)

    def forget(self, path: str) -> None:
        """Let go of what came to that path."""
        with self.condition:
            self._received = [each for each in self._received if each.path != path]
