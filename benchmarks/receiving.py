"""What receives webhooks on loopback, to be run in a process of its own."""

import asyncio
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import cast

ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


class Taking(asyncio.Protocol):
    """Hands on the body of one request, and answers 204."""

    def __init__(self, came: Callable[[bytes], None]) -> None:
        self._came = came
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if end and len(body) >= length:
            self._came(body)
            self._transport.write(ANSWER)
            self._transport.close()


def serve(told: Connection, protocol: Callable[[], asyncio.Protocol], asked: Callable[[], None] | None = None) -> None:
    """Tell the port and serve until killed; `asked` is called when something has been sent."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=512)
        if asked is not None:
            loop.add_reader(told.fileno(), asked)
        told.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(main())
