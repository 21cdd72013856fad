"""One reply on its way to the client: at once, or as slowly and as wrongly as it is to arrive."""

import asyncio
import contextlib
import socket
import struct
import sys

from mock_server.server.framing import Framing, head
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Shared

# Seconds for a client to read a refusal before a connection that cannot close by halves (TLS) is closed.
FAREWELL = 2.0
# A close that lingers for zero seconds is an RST (socket(7), SO_LINGER); Windows has the structure with shorts.
NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Line:
    """The sending half of a connection; `blocked` while its client reads too slowly, `closing` once its end is near."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.send = transport.write
        self.blocked = False
        self.closing = False
        self._unblocked: asyncio.Future[None] | None = None

    @property
    def unsent(self) -> int:
        """Bytes that the client, or the system on its behalf, has not taken yet."""
        return self.transport.get_write_buffer_size()

    def unblock(self) -> None:
        self.blocked = False
        if self._unblocked is not None and not self._unblocked.done():
            self._unblocked.set_result(None)

    async def taken(self) -> None:
        """Wait until more may be sent."""
        if self.blocked and not self.closing:
            self._unblocked = asyncio.get_running_loop().create_future()
            await self._unblocked

    def close(self) -> None:
        """FIN, after what is still to be sent."""
        self.closing = True
        self.transport.close()

    def reset(self) -> None:
        """RST: the system, too, drops what the client has not taken yet."""
        self.closing = True
        with contextlib.suppress(OSError):  # closed already
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.transport.abort()

    def finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """FIN, but go on reading: a close with bytes unread would be an RST, and a client that still sends

        would never see its answer (RFC 9112 section 9.6).
        """
        self.closing = True
        if self.transport.is_closing():
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            loop.call_later(FAREWELL, self.transport.close)


class Transmission:
    """One reply that takes its time or goes wrong on its way; the `Sending` that `Reply.wire` plays on."""

    def __init__(self, reply: Reply, request: Request, line: Line, shared: Shared) -> None:
        self.reply = reply
        self.request = request
        self.line = line
        self.shared = shared
        self.begun = False
        self.known = reply.later is None
        self.endless = False
        self.keep_alive = False

    async def run(self) -> bool:
        """Send it to the end; true if the connection can be used again."""
        while self.reply.later is not None:
            self.reply = await self.reply.later()
        self.known = True
        if self.reply.pause:
            await self.pause(self.reply.pause)
        if self.reply.still is not None:
            self.reply = self.reply.still() or self.reply
        if self.reply.wire is not None:
            await self.reply.wire.play(self)
        else:
            framing = self._framing()
            data = framing.whole(self.shared.common())
            self.keep_alive = framing.keep_alive
            await self.send(data)
        return self.keep_alive and not self.line.closing

    async def pause(self, seconds: float) -> None:
        await self.shared.sleep(seconds)

    async def send(self, data: bytes) -> None:
        if data:
            self.begun = True
            self.line.send(data)
            await self.line.taken()

    def opening(self) -> tuple[bytes, bytes]:
        framing = self._framing()
        content = self.reply.content
        opening = framing.opening(len(content), self.shared.common())
        self.keep_alive = framing.keep_alive
        return opening, b"" if framing.bodiless else content

    def chunked(self) -> bytes:
        return head(self.reply.status, {**self.reply.headers, "Transfer-Encoding": "chunked"})

    def unbounded(self) -> tuple[bytes, bool]:
        self.endless = True
        framing = self._framing()
        further = f"{self.shared.common()}\r\nConnection: close"
        return head(self.reply.status, framing.headers, self.reply.also, further), not framing.bodiless

    def complete(self) -> None:
        self.keep_alive = True

    def reset(self) -> None:
        self.line.reset()

    def close(self) -> None:
        self.line.close()

    def _framing(self) -> Framing:
        return Framing(self.reply, self.request, keep_alive=self.request.keep_alive and not self.shared.stopping)
