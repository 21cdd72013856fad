"""The scheduler: deliveries of all sandboxes on one event loop, so that nobody waits for another's slow receiver."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from weakref import ReferenceType, ref

from mock_server.domain.clock import Clock
from mock_server.domain.webhooks.delivery import Delivery
from mock_server.sending.attempts import Posting, attempt
from mock_server.sending.lanes import STEPS, Lanes, PlannedAttempt
from mock_server.world import World, Worlds

log = logging.getLogger(__name__)

MOST_AT_ONCE = 512  # attempts under way; more than one world may have, so that hanging receivers of a few stop nobody
WATCH = 1.0  # real seconds between two looks at the machine's clock
JUMP = 1.0  # seconds by which it may differ from the timers' without having jumped
HELD_UP = 1.0  # real seconds after which a sandbox whose turn went wrong has another
COUNTED = 100  # worlds whose deliveries are counted in one turn of the event loop
HEAD_START = 0.5  # real seconds after which an unanswered delivery no longer holds up the next of its webhook


class Scheduler:
    """Where lanes get a place for each attempt; the worlds take turns."""

    loop: asyncio.AbstractEventLoop

    def __init__(self, worlds: Worlds, posting: Posting, wall: Clock, head_start: float = HEAD_START) -> None:
        self._worlds = worlds
        self._posting = posting
        self._wall = wall
        self._head_start = head_start
        self.may: Callable[[World], bool] = lambda _world: True
        """Whether this process is to deliver for that world now; asked before each attempt."""
        self._lanes: dict[World, Lanes] = {}
        self._busy: dict[Lanes, None] = {}  # those whose deliveries wait for a place
        self._turns: dict[Lanes, None] = {}  # those that have something to do, one in each turn of the event loop
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
        self._watch()

    def _watch(self, before: tuple[float, float] | None = None) -> None:
        """Look now and then whether the machine's clock has jumped, as after a suspend: timers know nothing of that."""
        seen = self._wall.now(), self.loop.time()
        if before and abs((seen[0] - before[0]) - (seen[1] - before[1])) > JUMP and self._wall.scale:
            for lanes in self._lanes.values():
                lanes.wake()
        self.loop.call_later(WATCH, self._watch, seen)

    def news(self, world: World) -> int:
        """Something has happened to the world; how many of its deliveries are pending."""
        self.wake(world)
        return world.webhooks.pending()

    def wake(self, world: World) -> None:
        """Something may be due in the world."""
        if self._started:
            self._on_loop(partial(self._wake, world))
        else:
            while world.webhooks.collect(STEPS):
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
        calms = [lanes.calm() for world in worlds if (lanes := self._lanes.get(world))]

        async def wait(seconds: float) -> int:
            if calms:
                await asyncio.wait(calms, timeout=seconds)
            left = 0
            for count, world in enumerate(worlds, 1):
                left += world.webhooks.pending()
                if not count % COUNTED:
                    await asyncio.sleep(0)
            return left

        return wait

    def busy(self, world: World) -> bool:
        """Whether an attempt is under way for that world."""
        lanes = self._lanes.get(world)
        return lanes is not None and bool(lanes.under_way)

    def replay(self, world: World, delivery: Delivery) -> None:
        """Send the delivery once more, whatever became of it."""
        lanes = self._lanes.get(world)
        if lanes:
            self._on_loop(partial(lanes.replay, delivery))

    def turn(self, lanes: Lanes) -> None:
        """Let the lanes run in a turn of the event loop of its own, after those that asked before."""
        self._turns[lanes] = None
        if not self._turning:
            self._turning = True
            self.loop.call_soon(self._next_turn)

    def serve(self, lanes: Lanes) -> None:
        """Let go out what may, of this world and of those that wait for a place."""
        self._busy[lanes] = None
        idle = 0
        while len(self._under_way) < MOST_AT_ONCE and idle < len(self._busy):
            lanes = next(iter(self._busy))
            del self._busy[lanes]
            planned = lanes.next()
            if planned:
                self._send(lanes, planned)
                idle = 0
            else:
                idle += 1
            if lanes.waits:
                self._busy[lanes] = None

    def _send(self, lanes: Lanes, planned: PlannedAttempt) -> None:
        task = self.loop.create_task(self._deliver(lanes, planned))
        self._under_way.add(task)
        lanes.under_way.add(task)
        task.add_done_callback(partial(self._sent, lanes, planned))

    async def _deliver(self, lanes: Lanes, planned: PlannedAttempt) -> None:
        world, delivery = lanes.world, planned.delivery
        while not self.may(world):
            await asyncio.sleep(HELD_UP)
            if lanes.gone:  # it is another process's by now
                return
        head_start = self.loop.call_later(self._head_start, lanes.pass_on, delivery)
        try:
            outcome = await attempt(self._posting, world, delivery, self._wall, replay=planned.replay)
        except Exception as error:  # noqa: BLE001 - one delivery that cannot be made must not stop the others
            note = f"it failed here, not at its receiver: {type(error).__name__}: {error}"
            world.webhooks.queue.trouble(f"delivery {delivery.id}: {note}", error)
            world.webhooks.fail(delivery.id, note)
            return
        finally:
            head_start.cancel()
        if outcome.blocked:
            log.warning("delivery %s is blocked: %s", delivery.id, outcome.attempt.problem)
        if not lanes.gone and world.webhooks.queue.find(delivery.id):
            wait = outcome.wait * world.clock.rate
            world.webhooks.settle(delivery.id, outcome.attempt, wait, blocked=outcome.blocked)

    def _sent(self, lanes: Lanes, planned: PlannedAttempt, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        lanes.under_way.discard(task)
        if task.cancelled():  # the server stops
            return
        if task.exception():
            text = f"delivery {planned.delivery.id}: what came of it could not be kept: {task.exception()}"
            lanes.world.webhooks.queue.trouble(text, task.exception())
        lanes.done(planned)
        self._worlds.changes.tell(lanes.world.account.key)
        self.serve(lanes)

    def _next_turn(self) -> None:
        lanes = next(iter(self._turns))
        del self._turns[lanes]
        try:
            if self.may(lanes.world):
                lanes.run()
            else:
                self.loop.call_later(HELD_UP, lanes.wake)
        except Exception as error:  # noqa: BLE001 - one sandbox must not stop the others, nor itself for ever
            lanes.world.webhooks.queue.trouble(f"deliveries were held up: {type(error).__name__}: {error}", error)
            self.loop.call_later(HELD_UP, lanes.wake)
        finally:
            self._turning = bool(self._turns)
            if self._turning:
                self.loop.call_soon(self._next_turn)

    def _wake(self, world: World) -> None:
        if world in self._lanes:
            self._lanes[world].wake()

    def _stirred(self, stirred: "ReferenceType[World]") -> None:
        """Something may be due in a world, if it is still in use; what it has must not hold it."""
        if world := stirred():
            self.wake(world)

    def _opened(self, world: World) -> None:
        for told in (world.webhooks.on_subscribed, world.clock.on_owed):
            told.append(partial(self._stirred, ref(world)))
        self._on_loop(partial(self._adopt, world))

    def _adopt(self, world: World) -> None:
        if world not in self._lanes:
            self._lanes[world] = Lanes(world, self.loop, self.turn, self.serve)
            self._lanes[world].wake()

    def _dismiss(self, world: World) -> None:
        lanes = self._lanes.pop(world, None)
        if lanes:
            self._busy.pop(lanes, None)
            lanes.leave()

    def _on_loop(self, work: Callable[[], object]) -> None:
        """Do it on the event loop, if there is one: now if this is its thread, else soon."""
        if not self._started or self.loop.is_closed():
            return
        if self.here:
            work()
        else:
            self.loop.call_soon_threadsafe(work)
