"""One client's connection: requests in order, replies in the same order, and never more memory than that takes."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import cast

from mock_server.server.framing import Framing
from mock_server.server.parsing import Reader
from mock_server.server.patience import Patience
from mock_server.server.presence import find_out
from mock_server.server.reply import PendingAnswer, Reply
from mock_server.server.request import Endpoints, Refusal, Request
from mock_server.server.shared import Shared
from mock_server.server.transmission import Line, Transmission

# Bytes parsed at a time; a longer burst of pipelined requests waits unparsed.
SLICE = 16 * 1024
# Bytes kept unparsed while a reply is under way; past that the client is not read until it is done.
HELD = 64 * 1024
# Pipelined requests answered before other connections have their turn; so many bytes of a reply count as one more.
TURN = 8
WEIGHT = 8 * 1024

logger = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """Reads requests, asks the application, writes replies; one of these per client."""

    line: Line
    reader: Reader
    transport: asyncio.Transport

    def __init__(self, shared: Shared, host: str = "", port: int = 0) -> None:
        self.shared = shared
        self.application = shared.answer
        self.reached = host, port
        self.waiting: list[Request | Refusal] = []
        self.held = bytearray()
        self.task: asyncio.Task[None] | PendingAnswer | None = None
        self.sending: Transmission | None = None
        self.reading = True
        self.client_done = False
        self.discarded = 0
        self.spent = 0
        self.patience = Patience(shared.limits)

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self.line = Line(self.transport)
        address, port, *_ = transport.get_extra_info("peername") or ("", 0)
        self.secure = transport.get_extra_info("ssl_object") is not None
        peer = Endpoints(address, port, *self.reached, secure=self.secure)
        self.reader = Reader(peer, self.shared.limits, self._take, self._expect)
        self.shared.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self.line.closing:
            self._discard(len(data))
        elif self.held or self.task is not None or self.line.blocked:
            self.held += data
            if self.reading and len(self.held) > HELD:
                self.reading = False
                self.transport.pause_reading()
        elif len(data) <= SLICE:
            self.spent = 0
            rest = self.reader.feed(data)
            if rest:
                self.held += rest
                self._proceed()
        else:
            self.held += data
            self._turn()

    def eof_received(self) -> bool:
        """A client may stop sending and still wait for its answers, so this alone closes nothing; TLS always closes.

        Most clients that do so have gone. Where the answer is not known yet, as of a wait, interim responses find out:
        who has gone answers with a reset, which ends the wait; others, such as `nc -N`, are to ignore them.
        """
        self.client_done = True
        if self.line.closing:
            self.line.close()
        else:
            self._ask_for(self.sending)
            self._proceed()
        return not self.secure

    def connection_lost(self, _error: Exception | None) -> None:
        self.line.closing = True
        self.shared.forget(self)
        if self.task is not None:
            self.task.cancel()
        self.waiting.clear()
        self.held.clear()

    def pause_writing(self) -> None:
        self.line.blocked = True

    def resume_writing(self) -> None:
        self.line.unblock()
        self._turn()

    # Called by the server.

    def expire(self, now: float) -> None:
        """End the connection, or refuse what it is sending, if nothing has moved for too long."""
        self.patience.expire(self.reader, self.line, self.task, now)

    def interrupt(self) -> None:
        """End a reply that has no end of its own."""
        if self.sending is not None and self.sending.endless:
            self.line.close()

    def leave(self) -> None:
        """End the connection if nothing is under way that has an end; otherwise its next reply will."""
        line = self.line
        self.interrupt()
        if not (self.task or self.held or self.waiting or self.reader.open or line.blocked or line.closing):
            line.close()
            if self.secure:  # it has been told; an idle client's own goodbye, which TLS asks for, is not waited for
                self.shared.loop.call_soon(self.transport.abort)

    def reset(self) -> None:
        self.line.reset()

    # Called by the reader.

    def _take(self, request: Request | Refusal) -> None:
        if self.task is not None or self.waiting or self.line.blocked:
            self.waiting.append(request)
        elif not self.line.closing:
            self._answer(request)

    def _expect(self) -> None:
        if self.task is None and not self.waiting:
            self.line.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    # Answering.

    def _turn(self) -> None:
        self.spent = 0
        self._proceed()

    def _proceed(self) -> None:
        """Go on with what had to wait, as far as a reply that takes its time or the end of this connection's turn."""
        line = self.line
        while not (line.closing or line.blocked or self.task is not None):
            if self.spent >= TURN:
                self.shared.loop.call_soon(self._turn)
                break
            if self.waiting:
                self._answer(self.waiting.pop(0))
            elif self.held:
                piece = bytes(self.held[:SLICE])
                rest = self.reader.feed(piece)
                del self.held[: len(piece) - len(rest)]
                self.spent += not rest
            else:
                if self.client_done:
                    self.reader.end()
                    if not (line.closing or self.waiting or line.blocked):
                        line.close()
                break
        if not self.reading and len(self.held) <= HELD and not self.transport.is_closing():
            self.reading = True
            self.transport.resume_reading()

    def _answer(self, request: Request | Refusal) -> None:
        if isinstance(request, Refusal):
            self._refuse(request)
            return
        try:
            reply = self.application(request)
            if reply.brings is not None:
                self.task = reply.brings(self._brought, partial(self._go_on, request))
                return
        except Exception:  # noqa: BLE001 - an application may fail in any way; _fail logs it
            self._fail(request)
            return
        self._reply(request, reply)

    def _brought(self, data: bytes, stays: bool) -> None:
        """The whole answer has come from elsewhere."""
        self.task = None
        self.line.send(data)
        if not stays or self.shared.ending:
            self.line.close()
        elif self.held or self.waiting or self.client_done:
            self._turn()

    def _go_on(self, request: Request, reply: Reply) -> None:
        """No such answer has come: that reply is to be sent."""
        self.task = None
        self._reply(request, reply)
        if self.task is None:
            self._turn()

    def _reply(self, request: Request, reply: Reply) -> None:
        shared = self.shared
        try:
            if not reply.slow:
                framing = Framing(reply, request, keep_alive=request.keep_alive and not shared.stopping)
                data = framing.whole(shared.common())
            else:
                self.sending = Transmission(reply, request, self.line, shared)
                self.task = shared.loop.create_task(self._send(self.sending))
                if self.client_done:
                    self._ask_for(self.sending)
                return
        except Exception:  # noqa: BLE001 - an application may fail in any way; _fail logs it
            self._fail(request)
            return
        self.spent += 1 + len(data) // WEIGHT
        self.line.send(data)
        if not framing.keep_alive:
            self.line.close()

    async def _send(self, sending: Transmission) -> None:
        reusable = False
        try:
            reusable = await sending.run()
        except Exception:
            if sending.begun:
                logger.exception("a reply failed after its first bytes")
            else:
                reusable = self._fail(sending.request)
        self.task = self.sending = None
        sending.known = True  # also where it failed before
        takeover = sending.reply.takeover
        if takeover is not None and not self.line.closing:
            self._leave_to(takeover)
        elif reusable and not self.shared.ending:
            self._turn()
        else:
            self.line.close()

    def _ask_for(self, sending: Transmission | None) -> None:
        """Whether its client is still there, as long as the reply is not known."""
        if sending is not None and not sending.known and not self.secure:
            self.shared.keep(self.shared.loop.create_task(find_out(sending, self.line, self.shared)))

    def _leave_to(self, takeover: Callable[["Connection", bytes], None]) -> None:
        """Read and write no more: the connection belongs to somebody else."""
        self.shared.forget(self)
        came = bytes(self.held)
        self.held.clear()
        self.line.closing = True
        if not self.reading:
            self.transport.resume_reading()
        takeover(self, came)

    def _fail(self, request: Request) -> bool:
        """Whatever the application gets wrong, the client has an answer and the connection outlives it."""
        reply = self.shared.failed(request)
        framing = Framing(reply, request, keep_alive=request.keep_alive and not self.shared.stopping)
        self.line.send(framing.whole(self.shared.common()))
        if not framing.keep_alive:
            self.line.close()
        return framing.keep_alive

    def _refuse(self, refusal: Refusal) -> None:
        reply = self.shared.refused(refusal)
        framing = Framing(reply, refusal.request, keep_alive=False)
        self.line.send(framing.whole(self.shared.common()))
        if self.client_done:
            self.line.close()
            return
        self.line.finish(self.shared.loop)
        self._discard(len(self.held))
        self.held.clear()

    def _discard(self, size: int) -> None:
        """Let a client that is still sending come to the end, and read its answer."""
        self.discarded += size
        if self.discarded > self.shared.limits.discarded_bytes:
            self.line.reset()
