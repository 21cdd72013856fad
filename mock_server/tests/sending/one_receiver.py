"""A receiver of one delivery, for tests: what came, and what the sender makes of the answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

from mock_server.sending.address import ReceiverAnswer
from mock_server.sending.allowed import AllowedHosts
from mock_server.sending.sender import Sender
from mock_server.server.options import fastest_event_loop

BODY = '{ "city": "Zürich" }'.encode()
HEADERS = {"Content-Type": "application/json", "X-Signature": "sha256=ab"}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Seen: yes\r\n\r\nok"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def run(
    work: Coroutine[None, None, ReceiverAnswer], loop: Callable[[], asyncio.AbstractEventLoop] = fastest_event_loop
) -> ReceiverAnswer:
    """What comes of the work on the event loop that the server uses, or on another."""
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(work)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


@asynccontextmanager
async def receiver(serve: Serve) -> AsyncIterator[int]:
    """The port of a receiver that treats each connection so."""
    left = asyncio.Event()

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender hung up, which is what some of these tests want
        finally:
            writer.close()
            left.set()

    server = await asyncio.start_server(whole, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await left.wait()


def posted(
    answer: bytes, *, path: str = "/hooks", timeout: float = 20.0, held: bool = False, late: bool = False
) -> tuple[ReceiverAnswer, bytes]:
    """What the sender makes of an answer, and the request as it came.

    `held` leaves the connection open after it; `late` lets the time run out too, on asyncio's own loop, whose timers
    follow its clock where uvloop's are the system's.
    """
    requests = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(answer)
        await writer.drain()
        if late:
            loop, now = asyncio.get_running_loop(), asyncio.get_running_loop().time
            loop.time = lambda: now() + timeout  # type: ignore[method-assign]  # the clock that the sender looks at
        if held or late:
            await reader.read()

    async def main() -> ReceiverAnswer:
        async with receiver(serve) as port:
            return await Sender(AllowedHosts(), timeout).post(f"http://127.0.0.1:{port}{path}", HEADERS, BODY)

    return run(main(), asyncio.new_event_loop if late else fastest_event_loop), requests[0]
