"""A mock on an event loop, with receivers that answer when they are told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import Delivery
from mock_server.sending.address import ReceiverAnswer
from mock_server.sending.scheduler import Scheduler
from mock_server.settings import Settings
from mock_server.world import Foundation, World, Worlds, steering

KEY, OTHER = "tf_test_free_a", "tf_test_free_b"
HOUR = 3600
Patience = Callable[[], Awaitable[None]]


class Running(ManualClock):
    """Moved by hand, but says of itself that it runs as real time does."""

    scale = 1.0


@dataclass
class Receivers:
    """Stand in for the sender: each request waits until it is answered."""

    open: list[tuple[str, "asyncio.Future[ReceiverAnswer]"]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at_once: int = 0

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        answered: asyncio.Future[ReceiverAnswer] = asyncio.get_running_loop().create_future()
        self.open.append((url, answered))
        self.seen.append(url)
        self.at_once = max(self.at_once, len(self.open))
        try:
            return await answered
        finally:
            self.open = [pair for pair in self.open if pair[1] is not answered]

    def answer(self, status: int = 204, **said: str) -> None:
        """ReceiverAnswer the request that came first of those that wait."""
        self.open[0][1].set_result(ReceiverAnswer(0.1, status, headers=said))


@dataclass
class MockOnLoop:
    """A mock without a network, on the event loop of a test."""

    clock: ManualClock
    worlds: Worlds
    scheduler: Scheduler
    receivers: Receivers

    @property
    def number(self) -> str:
        """A whole life: ten scans in 72 hours."""
        return self.worlds.foundation.magic.magic_number("ups", "011")

    def world(self, key: str = KEY) -> World:
        return self.worlds.of(key)

    def subscribe(self, url: str = "http://127.0.0.1:9/a", key: str = KEY) -> str:
        return self.world(key).webhooks.subscribe(self.number, "ups", url, ("all",)).webhook_id

    def advance(self, hours: float, key: str = KEY) -> None:
        steering.move_clock(self.worlds, lambda course, base: course.advance(base, hours * HOUR), self.world(key))

    def deliveries(self, key: str = KEY) -> tuple[Delivery, ...]:
        return self.world(key).webhooks.queue.all()

    async def turns(self) -> None:
        """Let the event loop do what it can without waiting."""
        for _ in range(200):
            await asyncio.sleep(0)


def on_loop(clock: ManualClock, test: Callable[[MockOnLoop], Awaitable[None]], head_start: float = 1000.0) -> None:
    async def main() -> None:
        worlds, receivers = Worlds(Foundation(Settings(), clock)), Receivers()
        scheduler = Scheduler(worlds, receivers, clock, head_start)
        scheduler.start(asyncio.get_running_loop())
        await test(MockOnLoop(clock, worlds, scheduler, receivers))
        for _, answered in receivers.open:
            answered.cancel()
        await asyncio.sleep(0)

    asyncio.run(main())
