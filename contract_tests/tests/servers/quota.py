"""Both quota windows of every key."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Call

MINUTE, DAY = 60, 86_400


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a charge; `remaining` and `reset` are None on unlimited plans."""

    granted: bool
    remaining: int | None = None
    reset: int | None = None
    retry_after: int = 1


class Quota:
    """Fixed windows, aligned to the UTC minute and the UTC day."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.used: dict[tuple[str, int, int], int] = {}
        self.lock = Lock()

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        """Take `cost` from both windows, or nothing if either has less."""
        with self.lock:
            now = self.clock.now()
            granted = self.grants(key, call, cost, now)
            if granted:
                self.take(key, call, cost, now)
            return self.allowance(key, call, now, granted=granted)

    def leave(self, key: Key, remaining: int, call: Call | None = None) -> None:
        """Use up either window until no more than `remaining` is left in it."""
        call = call or Call("", "")
        with self.lock:
            now = self.clock.now()
            for seconds in self.windows(key):
                excess = self.left(key, call, seconds, now) - remaining
                self.used[self.slot(key, call, seconds, now)] = self.spent(key, call, seconds, now) + max(0, excess)

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        return all(self.left(key, call, seconds, now) >= cost for seconds in self.windows(key))

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        for seconds in self.windows(key):
            self.used[self.slot(key, call, seconds, now)] = self.spent(key, call, seconds, now) + cost

    def windows(self, key: Key) -> Mapping[int, int]:
        """Limits by length in seconds; empty if the plan is unlimited."""
        limits = {MINUTE: key.plan.per_minute, DAY: key.plan.per_day}
        return {seconds: limit for seconds, limit in limits.items() if limit is not None}

    def start(self, seconds: int, now: float) -> int:
        return int(now // seconds) * seconds

    def slot(self, key: Key, call: Call, seconds: int, now: float) -> tuple[str, int, int]:
        return self.bucket(key, call), seconds, self.start(seconds, now)

    def bucket(self, key: Key, call: Call) -> str:
        return key.text

    def spent(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return self.used.get(self.slot(key, call, seconds, now), 0)

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return self.windows(key)[seconds] - self.spent(key, call, seconds, now)

    def reset(self, seconds: int, now: float) -> int:
        return self.start(seconds, now) + seconds

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        """The window with fewer requests left; of two that are equal, the one that ends later."""
        if not self.windows(key):
            return Allowance(granted)
        left = {seconds: self.left(key, call, seconds, now) for seconds in self.windows(key)}
        seconds = min(left, key=lambda each: (left[each], -each))
        reset = self.reset(seconds, now)
        return Allowance(granted, left[seconds], reset, max(1, math.ceil(reset - now)))
