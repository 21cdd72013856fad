"""The HTTP server: what answers requests, on an event loop, in this process or in a thread of its own."""

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self, TypeVar

from mock_server.server.connection import Connection
from mock_server.server.listening import BACKLOG, listen_on, url_of
from mock_server.server.parsing import Limits
from mock_server.server.shared import Application, Refuse, Shared, plain
from mock_server.server.tls import Secure, watched

PARTING = 1.0
"""Seconds after the drain for who was accepted last."""

T = TypeVar("T")


def fastest_event_loop() -> asyncio.AbstractEventLoop:
    """The loop of uvloop where that is installed; Windows has none."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return new_event_loop()


@dataclass(frozen=True, slots=True)
class Listening:
    """Sockets that accept connections, plain or with TLS, as clients reach them: by a host and port, or by a path."""

    host: str
    sockets: Sequence[socket.socket]
    secure: Secure | None = None

    @property
    def port(self) -> int:
        """0 for what has none."""
        name = self.sockets[0].getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

    @property
    def url(self) -> str:
        return url_of(self.host, self.port, secure=self.secure is not None)

    async def accept(self, shared: Shared) -> list[asyncio.Server]:
        create = shared.loop.create_server if self.port else shared.loop.create_unix_server
        made = self._made(shared)
        return [await create(**made, sock=bound, backlog=BACKLOG) for bound in self.sockets]

    async def accept_rest(self, shared: Shared) -> None:
        """Accept who has connected already, and would be cut off when nobody listens any more."""
        for bound in self.sockets if self.port else ():
            with contextlib.suppress(OSError):  # BlockingIOError when there is nobody
                while True:
                    client, _ = bound.accept()
                    client.setblocking(False)  # noqa: FBT003 - the socket module gives it no name
                    await shared.loop.connect_accepted_socket(**self._made(shared), sock=client)

    def _made(self, shared: Shared) -> dict[str, Any]:
        """How a connection is made of what was accepted."""
        context = watched(self.secure) if self.secure else None
        return {
            "protocol_factory": partial(Connection, shared, self.host, self.port),
            "ssl": context,
            "ssl_handshake_timeout": shared.limits.head_seconds if context else None,
        }

    def close(self) -> None:
        for bound in self.sockets:
            bound.close()


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: what the application adds to the server, and what tests put in its place."""

    refuse: Refuse = plain
    """Renders the refusals that the server gives itself; also the place to record such a request."""
    limits: Limits = field(default_factory=Limits)
    secure: Secure | None = None
    """HTTPS beside plain HTTP."""
    listening: Sequence[Listening] = ()
    """What listens already, in place of a host and ports."""
    banner: str | None = None
    """The Server header; none by default, because the contract knows none."""
    on_start: Sequence[Callable[[asyncio.AbstractEventLoop], None]] = ()
    """Called with the event loop before the first connection; its `call_soon_threadsafe` is open to any thread."""
    on_serving: Sequence[Callable[[Shared], None]] = ()
    """Called with what all connections have in common, before the first."""
    on_listening: Sequence[Callable[[Sequence[int]], None]] = ()
    """Called with the ports that it listens on, before the first connection."""
    before_clients: Callable[[], Awaitable[object]] | None = None
    """Awaited before clients are accepted, when other processes of this machine are already."""
    after_clients: Callable[[], Awaitable[object]] | None = None
    """Awaited when the last client has gone, before other processes of this machine are accepted no more."""
    on_stopping: Sequence[Callable[[], None]] = ()
    """Called when it is told to stop, before it does."""
    on_stopped: Sequence[Callable[[], None]] = ()
    """Called when the last connection has ended."""
    on_leaving: Sequence[Callable[[], Awaitable[object]]] = ()
    """What is awaited then, before it accepts no more connections."""
    drain_seconds: float = 0.0
    """For how long connections are still accepted then, each for one request; a second signal ends that."""
    now: Callable[[], float] = time.time  # noqa: TID251 - the Date header is the machine's, unless a test hands in another
    """Seconds since 1970 for the Date header."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """What a pause waits on."""
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = fastest_event_loop


class _Server:
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
        _tick(shared)
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


def sweep(shared: Shared, now: float) -> None:
    """End what has outlived its limits, at an instant of any steady clock in seconds."""
    for connection in tuple(shared.connections):
        connection.expire(now)


def _tick(shared: Shared) -> None:
    sweep(shared, shared.loop.time())
    if shared.connections or not shared.stopping:
        shared.loop.call_later(1.0, _tick, shared)


async def drained(shared: Shared, seconds: float, hurry: asyncio.Event | None = None) -> None:
    """Answer what still comes, each connection's last request with `Connection: close`, for so long."""
    shared.stopping = True
    pause = asyncio.ensure_future(shared.sleep(seconds))
    hurried = asyncio.ensure_future((hurry or asyncio.Event()).wait())
    _, pending = await asyncio.wait({pause, hurried}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


async def stopped(shared: Shared) -> None:
    """Let replies under way finish within the grace, then end every connection."""
    shared.stopping = shared.ending = True
    shared.emptied = shared.loop.create_future()
    for connection in tuple(shared.connections):
        connection.leave()
    if shared.connections:
        await asyncio.wait([shared.emptied], timeout=shared.limits.grace_seconds)
    for connection in tuple(shared.connections):
        connection.reset()


def serve(
    answer: Application, host: str, port: int, *, on_ready: Callable[..., None], options: Options | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the replies under way and return.

    `on_ready` gets the URL once connections are accepted, and that with TLS where there is one. Raises ListenError.
    """
    server = _Server(answer, host, port, options or Options())
    _raise_open_files()

    async def main() -> None:
        stop, hurry = asyncio.Event(), asyncio.Event()
        with _signals(stop, hurry):
            await server.run(lambda _: on_ready(*server.urls), stop, hurry)

    with asyncio.Runner(loop_factory=server.options.new_event_loop) as runner:
        runner.run(main())


class BackgroundServer:
    """The same server in a thread, for tests: `with BackgroundServer(answer) as server: server.url`."""

    def __init__(
        self, answer: Application, host: str = "127.0.0.1", port: int = 0, *, options: Options | None = None
    ) -> None:
        self.answer = answer
        self.host = host
        self.port = port
        self.options = options or Options()
        self.url = ""
        self.secure_url = ""

    def start(self) -> str:
        """The URL, once connections are accepted; raises ListenError."""
        server = _Server(self.answer, self.host, self.port, self.options)
        ready: Future[Shared] = Future()
        self._thread = threading.Thread(target=self._run, args=(server, ready), name="mock-server", daemon=True)
        self._thread.start()
        self._shared = ready.result()
        self.url, self.secure_url, *_ = (*server.urls, "")
        return self.url

    def stop(self) -> None:
        """Finish the replies under way and end the thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: stopped before
            self._shared.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of a started server."""
        return self._shared.loop

    def call(self, work: Callable[[Shared], T]) -> T:
        """What `work` returns, called on the event loop."""
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(work(self._shared))
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller's thread
                result.set_exception(error)

        self._shared.loop.call_soon_threadsafe(run)
        return result.result()

    @contextlib.contextmanager
    def another(self, answer: Application, options: Options) -> Iterator[tuple[str, ...]]:
        """Serve that as well, on a free port and the same event loop, while the `with` statement lasts: the URLs."""
        server = _Server(answer, self.host, 0, replace(options, on_start=()))
        loop, stop = self.loop, asyncio.Event()
        ready: Future[Shared] = Future()
        running = asyncio.run_coroutine_threadsafe(server.run(ready.set_result, stop), loop)

        def failed(done: "Future[None]") -> None:
            error = done.exception()
            if error is not None and not ready.done():
                ready.set_exception(error)

        running.add_done_callback(failed)
        ready.result()
        try:
            yield server.urls
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed: stopped before
                loop.call_soon_threadsafe(stop.set)
                running.result()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, server: _Server, ready: Future[Shared]) -> None:
        async def main() -> None:
            self._stop = asyncio.Event()
            await server.run(ready.set_result, self._stop)

        try:
            with asyncio.Runner(loop_factory=self.options.new_event_loop) as runner:
                runner.run(main())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)


@contextlib.contextmanager
def _signals(stop: asyncio.Event, hurry: asyncio.Event) -> Iterator[None]:
    """The first signal stops, the next hurries."""

    def told() -> None:
        (hurry if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    for number in numbers:
        try:
            loop.add_signal_handler(number, told)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(told))
    yield
    for number, handler in zip(numbers, before, strict=True):
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(number)
        signal.signal(number, handler)


def _raise_open_files() -> None:
    """Let this process open as many sockets as it may without asking anyone."""
    try:
        import resource  # noqa: PLC0415 - Windows has none, and no such limit
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # macOS reports a hard limit it does not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
