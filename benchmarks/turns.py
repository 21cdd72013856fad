"""The longest turn of the event loop that each large control call takes, in processor time.

`python -m benchmarks.turns` prints them; `make attack ARGS=control` asks over sockets, and so measures what else the
machine does, too.
"""

import asyncio
import time
from typing import Any
from unittest.mock import patch

from benchmarks.attack.holding import KEY, REQUESTS, scenario
from mock_server.server.reply import Reply
from mock_server.server.request import Peer, Request
from mock_server.settings import Settings
from mock_server.web.front import Front
from mock_server.web.mock import Mock

RUN = vars(asyncio.Handle)["_run"]  # every turn of a loop goes through it


def told(front: Front, name: str, method: str, path: str, body: bytes = b"", *, accept: str = "*/*") -> Reply:
    """The reply, once its longest turn is printed."""
    turns: list[float] = []

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        RUN(handle)
        turns.append(time.thread_time() - began)

    headers = {"host": "127.0.0.1:8080", "content-type": "application/json", "accept": accept}
    request = Request(method, f"/__admin{path}", headers, Peer("127.0.0.1", 1, "127.0.0.1", 8080), body)

    async def asked() -> Reply:
        reply = front.answer(request)
        while reply.later is not None:
            reply = await reply.later()
        return reply

    with patch.object(asyncio.Handle, "_run", timed):
        reply = asyncio.run(asked())
    print(
        f"{name:45} {reply.status} {max(turns) * 1000:5.0f} ms of the loop at most, {len(reply.content):,} bytes",
        flush=True,
    )
    return reply


def main() -> None:
    mock = Mock(Settings(journal_size=REQUESTS, journal_megabytes=256))
    front, html = Front(mock), "text/html"
    assert front.flask is not None
    mock.warm()
    told(front, "a scenario of 10,000 shipments for one key", "PUT", f"/scenario?key={KEY}", scenario())
    told(front, "the same for all", "PUT", "/scenario", scenario())
    mock.worlds.of(KEY)
    told(front, "its shipments", "GET", f"/shipments?key={KEY}")
    told(front, "a page of them", "GET", f"/shipments?key={KEY}", accept=html)
    told(front, "a snapshot with them", "GET", f"/snapshot?key={KEY}")
    told(front, "all anew", "POST", "/reset")
    told(front, "a scenario of 1,000 shipments", "PUT", f"/scenario?key={KEY}", scenario(1000))
    taken = told(front, "a snapshot with them", "GET", f"/snapshot?key={KEY}")
    told(front, "the same put back", "PUT", f"/snapshot?key={KEY}", taken.content)
    headers: dict[str, Any] = {"x-api-key": KEY}
    for number in range(REQUESTS):
        mock.pipeline.answer("GET", f"/v2/track/{number}", headers, b"")
    told(front, "one of 10,000 requests", "GET", f"/requests/{REQUESTS // 2}")
    told(front, "a page of requests that none fits", "GET", "/requests?text=nowhere", accept=html)
    told(front, "their violations", "GET", "/requests/violations?limit=1")
    told(front, "a report on them", "GET", "/report")


if __name__ == "__main__":
    main()
