"""Stands in for the event loop's sleep, so that a test sees a pause and decides when it is over."""

import asyncio
from queue import SimpleQueue

from mock_server.server.background import BackgroundServer


class WokenSleeper:
    """Sleeps until woken."""

    def __init__(self) -> None:
        self._begun: SimpleQueue[tuple[float, asyncio.Future[None]]] = SimpleQueue()
        self._asleep: list[asyncio.Future[None]] = []

    async def __call__(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._begun.put((seconds, woken))
        await woken

    def asleep(self) -> float:
        """Wait for the next sleep to begin; how many seconds it would take."""
        seconds, woken = self._begun.get(timeout=60)
        self._asleep.append(woken)
        return seconds

    def wake(self, server: BackgroundServer) -> None:
        """End the sleep that began last, or the next."""
        if not self._asleep:
            self.asleep()
        server.loop.call_soon_threadsafe(self._asleep.pop().set_result, None)
