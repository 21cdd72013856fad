"""Waiting for requests: the answer comes when they have, and nobody else waits meanwhile."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from mock_server.domain.clients.journal import Archive, Entry
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.control.replies import answer
from mock_server.web.control.turns import TURN, counted, in_turns
from mock_server.web.problems import Problem

MOST_WAITS = 200  # at a time; each is asked about every request


@dataclass(frozen=True, slots=True)
class Wait:
    """So many requests that fit, for as long as it takes up to so many seconds of real time."""

    archive: Archive
    fits: Callable[[Entry], bool]
    at_least: int
    seconds: float

    def reply(self, recorded: Callable[[], Iterable[Entry]]) -> Reply:
        """The answer at once if it holds or there is no time to wait, else one that the server waits for.

        `recorded` is what has been asked already.
        """
        return in_turns(self._reply(recorded))

    def _reply(self, recorded: Callable[[], Iterable[Entry]]) -> Steps[Reply]:
        count = yield from counted(recorded(), self.fits)
        if count >= self.at_least:
            return answer({"count": count})
        if not self.seconds:
            return self._problem(count).reply()
        if len(self.archive.watchers) >= MOST_WAITS:
            return Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{MOST_WAITS} calls wait already, and each looks at every request; let some of them end first",
            ).reply()
        return Reply(HTTPStatus.OK, later=lambda: self._result(recorded))

    async def _result(self, recorded: Callable[[], Iterable[Entry]]) -> Reply:
        loop = asyncio.get_running_loop()
        enough = asyncio.Event()
        found: set[int] = set()

        def note(entry: Entry) -> None:
            if self.fits(entry):
                found.add(entry.id)
                if len(found) >= self.at_least:
                    loop.call_soon_threadsafe(enough.set)

        with self.archive.watchers.watched(note):
            # Watched first, so that nothing gets past in between; an entry that comes both ways counts once.
            for place, entry in enumerate(recorded(), 1):
                note(entry)
                if place % TURN == 0:
                    await asyncio.sleep(0)
            try:
                await asyncio.wait_for(enough.wait(), self.seconds)
            except TimeoutError:
                return self._problem(len(found)).reply()
        return answer({"count": len(found)})

    def _problem(self, count: int) -> Problem:
        return too_few(count, self.at_least, self.seconds)


def too_few(count: int, at_least: int, seconds: float) -> Problem:
    """So many of them have come in so many seconds."""
    return Problem(
        HTTPStatus.REQUEST_TIMEOUT,
        f"{count} of {at_least} requests came within {seconds * 1000:g} ms; "
        "GET /requests shows what did, GET /requests/unmatched what the contract does not know",
    )
