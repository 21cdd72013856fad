"""Slips in counting that people make without meaning to."""

from collections.abc import Mapping
from dataclasses import replace

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import DAY, MINUTE, Allowance, Quota
from contract_tests.tests.servers.racing import Racing
from contract_tests.tests.servers.refilling import Refilling

documented = Breaking("natural", "documented")


@documented.part("plans.free")
class MinutesLastThirtySeconds(Quota):
    """A minute's limit holds for thirty seconds."""

    def start(self, seconds: int, now: float) -> int:
        return super().start(30 if seconds == MINUTE else seconds, now)

    def reset(self, seconds: int, now: float) -> int:
        return self.start(seconds, now) + (30 if seconds == MINUTE else seconds)


@documented.part("plans.free")
class RefillIsDoubled(Quota):
    """A bucket of a minute's requests gets two minutes' requests in each minute."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.tokens = Refilling(MINUTE / 2, lambda key: key.plan.per_minute)

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        self.tokens.take(key, cost, now)

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return int(self.tokens.left(key, now)) if seconds == MINUTE else super().left(key, call, seconds, now)

    def reset(self, seconds: int, now: float) -> int:
        return int(now) + MINUTE if seconds == MINUTE else super().reset(seconds, now)


@documented.part("plans.free")
class FreeHasAHundredADay(Quota):
    """Free has 100 requests a day."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, DAY: 100} if key.plan.name == "free" else windows


@documented.part("plans.free")
class FreeHasFiveThousandADay(Quota):
    """Free has 5,000 requests a day."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, DAY: 5000} if key.plan.name == "free" else windows


@documented.part("quota.reset.true", "plans.free", "quota.day")
class DayNeverEnds(Quota):
    """A day that is used up stays used up, whatever Reset says."""

    def slot(self, key: Key, call: Call, seconds: int, now: float) -> tuple[str, int, int]:
        return self.bucket(key, call), seconds, 0 if seconds == DAY else self.start(seconds, now)


@documented.part("quota.exact", "quota.concurrent")
class AllAtOnceAllPass(Racing):
    """Requests at once all read the count before any of them writes it, and each takes one."""

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        now = self.clock.now()
        granted = self.grants(key, call, cost, now)
        if cost:
            self.between()
        with self.lock:
            if granted:
                self.take(key, call, cost, now)
            told = self.allowance(key, call, now, granted=granted)
            return told if told.remaining is None else replace(told, remaining=max(0, told.remaining))
