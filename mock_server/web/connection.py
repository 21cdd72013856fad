"""One client's connection: requests in order, answers in the same order, and never more memory than that takes."""

import asyncio
import logging
from functools import partial
from typing import cast

from mock_server.web.framing import Framing
from mock_server.web.player import Player
from mock_server.web.reader import Reader, Refusal, Request
from mock_server.web.service import Service
from mock_server.web.transport import Headers, Script
from mock_server.web.wire import Wire

# Bytes parsed at a time; a longer burst of pipelined requests waits unparsed, and lets other connections in between.
SLICE = 16 * 1024
# Bytes kept unparsed while an answer is under way; past that the client is not read until it is done.
HELD = 64 * 1024

logger = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """Reads requests, asks the application, writes answers; one of these per client."""

    wire: Wire
    reader: Reader

    def __init__(self, service: Service) -> None:
        self.service = service
        self.waiting: list[Request | Refusal] = []
        self.held = bytearray()
        self.task: asyncio.Task[None] | None = None
        self.reading = True
        self.client_done = False
        self.discarded = 0
        self.phase: tuple[object, ...] = ()
        self.since = 0.0

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self.wire = Wire(self.transport)
        service = self.service
        address, port, *_ = transport.get_extra_info("peername") or ("", "")
        base = {**service.base, "REMOTE_ADDR": address, "REMOTE_PORT": str(port)}
        self.reader = Reader(base, service.limits, self._take, self._expect)
        service.guests.add(self)

    def data_received(self, data: bytes) -> None:
        wire = self.wire
        if wire.closing:
            self._discard(len(data))
        elif self.held or self.task is not None or wire.blocked:
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
        if self.wire.closing:
            self.wire.end()
        else:
            self._proceed()
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        self.wire.closing = True
        self.service.forget(self)
        if self.task is not None:
            self.task.cancel()
        self.waiting.clear()
        self.held.clear()

    def pause_writing(self) -> None:
        self.wire.block()

    def resume_writing(self) -> None:
        self.wire.unblock()
        self._proceed()

    # Called by the service.

    def expire(self, now: float) -> None:
        """End the connection, or refuse what it is sending, if nothing has moved for too long."""
        reader, wire, limits = self.reader, self.wire, self.service.limits
        stalled = wire.blocked or wire.closing
        unsent = wire.unsent if stalled else 0
        phase = (reader.begun, reader.done, reader.environ is None, self.task, wire.closing, unsent)
        if phase != self.phase:
            self.phase = phase
            self.since = now
            return
        quiet = now - self.since
        if stalled:
            if quiet >= limits.stalled_seconds:
                wire.abort()
        elif self.task is not None:
            return
        elif reader.open:
            if quiet >= (limits.head_seconds if reader.environ is None else limits.body_seconds):
                reader.time_out()
        elif quiet >= limits.idle_seconds:
            wire.end()

    def leave(self) -> None:
        """End the connection if nothing is under way; otherwise its next answer will."""
        wire = self.wire
        if not (self.task or self.held or self.waiting or self.reader.open or wire.blocked or wire.closing):
            wire.end()

    def abort(self) -> None:
        self.wire.abort()

    # Called by the reader.

    def _take(self, request: Request | Refusal) -> None:
        if self.task is not None or self.waiting or self.wire.blocked:
            self.waiting.append(request)
        elif not self.wire.closing:
            self._answer(request)

    def _expect(self) -> None:
        if self.task is None and not self.waiting:
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    # Answering.

    def _proceed(self) -> None:
        """Go on with what had to wait, as far as the next answer that takes its time."""
        wire = self.wire
        while not (wire.closing or wire.blocked or self.task is not None):
            if self.waiting:
                self._answer(self.waiting.pop(0))
                continue
            if self.held:
                piece = bytes(self.held[:SLICE])
                del self.held[:SLICE]
                self.reader.feed(piece)
                if self.held or self.client_done:
                    self.service.loop.call_soon(self._proceed)
            elif self.client_done:
                self.reader.end()
                if not (wire.closing or self.waiting or wire.blocked):
                    wire.end()
            break
        if not self.reading and len(self.held) <= HELD and not self.transport.is_closing():
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
                player = Player(body, (status, headers), partial(self._frame, request), self.wire, service)
                self.task = service.loop.create_task(self._play(request, player))
                return
            framing = self._frame(request, status, headers)
            data = framing.whole(body, service.common)
        except Exception:  # noqa: BLE001 an application may fail in any way; _fail logs it
            self._fail(request)
            return
        self.wire.send(data)
        if not framing.keep_alive:
            self.wire.end()

    async def _play(self, request: Request, player: Player) -> None:
        reusable = False
        try:
            reusable = await player.play()
        except Exception:
            if player.opened:
                logger.exception("a script failed after its first bytes")
            else:
                reusable = self._fail(request)
        self.task = None
        if reusable and not self.service.stopping:
            self._proceed()
        else:
            self.wire.end()

    def _fail(self, request: Request) -> bool:
        """Whatever the application gets wrong, the client has an answer and the connection outlives it."""
        logger.exception("%s %s failed", request.environ["REQUEST_METHOD"], request.environ["RAW_URI"])
        answer = self.service.gateway.refused(500, "The application failed.", request.environ)
        framing = self._frame(request, answer.status, answer.headers)
        self.wire.send(framing.whole(answer.content, self.service.common))
        if not framing.keep_alive:
            self.wire.end()
        return framing.keep_alive

    def _frame(self, request: Request, status: int | str, headers: Headers) -> Framing:
        keep_alive = request.keep_alive and not self.service.stopping
        return Framing(status, headers, request.environ, keep_alive=keep_alive)

    def _refuse(self, refusal: Refusal) -> None:
        answer = self.service.gateway.refused(refusal.status, refusal.reason, refusal.environ)
        framing = Framing(answer.status, answer.headers, refusal.environ, keep_alive=False)
        self.wire.send(framing.whole(answer.content, self.service.common))
        if self.client_done:
            self.wire.end()
            return
        self.wire.finish()
        self._discard(len(self.held))
        self.held.clear()

    def _discard(self, size: int) -> None:
        """Let a client that is still sending come to the end, and read its answer."""
        self.discarded += size
        if self.discarded > self.service.limits.discarded_bytes:
            self.wire.abort()
