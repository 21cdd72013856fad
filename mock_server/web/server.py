"""The HTTP server: a WSGI application on an event loop, in this process or in a thread of its own."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Self, TypeVar

from mock_server.web.gateway import Application
from mock_server.web.listener import listen
from mock_server.web.service import Service
from mock_server.web.site import Options, Site

__all__ = ["BackgroundServer", "Options", "serve"]

T = TypeVar("T")


def serve(
    application: Application, host: str, port: int, *, on_ready: Callable[[str], None], options: Options | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the answers under way and return.

    `on_ready` gets the URL once connections are accepted. Raises ListenError.
    """
    site = Site(application, host, listen(host, port), options or Options())
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
        site = Site(self.application, self.host, listen(self.host, self.port), self.options)
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

    def _run(self, site: Site, ready: Future[Service]) -> None:
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
