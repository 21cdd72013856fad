"""The receiver of all webhooks, a process of its own: it counts what came, by subscription and event."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import cast

ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
Received = dict[str, Counter[str]]


class Receiver:
    """Where deliveries go, and what has come so far."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def received(self) -> Received:
        """How often each event has come, by the subscription's id and the event's."""
        self._pipe.send(None)
        found: Received = self._pipe.recv()
        return found


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback that takes everything."""
    here, there = Pipe()
    process = get_context("spawn").Process(target=_receive, args=(there,), daemon=True)
    process.start()
    try:
        yield Receiver(here)
    finally:
        process.kill()
        process.join()


class _Taking(asyncio.Protocol):
    def __init__(self, came: "defaultdict[str, Counter[str]]") -> None:
        self._came = came
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if not end or len(body) < length:
            return
        event = json.loads(body)
        self._came[event["webhook_id"]][event["id"]] += 1
        self._transport.write(ANSWER)
        self._transport.close()


def _receive(told: Connection) -> None:
    async def main() -> None:
        came: defaultdict[str, Counter[str]] = defaultdict(Counter)

        def asked() -> None:
            told.recv()
            told.send(dict(came))

        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Taking(came), "127.0.0.1", 0, backlog=512)
        loop.add_reader(told.fileno(), asked)
        told.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(main())
