"""The longest turn of the event loop that each large control call takes, in processor time.

`python -m benchmarks.turns` prints them; `make attack ARGS=control` asks over sockets, and so measures what else the
machine does, too.
"""

import argparse
import asyncio
import time
from collections.abc import Iterable, Mapping
from unittest.mock import patch

from benchmarks.attack import depths
from benchmarks.attack.calls import REQUESTS, TriedCall, calls
from mock_server.server.collecting import considerate
from mock_server.server.reply import Reply
from mock_server.server.request import Endpoints, Request
from mock_server.settings import Settings
from mock_server.web.front import Front
from mock_server.web.mock import Mock

HOST = "127.0.0.1:8080"
PEER = Endpoints("127.0.0.1", 1, "127.0.0.1", 8080)
RUN = vars(asyncio.Handle)["_run"]  # every turn of a loop goes through it


def answered(loop: asyncio.AbstractEventLoop, front: Front, call: TriedCall) -> Reply:
    headers = {"host": HOST, **{name.lower(): value for name, value in call.headers.items()}}
    request = Request(call.method, f"/__admin{call.path}", headers, PEER, call.body)

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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__.splitlines()[0])
    parser.add_argument("--deep", choices=("key", "keys"), help="one key with thousands of things, or 10,000 keys")
    deep = parser.parse_args().deep
    mock = Mock(Settings(journal_size=REQUESTS, journal_megabytes=256, sandboxes=2 * depths.KEYS if deep else 1_000))
    front = Front(mock)
    assert front.flask is not None
    mock.warm()
    considerate()  # as `serve` is
    loop = asyncio.new_event_loop()
    for started in front.options().on_start:
        started(loop)

    def ask(call: TriedCall) -> bytes:
        return answered(loop, front, call).content

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> None:
        mock.answer(Request(method, target, {"host": HOST, **headers}, PEER, body))

    def track(asked: Iterable[tuple[str, str]]) -> None:
        for key, number in asked:
            send("GET", f"/v2/track/{number}", {"x-api-key": key})

    signature = mock.worlds.foundation.terms.scheme.header.lower()
    made = {"key": lambda: depths.of_one_key(ask, send, signature), "keys": lambda: depths.of_many_keys(ask, track)}
    for call in made.get(deep, lambda: calls(ask, track))():
        tell(loop, front, call)
    loop.close()


if __name__ == "__main__":
    main()
