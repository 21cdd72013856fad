"""One connection of a client: a request, its whole answer, or nothing where it was cut off."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, cast

LONGEST_ANSWER = 30.0  # seconds; what takes longer hangs


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """A whole answer; `head` is in lower case."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, by its name in lower case."""
        start = self.head.find(b"\r\n" + name + b":")
        if start < 0:
            return None
        return self.head[start + len(name) + 3 :].split(b"\r", 1)[0].strip()


def request(method: str, path: str, key: str, value: Any = None, more: str = "") -> bytes:
    """A request of the key, with the value as JSON, and `more` headers that each end their line."""
    body = b"" if value is None else json.dumps(value).encode()
    form = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n{more}{form}\r\n"
    return head.encode() + body


class KeptLine:
    """Asks one thing at a time, over a connection that is made anew when it has ended."""

    def __init__(self, port: int, patience: float = LONGEST_ANSWER) -> None:
        self._port, self._patience = port, patience
        self._wire: _Wire | None = None

    async def ask(self, content: bytes) -> LineAnswer | None:
        """The answer, or None: cut off, refused or not there in time, so that nobody knows whether it was read."""
        try:
            async with asyncio.timeout(self._patience):
                if self._wire is None or self._wire.over:
                    _, self._wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", self._port)
                return await self._wire.ask(content)
        except (OSError, TimeoutError):
            self.close()
            return None

    def close(self) -> None:
        if self._wire is not None:
            self._wire.transport.abort()
            self._wire = None


class _Wire(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.over = False
        self._received = b""
        self._answer: asyncio.Future[LineAnswer | None] | None = None

    async def ask(self, content: bytes) -> LineAnswer | None:
        self._answer = asyncio.get_running_loop().create_future()
        self._received = b""
        self.transport.write(content)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        answer = LineAnswer(int(self._received[9:12]), self._received[:end].lower(), self._received[end + 4 :])
        if len(answer.body) < int(answer.header(b"content-length") or 0):  # nothing here is sent in chunks
            return
        if answer.header(b"connection") == b"close":
            self.over = True
            self.transport.close()
        self._answer.set_result(answer)

    def connection_lost(self, _: Exception | None) -> None:
        self.over = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
