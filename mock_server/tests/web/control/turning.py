"""Asking a front, and seeing who else has turns before the answer comes."""

import asyncio

from mock_server.server.reply import Reply
from mock_server.server.request import Endpoints, Request
from mock_server.web.front import Front


def asked(front: Front, path: str, method: str = "GET", body: bytes = b"", accept: str = "*/*") -> Reply:
    peer = Endpoints("127.0.0.1", 1, "127.0.0.1", 8080)
    headers = {"host": "127.0.0.1:8080", "content-type": "application/json", "accept": accept}
    return front.answer(Request(method, f"/__admin{path}", headers, peer, body))


def answered(reply: Reply) -> Reply:
    """What comes of a reply that is not known yet."""
    assert reply.later is not None
    return asyncio.run(_told(reply))


def with_others(reply: Reply) -> tuple[Reply, int]:
    """What comes of a reply that is not known yet, and how often something else had its turn before it came."""
    assert reply.later is not None
    return asyncio.run(_beside_others(reply))


async def _told(reply: Reply) -> Reply:
    while reply.later is not None:
        reply = await reply.later()
    return reply


async def _beside_others(reply: Reply) -> tuple[Reply, int]:
    others = 0

    async def other() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    other_task = asyncio.get_running_loop().create_task(other())
    told = await _told(reply)
    other_task.cancel()
    return told, others
