"""The sending half of a connection: bytes out, and the ways to end."""

import asyncio
import contextlib
import socket
import struct
import sys

# A close that lingers for zero seconds is an RST (socket(7), SO_LINGER); Windows has the structure with shorts.
NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Wire:
    """What is written to one client; `blocked` while it reads too slowly, `closing` once the end is decided."""

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

    def block(self) -> None:
        self.blocked = True

    def unblock(self) -> None:
        self.blocked = False
        if self._unblocked is not None and not self._unblocked.done():
            self._unblocked.set_result(None)

    async def taken(self) -> None:
        """Wait until more may be sent."""
        if self.blocked and not self.closing:
            self._unblocked = asyncio.get_running_loop().create_future()
            await self._unblocked

    def end(self) -> None:
        """FIN, after what is still to be sent."""
        self.closing = True
        self.transport.close()

    def abort(self) -> None:
        """RST: the system, too, drops what the client has not taken yet."""
        self.closing = True
        with contextlib.suppress(OSError):  # closed already
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.transport.abort()

    def finish(self) -> None:
        """FIN, but go on reading: a close with bytes unread would be an RST, and a client that still sends

        would never see its answer (RFC 9112 section 9.6).
        """
        self.closing = True
        if not self.transport.is_closing():
            self.transport.write_eof()
