"""Rate limits: fixed windows a key, aligned to UTC (the minute and the day, says the contract)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor
from threading import Lock

from mock_server.domain.clock import Clock
from mock_server.domain.plans import Plan
from mock_server.lightweight import lightweight

MINUTE = 60  # seconds


@lightweight
class Allowance:
    """What the quota said: granted or not, and the window to report.

    `limit` and `remaining` count lookups, `reset` is Unix seconds, `retry_after` whole seconds of the client's
    time; all are None on an unlimited plan.
    """

    granted: bool
    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    retry_after: int | None = None

    def ending(self, now: float, seconds: float, rate: float) -> "Allowance":
        """The same, had its window so many seconds left; the Unix second of its end is the next at the soonest."""
        if self.granted:
            return self
        reset = max(floor(now) + 1, ceil(now + seconds))
        return replace(self, reset=reset, retry_after=wait(reset - now, rate))


UNLIMITED = Allowance(granted=True)


@dataclass(slots=True)
class Window:
    """Lookups used in the current stretch of `seconds`."""

    seconds: int
    limit: int
    index: int = 0
    used: int = 0

    def left(self, now: float) -> int:
        index = int(now // self.seconds)
        if index != self.index:
            self.index, self.used = index, 0
        return self.limit - self.used

    @property
    def reset(self) -> int:
        return (self.index + 1) * self.seconds


@dataclass(frozen=True, slots=True)
class Level:
    """One window as it is now: its length in seconds, the lookups it allows and has left, and when it begins anew."""

    seconds: int
    limit: int
    remaining: int
    reset: int


class Quota:
    """One key's counters. Exact under threads: a cost is taken whole from all windows, or not at all."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self._windows = [Window(seconds, limit) for seconds, limit in plan.limits]
        self._clock = clock
        self._lock = Lock()

    def charge(self, cost: int) -> Allowance:
        """Take `cost` lookups from every window, if each has them."""
        if not self._windows:
            return UNLIMITED
        now = self._clock.now()
        with self._lock:
            granted = all(window.left(now) >= cost for window in self._windows)
            if granted:
                for window in self._windows:
                    window.used += cost
            return self._report(now, granted=granted)

    def too_small(self, cost: int) -> Window | None:
        """The window that could not hold so many lookups even when it is fresh; no waiting would help."""
        return min((each for each in self._windows if each.limit < cost), key=lambda each: each.limit, default=None)

    def refund(self, cost: int) -> Allowance:
        """Give back what an answer turned out not to cost."""
        now = self._clock.now()
        with self._lock:
            for window in self._windows:
                window.used -= min(cost, window.limit - window.left(now))
            return self._report(now, granted=True)

    def state(self) -> Allowance:
        """What the headers say without charging anything."""
        return self.charge(0)

    def leave(self, remaining: int) -> None:
        """Let so many lookups remain in each window, or all where a window has fewer."""
        now = self._clock.now()
        with self._lock:
            for window in self._windows:
                window.left(now)
                window.used = max(0, window.limit - remaining)

    def usage(self) -> list[tuple[int, int, int]]:
        """Of each window, its seconds, which one it is since 1970, and the lookups used in it."""
        if not self._windows:
            return []
        with self._lock:
            return [(window.seconds, window.index, window.used) for window in self._windows]

    def levels(self) -> list[Level]:
        """How full each window is at this moment."""
        now = self._clock.now()
        with self._lock:
            return [Level(each.seconds, each.limit, each.left(now), each.reset) for each in self._windows]

    def resume(self, usage: Iterable[tuple[int, int, int]]) -> None:
        """Go on where another quota of the same windows stopped."""
        with self._lock:
            for window, (_, index, used) in zip(self._windows, usage, strict=False):
                window.index, window.used = index, used

    def refusal(self) -> Allowance:
        """What a refusal says at this moment, for one that is forced; unlimited plans name the minute's end."""
        now = self._clock.now()
        with self._lock:
            if not self._windows:
                window = Window(MINUTE, 0)
                window.left(now)
                return self._allowance(now, window, granted=False)
            return replace(self._report(now, granted=False), remaining=0)

    def _report(self, now: float, *, granted: bool) -> Allowance:
        if not self._windows:
            return Allowance(granted)
        # With equal counts the later reset is the one that helps.
        return self._allowance(now, min(self._windows, key=lambda w: (w.left(now), -w.reset)), granted=granted)

    def _allowance(self, now: float, window: Window, *, granted: bool) -> Allowance:
        return Allowance(granted, window.limit, window.left(now), window.reset, self._wait(window.reset - now))

    def _wait(self, seconds: float) -> int:
        return wait(seconds, self._clock.rate)


def wait(seconds: float, rate: float) -> int:
    """Whole seconds, at least 1, that a client must sleep for a clock of that rate to move `seconds` on."""
    return max(1, ceil(seconds / rate))


def around(allowance: Allowance | None, cost: int, spent: int) -> tuple[int, int] | None:
    """The lookups that remained before a call of that cost and after it; None where nothing was asked of a quota."""
    if allowance is None or allowance.remaining is None:
        return None
    if not allowance.granted:
        return allowance.remaining, allowance.remaining
    before = allowance.remaining + cost
    return before, before - spent
