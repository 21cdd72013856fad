"""Calls for all sandboxes, as one instance does them in the order of a store."""

import asyncio
from collections.abc import Sequence
from threading import Event
from typing import cast

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.sharing.call_log import CallLog
from mock_server.sharing.channels import PeerChannels
from mock_server.sharing.membership import Peer, Workers

CALL = Request("POST", "/__admin/reset", {})


class Log:
    """The log of a store, which no other instance uses."""

    def __init__(self) -> None:
        self.applied = 0
        self.entries: list[str] = []

    def logged(self, entry: str) -> int:
        self.entries.append(entry)
        return len(self.entries)

    def since(self, number: int) -> Sequence[tuple[int, str]]:
        return list(enumerate(self.entries, 1))[number:]


class Here:
    """What carries calls out, once it could be made."""

    def __init__(self) -> None:
        self.ready, self.asked = Event(), Event()
        self.broken = False
        self.done: list[str] = []

    def made(self) -> Application:
        self.asked.set()
        self.ready.wait(60)
        if self.broken:
            raise ImportError("no such module")
        return self.answer

    def answer(self, request: Request) -> Reply:
        self.done.append(request.target)
        return Reply(200)


def logged(log: Log, here: Here) -> CallLog:
    membership = Workers([Peer("one", "unix:/nowhere", 0)], 0)
    return CallLog(cast("SharedStore", log), membership, PeerChannels(""), here.made, ManualClock(0.0))


def test_a_call_counts_as_done_only_once_there_is_something_to_carry_it_out() -> None:
    log, here = Log(), Here()
    here.ready.set()

    async def called() -> None:
        order = logged(log, here)
        here.broken = True
        with pytest.raises(ImportError):
            await order.ordered(CALL)
        assert log.applied == 0
        here.broken = False
        assert await order.answered(1) == Reply(200)

    asyncio.run(called())
    assert (log.applied, here.done) == (1, [CALL.target])


def test_a_call_is_done_also_when_whoever_asked_for_it_has_gone() -> None:
    log, here = Log(), Here()

    async def called() -> None:
        order = logged(log, here)
        asking = asyncio.ensure_future(order.ordered(CALL))
        assert await asyncio.to_thread(here.asked.wait, 60)
        asking.cancel()
        await asyncio.wait({asking})
        assert asking.cancelled()
        here.ready.set()
        assert await order.answered(1) == Reply(200)

    asyncio.run(called())
    assert (log.applied, here.done) == (1, [CALL.target])
