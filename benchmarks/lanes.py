"""Requests over kept-alive connections, one at a time on each: what one process of Python can drive the fastest."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Protocol, cast

import uvloop

from benchmarks.load import InvalidRunError
from benchmarks.mixture import MixedRequest

LONGEST_SECONDS = 600


class LaneWitness(Protocol):
    """Who is told of every answer."""

    def answered(self, request: MixedRequest, status: int, head: bytes, body: bytes) -> None:
        """A whole answer has come; `head` is in lower case."""

    def cut_off(self, request: MixedRequest, received: bytes) -> None:
        """The connection ended before a whole answer had come."""


def drive(port: int, requests: Iterator[MixedRequest], connections: int, witness: LaneWitness) -> None:
    """Send them all to loopback and wait for each answer; InvalidRunError if the server stops answering."""
    try:
        uvloop.run(asyncio.wait_for(_drive(port, requests, connections, witness), LONGEST_SECONDS))
    except TimeoutError:
        raise InvalidRunError(f"not all answers came within {LONGEST_SECONDS} s") from None
    except OSError as error:
        raise InvalidRunError(f"the server takes no more connections: {error}") from None


async def _drive(port: int, requests: Iterator[MixedRequest], connections: int, witness: LaneWitness) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_keep_up(port, requests, witness))


async def _keep_up(port: int, requests: Iterator[MixedRequest], witness: LaneWitness) -> None:
    """Connect, and again whenever the server ends the connection, until there are no more requests."""
    loop = asyncio.get_running_loop()
    exhausted = False
    while not exhausted:
        _, lane = await loop.create_connection(
            partial(LoadLane, requests, witness, loop.create_future()), "127.0.0.1", port
        )
        exhausted = await lane.exhausted


class LoadLane(asyncio.Protocol):
    """One connection: sends the next request when the last one is answered."""

    def __init__(
        self, requests: Iterator[MixedRequest], witness: LaneWitness, exhausted: "asyncio.Future[bool]"
    ) -> None:
        self.exhausted = exhausted
        self._requests, self._witness = requests, witness
        self._request: MixedRequest | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._request is None:
            return
        head = self._received[:end].lower()
        length = _length(head)
        if len(self._received) < end + 4 + length:
            return
        request, body, self._received = self._request, self._received[end + 4 :], b""
        try:
            self._witness.answered(request, int(head[9:12]), head, body)
            self._ask()
        except Exception as error:  # noqa: BLE001 - the event loop would log any and go on
            self.exhausted.set_exception(error)
            self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        if self.exhausted.done():
            return
        if self._request is not None:
            self._witness.cut_off(self._request, self._received)
        self.exhausted.set_result(self._request is None)

    def _ask(self) -> None:
        self._request = next(self._requests, None)
        if self._request is None:
            self._transport.close()
        else:
            self._transport.write(self._request.content)


def _length(head: bytes) -> int:
    start = head.find(b"content-length:")
    if start < 0:
        return 0  # 204; nothing here is sent in chunks
    return int(head[start + 15 :].split(b"\r", 1)[0])
