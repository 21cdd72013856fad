"""What all connections of one server share: the application, the limits, the date, and who is connected."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from mock_server.web.gateway import Gateway
from mock_server.web.limits import Limits


class Guest(Protocol):
    """A connection, as far as the service knows it."""

    def expire(self, now: float) -> None: ...
    def leave(self) -> None: ...
    def abort(self) -> None: ...


class Service:
    """One server's shared state; lives on the event loop it was made on."""

    def __init__(
        self,
        gateway: Gateway,
        limits: Limits,
        base: Mapping[str, Any],
        *,
        banner: str | None,
        date: Callable[[], str],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.gateway = gateway
        self.limits = limits
        self.base = base
        self.sleep = sleep
        self.loop = asyncio.get_running_loop()
        self.guests: set[Guest] = set()
        self.stopping = False
        self._date = date
        self._banner = banner
        self._empty: asyncio.Future[None] | None = None
        self.refresh()

    def refresh(self) -> None:
        """Set the lines every answer carries; the date is right to the second when called once a second."""
        server = f"\r\nServer: {self._banner}" if self._banner else ""
        self.common = f"Date: {self._date()}{server}"

    def sweep(self, now: float) -> None:
        """End what has outlived its limits, at an instant of any steady clock in seconds."""
        for guest in tuple(self.guests):
            guest.expire(now)

    def tick(self) -> None:
        """Refresh and sweep now and every second from now on."""
        self.refresh()
        self.sweep(self.loop.time())
        self.loop.call_later(1.0, self.tick)

    def forget(self, guest: Guest) -> None:
        self.guests.discard(guest)
        if self._empty is not None and not self.guests and not self._empty.done():
            self._empty.set_result(None)

    async def stop(self) -> None:
        """Let answers under way finish within the grace, then end every connection."""
        self.stopping = True
        for guest in tuple(self.guests):
            guest.leave()
        if self.guests:
            self._empty = self.loop.create_future()
            await asyncio.wait([self._empty], timeout=self.limits.grace_seconds)
        for guest in tuple(self.guests):
            guest.abort()
