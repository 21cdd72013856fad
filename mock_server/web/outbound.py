"""Outbound: the deliveries of all sandboxes on one event loop, so that nobody waits for another's slow receiver."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from mock_server.domain.clock import Clock
from mock_server.domain.deliveries import Delivery
from mock_server.web.attempts import Posting, made
from mock_server.web.courier import STEPS, Courier, Errand
from mock_server.world import World, Worlds

log = logging.getLogger(__name__)

MOST_AT_ONCE = 512  # attempts under way; more than one world may have, so that hanging receivers of a few stop nobody
HEAD_START = 0.5  # real seconds after which an unanswered delivery no longer holds up the next of its webhook


class Desk:
    """Where couriers get a place for each attempt; the worlds take turns."""

    loop: asyncio.AbstractEventLoop

    def __init__(self, worlds: Worlds, posting: Posting, wall: Clock, head_start: float = HEAD_START) -> None:
        self._worlds = worlds
        self._posting = posting
        self._wall = wall
        self._head_start = head_start
        self._couriers: dict[World, Courier] = {}
        self._busy: dict[Courier, None] = {}  # those whose deliveries wait for a place
        self._turns: dict[Courier, None] = {}  # those that have something to do, one in each turn of the event loop
        self._turning = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._started = False
        for world in worlds.all():
            self._opened(world)
        worlds.on_opened.append(self._opened)
        worlds.on_forgotten.append(lambda world: self._on_loop(partial(self._dismiss, world)))
        worlds.on_clock_moved.append(self.news)
        worlds.on_pinned.append(lambda world, _number: self.news(world))
        worlds.on_event.append(lambda world, _number, _event: self.news(world))

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver on this event loop from now on."""
        self.loop = loop
        self._started = True
        for world in self._worlds.all():
            self._adopt(world)

    def news(self, world: World) -> int:
        """Something has happened to the world; how many of its deliveries are pending."""
        self.wake(world)
        return world.mail.pending()

    def wake(self, world: World) -> None:
        """Something may be due in the world."""
        if self._started:
            self._on_loop(partial(self._wake, world))
        else:
            while world.mail.collect(STEPS):
                pass

    @property
    def here(self) -> bool:
        """Whether this is the thread that delivers, where what `settling` returns can be awaited."""
        try:
            return self._started and asyncio.get_running_loop() is self.loop
        except RuntimeError:
            return False

    def settling(self, worlds: Iterable[World]) -> Callable[[float], Awaitable[int]]:
        """To be called where deliveries have just become due: what waits for those to be attempted.

        It waits for at most so many real seconds, and returns how many deliveries are pending then. What was under
        way already is not waited for: a receiver may hold it for as long as it likes.
        """
        worlds = tuple(worlds)
        calms = [courier.calm() for world in worlds if (courier := self._couriers.get(world))]

        async def wait(seconds: float) -> int:
            if calms:
                await asyncio.wait(calms, timeout=seconds)
            return sum(world.mail.pending() for world in worlds)

        return wait

    def replay(self, world: World, delivery: Delivery) -> None:
        """Send the delivery once more, whatever became of it."""
        courier = self._couriers.get(world)
        if courier:
            self._on_loop(partial(courier.replay, delivery))

    def turn(self, courier: Courier) -> None:
        """Let the courier run in a turn of the event loop of its own, after those that asked before."""
        self._turns[courier] = None
        if not self._turning:
            self._turning = True
            self.loop.call_soon(self._next_turn)

    def serve(self, courier: Courier) -> None:
        """Let go out what may, of this world and of those that wait for a place."""
        self._busy[courier] = None
        idle = 0
        while len(self._under_way) < MOST_AT_ONCE and idle < len(self._busy):
            courier = next(iter(self._busy))
            del self._busy[courier]
            errand = courier.next()
            if errand:
                self._send(courier, errand)
                idle = 0
            else:
                idle += 1
            if courier.waits:
                self._busy[courier] = None

    def _send(self, courier: Courier, errand: Errand) -> None:
        task = self.loop.create_task(self._deliver(courier, errand))
        self._under_way.add(task)
        courier.under_way.add(task)
        task.add_done_callback(partial(self._sent, courier, errand))

    async def _deliver(self, courier: Courier, errand: Errand) -> None:
        world, delivery = courier.world, errand.delivery
        head_start = self.loop.call_later(self._head_start, courier.pass_on, delivery)
        try:
            outcome = await made(self._posting, world, delivery, self._wall, replay=errand.replay)
        finally:
            head_start.cancel()
        if not courier.gone and world.mail.outbox.find(delivery.id):
            wait = outcome.wait * world.clock.pace
            world.mail.settle(delivery.id, outcome.attempt, wait, blocked=outcome.blocked)

    def _sent(self, courier: Courier, errand: Errand, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        courier.under_way.discard(task)
        if task.cancelled():  # the server stops
            return
        if task.exception():
            log.error("delivery %s failed here, not at its receiver", errand.delivery.id, exc_info=task.exception())
        courier.done(errand)
        self.serve(courier)

    def _next_turn(self) -> None:
        courier = next(iter(self._turns))
        del self._turns[courier]
        try:
            courier.run()
        finally:
            self._turning = bool(self._turns)
            if self._turning:
                self.loop.call_soon(self._next_turn)

    def _wake(self, world: World) -> None:
        if world in self._couriers:
            self._couriers[world].wake()

    def _opened(self, world: World) -> None:
        for told in (world.mail.on_subscribed, world.clock.on_owed):
            told.append(partial(self.wake, world))
        self._on_loop(partial(self._adopt, world))

    def _adopt(self, world: World) -> None:
        if world not in self._couriers:
            self._couriers[world] = Courier(world, self.loop, self.turn, self.serve)
            self._couriers[world].wake()

    def _dismiss(self, world: World) -> None:
        courier = self._couriers.pop(world, None)
        if courier:
            self._busy.pop(courier, None)
            courier.leave()

    def _on_loop(self, work: Callable[[], object]) -> None:
        """Do it on the event loop, if there is one: now if this is its thread, else soon."""
        if not self._started or self.loop.is_closed():
            return
        if self.here:
            work()
        else:
            self.loop.call_soon_threadsafe(work)
