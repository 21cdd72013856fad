"""`/requests/stream`: requests as they come, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from http import HTTPStatus
from itertools import islice, takewhile

from mock_server.domain.clients.journal import Entry
from mock_server.server.playing import Stream
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import STREAMS
from mock_server.world import journals

HEARTBEAT = 15.0  # real seconds of silence after which a comment shows that the connection lives
MOST_WAITING = 1000  # entries that a slow reader may be behind; then the oldest of them are left out
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}


def stream_requests(call: ControlCall) -> Reply:
    """Each new request of the key, or of all, as it is recorded; those after `since` first."""
    show = call.plane.view.show

    def written(entry: Entry) -> bytes:
        return event("request", json.dumps(show(entry), ensure_ascii=False), entry.id)

    return following(call, written)


def following(call: ControlCall, written: Callable[[Entry], bytes], changed: bytes = b"") -> Reply:
    """A reply that goes on with every entry that the call is about.

    `changed` is what it says when something else has happened, however much that is: deliveries, messages in an inbox,
    what the control plane was told to do; also at once, if there were not `?changes=` of them before.
    """
    key, since = call.key, call.number("since", 0) if "since" in call.query else None
    worlds = call.worlds

    async def pieces() -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[Entry | None] = asyncio.Queue()  # None is a change
        change_waits = False

        def take(entry: Entry | None) -> None:
            nonlocal change_waits
            if waiting.qsize() >= MOST_WAITING and waiting.get_nowait() is None:
                change_waits = False
            waiting.put_nowait(entry)

        def note(entry: Entry) -> None:
            if key in (None, entry.key):
                loop.call_soon_threadsafe(take, entry)

        def note_change(changed_key: str | None) -> None:
            nonlocal change_waits
            if changed and not change_waits and (key is None or changed_key in {None, key}):
                change_waits = True
                loop.call_soon_threadsafe(take, None)

        with worlds.archive.watchers.watched(note), worlds.changes.watched(note_change):
            last = 0
            yield b": listening\n\n"
            if since is not None:
                newer = takewhile(lambda entry: entry.id > since, journals.heard(worlds, key))
                for entry in reversed(list(islice(newer, MOST_WAITING))):
                    last = entry.id
                    yield written(entry)
            if changed and "changes" in call.query and call.number("changes", 0) != worlds.changes.count:
                yield changed
            while True:
                try:
                    came = await asyncio.wait_for(waiting.get(), HEARTBEAT)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if came is None:
                    change_waits = False
                    yield changed
                elif came.id > last:
                    yield written(came)

    return Reply(HTTPStatus.OK, b"retry: 2000\n\n", HEADERS, wire=Stream(pieces))


def event(name: str, data: str, identifier: int | None = None) -> bytes:
    """One event as the HTML standard writes it (section 9.2)."""
    lines = [f"event: {name}", *(f"data: {line}" for line in data.split("\n"))]
    if identifier is not None:
        lines.insert(0, f"id: {identifier}")
    return ("\n".join(lines) + "\n\n").encode()


ROUTES = (ControlRoute("GET", "/requests/stream", stream_requests, spread=STREAMS),)
