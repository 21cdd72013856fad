"""A client that hides nothing: bytes out, bytes in, and answers taken apart by hand."""

import json
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

from mock_server.server.background import BackgroundServer
from mock_server.server.connection import Connection
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application, Shared

GET = b"GET / HTTP/1.1\r\nHost: mock\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it came over the wire; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class RawClient:
    """One TCP connection to a server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20)
        self.file = self.socket.makefile("rb")
        self.drained = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, *data: bytes) -> None:
        self.socket.sendall(b"".join(data))

    def done(self) -> None:
        """Nothing more will be sent, though answers are still read."""
        self.socket.shutdown(socket.SHUT_WR)

    def answer(self, *, head_only: bool = False) -> Answered:
        """The next answer; EOFError if the connection ends before it."""
        status = int(self._line().split()[1])
        headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return Answered(status, headers, b"" if head_only else self._body(status, headers))

    def rest(self) -> bytes:
        """All that still comes, up to the end of the connection."""
        return self.file.read()

    def drain(self) -> int:
        """Read until the connection ends, which may raise; how many bytes came is in `drained`."""
        while piece := self.socket.recv(1_000_000):
            self.drained += len(piece)
        return self.drained

    def reset(self) -> None:
        """Leave without a word: the server sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.file.close()
        self.socket.close()

    def _line(self) -> str:
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError(f"the connection ended at {line!r}")
        return line[:-2].decode("latin-1")

    def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status < 200 or status in {204, 304}:
            return b""
        if headers.get("transfer-encoding") == "chunked":
            return b"".join(iter(self._chunk, b""))
        if "content-length" in headers:
            return self.file.read(int(headers["content-length"]))
        return self.rest()

    def _chunk(self) -> bytes:
        size = int(self._line(), 16)
        data = self.file.read(size)
        assert self._line() == ""
        return data


def ask(url: str, *data: bytes) -> Answered:
    """The answer to these bytes on a connection of their own."""
    with RawClient(url) as client:
        client.send(*data)
        return client.answer()


def until(server: BackgroundServer, claim: Callable[[Shared], object]) -> None:
    """Ask the server again and again until the claim holds, but not for ever."""
    deadline = monotonic() + 20
    while not server.call(claim):
        assert monotonic() < deadline, "the server never came to that"


def hello(_: Request) -> Reply:
    """The smallest answer that says anything."""
    return Reply(200, b"hello", {"Content-Type": "text/plain"})


def echo(request: Request) -> Reply:
    """Answers with what reached it."""
    seen = {
        "method": request.method,
        "path": request.path,
        "target": request.target,
        "headers": dict(request.headers),
        "body": request.body.decode("latin-1"),
    }
    return Reply.json(200, seen)


@contextmanager
def serving(answer: Application, options: Options | None = None) -> Iterator[BackgroundServer]:
    """A server for one test, on a port of its own."""
    with BackgroundServer(answer, options=options) as server:
        yield server


def connections(shared: Shared) -> list[Connection]:
    return [each for each in shared.connections if isinstance(each, Connection)]
