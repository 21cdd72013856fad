"""Replies to the next requests, for tests."""

import asyncio
from collections.abc import Awaitable, Callable

from mock_server.server.reply import Reply, Sending
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.tests.server.raw_client import GET, RawClient

HEAD = b"HEAD / HTTP/1.1\r\nHost: mock\r\n\r\n"
OLD = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"


def answering(reply: Reply) -> Application:
    """What answers / with this reply, and anything else with `next`."""
    return lambda request: reply if request.path == "/" else Reply(200, b"next")


def next_answer(client: RawClient) -> bytes:
    """What the connection answers to one more request."""
    client.send(GET.replace(b"/ ", b"/next "))
    return client.answer().body


class Happening:
    """Whatever a test wants to happen on the wire."""

    def __init__(self, play: Callable[[Sending], Awaitable[None]]) -> None:
        self._play = play

    async def play(self, sending: Sending) -> None:
        await self._play(sending)

    def remains(self, content: bytes) -> bytes:
        return content


def late(reply: Reply) -> Callable[[], Awaitable[Reply]]:
    async def awaited() -> Reply:
        await asyncio.sleep(0)
        return reply

    return awaited


def slow(_: Request) -> Reply:
    return Reply(200, b"late", pause=100)
