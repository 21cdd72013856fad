"""Limits of so many requests a minute, in the ways that libraries have of keeping them."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.quota import MINUTE, Allowance, Quota
from contract_tests.tests.servers.refilling import Refilling


class Limiter(Quota):
    """One that is told how many are left for now; the day stays a fixed window."""

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return self.minute(key, now) if seconds == MINUTE else super().left(key, call, seconds, now)

    def minute(self, key: Key, now: float) -> int:
        """How many are left of the minute."""
        raise NotImplementedError

    def ends(self, key: Key, now: float) -> float:
        """When the minute has more again, or all."""
        raise NotImplementedError

    def leave(self, key: Key, remaining: int, call: Call | None = None) -> None:
        call, now = call or Call("", ""), self.clock.now()
        excess = min((self.left(key, call, seconds, now) for seconds in self.windows(key)), default=0) - remaining
        if excess > 0:
            self.take(key, call, excess, now)

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        told = super().allowance(key, call, now, granted=granted)
        if told.reset is None or told.remaining != self.minute(key, now):
            return told
        ends = self.ends(key, now)
        return replace(told, reset=math.ceil(ends), retry_after=max(1, math.ceil(ends - now)))


class SlidingLog(Limiter):
    """The last sixty seconds count; Reset is when the oldest request of them is forgotten."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.log: dict[str, list[tuple[float, int]]] = {}

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        self.log.setdefault(key.text, []).extend([(now, cost)] if cost else [])

    def recent(self, key: Key, now: float) -> list[tuple[float, int]]:
        return [(at, cost) for at, cost in self.log.get(key.text, []) if at > now - MINUTE]

    def minute(self, key: Key, now: float) -> int:
        return (key.plan.per_minute or 0) - sum(cost for _, cost in self.recent(key, now))

    def ends(self, key: Key, now: float) -> float:
        return next((at for at, _ in self.recent(key, now)), now) + MINUTE


class TokenBucket(Limiter):
    """Tokens come back one by one, as many in a minute as the plan has; Reset is when the bucket is full."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.tokens = Refilling(MINUTE, lambda key: key.plan.per_minute)

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        self.tokens.take(key, cost, now)

    def minute(self, key: Key, now: float) -> int:
        return math.floor(self.tokens.left(key, now))

    def ends(self, key: Key, now: float) -> float:
        full = key.plan.per_minute or 1
        return now + (full - self.tokens.left(key, now)) * MINUTE / full


class FromTheFirstRequest(Limiter):
    """The minute begins with the first request in it, at a moment and not at a full second."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.opened: dict[str, tuple[float, int]] = {}

    def current(self, key: Key, now: float) -> tuple[float, int]:
        at, used = self.opened.get(key.text, (now, 0))
        return (at, used) if now < at + MINUTE else (now, 0)

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        at, used = self.current(key, now)
        self.opened[key.text] = at, used + cost

    def minute(self, key: Key, now: float) -> int:
        return (key.plan.per_minute or 0) - self.current(key, now)[1]

    def ends(self, key: Key, now: float) -> float:
        return self.current(key, now)[0] + MINUTE


def seconds_left(allowance: Allowance, now: float) -> str:
    """Whole seconds that are left, the rest of the last one lost."""
    return str(max(0, int((allowance.reset or now) - now)))


def unix_seconds(allowance: Allowance, now: float) -> str:
    return str(allowance.reset)


def iso_instant(allowance: Allowance, now: float) -> str:
    return datetime.fromtimestamp(allowance.reset or now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(allowance: Allowance, now: float) -> str:
    return formatdate(allowance.reset or now, usegmt=True)
