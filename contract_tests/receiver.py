"""A local receiver of webhooks: keeps the raw bytes, and answers as it is told."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from contract_tests.clock import Clock
from contract_tests.exchange import Response
from contract_tests.facts import UnverifiableError

ANYWHERE = "0.0.0.0"
_OURS = "lag"  # a path that no webhook has
_ESCAPED = "kept=a%2Bb%26c%25d"  # in the url of each: letters that mean something else once they are not escaped
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class ReceivedDelivery:
    """One POST as it arrived; `number` counts all arrivals."""

    number: int
    method: str
    path: str
    message: Response


@dataclass(frozen=True, slots=True)
class ReceiverReply:
    """What the receiver answers; a held reply waits until it is let go."""

    status: int = 200
    location: str | None = None
    held: Event | None = None


@dataclass(slots=True)
class _Inbox:
    deliveries: list[ReceivedDelivery] = field(default_factory=list)
    replies: list[ReceiverReply] = field(default_factory=list)
    afterwards: ReceiverReply = ReceiverReply()
    held_since: float | None = None


class HookReceiver:
    """Listens on a port of this machine; every webhook has a path of its own."""

    def __init__(self, url: str, clock: Clock, listen: str | None = None) -> None:
        parts = urlsplit(url)
        host = parts.hostname or LOOPBACK[0]
        if listen is None and host not in LOOPBACK:
            raise UnverifiableError(
                f"say which port of this machine {url} leads to: [webhooks] listen in the target file, as 0.0.0.0:8099"
            )
        address, _, port = (listen or f"{host}:{parts.port or 0}").rpartition(":")
        self._clock = clock
        self._boxes: dict[str, _Inbox] = {}
        self._arrived = Condition()
        self._count = 0
        self._held: list[Event] = []
        self._server = _server(self, address.strip("[]") or LOOPBACK[0], int(port))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        if listen is None:
            self.base = f"{parts.scheme}://{host}:{self._server.server_address[1]}{parts.path.rstrip('/')}"
        else:
            self.base = url.rstrip("/")

    def __enter__(self) -> "HookReceiver":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for each in self._held:
            each.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, name: str) -> str:
        """Where the deliveries called so go."""
        self._boxes.setdefault(name, _Inbox())
        return f"{self.base}/{name}?hook={name}&{_ESCAPED}"

    def path(self, name: str) -> str:
        """Path and query of that url, which deliveries must keep."""
        parts = urlsplit(self.url(name))
        return f"{parts.path}?{parts.query}"

    def answer(
        self, name: str, replies: Sequence[ReceiverReply] = (), *, afterwards: ReceiverReply | None = None
    ) -> None:
        """Queues replies for the next deliveries, and the one for those after them."""
        box = self._boxes[name]
        box.replies = list(replies)
        box.afterwards = afterwards or ReceiverReply()

    def deliveries(self, name: str) -> list[ReceivedDelivery]:
        with self._arrived:
            return list(self._boxes[name].deliveries)

    def forget(self, name: str) -> None:
        """Drops what has come so far."""
        with self._arrived:
            self._boxes[name].deliveries.clear()

    def held_since(self, name: str) -> float | None:
        """When a delivery came that is not answered, in Unix seconds."""
        with self._arrived:
            return self._boxes[name].held_since

    def lag(self) -> float:
        """How long something that is sent from this machine takes to arrive here now, in seconds."""
        host, port = self._server.server_address[:2]
        began = time.monotonic()
        try:
            with closing(
                HTTPConnection(LOOPBACK[0] if host == ANYWHERE else str(host), port, timeout=10)
            ) as connection:
                connection.request("POST", f"/{_OURS}")
                connection.getresponse().read()
        except (OSError, HTTPException):
            return 0.0
        return time.monotonic() - began

    def wait(self, name: str, count: int, seconds: float) -> bool:
        """Whether so many deliveries have come, within that time."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self._boxes[name].deliveries) >= count, timeout=seconds)

    def wait_until(self, name: str, enough: Callable[[list[ReceivedDelivery]], bool], seconds: float) -> bool:
        """Whether the deliveries so far are enough, within that time."""
        with self._arrived:
            box = self._boxes.setdefault(name, _Inbox())
            return self._arrived.wait_for(lambda: enough(box.deliveries), timeout=seconds)

    def arrive(self, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes) -> ReceiverReply:
        """Files a delivery and says how to answer it."""
        name = path.partition("?")[0].rstrip("/").rpartition("/")[2]
        with self._arrived:
            self._count += 1
            box = self._boxes.setdefault(name, _Inbox())
            box.deliveries.append(ReceivedDelivery(self._count, method, path, Response(200, tuple(headers), body)))
            reply = box.replies.pop(0) if box.replies else box.afterwards
            if reply.held:
                box.held_since = self._clock.now()
                self._held.append(reply.held)
            self._arrived.notify_all()
        return reply


def _server(receiver: HookReceiver, host: str, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self._chunks() if "chunked" in self.headers.get("Transfer-Encoding", "") else self.rfile.read(length)
            reply = receiver.arrive(self.command, self.path, list(self.headers.items()), body)
            if reply.held:
                reply.held.wait(60)
            try:
                self.send_response(reply.status)
                if reply.location:
                    self.send_header("Location", reply.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True  # the sender gave up waiting, as it should

        do_GET = do_PUT = do_POST  # noqa: N815 - the names that http.server calls; a redirect may be followed by GET

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *_: object) -> None:
            """The ledger tells what arrived."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128  # a burst of deliveries does not overflow it, which costs the senders a second

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that hangs up is the sender's business."""

    return Server((host, port), Handler)
