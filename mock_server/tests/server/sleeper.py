"""Stands in for the event loop's sleep, so that a test sees a pause and decides when it is over."""

import asyncio
from queue import SimpleQueue

from mock_server.server.serving import BackgroundServer


class Sleeper:
    """Sleeps until woken."""

    def __init__(self) -> None:
        self._begun: SimpleQueue[tuple[float, asyncio.Future[None]]] = SimpleQueue()
        self._woken: asyncio.Future[None] | None = None

    async def __call__(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._begun.put((seconds, woken))
        await woken

    def asleep(self) -> float:
        """Wait for the next sleep to begin; how many seconds it would take."""
        seconds, self._woken = self._begun.get(timeout=20)
        return seconds

    def wake(self, server: BackgroundServer) -> None:
        """End the sleep that began last, or the next."""
        if self._woken is None:
            self.asleep()
        assert self._woken is not None
        woken, self._woken = self._woken, None
        server.loop.call_soon_threadsafe(woken.set_result, None)
