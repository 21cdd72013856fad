"""The HTTP server: a WSGI application on an event loop, in this process or in a thread of its own."""

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self, TypeVar

from mock_server.web.connection import Connection
from mock_server.web.gateway import Application, Gateway, Refuse, plain
from mock_server.web.limits import Limits
from mock_server.web.listener import BACKLOG, listen, url_of
from mock_server.web.service import Service

T = TypeVar("T")


def fastest_event_loop() -> asyncio.AbstractEventLoop:
    """The loop of uvloop where that is installed; Windows has none."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return new_event_loop()


def today() -> str:
    """The wall clock as a Date header has it (RFC 9110 section 5.6.7)."""
    return formatdate(usegmt=True)


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: what the application adds to the server, and what tests put in its place."""

    refuse: Refuse = plain
    limits: Limits = field(default_factory=Limits)
    banner: str | None = None
    """The Server header; none by default, because the contract knows none."""
    on_start: Sequence[Callable[[asyncio.AbstractEventLoop], None]] = ()
    """Called with the event loop before the first connection; its `call_soon_threadsafe` is open to any thread."""
    date: Callable[[], str] = today
    """The Date header's value, asked for once a second."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """What a `Pause` waits on."""
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = fastest_event_loop


def serve(
    application: Application, host: str, port: int, *, on_ready: Callable[[str], None], options: Options | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the answers under way and return.

    `on_ready` gets the URL once connections are accepted. Raises ListenError.
    """
    site = _Site(application, host, listen(host, port), options or Options())
    _raise_open_files()

    async def main() -> None:
        stop = asyncio.Event()
        with _signals(stop):
            await site.run(lambda _: on_ready(site.url), stop)

    with asyncio.Runner(loop_factory=site.options.new_event_loop) as runner:
        runner.run(main())


class BackgroundServer:
    """The same server in a thread, for tests: `with BackgroundServer(application) as server: server.url`."""

    def __init__(
        self, application: Application, host: str = "127.0.0.1", port: int = 0, *, options: Options | None = None
    ) -> None:
        self.application = application
        self.host = host
        self.port = port
        self.options = options or Options()
        self.url = ""

    def start(self) -> str:
        """The URL, once connections are accepted; raises ListenError."""
        site = _Site(self.application, self.host, listen(self.host, self.port), self.options)
        ready: Future[Service] = Future()
        self._thread = threading.Thread(target=self._run, args=(site, ready), name="mock-server", daemon=True)
        self._thread.start()
        self._service = ready.result()
        self.url = site.url
        return self.url

    def stop(self) -> None:
        """Finish the answers under way and end the thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: stopped before
            self._service.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of a started server."""
        return self._service.loop

    def call(self, work: Callable[[Service], T]) -> T:
        """What `work` returns, called on the event loop."""
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(work(self._service))
            except BaseException as error:  # noqa: BLE001 it belongs to the caller's thread
                result.set_exception(error)

        self._service.loop.call_soon_threadsafe(run)
        return result.result()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, site: "_Site", ready: Future[Service]) -> None:
        async def main() -> None:
            self._stop = asyncio.Event()
            await site.run(ready.set_result, self._stop)

        try:
            with asyncio.Runner(loop_factory=self.options.new_event_loop) as runner:
                runner.run(main())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Site:
    """An application on its sockets."""

    application: Application
    host: str
    sockets: tuple[socket.socket, ...]
    options: Options

    @property
    def url(self) -> str:
        return url_of(self.host, self.port)

    @property
    def port(self) -> int:
        port: int = self.sockets[0].getsockname()[1]
        return port

    async def run(self, on_ready: Callable[[Service], None], stop: asyncio.Event) -> None:
        """Accept connections until told to stop."""
        options = self.options
        service = Service(
            Gateway(self.application, options.refuse),
            options.limits,
            self._base(),
            banner=options.banner,
            date=options.date,
            sleep=options.sleep,
        )
        with contextlib.ExitStack() as undo:
            for listening in self.sockets:
                undo.callback(listening.close)
            for started in options.on_start:
                started(service.loop)
            servers = [
                await service.loop.create_server(lambda: Connection(service), sock=listening, backlog=BACKLOG)
                for listening in self.sockets
            ]
            undo.pop_all()
        service.tick()
        on_ready(service)
        await stop.wait()
        for server in servers:
            server.close()
        await service.stop()

    def _base(self) -> dict[str, Any]:
        """The part of an environ that is the same for every request."""
        return {
            "SERVER_NAME": self.host,
            "SERVER_PORT": str(self.port),
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,  # the input ends with the body, also where no Content-Length says so
        }


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    for number in numbers:
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    yield
    for number, handler in zip(numbers, before, strict=True):
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(number)
        signal.signal(number, handler)


def _raise_open_files() -> None:
    """Let this process open as many sockets as it may without asking anyone."""
    try:
        import resource  # noqa: PLC0415 Windows has none, and no such limit
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # macOS reports a hard limit it does not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
