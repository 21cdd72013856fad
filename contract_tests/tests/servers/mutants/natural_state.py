"""Slips with what one request leaves behind for the next, as caches, loops and several workers make them."""

from itertools import count
from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import DAY, MINUTE, Quota
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("natural", "documented")
assumed = Breaking("natural", "assumed")


@documented.part("errors.400.number", "track.unavailable", "track.lang.translates")
class AnswersAreCachedWithoutTheirQuery(Api):
    """A shipment's answer is kept by its path for a while, whatever carrier and language it was asked for with."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.kept: dict[str, Reply] = {}

    def track_shipment(self, key: Key, call: Call) -> Reply:
        if call.path not in self.kept:
            self.kept[call.path] = super().track_shipment(key, call)
        return self.kept[call.path]

    def happen(self, text: str, event_type: str) -> None:
        self.kept.clear()
        super().happen(text, event_type)


@documented.part("errors.401")
class AnswersAreCachedForStrangersToo(Api):
    """A cache before the API answers what somebody with a key has asked for to whoever asks for the same."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.kept: dict[tuple[str, tuple[tuple[str, str], ...]], Reply] = {}

    def answer(self, call: Call) -> Reply:
        asked = call.path, tuple(call.query.items())
        if call.method == "GET" and asked in self.kept and "x-api-key" not in call.headers:
            return self.kept[asked]
        reply = super().answer(call)
        if call.method == "GET" and reply.status == 200:
            self.kept[asked] = reply
        return reply


@assumed.part("batch.detected", "batch.same-as-single")
class CarrierSticksInABatch(Api):
    """A shipment that names no carrier has that of the one before it in the batch."""

    def batch(self, key: Key, call: Call) -> list[Body]:
        found, last = [], None
        for item in super().batch(key, call):
            last = item.get("carrier", last)
            found.append({**item, "carrier": last} if last else item)
        return found


@assumed.part("batch.length", "batch.count")
class BatchesHaveOnePage(Api):
    """Of a batch, the first ten shipments are answered."""

    def track_batch(self, key: Key, call: Call) -> Reply:
        results = [self.result(item) for item in self.batch(key, call)[:10]]
        body = super().track_batch(key, call)
        return body.with_value({"success": True, "count": len(results), "results": results})


@documented.part("plans.free")
class UnusedRequestsCarryOver(Quota):
    """What a minute has left is added to the next one."""

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        left = super().left(key, call, seconds, now)
        return left + max(0, super().left(key, call, seconds, now - MINUTE)) if seconds == MINUTE else left


@documented.part("quota.cost", "quota.exact", "plans.free")
class EachWorkerCountsForItself(Quota):
    """Two workers take turns, each with a count of its own."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.turn = count()
        self.worker = 0

    def charge(self, key: Key, call: Call, cost: int) -> Any:
        self.worker = next(self.turn) // 2 % 2  # each request charges twice: nothing at first, then what it costs
        return super().charge(key, call, cost)

    def bucket(self, key: Key, call: Call) -> str:
        return f"{key.text} {self.worker}"


@documented.part("plans.free", "quota.both-windows")
class BatchesSpareTheDay(Quota):
    """The shipments of a batch are taken from the minute, and one request from the day."""

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        for seconds in self.windows(key):
            slot = self.slot(key, call, seconds, now)
            self.used[slot] = self.spent(key, call, seconds, now) + (min(cost, 1) if seconds == DAY else cost)


@documented.part("webhook.id", "webhook.duplicates", "webhook.delete.operation")
class IdsAreUsedAgain(Webhooks):
    """The id of a new webhook is how many there are, so after a deletion it is another one's."""

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        self.count = len(self.alive)
        return super().create(key, number, carrier, url, events)


@documented.part("webhook.delete.operation", "webhook.id", "webhook.delete.404")
class EachWorkerKeepsItsOwnWebhooks(Webhooks):
    """Two workers take turns in deleting, and each knows its own webhooks only."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.turn = 0

    def owns(self, key: Key, subscription: Subscription) -> bool:
        self.turn += 1
        return self.turn % 2 == 0 and super().owns(key, subscription)


@assumed.part("delivery.filter.all", "delivery.filter.exception", "delivery.filter", "delivery.each")
class OneEventASecond(Webhooks):
    """Of the events of a shipment in one second, the first is told."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.told: dict[str, tuple[int, str]] = {}

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        now = int(self.clock.now())
        second, first = self.told.get(subscription.id, (0, ""))
        if second == now and first != event_type:
            return False
        self.told[subscription.id] = now, event_type
        return super().wants(subscription, event_type)
