"""The server in a thread of its own, as tests use it."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Self, TypeVar

from mock_server.server.options import Options
from mock_server.server.serving import Server
from mock_server.server.shared import Application, Shared

T = TypeVar("T")


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
        server = Server(self.answer, self.host, self.port, self.options)
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
        server = Server(answer, self.host, 0, replace(options, on_start=()))
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

    def _run(self, server: Server, ready: Future[Shared]) -> None:
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
