"""One client's connection: requests in order, answers in the same order, and never more memory than that takes."""

import asyncio
import logging
import socket
import struct
import sys
from functools import partial
from typing import cast

from mock_server.web.framing import Framing
from mock_server.web.player import Player
from mock_server.web.reader import Reader, Refusal, Request
from mock_server.web.service import Service
from mock_server.web.transport import Headers, Script

# Bytes parsed at a time; a longer burst of pipelined requests waits unparsed, and lets other connections in between.
SLICE = 16 * 1024
# Bytes kept unparsed while an answer is under way; past that the client is not read until it is done.
HELD = 64 * 1024
# A close that lingers for zero seconds is an RST (socket(7), SO_LINGER); Windows has the structure with shorts.
NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

logger = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """Reads requests, asks the application, writes answers; one of these per client."""

    __slots__ = (
        "__weakref__",
        "blocked",
        "client_done",
        "closing",
        "discarded",
        "held",
        "phase",
        "reader",
        "reading",
        "service",
        "since",
        "task",
        "transport",
        "unblocked",
        "waiting",
    )

    transport: asyncio.Transport

    def __init__(self, service: Service) -> None:
        self.service = service
        self.waiting: list[Request | Refusal] = []
        self.held = bytearray()
        self.task: asyncio.Task[None] | None = None
        self.blocked = False
        self.unblocked: asyncio.Future[None] | None = None
        self.reading = True
        self.client_done = False
        self.closing = False
        self.discarded = 0
        self.phase: tuple[object, ...] = ()
        self.since = 0.0

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        address, port, *_ = transport.get_extra_info("peername") or ("", "")
        service = self.service
        self.reader = Reader(service.base, service.limits, (address, str(port)), self._take, self._expect)
        service.guests.add(self)
        if service.stopping:
            self._end()

    def data_received(self, data: bytes) -> None:
        if self.closing:
            self._discard(len(data))
        elif self.held or self.task is not None or self.blocked:
            self.held += data
            if self.reading and len(self.held) > HELD:
                self.reading = False
                self.transport.pause_reading()
        elif len(data) <= SLICE:
            self.reader.feed(data)
        else:
            self.held += data
            self._proceed()

    def eof_received(self) -> bool:
        """A client may stop sending and still wait for its answers, so this alone closes nothing."""
        self.client_done = True
        if self.closing:
            self.transport.close()
        else:
            self._proceed()
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        self.closing = True
        self.service.forget(self)
        if self.task is not None:
            self.task.cancel()
        self.waiting.clear()
        self.held.clear()

    def pause_writing(self) -> None:
        self.blocked = True

    def resume_writing(self) -> None:
        self.blocked = False
        if self.unblocked is not None and not self.unblocked.done():
            self.unblocked.set_result(None)
        self._proceed()

    # Called by the service.

    def expire(self, now: float) -> None:
        """End the connection, or refuse what it is sending, if nothing has moved for too long."""
        reader, limits = self.reader, self.service.limits
        unsent = self.transport.get_write_buffer_size() if self.blocked or self.closing else 0
        phase = (reader.begun, reader.done, reader.environ is None, self.task, self.closing, unsent)
        if phase != self.phase:
            self.phase = phase
            self.since = now
            return
        quiet = now - self.since
        if self.blocked or self.closing:
            if quiet >= limits.stalled_seconds:
                self.abort()
        elif self.task is not None:
            return
        elif reader.open:
            if quiet >= (limits.head_seconds if reader.environ is None else limits.body_seconds):
                reader.time_out()
        elif quiet >= limits.idle_seconds:
            self._end()

    def leave(self) -> None:
        """End the connection if nothing is under way; otherwise its next answer will."""
        if not (self.task or self.blocked or self.held or self.waiting or self.reader.open or self.closing):
            self._end()

    def abort(self) -> None:
        self.closing = True
        self.transport.abort()

    # Called by the reader.

    def _take(self, request: Request | Refusal) -> None:
        if self.task is not None or self.blocked or self.waiting:
            self.waiting.append(request)
        elif not self.closing:
            self._answer(request)

    def _expect(self) -> None:
        if self.task is None and not self.waiting:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    # Answering.

    def _proceed(self) -> None:
        """Go on with what had to wait, as far as the next answer that takes its time."""
        while not (self.closing or self.blocked or self.task is not None):
            if self.waiting:
                self._answer(self.waiting.pop(0))
                continue
            if self.held:
                piece = bytes(self.held[:SLICE])
                del self.held[:SLICE]
                self.reader.feed(piece)
                if self.held:
                    self.service.loop.call_soon(self._proceed)
            elif self.client_done:
                self.reader.end()
                if not (self.closing or self.waiting or self.blocked):
                    self._end()
            break
        if not self.reading and len(self.held) <= HELD:
            self.reading = True
            self.transport.resume_reading()

    def _answer(self, request: Request | Refusal) -> None:
        if isinstance(request, Refusal):
            self._refuse(request)
            return
        service = self.service
        try:
            status, headers, body = service.gateway.call(request.environ)
            if isinstance(body, Script):
                player = Player(body, self, partial(self._frame, request), status, headers)
                self.task = service.loop.create_task(self._play(request, player))
                return
            framing = self._frame(request, status, headers)
            data = framing.whole(body, service.common)
        except Exception:  # noqa: BLE001 an application may fail in any way; _fail logs it
            self._fail(request)
            return
        self.transport.write(data)
        if not framing.keep_alive:
            self._end()

    def _refuse(self, refusal: Refusal) -> None:
        answer = self.service.gateway.refused(refusal.status, refusal.reason, refusal.environ)
        framing = Framing(answer.status, answer.headers, refusal.environ, keep_alive=False)
        self.transport.write(framing.whole(answer.content, self.service.common))
        self._linger()

    def _fail(self, request: Request) -> None:
        """Whatever the application gets wrong, the client has an answer and the connection outlives it."""
        logger.exception("%s %s failed", request.environ["REQUEST_METHOD"], request.environ["RAW_URI"])
        answer = self.service.gateway.refused(500, "The application failed.", request.environ)
        framing = self._frame(request, answer.status, answer.headers)
        self.transport.write(framing.whole(answer.content, self.service.common))
        if not framing.keep_alive:
            self._end()

    async def _play(self, request: Request, player: Player) -> None:
        try:
            reusable = await player.play()
        except Exception:
            reusable = not player.opened
            if reusable:
                self._fail(request)
            else:
                logger.exception("a script failed after its first bytes")
        self.task = None
        if reusable:
            self._proceed()
        else:
            self._end()

    def _frame(self, request: Request, status: int | str, headers: Headers) -> Framing:
        keep_alive = request.keep_alive and not self.service.stopping
        return Framing(status, headers, request.environ, keep_alive=keep_alive)

    # What a script does.

    def common(self) -> str:
        return self.service.common

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    async def taken(self) -> None:
        if self.blocked and not self.closing:
            self.unblocked = self.service.loop.create_future()
            await self.unblocked

    async def pause(self, seconds: float) -> None:
        await self.service.sleep(seconds)

    async def reset(self) -> None:
        self.transport.set_write_buffer_limits(high=0)  # so that `taken` waits for the last byte
        await self.taken()
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.abort()

    # Ending.

    def _end(self) -> None:
        self.closing = True
        self.transport.close()

    def _linger(self) -> None:
        """Say that no more will come, but keep reading: a close with bytes unread would reset the connection,

        and the client, still sending, would never see its answer (RFC 9112 section 9.6).
        """
        self.closing = True
        if self.client_done:
            self.transport.close()
            return
        self.transport.write_eof()
        self._discard(len(self.held))
        self.held.clear()
        if not self.reading:
            self.reading = True
            self.transport.resume_reading()

    def _discard(self, size: int) -> None:
        self.discarded += size
        if self.discarded > self.service.limits.discarded_bytes:
            self.transport.abort()
