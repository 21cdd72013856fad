"""TLS on a port of its own, or on a connection whose CONNECT was granted."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from mock_server.server.connection import Connection

REFUSED = "CALLBACK_FAILED"  # as OpenSSL calls it when we refuse the server's name
Failed = Callable[[Exception, str], None]
"""Told why a handshake failed, and how the client names itself where that is known."""


@dataclass(frozen=True, slots=True)
class Secure:
    """TLS on a port of its own, 0 for any that is free."""

    context: ssl.SSLContext
    port: int = 0
    failed: Failed = lambda _error, _agent: None


def watched(secure: Secure) -> ssl.SSLContext:
    """The context, whose handshakes tell when they fail; an event loop keeps that to itself."""

    class Handshake(_Handshake):
        def failed(self, error: Exception) -> None:
            secure.failed(error, "")

    secure.context.sslobject_class = Handshake
    return secure.context


class _Handshake(ssl.SSLObject):
    """A handshake that is refused in TLS's own words: event loops close before they have sent them."""

    _refusal: Exception | None = None

    def do_handshake(self) -> None:
        if self._refusal is not None:
            raise self._refusal
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:  # of which an SSLError is one
            self.failed(error)
            if getattr(error, "reason", None) != REFUSED:
                raise
            self._refusal = error
            raise ssl.SSLWantReadError from error  # the loop sends what waits, and asks again when the client answers

    def failed(self, error: Exception) -> None:
        """Hear why it failed."""


def secure_line(transport: asyncio.Transport, connection: Connection, secure: Secure, agent: str = "") -> None:
    """Speak TLS on the transport from its next byte on, and hand what comes inside to the connection."""
    transport.pause_reading()  # or the first bytes are read before TLS is there
    shared = connection.shared
    shared.keep(shared.loop.create_task(_shake(transport, connection, secure, agent)))


class _Early(asyncio.Protocol):
    """Keeps what comes with a handshake's last bytes, before there is a transport to hand on with it."""

    def __init__(self) -> None:
        self.came = b""
        self.ended = self.lost = False

    def data_received(self, data: bytes) -> None:
        self.came += data

    def eof_received(self) -> bool:
        self.ended = True
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True


async def _shake(transport: asyncio.Transport, connection: Connection, secure: Secure, agent: str) -> None:
    loop, patience = connection.shared.loop, connection.shared.limits.head_seconds
    early = _Early()
    secure.context.sslobject_class = _Handshake
    try:
        inner = await loop.start_tls(transport, early, secure.context, server_side=True, ssl_handshake_timeout=patience)
    except OSError as error:  # of which an SSLError is one
        transport.abort()
        secure.failed(error, agent)
        return
    if inner is None or early.lost:  # the client went away meanwhile
        return
    inner.set_protocol(connection)
    connection.connection_made(inner)
    if early.came:
        connection.data_received(early.came)
    if early.ended:
        connection.eof_received()
