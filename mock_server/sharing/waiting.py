"""`/requests/wait` for all keys: over when all processes together have been asked often enough."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.sharing.membership import Peer
from mock_server.web.control.replies import answer
from mock_server.web.control.waiting import too_few

LOOKED = 1.0  # real seconds until it is looked at again who is there
COUNT = f"{CONTROL_PREFIX}/requests/count"


@dataclass(frozen=True, slots=True)
class Waiting:
    """`peers` tells who is there.

    `ask` is how one of them is asked; None if it is not there. `read` is how a call is read, or Problem.
    """

    peers: Callable[[], Sequence[Peer]]
    ask: Callable[[Peer, Request], Awaitable[Reply | None]]
    read: Callable[[Request], Any]

    async def reply(self, request: Request) -> Reply | None:
        """The reply, or None if one of them is not there, and the count would be wrong."""
        first = await self.ask(self.peers()[0], _with(request, timeoutMs=0))
        if first is None or first.status not in {HTTPStatus.OK, HTTPStatus.REQUEST_TIMEOUT}:
            return first  # it says what is wrong with the call
        order = self.read(request)  # its time as well, which the first was not told
        wanted, seconds = order.get("atLeast", 1), order.get("timeoutMs", 5000) / 1000
        counting = replace(request, target=COUNT, body=json.dumps({"match": order.get("match", {})}).encode())
        counts: dict[Peer, int] = {}
        for peer in self.peers():
            told = await self.ask(peer, counting)
            if told is None:
                return None
            counts[peer] = told.value()["count"]
        await self._more(request, counts, wanted, seconds)
        total = sum(counts.values())
        return answer({"count": total}) if total >= wanted else too_few(total, wanted, seconds).reply()

    async def _more(self, request: Request, counts: dict[Peer, int], wanted: int, seconds: float) -> None:
        """Wait until they are enough, or the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds

        async def one_more(peer: Peer) -> Peer | None:
            left = max(0, round((end - loop.time()) * 1000))
            told = await self.ask(peer, _with(request, atLeast=counts[peer] + 1, timeoutMs=left))
            if told is None or told.status != HTTPStatus.OK:
                return None
            counts[peer] = told.value()["count"]
            return peer

        under_way = {asyncio.ensure_future(one_more(peer)) for peer in counts}
        try:
            while under_way and sum(counts.values()) < wanted:
                done, under_way = await asyncio.wait(under_way, timeout=LOOKED, return_when=asyncio.FIRST_COMPLETED)
                joined = [peer for peer in self.peers() if peer not in counts]
                counts.update(dict.fromkeys(joined, 0))
                further = [*joined, *filter(None, (each.result() for each in done))]
                under_way |= {asyncio.ensure_future(one_more(peer)) for peer in further}
        finally:
            for task in under_way:
                task.cancel()


def _with(request: Request, **members: Any) -> Request:
    """The same call with other members of its order; as it is if that cannot be read."""
    try:
        order = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return request
    return replace(request, body=json.dumps({**order, **members}).encode()) if isinstance(order, dict) else request
