"""Quotas that differ where the page is silent."""

import json
from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.honest.more_limiters import Weighted
from contract_tests.tests.servers.keys import Key, Keys
from contract_tests.tests.servers.messages import Body, Call, Reply, dump
from contract_tests.tests.servers.modifiers import Differing
from contract_tests.tests.servers.quota import DAY, MINUTE, Allowance, Quota
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.shipments import KNOWN_NUMBER, LABEL_ONLY_NUMBER, PAGE_NUMBER

silent = Differing(keeps_assumed=False)
ERRORS = (400, 401, 404, 405, 413, 415, 429, 503)
REMAINING, RESET = "X-RateLimit-Remaining", "X-RateLimit-Reset"


@silent.part
class SecondsLeft(Api):
    """Reset is the number of seconds left."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        limits = super().limits(allowance)
        return {**limits, RESET: str(allowance.retry_after)} if limits and allowance else limits


class Logged(Quota):
    """Remembers each charge and its time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.log: dict[str, list[tuple[float, int]]] = {}

    def take(self, key: Key, call: Call, cost: int, now: float) -> None:
        super().take(key, call, cost, now)
        self.log.setdefault(key.text, []).extend([(now, cost)] if cost else [])

    def leave(self, key: Key, remaining: int, call: Call | None = None) -> None:
        now = self.clock.now()
        excess = min(self.left(key, Call("", ""), seconds, now) for seconds in self.windows(key)) - remaining
        if excess > 0:
            self.take(key, Call("", ""), excess, now)


@silent.part
class SlidingMinute(Logged):
    """The minute is the last sixty seconds; Reset is when the oldest request in it no longer counts."""

    def recent(self, key: Key, now: float) -> list[tuple[float, int]]:
        return [(at, cost) for at, cost in self.log.get(key.text, []) if at > now - MINUTE]

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        if seconds != MINUTE:
            return super().left(key, call, seconds, now)
        return self.windows(key)[MINUTE] - sum(cost for _, cost in self.recent(key, now))

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        oldest = next((at for at, _ in self.recent(key, now)), now)
        if allowance.reset is None or allowance.reset - now > MINUTE:
            return allowance
        reset = int(oldest) + MINUTE + 1
        return replace(allowance, reset=reset, retry_after=max(1, int(reset - now)))


@silent.part
class MinuteStartsWithARequest(Quota):
    """The minute starts with the first request in it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.opened: dict[str, int] = {}

    def slot(self, key: Key, call: Call, seconds: int, now: float) -> tuple[str, int, int]:
        return key.text, seconds, self.beginning(key, seconds, now)

    def beginning(self, key: Key, seconds: int, now: float) -> int:
        if seconds != MINUTE:
            return self.start(seconds, now)
        if now >= self.opened.get(key.text, 0) + MINUTE:
            self.opened[key.text] = int(now)
        return self.opened[key.text]

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        if allowance.reset is None or allowance.reset != self.reset(MINUTE, now):
            return allowance
        reset = self.beginning(key, MINUTE, now) + MINUTE
        return replace(allowance, reset=reset, retry_after=max(1, reset - int(now)))


@silent.part
class DayStartsInTheMorning(Quota):
    """The day starts at 11:17 UTC; the state 'quota used' spends requests, so that the day has some left."""

    def start(self, seconds: int, now: float) -> int:
        late = 11 * 3600 + 17 * 60 if seconds == DAY else 0
        return super().start(seconds, now - late) + late

    def leave(self, key: Key, remaining: int, call: Call | None = None) -> None:
        call, now = Call("", ""), self.clock.now()
        excess = min(self.left(key, call, seconds, now) for seconds in self.windows(key)) - remaining
        self.take(key, call, max(0, excess), now)


@silent.reply(status=ERRORS)
def refusals_without_quota(call: Call, reply: Reply) -> Reply:
    """Only successes have rate limit headers."""
    return reply.without_headers(REMAINING, RESET)


@silent.reply(status=[429, 503])
def no_retry_after(call: Call, reply: Reply) -> Reply:
    """Neither 429 nor 503 has Retry-After or Cache-Control."""
    return reply.without_headers("Retry-After", "Cache-Control")


@silent.reply()
def limit_is_told(call: Call, reply: Reply) -> Reply:
    """X-RateLimit-Limit is sent too."""
    plan = Keys().admit(call).plan if REMAINING in reply.headers else None
    return reply.with_headers({"X-RateLimit-Limit": str(plan.per_minute)}) if plan else reply


@silent.part
class UnlimitedIsABigNumber(Api):
    """Unlimited plans have a million requests left, always."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        reset = str(int(self.world.clock.now()) // 60 * 60 + 60)
        return super().limits(allowance) or ({} if allowance is None else {REMAINING: "1000000", RESET: reset})


@silent.part
class OnlyLookupsCount(Api):
    """The directory and webhooks cost nothing."""

    def cost(self, key: Key, call: Call) -> int:
        return super().cost(key, call) if call.path.startswith("/v2/track/") else 0


@silent.part
class RefusalsAreFree(Api):
    """A 400 and a 404 cost nothing."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if reply.status not in {400, 404} or REMAINING not in reply.headers:
            return reply
        key = self.world.keys.admit(call)
        return reply.with_headers(self.limits(self.world.quota.charge(key, call, -1)))


@silent.part
class ResetIsADuration(Api):
    """Reset is how long it is until then, such as 59s or 1m30s."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        limits = super().limits(allowance)
        if limits:
            minutes, seconds = divmod(max(0, int(int(limits[RESET]) - self.world.clock.now())), 60)
            limits[RESET] = f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
        return limits


@silent.part
class UnlimitedIsAWord(Api):
    """Unlimited plans have unlimited requests left, in a word."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        return super().limits(allowance) or ({} if allowance is None else {REMAINING: "unlimited"})


@silent.part
class TheMinuteBeforeCountsInPart(Weighted):
    """What was used in the minute before counts in part, so one request comes back a moment after Reset."""

    def ends(self, key: Key, now: float) -> float:
        return self.start(MINUTE, now) + MINUTE


class KnowsFewNumbers(Api):
    """Finds the target file's numbers and the page's, and no others."""

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        body = super().look_up(text, code, language)
        if body["tracking_number"] not in {KNOWN_NUMBER, PAGE_NUMBER, LABEL_ONLY_NUMBER}:
            raise RefusalError("not_found")
        return body


@silent.part
class OnlyFoundShipmentsCost(KnowsFewNumbers):
    """Shipments of a batch that are not found cost nothing, and one that is made up is not found."""

    def cost(self, key: Key, call: Call) -> int:
        if call.operation != "trackBatch":
            return 1
        try:
            return max(1, sum(bool(self.result(item)["success"]) for item in self.batch(key, call)))
        except RefusalError:
            return 1


@silent.part
class BatchFailsWhole(KnowsFewNumbers):
    """A batch with one refused shipment is refused, and one that is made up is not found."""

    def result(self, item: Body) -> Body:
        return self.look_up(item["tracking_number"], item.get("carrier"))


@silent.part
class BatchIsAnsweredInPart(Api):
    """A batch over the quota is answered as far as the quota goes; its other shipments are refused."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if reply.status != 429 or reply.headers[REMAINING] == "0":
            return reply
        asked = json.loads(call.body)["shipments"]
        room = int(reply.headers[REMAINING])
        part = super().answer(replace(call, body=dump({"shipments": asked[:room]})))
        body = part.value()
        error = {"code": "rate_limit_exceeded", "message": "Over the quota."}
        for item in asked[room:]:
            body["results"].append({"success": False, "tracking_number": item["tracking_number"], "error": error})
        body["count"] = len(body["results"])
        return part.with_value(body)


@silent.part
class EmptyBatchIsFree(Api):
    """An empty batch is answered, with no results, and costs nothing."""

    def check_size(self, key: Key, size: int) -> None:
        super().check_size(key, size or 1)


@silent.part
class RepetitionIsRefused(Api):
    """A batch that asks for a shipment twice is refused."""

    def batch(self, key: Key, call: Call) -> list[Body]:
        shipments = super().batch(key, call)
        if len({item["tracking_number"] for item in shipments}) < len(shipments):
            raise RefusalError("invalid_request", "A number may stand in a batch once.")
        return shipments
