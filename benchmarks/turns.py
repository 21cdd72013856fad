"""The longest turn of the event loop that each large control call takes, in processor time.

`python -m benchmarks.turns` prints them; `make attack ARGS=control` asks over sockets, and so measures what else the
machine does, too.
"""

import asyncio
import gc
import time
from typing import Any
from unittest.mock import patch

from benchmarks.attack.holding import KEY, KEYS, NUMBER, REQUESTS, RULE, scenario
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
    gc.freeze()  # as `serve` does
    told(front, "the first page", "GET", "/", accept=html)
    told(front, "a scenario of 10,000 shipments for one key", "PUT", f"/scenario?key={KEY}", scenario())
    told(front, "the same for all", "PUT", "/scenario", scenario())
    mock.worlds.of(KEY)
    told(front, "its shipments", "GET", f"/shipments?key={KEY}")
    told(front, "a page of them", "GET", f"/shipments?key={KEY}", accept=html)
    told(front, "a page about a key with them", "GET", f"/keys/{KEY}", accept=html)
    told(front, "a new key in it", "POST", "/keys", b"{}")
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
    told(front, "a page about their key", "GET", f"/keys/{KEY}", accept=html)
    told(front, "the contract as a page", "GET", "/docs", accept=html)
    told(front, "a capsule of them", "GET", f"/capsule?key={KEY}")
    told(front, "all anew", "POST", "/reset")
    for number in range(KEYS):
        mock.pipeline.answer("GET", f"/v2/track/{NUMBER}", {"x-api-key": f"{KEY}{number}"}, b"")
    told(front, "1,000 keys", "GET", "/keys")
    told(front, "a page of reports on them", "GET", "/report", accept=html)
    told(front, "metrics of them", "GET", "/metrics")
    told(front, "a rule for all of them", "POST", "/faults", RULE)
    told(front, "a shipment for all of them", "PUT", f"/shipments/{NUMBER}", b'{"status":"delivered"}')
    told(front, "the clock of all of them", "PUT", "/clock", b'{"action":"advance","seconds":60}')
    taken = told(front, "a snapshot of them", "GET", "/snapshot")
    told(front, "the same put back", "PUT", "/snapshot", taken.content)
    told(front, "all anew", "POST", "/reset")


if __name__ == "__main__":
    main()
