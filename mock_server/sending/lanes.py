"""The lanes: one sandbox's deliveries on the event loop, from when they are due to when they may go out."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mock_server.domain.webhooks.delivery import Delivery, DeliveryState
from mock_server.sending.address import Address
from mock_server.world import World

MOST_FOR_A_WORLD = 64  # attempts under way
MOST_TO_A_RECEIVER = 8
STEPS = 16  # of making deliveries in one turn of the event loop: about a millisecond
TAKEN = 32  # deliveries taken up in one turn
LONGEST_TIMER = 3600.0  # real seconds; then it looks again


@dataclass(frozen=True, slots=True)
class PlannedAttempt:
    """One attempt that is to be made."""

    delivery: Delivery
    replay: bool = False


@dataclass(slots=True)
class Lane:
    """What there is for one receiver."""

    waiting: deque[PlannedAttempt] = field(default_factory=deque)
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class Calm:
    """What somebody waits for: nothing under way but the attempts that were so before."""

    before: frozenset["asyncio.Task[None]"]
    come: "asyncio.Future[None]"


class Lanes:
    """One world's: first attempts of a webhook go one after the other, and receivers take turns."""

    def __init__(
        self,
        world: World,
        loop: asyncio.AbstractEventLoop,
        turn: "Callable[[Lanes], object]",
        serve: "Callable[[Lanes], object]",
    ) -> None:
        """`turn` is to let it run soon, `serve` is told that something waits for a place."""
        self.world = world
        self.gone = False
        self.under_way: set[asyncio.Task[None]] = set()
        self._loop = loop
        self._turn = turn
        self._serve = serve
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._lines: dict[str, deque[Delivery]] = {}  # first attempts by webhook; the first of each is in a lane
        self._replays: list[Delivery] = []
        self._calms: list[Calm] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether anything waits for a place."""
        return any(lane.waiting for lane in self._lanes.values())

    def wake(self) -> None:
        """Look at the clock and at what is due, soon."""
        if not self.gone:
            self._turn(self)

    def replay(self, delivery: Delivery) -> None:
        """Send it once more, soon."""
        self._replays.append(delivery)
        self.wake()

    def leave(self) -> None:
        """The world is no more; what is under way comes to nothing."""
        self.gone = True
        self._cancel_timer()
        self._lanes.clear()
        self._lines.clear()
        self._tell()

    def calm(self) -> "asyncio.Future[None]":
        """What comes when all that is due from now on has been attempted, whatever is under way already."""
        calm = Calm(frozenset(self.under_way), self._loop.create_future())
        self._calms.append(calm)
        self.wake()
        return calm.come

    def next(self) -> PlannedAttempt | None:
        """The next attempt that may be made now; it has its place until `done`."""
        if len(self.under_way) >= MOST_FOR_A_WORLD:
            return None
        for place, lane in tuple(self._lanes.items()):
            while lane.waiting and lane.under_way < MOST_TO_A_RECEIVER:
                planned = lane.waiting.popleft()
                if not self._wanted(planned):
                    self.pass_on(planned.delivery)
                    continue
                lane.under_way += 1
                self._lanes[place] = self._lanes.pop(place)  # the other receivers come first now
                return planned
        return None

    def pass_on(self, delivery: Delivery) -> None:
        """The next first attempt of the delivery's webhook need not wait for this one any more."""
        line = self._lines.get(delivery.webhook_id)
        if line and line[0] is delivery:
            line.popleft()
            if line:
                self._enter(PlannedAttempt(line[0]))
            else:
                del self._lines[delivery.webhook_id]

    def done(self, planned: PlannedAttempt) -> None:
        """The attempt is over, and its place free."""
        place = _place(planned.delivery)
        lane = self._lanes.get(place)
        if lane:
            lane.under_way -= 1
            if not lane.waiting and not lane.under_way:
                del self._lanes[place]
        self.pass_on(planned.delivery)
        self.wake()

    def _wanted(self, planned: PlannedAttempt) -> bool:
        """Whether it is still to be made; its webhook may have been deleted while it waited."""
        known = self.world.webhooks.queue.find(planned.delivery.id)
        return known is not None and (planned.replay or known.state is DeliveryState.PENDING)

    def run(self) -> None:
        """Take a turn: so many steps and no more, whatever there is to do."""
        if self.gone:
            return
        webhooks = self.world.webhooks
        for replayed in self._replays:
            self._enter(PlannedAttempt(replayed, replay=True))
        self._replays.clear()
        more = webhooks.collect(STEPS)
        for _ in range(TAKEN):
            delivery = webhooks.take()
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
            self._enter(PlannedAttempt(delivery))
            return
        line = self._lines.setdefault(delivery.webhook_id, deque())
        line.append(delivery)
        if len(line) == 1:
            self._enter(PlannedAttempt(delivery))

    def _enter(self, planned: PlannedAttempt) -> None:
        self._lanes.setdefault(_place(planned.delivery), Lane()).waiting.append(planned)
        self._serve(self)

    def _tell(self) -> None:
        """Let those know who wait for calm, if it is."""
        if not self._calms:
            return
        busy = not self.gone and (self.waits or any(len(line) > 1 for line in self._lines.values()))
        for calm in () if busy else tuple(self._calms):
            if self.gone or self.under_way <= calm.before:
                self._calms.remove(calm)
                if not calm.come.done():
                    calm.come.set_result(None)

    def _set_timer(self) -> None:
        due = self.world.webhooks.next_due()
        clock = self.world.clock
        seconds = None if due is None else clock.seconds_until(due)
        # `seconds_until` counts on the clock below, which stands still in tests that move it by hand.
        if seconds is not None and clock.base.scale:
            self._timer = self._loop.call_later(min(seconds / clock.base.scale, LONGEST_TIMER), self.wake)

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _place(delivery: Delivery) -> tuple[str, int]:
    try:
        address = Address(delivery.url)
    except ValueError:  # nobody's; the attempt tells what is wrong with it
        return "", 0
    return address.host, address.port
