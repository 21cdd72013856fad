"""The HTTP server: what answers requests, on an event loop, from its first connection to its last."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial

from mock_server.server.accepting import Listening
from mock_server.server.draining import PARTING, drained, stopped, tick
from mock_server.server.listening import listen_on
from mock_server.server.options import Options
from mock_server.server.process import raise_open_files, signals
from mock_server.server.shared import Application, Shared


class Server:
    """What answers, on its sockets."""

    def __init__(self, answer: Application, host: str, port: int, options: Options) -> None:
        """Raises ListenError."""
        self.answer = answer
        self.options = options
        self.listening = options.listening or [
            Listening(host, sockets, secure)
            for sockets, secure in zip(
                listen_on(host, port, options.secure.port if options.secure else None),
                (None, options.secure),
                strict=False,
            )
        ]

    @property
    def urls(self) -> tuple[str, ...]:
        """Where it is: the plain address first, then that with TLS."""
        return tuple(listening.url for listening in self.listening if listening.port)

    async def run(
        self, on_ready: Callable[[Shared], None], stop: asyncio.Event, hurry: asyncio.Event | None = None
    ) -> None:
        """Accept connections until told to stop, and while it drains, until told to hurry."""
        options = self.options
        make = partial(Shared, banner=options.banner, now=options.now, sleep=options.sleep)
        shared, within = (make(self.answer, options.refuse, options.limits) for _ in range(2))
        servers: list[asyncio.Server] = []
        inner: list[asyncio.Server] = []  # where other processes of this machine come in
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            for started in options.on_start:
                started(shared.loop)
            for serving in options.on_serving:
                serving(shared)
            for told in options.on_listening:
                told([listening.port for listening in self.listening if listening.port])
            for listening in self.listening:
                inner += [] if listening.port else await listening.accept(within)
            if options.before_clients:
                await options.before_clients()
            for listening in self.listening:
                servers += await listening.accept(shared) if listening.port else []
            undo.pop_all()
        tick(shared)
        on_ready(shared)
        await stop.wait()
        await self._part(shared, servers, hurry)
        for guest in tuple(within.connections):
            guest.interrupt()
        await stopped(shared)
        if options.after_clients:
            await options.after_clients()
            await stopped(shared)  # whoever was handed over meanwhile
        for server in inner:
            server.close()
        await stopped(within)
        for done in options.on_stopped:
            done()

    async def _part(self, shared: Shared, servers: Sequence[asyncio.Server], hurry: asyncio.Event | None) -> None:
        """Drain, and accept no clients any more."""
        options = self.options
        for leaving in options.on_stopping:
            leaving()
        handing = [asyncio.ensure_future(handed()) for handed in options.on_leaving]
        if options.drain_seconds:
            await drained(shared, options.drain_seconds, hurry)
        await asyncio.gather(*handing)
        for listening in self.listening:
            await listening.accept_rest(shared)
        for server in servers:
            server.close()
        if options.drain_seconds:
            await drained(shared, PARTING, hurry)

    def close(self) -> None:
        for listening in self.listening:
            listening.close()


def serve(
    answer: Application, host: str, port: int, *, on_ready: Callable[..., None], options: Options | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the replies under way and return.

    `on_ready` gets the URL once connections are accepted, and that with TLS where there is one. Raises ListenError.
    """
    server = Server(answer, host, port, options or Options())
    raise_open_files()

    async def main() -> None:
        stop, hurry = asyncio.Event(), asyncio.Event()
        with signals(stop, hurry):
            await server.run(lambda _: on_ready(*server.urls), stop, hurry)

    with asyncio.Runner(loop_factory=server.options.new_event_loop) as runner:
        runner.run(main())
