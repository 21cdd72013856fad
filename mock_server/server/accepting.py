"""What listens, as clients reach it, and how it accepts them."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mock_server.server.connection import Connection
from mock_server.server.listening import BACKLOG, url_of
from mock_server.server.shared import Shared
from mock_server.server.tls import Secure, watched


@dataclass(frozen=True, slots=True)
class Listening:
    """Sockets that accept connections, plain or with TLS, as clients reach them: by a host and port, or by a path."""

    host: str
    sockets: Sequence[socket.socket]
    secure: Secure | None = None

    @property
    def port(self) -> int:
        """0 for what has none."""
        name = self.sockets[0].getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

    @property
    def url(self) -> str:
        return url_of(self.host, self.port, secure=self.secure is not None)

    async def accept(self, shared: Shared) -> list[asyncio.Server]:
        create = shared.loop.create_server if self.port else shared.loop.create_unix_server
        made = self._made(shared)
        return [await create(**made, sock=bound, backlog=BACKLOG) for bound in self.sockets]

    async def accept_rest(self, shared: Shared) -> None:
        """Accept who has connected already, and would be cut off when nobody listens any more."""
        for bound in self.sockets if self.port else ():
            with contextlib.suppress(OSError):  # BlockingIOError when there is nobody
                while True:
                    client, _ = bound.accept()
                    client.settimeout(0)
                    await shared.loop.connect_accepted_socket(**self._made(shared), sock=client)

    def _made(self, shared: Shared) -> dict[str, Any]:
        """How a connection is made of what was accepted."""
        context = watched(self.secure) if self.secure else None
        return {
            "protocol_factory": partial(Connection, shared, self.host, self.port),
            "ssl": context,
            "ssl_handshake_timeout": shared.limits.head_seconds if context else None,
        }

    def close(self) -> None:
        for bound in self.sockets:
            bound.close()
