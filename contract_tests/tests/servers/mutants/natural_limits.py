"""Slips in limits, as globals, tables and counters that are paid afterwards make them."""

from collections.abc import Mapping
from dataclasses import replace

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key, Keys, Plan
from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import DAY, MINUTE, Allowance, Quota

documented = Breaking("natural", "documented")
assumed = Breaking("natural", "assumed")


@documented.part("quota.cost", "quota.per-key", "quota.exact", "plans.free")
class RemainingIsTheLastKeys(Quota):
    """What is left is told of the key that asked before."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.before: Allowance | None = None

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        told = super().charge(key, call, cost)
        if not cost:
            return told
        before, self.before = self.before, told
        return replace(told, remaining=before.remaining, reset=before.reset) if before and told.granted else told


@assumed.part("quota.batch.atomic", "quota.batch-cost")
class BatchesMayOverdraw(Quota):
    """A batch passes if a single request would, and leaves nothing."""

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        return super().grants(key, call, min(cost, 1), now)

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return max(0, super().left(key, call, seconds, now))


@documented.part("quota.batch-cost", "quota.batch-cost.refused", "plans.free")
class FoundShipmentsCostTwice(Quota):
    """A batch is charged when it arrives, and once more for its shipments when it is done."""

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost + 1 if call.operation == "trackBatch" else cost, now)


class _Sized(Keys):
    name, size = "", 0

    def plan(self, word: str) -> Plan | None:
        plan = super().plan(word)
        return replace(plan, batch_size=self.size) if plan and plan.name == self.name else plan


@documented.part("batch.size", "plans.enterprise")
class EnterpriseBatchesHaveNoEnd(_Sized):
    """Enterprise, which is unlimited, may send any batch."""

    name, size = "enterprise", 10_000


@documented.part("batch.size", "plans.starter")
class StarterBatchesAreGrowths(_Sized):
    """Starter may send fifty shipments at once."""

    name, size = "starter", 50


@documented.part("batch.size", "plans.growth")
class GrowthBatchesAreStarters(_Sized):
    """Growth may send twenty shipments at once."""

    name, size = "growth", 20


@documented.part("plans.starter")
class StarterHasFreesMinute(Quota):
    """Starter has ten requests a minute."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, MINUTE: 10} if key.plan.name == "starter" else windows


@documented.part("plans.free")
class ADayIsTwentyFourMinutes(Quota):
    """A day is twenty-four minutes: hours were taken for its unit."""

    def start(self, seconds: int, now: float) -> int:
        return super().start(DAY // 60 if seconds == DAY else seconds, now)

    def reset(self, seconds: int, now: float) -> int:
        return self.start(seconds, now) + (DAY // 60 if seconds == DAY else seconds)


@assumed.part("quota.reset.steady", "quota.minute")
class EachRequestBeginsAMinute(Quota):
    """The minute begins anew with each request, so a client that never rests is refused for ever."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.last: dict[str, float] = {}
        self.sums: dict[str, int] = {}

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        now = self.clock.now()
        if now - self.last.get(key.text, 0.0) >= MINUTE:
            self.sums[key.text] = 0
        self.last[key.text] = now
        return super().charge(key, call, cost)

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        self.sums[key.text] = self.sums.get(key.text, 0) + cost

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        if seconds == MINUTE:
            return max(0, self.windows(key)[MINUTE] - self.sums.get(key.text, 0))
        return super().left(key, call, seconds, now)

    def reset(self, seconds: int, now: float) -> int:
        return int(now) + MINUTE if seconds == MINUTE else super().reset(seconds, now)
