"""Small webhook receivers: one that is right, and what others get wrong, each a function of headers and body."""

import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Thread
from typing import Any

SECRET = "whsec_test_secret"
HEADER = "X-TrackFlow-Signature"

Decide = Callable[[Message, bytes], int]
Read = Callable[[BaseHTTPRequestHandler], bytes]


class Quiet(ThreadingHTTPServer):
    """Room for a burst of connections; an exception closes its connection without a word."""

    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None: ...


class Single(Quiet):
    """One connection at a time."""

    process_request = HTTPServer.process_request


@dataclass(frozen=True, slots=True)
class ListeningReceiver:
    """A listening receiver and what it was sent."""

    url: str
    received: list[tuple[Message, bytes]]


@contextmanager
def listening(
    decide: Decide, read: Read | None = None, server_class: type[Quiet] = Quiet
) -> Iterator[ListeningReceiver]:
    """A receiver that answers what `decide` returns, on a free port of loopback; `read` takes the body in."""
    received: list[tuple[Message, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = (read or whole)(self)
            received.append((self.headers, body))
            self.answer(decide(self.headers, body))

        def do_GET(self) -> None:
            self.answer(decide(self.headers, b""))

        def answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    with server_class(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ListeningReceiver(f"http://127.0.0.1:{server.server_port}/hooks/trackflow", received)
        finally:
            server.shutdown()
            thread.join()


def whole(handler: BaseHTTPRequestHandler) -> bytes:
    return handler.rfile.read(int(handler.headers["Content-Length"]))


def digest(body: bytes, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def signature(body: bytes) -> str:
    return f"sha256={digest(body)}"


def given(headers: Message) -> str:
    return str(headers.get(HEADER, ""))


def answer_to(body: bytes) -> int:
    """What a right receiver says to what is rightly signed."""
    try:
        event = json.loads(body)
        return 204 if event["id"] else 400
    except (ValueError, TypeError, KeyError):
        return 400


def right(headers: Message, body: bytes) -> int:
    return answer_to(body) if hmac.compare_digest(given(headers).encode(), signature(body).encode()) else 401


def judging(is_signed: Callable[[Message, bytes], bool]) -> Decide:
    """Right but for how it judges a signature."""
    return lambda headers, body: answer_to(body) if is_signed(headers, body) else 401


def answering(answer: Callable[[Any], int]) -> Decide:
    """Right but for what it answers to a signed event."""

    def decide(headers: Message, body: bytes) -> int:
        status = right(headers, body)
        return answer(json.loads(body)) if status == 204 else status

    return decide


def rewritten(body: bytes, **options: Any) -> bytes:
    return json.dumps(json.loads(body), **options).encode()
