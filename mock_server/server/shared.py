"""What all connections of one server have in common."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from mock_server.server.framing import StandingLines
from mock_server.server.parsing import Limits
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request

Application = Callable[[Request], Reply]
Refuse = Callable[[Refusal], Reply]

logger = logging.getLogger(__name__)


def plain(refusal: Refusal) -> Reply:
    """A refusal in plain text, for applications that hand in no better one."""
    return Reply(refusal.status, refusal.reason.encode(), {"Content-Type": "text/plain; charset=utf-8"})


class OpenConnection(Protocol):
    """A connection, as far as its server has to do with it."""

    def expire(self, now: float) -> None:
        """End it, or refuse what it is sending, if nothing has moved for too long by that steady instant."""

    def interrupt(self) -> None:
        """End a reply that has no end of its own."""

    def leave(self) -> None:
        """End it if nothing is under way that has an end; otherwise its next reply will."""

    def reset(self) -> None:
        """End it at once, whatever is under way."""


class Shared:
    """What all connections of one server have in common; lives on the event loop it was made on."""

    def __init__(
        self,
        answer: Application,
        refuse: Refuse,
        limits: Limits,
        *,
        banner: str | None,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.answer = answer
        self.limits = limits
        self.sleep = sleep
        self.loop = asyncio.get_running_loop()
        self.connections: set[OpenConnection] = set()
        self.stopping = False
        """Whether every connection is to end with the next reply that says so."""
        self.ending = False
        """Whether every connection is to end with the reply that is under way, whatever that says."""
        self.emptied: asyncio.Future[None] = self.loop.create_future()
        """What comes when it is stopping and the last connection has ended."""
        self.tasks: set[asyncio.Task[None]] = set()
        self._refuse = refuse
        self.common = StandingLines(banner, now).text

    def refused(self, refusal: Refusal) -> Reply:
        """The refusal as the application renders it, or in plain text where that fails too."""
        try:
            return self._refuse(refusal)
        except Exception:
            logger.exception("refusing with %s %r failed", refusal.status, refusal.reason)
            return plain(refusal)

    def failed(self, request: Request) -> Reply:
        """The answer to a request that the application gets wrong, whatever that is; called where it was caught."""
        logger.exception("%s %s failed", request.method, request.target)
        return self.refused(Refusal(500, "The application failed.", request))

    def keep(self, task: "asyncio.Task[None]") -> None:
        """Hold a task that nobody waits for until it is done, as the event loop does not."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def forget(self, connection: OpenConnection) -> None:
        self.connections.discard(connection)
        if self.stopping and not self.connections and not self.emptied.done():
            self.emptied.set_result(None)
