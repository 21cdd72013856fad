"""Waiting for requests: the answer comes when they have, and nobody else waits meanwhile."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, json, jsonify

from mock_server.domain.clients.journal import Archive, Entry
from mock_server.server.reply import Reply
from mock_server.web.bridge import reply_of, respond
from mock_server.web.problems import Problem, render


@dataclass(frozen=True, slots=True)
class Wait:
    """So many requests that fit, for as long as it takes up to so many seconds of real time."""

    archive: Archive
    fits: Callable[[Entry], bool]
    at_least: int
    seconds: float

    def response(self, recorded: Callable[[], Iterable[Entry]]) -> Response:
        """The answer at once if it holds or there is no time to wait, else one that the server waits for.

        `recorded` is what has been asked already.
        """
        count = self._count(recorded())
        if count >= self.at_least:
            return jsonify(count=count)
        if not self.seconds:
            return render(self._problem(count))

        async def reply() -> Reply:
            return reply_of(await self._result(recorded))

        return respond(Reply(HTTPStatus.OK, later=reply))

    async def _result(self, recorded: Callable[[], Iterable[Entry]]) -> Response:
        loop = asyncio.get_running_loop()
        enough = asyncio.Event()
        found: set[int] = set()

        def note(entry: Entry) -> None:
            if self.fits(entry):
                found.add(entry.id)
                if len(found) >= self.at_least:
                    loop.call_soon_threadsafe(enough.set)

        with self.archive.watched(note):
            # Watched first, so that nothing gets past in between; an entry that comes both ways counts once.
            for entry in recorded():
                note(entry)
            try:
                await asyncio.wait_for(enough.wait(), self.seconds)
            except TimeoutError:
                return render(self._problem(len(found)))
        body = json.dumps({"count": len(found)}, separators=(",", ":"))
        return Response(body, content_type="application/json")

    def _count(self, entries: Iterable[Entry]) -> int:
        return sum(map(self.fits, entries))

    def _problem(self, count: int) -> Problem:
        return Problem(
            HTTPStatus.REQUEST_TIMEOUT,
            f"{count} of {self.at_least} requests came within {self.seconds * 1000:g} ms; "
            "GET /requests shows what did, GET /requests/unmatched what the contract does not know",
        )
