"""More ways of keeping limits, as libraries and gateways have them."""

import math
from dataclasses import replace

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.honest.limiters import Limiter, SlidingLog, TokenBucket
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.quota import DAY, MINUTE, Allowance
from contract_tests.tests.servers.refilling import Refilling


class Rolling(SlidingLog):
    """The last sixty seconds count, and Reset is always a minute from now."""

    def ends(self, key: Key, now: float) -> float:
        return now + MINUTE


class CountingRefusals(SlidingLog):
    """The last sixty seconds count, with what was refused in them; Reset is when the last of it is forgotten."""

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        told = super().charge(key, call, cost)
        if not told.granted and key.plan.per_minute:
            now = self.clock.now()
            self.log.setdefault(key.text, []).append((now, 1))
            ends = self.ends(key, now)
            told = replace(told, remaining=0, reset=math.ceil(ends), retry_after=math.ceil(ends - now))
        return told

    def minute(self, key: Key, now: float) -> int:
        return max(0, super().minute(key, now))

    def ends(self, key: Key, now: float) -> float:
        return next((at for at, _ in reversed(self.recent(key, now))), now) + MINUTE


class Weighted(Limiter):
    """What was used in the minute before counts as far as that minute reaches into the last sixty seconds."""

    def minute(self, key: Key, now: float) -> int:
        call = Call("", "")
        share = 1 - now % MINUTE / MINUTE
        before = self.spent(key, call, MINUTE, now - MINUTE) * share
        return max(0, math.floor((key.plan.per_minute or 0) - before - self.spent(key, call, MINUTE, now)))

    def ends(self, key: Key, now: float) -> float:
        return self.start(MINUTE, now) + 2 * MINUTE if self.minute(key, now) == 0 else self.start(MINUTE, now) + MINUTE


class NextToken(TokenBucket):
    """Tokens come back one by one, and Reset is when the next one does."""

    def ends(self, key: Key, now: float) -> float:
        full, tokens = key.plan.per_minute or 1, self.tokens.left(key, now)
        return now + (math.floor(tokens) + 1 - tokens) * MINUTE / full if tokens < full else now


class DayBucket(Limiter):
    """The minute is a fixed window; what the day has comes back bit by bit, and is told only when it is less."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.day = Refilling(DAY, lambda key: key.plan.per_day)

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return math.floor(self.day.left(key, now)) if seconds == DAY else super().left(key, call, seconds, now)

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        self.day.take(key, cost, now)

    def minute(self, key: Key, now: float) -> int:
        return (key.plan.per_minute or 0) - self.spent(key, Call("", ""), MINUTE, now)

    def ends(self, key: Key, now: float) -> float:
        return self.start(MINUTE, now) + MINUTE


class RollingDay(SlidingLog):
    """The last sixty seconds and the last twenty-four hours count."""

    def recent(self, key: Key, now: float, seconds: int = MINUTE) -> list[tuple[float, int]]:
        return [(at, cost) for at, cost in self.log.get(key.text, []) if at > now - seconds]

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        used = sum(cost for _, cost in self.recent(key, now, seconds))
        return self.windows(key)[seconds] - used

    def reset(self, seconds: int, now: float) -> int:
        return math.ceil(now) + seconds
