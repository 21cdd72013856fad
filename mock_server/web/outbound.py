"""Outbound: when each delivery of each sandbox goes out, so that nobody waits for a slow receiver but its own."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Protocol

from mock_server.domain.clock import Clock
from mock_server.domain.deliveries import Attempt, Delivery
from mock_server.web.posting import Address, Answer
from mock_server.web.reach import OutOfReachError
from mock_server.world import World, Worlds

log = logging.getLogger(__name__)

MOST_AT_ONCE = 128  # attempts under way
MOST_FOR_A_WORLD = 64
MOST_TO_A_RECEIVER = 8  # of one world
STEPS = 16  # of making deliveries in one turn of the event loop: about a millisecond
TAKEN = 32  # deliveries taken up in one turn
HEAD_START = 0.5  # real seconds after which an unanswered delivery no longer holds up the next of its webhook
LONGEST_TIMER = 3600.0


class Posting(Protocol):
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer: ...


@dataclass(slots=True)
class Lane:
    """What one world has for one receiver."""

    waiting: deque[tuple[Delivery, bool]] = field(default_factory=deque)
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class Calm:
    """What somebody waits for: nothing under way but the deliveries that were so before."""

    before: frozenset[asyncio.Task[None]]
    come: "asyncio.Future[None]"


class Courier:
    """One world's deliveries, on the event loop."""

    def __init__(self, world: World, desk: "Desk") -> None:
        self.world = world
        self.lanes: dict[tuple[str, int], Lane] = {}
        self.under_way: set[asyncio.Task[None]] = set()
        self.gone = False
        self._desk = desk
        self._lines: dict[str, deque[Delivery]] = {}  # first attempts by webhook; the first of each is in a lane
        self._timer: asyncio.TimerHandle | None = None
        self._woken = False
        self._replays: list[Delivery] = []
        self._calms: list[Calm] = []

    def wake(self) -> None:
        """Look at the clock and at what is due, soon."""
        if not self._woken and not self.gone:
            self._woken = True
            self._desk.loop.call_soon(self._run)

    def leave(self) -> None:
        """The world is no more."""
        self.gone = True
        self._cancel_timer()
        self.lanes.clear()
        self._lines.clear()
        self._tell()

    def replay(self, delivery: Delivery) -> None:
        """Send it once more, soon."""
        self._replays.append(delivery)
        self.wake()

    def calm(self) -> "Calm":
        """What comes when all that is due from now on has been attempted, whatever is under way already."""
        calm = Calm(frozenset(self.under_way), self._desk.loop.create_future())
        self._calms.append(calm)
        self.wake()
        return calm

    def next(self) -> tuple[Delivery, Lane, bool] | None:
        """The next delivery that may go out now; the receivers take turns."""
        if len(self.under_way) >= MOST_FOR_A_WORLD:
            return None
        for place, lane in self.lanes.items():
            if lane.waiting and lane.under_way < MOST_TO_A_RECEIVER:
                delivery, replay = lane.waiting.popleft()
                self.lanes[place] = self.lanes.pop(place)
                return delivery, lane, replay
        return None

    @property
    def waits(self) -> bool:
        """Whether anything waits for a place."""
        return any(lane.waiting for lane in self.lanes.values())

    def pass_on(self, delivery: Delivery) -> None:
        """The next first attempt of the delivery's webhook need not wait for this one any more."""
        line = self._lines.get(delivery.webhook_id)
        if line and line[0] is delivery:
            line.popleft()
            if line:
                self._enter(line[0])
            else:
                del self._lines[delivery.webhook_id]

    def close_lane(self, delivery: Delivery, lane: Lane) -> None:
        if not lane.waiting and not lane.under_way:
            place = _place(delivery)
            if self.lanes.get(place) is lane:
                del self.lanes[place]

    def _run(self) -> None:
        self._woken = False
        if self.gone:
            return
        for replayed in self._replays:
            self._enter(replayed, replay=True)
        self._replays.clear()
        more = self.world.mail.collect(STEPS)
        for _ in range(TAKEN):
            delivery = self.world.mail.take()
            if delivery is None:
                break
            self._queue(delivery)
        else:
            more = True
        self._cancel_timer()
        if more:
            self.wake()
        else:
            self._set_timer()
            self._tell()

    def _queue(self, delivery: Delivery) -> None:
        if delivery.attempts:
            self._enter(delivery)
            return
        line = self._lines.setdefault(delivery.webhook_id, deque())
        line.append(delivery)
        if len(line) == 1:
            self._enter(delivery)

    def _enter(self, delivery: Delivery, *, replay: bool = False) -> None:
        self.lanes.setdefault(_place(delivery), Lane()).waiting.append((delivery, replay))
        self._desk.serve(self)

    def _tell(self) -> None:
        """Let those know who wait for calm, if it is."""
        if self._calms:
            busy = not self.gone and (self.waits or any(len(line) > 1 for line in self._lines.values()))
            for calm in () if busy else tuple(self._calms):
                if self.gone or self.under_way <= calm.before:
                    self._calms.remove(calm)
                    if not calm.come.done():
                        calm.come.set_result(None)

    def _set_timer(self) -> None:
        due = self.world.mail.next_due()
        if due is None:
            return
        seconds = self.world.clock.seconds_until(due)
        pace = self.world.clock.base.scale
        if seconds is not None and pace:
            self._timer = self._desk.loop.call_later(min(seconds / pace, LONGEST_TIMER), self.wake)

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


class Desk:
    """All worlds' deliveries; at most so many are under way, and the worlds take turns."""

    loop: asyncio.AbstractEventLoop

    def __init__(self, worlds: Worlds, postman: Posting, wall: Clock) -> None:
        """`wall` is real time, which Standard Webhooks' timestamps are in."""
        self._worlds = worlds
        self._postman = postman
        self._wall = wall
        self._couriers: dict[World, Courier] = {}
        self._busy: dict[Courier, None] = {}  # those whose deliveries wait for a place
        self._under_way: set[asyncio.Task[None]] = set()
        self._started = False
        worlds.on_opened.append(self._opened)
        worlds.on_forgotten.append(self._forgotten)
        worlds.on_clock_moved.append(self.news)
        worlds.on_pinned.append(lambda world, _number: self.news(world))
        worlds.on_event.append(lambda world, _number, _event: self.news(world))

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver on this event loop from now on."""
        self.loop = loop
        self._started = True
        for world in self._worlds.all():
            self._opened(world)

    def news(self, world: World) -> int:
        """Something has happened to the world; how many of its deliveries are pending."""
        if self._started:
            self._on_loop(partial(self._wake, world))
        else:
            while world.mail.collect(STEPS):
                pass
        return world.mail.pending()

    @property
    def here(self) -> bool:
        """Whether this is the thread that delivers, where `settled` can be awaited."""
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
        calms = [courier.calm().come for world in worlds if (courier := self._couriers.get(world))]

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

    def serve(self, courier: Courier) -> None:
        """Let go out what may, of this world and of those that wait for a place."""
        self._busy[courier] = None
        idle = 0
        while len(self._under_way) < MOST_AT_ONCE and idle < len(self._busy):
            courier = next(iter(self._busy))
            del self._busy[courier]
            found = courier.next()
            if found:
                self._send(courier, *found)
                idle = 0
            else:
                idle += 1
            if courier.waits:
                self._busy[courier] = None

    def _send(self, courier: Courier, delivery: Delivery, lane: Lane, replay: bool) -> None:
        lane.under_way += 1
        task = self.loop.create_task(self._deliver(courier, delivery, replay=replay))
        self._under_way.add(task)
        courier.under_way.add(task)
        task.add_done_callback(partial(self._sent, courier, delivery, lane))

    def _sent(self, courier: Courier, delivery: Delivery, lane: Lane, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        lane.under_way -= 1
        courier.under_way.discard(task)
        if task.cancelled():  # the server stops
            return
        if task.exception():
            log.error("delivery %s failed here, not at its receiver", delivery.id, exc_info=task.exception())
        courier.pass_on(delivery)
        courier.close_lane(delivery, lane)
        self.serve(courier)
        courier.wake()

    async def _deliver(self, courier: Courier, delivery: Delivery, *, replay: bool) -> None:
        world = courier.world
        handle = self.loop.call_later(HEAD_START, courier.pass_on, delivery)
        try:
            attempt, answer, blocked = await self._attempt(world, delivery, replay=replay)
        finally:
            handle.cancel()
        if not courier.gone and world.mail.outbox.find(delivery.id):
            wait = _wait(answer, self._wall.now()) * world.clock.pace if answer else 0.0
            world.mail.settle(delivery.id, attempt, wait, blocked=blocked)

    async def _attempt(self, world: World, delivery: Delivery, *, replay: bool) -> tuple[Attempt, Answer | None, bool]:
        real = self._wall.now()
        at = world.clock.now() if replay or delivery.due is None else delivery.due
        headers = world.foundation.mailing.headers(delivery, real)
        blocked = False
        answer: Answer | None = None
        problem = None
        try:
            answer = await self._postman.post(delivery.url, headers, delivery.body)
        except OutOfReachError as error:
            blocked, problem = True, str(error)
        attempt = Attempt(
            at,
            real,
            answer.seconds if answer else 0.0,
            headers,
            status=answer.status if answer else None,
            problem=answer.problem if answer else problem,
            answer_headers=answer.headers if answer else {},
            answer_body=answer.body if answer else b"",
            replay=replay,
        )
        return attempt, answer, blocked

    def _wake(self, world: World) -> None:
        if world in self._couriers:
            self._couriers[world].wake()

    def _opened(self, world: World) -> None:
        world.mail.on_subscribed.append(partial(self.news, world))
        self._on_loop(partial(self._adopt, world))

    def _adopt(self, world: World) -> None:
        if world not in self._couriers:
            self._couriers[world] = Courier(world, self)
            self._couriers[world].wake()

    def _dismiss(self, world: World) -> None:
        courier = self._couriers.pop(world, None)
        if courier:
            self._busy.pop(courier, None)
            courier.leave()

    def _forgotten(self, world: World) -> None:
        self._on_loop(partial(self._dismiss, world))

    def _on_loop(self, work: Callable[[], object]) -> None:
        """Do it on the event loop, if there is one: now if this is its thread, else soon."""
        if not self._started or self.loop.is_closed():
            return
        if self.here:
            work()
        else:
            self.loop.call_soon_threadsafe(work)


def _place(delivery: Delivery) -> tuple[str, int]:
    address = Address(delivery.url)
    return address.host, address.port


def _wait(answer: Answer, now: float) -> float:
    """For how many real seconds the receiver asks to be left alone (RFC 9110 section 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
