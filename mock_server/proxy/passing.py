"""Bytes between a client and another host, as they are."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from mock_server.proxy.upstream import Line, UnreachableHostError
from mock_server.server.connection import Connection
from mock_server.server.reply import Reply, Sending
from mock_server.server.request import Request
from mock_server.server.transmission import Line as LineToClient

PIECE = 64 * 1024
BOTH = 2  # sides of a tunnel
# What concerns one connection only, and is not handed on (RFC 9110 section 7.6.1); bodies are sent with their length.
OWN = frozenset({"connection", "proxy-connection", "keep-alive", "proxy-authorization", "te", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Passed:
    """A reply that another server gives: its bytes as they come, faults of the connection included."""

    opened: Callable[[], Awaitable[Line]]
    question: bytes
    refused: Callable[[Exception], Reply]

    async def play(self, sending: Sending) -> None:
        try:
            reader, writer = await self.opened()
        except (OSError, UnreachableHostError) as error:
            refusal = self.refused(error)
            await sending.send(_whole(refusal))
            sending.close()
            return
        try:
            writer.write(self.question)
            while piece := await reader.read(PIECE):
                await sending.send(piece)
            sending.close()
        except ssl.SSLError:
            sending.close()
        except OSError:
            sending.reset()
        finally:
            writer.close()

    def remains(self, content: bytes) -> bytes:
        return content


def question(request: Request, target: str, headers: Mapping[str, str]) -> bytes:
    """The request as it goes to the server that it is for, which is to close when it has answered."""
    kept = {name: text for name, text in request.headers.items() if name not in OWN}
    if request.body or "transfer-encoding" in request.headers:
        kept["content-length"] = str(len(request.body))
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {text}" for name, text in {**kept, **headers, "connection": "close"}.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body


def tunnel(line: Line) -> Callable[[Connection, bytes], None]:
    """Takes a connection over and passes bytes both ways until either side ends."""

    def take(connection: Connection, came: bytes) -> None:
        reader, writer = line
        client = _Client(connection, writer)
        connection.transport.set_protocol(client)
        if came:
            writer.write(came)
        connection.shared.keep(connection.shared.loop.create_task(client.hear(reader)))

    return take


class _Client(asyncio.Protocol):
    """The client's end of a tunnel, which ends with the server."""

    def __init__(self, connection: Connection, writer: asyncio.StreamWriter) -> None:
        self.transport = connection.transport
        self.shared = connection.shared
        self.shared.connections.add(self)
        self.writer = writer
        self.waiting = False
        self.free = asyncio.Event()
        self.free.set()
        self.lost = False
        self.ended = 0

    async def hear(self, reader: asyncio.StreamReader) -> None:
        """Hand on what the other host sends, as fast as the client takes it."""
        try:
            while piece := await reader.read(PIECE):
                self.transport.write(piece)
                await self.free.wait()
                if self.lost:
                    return
            self.ended += 1
            if self.transport.can_write_eof() and not self.transport.is_closing():
                self.transport.write_eof()
            self._end()
        except OSError:
            LineToClient(self.transport).reset()

    def data_received(self, data: bytes) -> None:
        self.writer.write(data)
        if not self.waiting:
            self.waiting = True
            self.transport.pause_reading()
            task = asyncio.get_running_loop().create_task(self._drain())
            self._draining = task

    async def _drain(self) -> None:
        with contextlib.suppress(OSError):
            await self.writer.drain()
        self.waiting = False
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        with contextlib.suppress(OSError):
            self.writer.write_eof()
        self.ended += 1
        self._end()
        return True

    def _end(self) -> None:
        """Close once both sides have said all."""
        if self.ended == BOTH:
            self.transport.close()

    def expire(self, now: float) -> None:
        """How long nothing may be said is theirs to decide who say it."""

    def interrupt(self) -> None:
        """What is passed on has no replies."""

    def leave(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.writer.transport.abort()
        self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.shared.forget(self)
        self.lost = True
        self.free.set()
        if error is None:
            self.writer.close()
        else:
            self.writer.transport.abort()

    def pause_writing(self) -> None:
        self.free.clear()

    def resume_writing(self) -> None:
        self.free.set()


def _whole(reply: Reply) -> bytes:
    headers = {**reply.headers, "Content-Length": str(len(reply.content)), "Connection": "close"}
    lines = [f"HTTP/1.1 {reply.status} ", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.content
