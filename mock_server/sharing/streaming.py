"""Server-sent events of all processes, as they come."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from mock_server.server.parsing import END
from mock_server.server.playing import Stream
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.sharing.channels import LostError, PeerChannels, UnreachableError
from mock_server.sharing.frames import ForwardedRequest, FrameEnd
from mock_server.sharing.membership import Peer
from mock_server.web.control.live import HEADERS

PAUSE = 1.0  # real seconds before who is there is looked at again
BLANK = b"\n\n"


def streamed(channels: PeerChannels, peers: Callable[[], Sequence[Peer]], request: Request) -> Reply:
    """A reply that goes on with the events of all, also of those that join; who goes away is heard when it is back."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        events: asyncio.Queue[bytes] = asyncio.Queue(1)
        hearing = asyncio.ensure_future(_hear_all(channels, peers, request, events))
        try:
            while True:
                yield await events.get()
        finally:
            hearing.cancel()

    return Reply(HTTPStatus.OK, b"retry: 2000\n\n", HEADERS, wire=Stream(pieces))


async def _hear_all(
    channels: PeerChannels, peers: Callable[[], Sequence[Peer]], request: Request, events: "asyncio.Queue[bytes]"
) -> None:
    tasks: dict[Peer, asyncio.Task[None]] = {}
    try:
        while True:
            for peer in peers():
                if peer not in tasks or tasks[peer].done():
                    tasks[peer] = asyncio.create_task(_hear(channels, peer, request, events))
            await asyncio.sleep(PAUSE)
    finally:
        for task in tasks.values():
            task.cancel()


async def _hear(channels: PeerChannels, peer: Peer, request: Request, events: "asyncio.Queue[bytes]") -> None:
    with suppress(UnreachableError, LostError):
        await _events(channels, peer, request, events)


async def _events(channels: PeerChannels, peer: Peer, request: Request, events: "asyncio.Queue[bytes]") -> None:
    """What one of them tells, in whole events, until it ends."""
    channel = await channels.ask(peer, ForwardedRequest(replace(request, keep_alive=False), {"here": True}))
    try:
        kind, data = FrameEnd.MORE, b""
        while END not in data and kind is FrameEnd.MORE:
            kind, more = await channel.answered()
            data += more
        data = data.partition(END)[2]
        while kind is FrameEnd.MORE:
            whole, blank, data = data.rpartition(BLANK)
            if blank:
                await events.put(whole + blank)
            kind, more = await channel.answered()
            data += more
    finally:
        channel.leave()
