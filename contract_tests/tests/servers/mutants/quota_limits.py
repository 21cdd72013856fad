"""Limits that are not the plan's, or not kept exactly."""

import json
from collections.abc import Mapping
from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import PLANS, Key, Keys, Plan
from contract_tests.tests.servers.messages import Body, Call, Reply, dump
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import DAY, MINUTE, Allowance, Quota
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("quota limits", "documented")
assumed = Breaking("quota limits", "assumed")


@documented.part("plans.free")
class FreeAllowsEleven(Quota):
    """Free has 11 requests a minute, and Remaining says so."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, MINUTE: 11} if key.plan.name == "free" else windows


@documented.part("plans.free")
class FreeAllowsNine(Quota):
    """Free has 9 requests a minute, and Remaining says so."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, MINUTE: 9} if key.plan.name == "free" else windows


@documented.part("plans.starter")
class StarterIsGrowth(Keys):
    """Starter keys get Growth's limits."""

    def plan(self, word: str) -> Plan | None:
        return super().plan("growth" if word == "starter" else word)


@documented.part("plans.starter")
class StarterHasAThousandADay(Quota):
    """Starter has 1,000 requests a day."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, DAY: 1000} if key.plan.name == "starter" else windows


@documented.part("plans.starter")
class StarterHasMoreADay(Quota):
    """Starter has 100,000 requests a day."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, DAY: 100_000} if key.plan.name == "starter" else windows


@documented.part("plans.growth")
class GrowthHasAHundred(Quota):
    """Growth has 100 requests a minute."""

    def windows(self, key: Key) -> Mapping[int, int]:
        windows = super().windows(key)
        return {**windows, MINUTE: 100} if key.plan.name == "growth" else windows


@documented.part("plans.enterprise", "quota.headers.unlimited")
class EnterpriseIsLimited(Quota):
    """Enterprise is counted like Growth."""

    def windows(self, key: Key) -> Mapping[int, int]:
        return super().windows(replace(key, plan=PLANS["growth"]) if key.plan.name == "enterprise" else key)


@documented.part("plans.free", "quota.exact")
class NoMinuteLimit(Quota):
    """Only the day is limited."""

    def windows(self, key: Key) -> Mapping[int, int]:
        return {seconds: limit for seconds, limit in super().windows(key).items() if seconds == DAY}


@documented.part("plans.free", "quota.both-windows")
class NoDayLimit(Quota):
    """Only the minute is limited."""

    def windows(self, key: Key) -> Mapping[int, int]:
        return {seconds: limit for seconds, limit in super().windows(key).items() if seconds == MINUTE}


@documented.part("quota.exact", "errors.429")
class NothingIsRefused(Quota):
    """Remaining falls to 0, and requests still pass."""

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        return True

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return max(0, super().left(key, call, seconds, now))


@documented.part("quota.exact")
class OneMorePasses(Quota):
    """One request passes after Remaining said 0."""

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        return all(Quota.left(self, key, call, each, now) + 1 >= cost for each in self.windows(key))

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return max(0, super().left(key, call, seconds, now))


@documented.part("quota.exact")
class LastOneIsRefused(Quota):
    """The last request that Remaining promises is refused."""

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        return super().grants(key, call, cost + 1 if cost else 0, now)


@documented.part("quota.exact", "plans.free")
class RemainingIsStale(Quota):
    """Remaining is what was left before this request."""

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        before = super().charge(key, call, 0)
        after = super().charge(key, call, cost)
        return replace(after, remaining=before.remaining)


@documented.part("batch.size", "plans.free")
class FreeBatchesOfSix(Api):
    """Free may send six shipments at once."""

    def check_size(self, key: Key, size: int) -> None:
        super().check_size(key, 5 if (key.plan.name, size) == ("free", 6) else size)


@documented.part("batch.size", "plans.free")
class FullBatchesAreRefused(Api):
    """A batch of exactly the plan's size is refused."""

    def check_size(self, key: Key, size: int) -> None:
        super().check_size(key, size + (size == key.plan.batch_size))


@documented.part("batch.size")
class BatchSizeIsNotChecked(Api):
    """Batches of any size are answered."""

    def check_size(self, key: Key, size: int) -> None:
        super().check_size(key, min(size, 1))


@documented.part("batch.size")
class RepetitionsTakeNoRoom(Api):
    """A batch may be larger than the plan's size if it asks for the same shipments again."""

    def batch(self, key: Key, call: Call) -> list[Body]:
        shipments = self.json_object(call).get("shipments")
        if not isinstance(shipments, list):
            return super().batch(key, call)
        self.check_size(key, len({dump(item) for item in shipments}))
        for item in shipments:
            self.check_item(item)
        return shipments


@documented.part("batch.size")
class EveryPlanMayFifty(Api):
    """Every plan may send fifty shipments at once."""

    def check_size(self, key: Key, size: int) -> None:
        super().check_size(replace(key, plan=PLANS["growth"]), size)


@documented.part("plans.enterprise", "batch.size")
class EnterpriseBatchesOfTwenty(Api):
    """Enterprise may send twenty shipments at once."""

    def check_size(self, key: Key, size: int) -> None:
        plan = PLANS["starter"] if key.plan.name == "enterprise" else key.plan
        super().check_size(replace(key, plan=plan), size)


@assumed.part("quota.remaining.zero")
class RefusalSaysThreeLeft(Quota):
    """Remaining is 3 on a refused request."""

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        allowance = super().charge(key, call, cost)
        return allowance if allowance.granted else replace(allowance, remaining=3)


@assumed.part("quota.batch.atomic")
class BatchIsServedInPart(Api):
    """A batch over the quota is answered as far as the quota goes."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if reply.status != 429 or reply.headers["X-RateLimit-Remaining"] == "0":
            return reply
        shipments = json.loads(call.body)["shipments"][: int(reply.headers["X-RateLimit-Remaining"])]
        return super().answer(replace(call, body=dump({"shipments": shipments})))


@documented.part("errors.429", "quota.batch.atomic")
class BatchOverQuotaIs400(Api):
    """A batch over what is left is 400, as if it were too large."""

    def charge(self, key: Key, call: Call) -> Allowance:
        left = self.world.quota.charge(key, call, 0).remaining
        cost = self.cost(key, call)
        if left and cost > left:
            raise RefusalError("invalid_request", f"shipments has {cost} items; {left} are left.")
        return super().charge(key, call)


@assumed.part("order.quota-before-request")
class RequestBeforeQuota(Api):
    """A malformed request is 400 even when the quota is used up."""

    def charge(self, key: Key, call: Call) -> Allowance:
        if self.world.quota.charge(key, call, 0).remaining == 0 and call.operation == "trackBatch":
            self.batch(key, call)
        return super().charge(key, call)


@assumed.part("order.method-before-quota")
class QuotaBeforeMethod(Api):
    """A wrong method is 429 when the quota is used up."""

    def check_method(self, allowed: str, call: Call) -> None:
        key = self.world.keys.admit(call)
        allowance = self.world.quota.charge(key, call, 0)
        if allowance.remaining == 0:
            raise self.over_quota(allowance)
        super().check_method(allowed, call)
