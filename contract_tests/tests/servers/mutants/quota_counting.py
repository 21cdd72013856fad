"""Requests and batches that are counted wrongly."""

from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import DAY, Allowance, Quota
from contract_tests.tests.servers.racing import Racing
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.shipments import KNOWN_NUMBER, LABEL_ONLY_NUMBER, PAGE_NUMBER

documented = Breaking("quota counting", "documented")
assumed = Breaking("quota counting", "assumed")


@documented.part("quota.cost")
class NothingIsCounted(Quota):
    """Remaining never falls."""

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        pass


@documented.part("quota.cost")
class RemainingCountsUp(Quota):
    """Remaining says how many requests were used."""

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        return self.spent(key, call, seconds, now)

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        return all(self.spent(key, call, seconds, now) + cost <= limit for seconds, limit in self.windows(key).items())


@documented.part("quota.cost")
class TrackingCostsTwo(Api):
    """A tracking request is charged twice."""

    def cost(self, key: Key, call: Call) -> int:
        return 2 if call.operation == "trackShipment" else super().cost(key, call)


@documented.part("quota.batch-cost")
class BatchCostsOne(Api):
    """A batch is charged as one request."""

    def cost(self, key: Key, call: Call) -> int:
        return 1


@documented.part("quota.batch-cost")
class BatchCostsOneMore(Api):
    """A batch is charged for its shipments and for itself."""

    def cost(self, key: Key, call: Call) -> int:
        return super().cost(key, call) + (call.operation == "trackBatch")


@documented.part("quota.batch-cost")
class BatchCostsOneLess(Api):
    """The last shipment of a batch is not counted."""

    def cost(self, key: Key, call: Call) -> int:
        return max(1, super().cost(key, call) - 1)


class MadeUpNumbersAreNotFound(Api):
    """Knows the page's numbers and the target file's, and no others."""

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        body = super().look_up(text, code, language)
        if body["tracking_number"] not in {KNOWN_NUMBER, PAGE_NUMBER, LABEL_ONLY_NUMBER}:
            raise RefusalError("not_found")
        return body


@documented.part("quota.batch-cost")
class BatchCostsTwice(MadeUpNumbersAreNotFound):
    """Each shipment of a batch is charged twice, and numbers that are made up are not found."""

    def cost(self, key: Key, call: Call) -> int:
        return (2 if call.operation == "trackBatch" else 1) * super().cost(key, call)


@documented.part("quota.batch-cost", "plans.growth")
class LargeBatchesCostTen(MadeUpNumbersAreNotFound):
    """A batch is charged for ten shipments at most, and numbers that are made up are not found."""

    def cost(self, key: Key, call: Call) -> int:
        return min(10, super().cost(key, call))


@documented.part("quota.batch-cost")
class DuplicatesAreFree(Api):
    """A shipment that stands in a batch twice is charged once."""

    def cost(self, key: Key, call: Call) -> int:
        if call.operation != "trackBatch":
            return 1
        try:
            return len({item["tracking_number"] for item in self.batch(key, call)})
        except RefusalError:
            return 1


@assumed.part("quota.batch-cost.refused")
class RefusedShipmentsAreFree(Api):
    """Only the shipments of a batch that were found are charged."""

    def cost(self, key: Key, call: Call) -> int:
        if call.operation != "trackBatch":
            return 1
        try:
            return sum(self.result(item)["success"] for item in self.batch(key, call))
        except RefusalError:
            return 1


@assumed.part("quota.batch-cost.invalid")
class OversizedBatchCostsItsLength(Api):
    """An oversized batch is charged for every shipment, though none is looked up."""

    def cost(self, key: Key, call: Call) -> int:
        return (
            super().cost(key, call) if call.operation != "trackBatch" else max(1, call.body.count(b"tracking_number"))
        )


@assumed.part("quota.batch-cost.invalid")
class InvalidBatchIsFree(Api):
    """A batch that is refused as invalid costs nothing."""

    def cost(self, key: Key, call: Call) -> int:
        try:
            return len(self.batch(key, call)) if call.operation == "trackBatch" else 1
        except RefusalError:
            return 0


@assumed.part("quota.cost.every-operation")
class EndpointsCountApart(Quota):
    """Every operation has windows of its own."""

    def bucket(self, key: Key, call: Call) -> str:
        return f"{key.text} {call.operation}"

    def leave(self, key: Key, remaining: int, call: Call | None = None) -> None:
        for operation in ("trackShipment", "trackBatch", "listCarriers", "createWebhook", "deleteWebhook"):
            super().leave(key, remaining, Call("", "", operation=operation))


@assumed.part("quota.cost.every-operation")
class WebhooksAreFree(Api):
    """Creating and deleting webhooks costs nothing."""

    def cost(self, key: Key, call: Call) -> int:
        return 0 if call.path.startswith("/v2/webhooks") else super().cost(key, call)


@assumed.part("quota.cost.every-operation")
class DirectoryCostsEight(Api):
    """The directory is charged as one request for every hundred carriers."""

    def cost(self, key: Key, call: Call) -> int:
        return 8 if call.operation == "listCarriers" else super().cost(key, call)


class Refunding(Api):
    """Gives back what some refusals cost."""

    statuses: frozenset[int] = frozenset()

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if reply.status not in self.statuses or "X-RateLimit-Remaining" not in reply.headers:
            return reply
        key = self.world.keys.admit(call)
        allowance = self.world.quota.charge(key, call, -1)
        return reply.with_headers(self.limits(allowance))


@assumed.part("quota.cost.refusals")
class NotFoundIsFree(Refunding):
    """A 404 costs nothing."""

    statuses = frozenset({404})


@assumed.part("quota.cost.refusals")
class BadRequestIsFree(Refunding):
    """A 400 costs nothing."""

    statuses = frozenset({400})


@assumed.part("quota.cost.unavailable")
class UnavailableIsFree(Refunding):
    """A 503 costs nothing."""

    statuses = frozenset({503})


@assumed.part("quota.free")
class WrongMethodCostsOne(Api):
    """A 405 is charged."""

    def check_method(self, allowed: str, call: Call) -> None:
        if call.method != allowed:
            self.charge(self.world.keys.admit(call), call)
        super().check_method(allowed, call)


@assumed.part("quota.free")
class StrangersSpendTheQuota(Api):
    """A 401 is charged to the key that asked before, as if clients were told apart by their address."""

    last: Key | None = None

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if reply.status != 401:
            self.last = self.world.keys.admit(call) if "X-RateLimit-Remaining" in reply.headers else self.last
        elif self.last is not None:
            self.world.quota.charge(self.last, call, 1)
        return reply


@assumed.part("quota.both-windows")
class DayIsNotCounted(Quota):
    """Costs are taken from the minute only, so the day never ends."""

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        before = self.used.get(self.slot(key, call, DAY, now), 0)
        super().take(key, call, cost, now)
        self.used[self.slot(key, call, DAY, now)] = before


@assumed.part("quota.per-key")
class KeysShareOneQuota(Quota):
    """All keys draw from the same windows."""

    def bucket(self, key: Key, call: Call) -> str:
        return "everyone"


@assumed.part("quota.batch.atomic")
class RefusedBatchIsCharged(Quota):
    """A batch that is refused takes what was left."""

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        allowance = super().charge(key, call, cost)
        if allowance.granted or not allowance.remaining:
            return allowance
        return replace(super().charge(key, call, allowance.remaining), granted=False)


@assumed.part("quota.concurrent")
class CountingIsNotAtomic(Racing):
    """Requests at once all see the count of before, and are counted as one."""

    def charge(self, key: Key, call: Call, cost: int) -> Allowance:
        now = self.clock.now()
        granted = self.grants(key, call, cost, now)
        seen = {seconds: self.spent(key, call, seconds, now) for seconds in self.windows(key)}
        if cost:
            self.between()
        for seconds, spent in seen.items() if granted and cost else ():
            self.used[self.slot(key, call, seconds, now)] = spent + cost
        return self.allowance(key, call, now, granted=granted)
