"""The longest turn of the event loop that each large control call takes, in processor time.

`python -m benchmarks.turns` prints them; `make attack ARGS=control` asks over sockets, and so measures what else the
machine does, too.
"""

import argparse
import asyncio
import time
from collections.abc import Iterable
from unittest.mock import patch

from benchmarks.attack.calls import REQUESTS, TriedCall, calls
from mock_server.server.collecting import considerate
from mock_server.server.reply import Reply
from mock_server.server.request import Endpoints, Request
from mock_server.settings import Settings
from mock_server.web.front import Front
from mock_server.web.mock import Mock

RUN = vars(asyncio.Handle)["_run"]  # every turn of a loop goes through it


def answered(loop: asyncio.AbstractEventLoop, front: Front, call: TriedCall) -> Reply:
    headers = {"host": "127.0.0.1:8080", **{name.lower(): value for name, value in call.headers.items()}}
    request = Request(
        call.method, f"/__admin{call.path}", headers, Endpoints("127.0.0.1", 1, "127.0.0.1", 8080), call.body
    )

    async def asked() -> Reply:
        reply = front.answer(request)
        while reply.later is not None:
            reply = await reply.later()
        return reply

    return loop.run_until_complete(asked())


def tell(loop: asyncio.AbstractEventLoop, front: Front, call: TriedCall) -> None:
    """Print the reply's longest turn."""
    turns: list[float] = []

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        RUN(handle)
        turns.append(time.thread_time() - began)

    with patch.object(asyncio.Handle, "_run", timed):
        reply = answered(loop, front, call)
    print(
        f"{call.name:45} {reply.status} {max(turns) * 1000:5.0f} ms of the loop at most, {len(reply.content):,} bytes",
        flush=True,
    )


def main() -> None:
    argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__.splitlines()[0]).parse_args()
    mock = Mock(Settings(journal_size=REQUESTS, journal_megabytes=256))
    front = Front(mock)
    assert front.flask is not None
    mock.warm()
    considerate()  # as `serve` is
    loop = asyncio.new_event_loop()
    for started in front.options().on_start:
        started(loop)

    def track(asked: Iterable[tuple[str, str]]) -> None:
        for key, number in asked:
            mock.pipeline.answer("GET", f"/v2/track/{number}", {"x-api-key": key}, b"")

    for call in calls(lambda call: answered(loop, front, call).content, track):
        tell(loop, front, call)
    loop.close()


if __name__ == "__main__":
    main()
