"""What a call costs, what its answer keeps of that, and what the headers say of it."""

from email.utils import formatdate
from http import HTTPStatus

from mock_server.api import refusals
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call, Reply
from mock_server.contract.operations import Operation
from mock_server.domain.quota import Allowance, wait
from mock_server.world import Foundation, World

REFUSALS = int(HTTPStatus.BAD_REQUEST)  # the statuses from which on an answer is one
OUTAGE = 5  # seconds of the sandbox's clock that a 503 asks to wait


class Charging:
    """What answers of this contract owe to a quota, and tell of it."""

    def __init__(self, foundation: Foundation) -> None:
        self._names = names = foundation.specification.headers
        self._free = frozenset(foundation.specification.extension("x-quota")["free_statuses"]["statuses"])
        self._rate_headers = [(names[fact], fact) for fact in ("limit", "remaining", "reset") if fact in names]
        self._counts_down = foundation.settings.reset_unit == "delta" and "reset" in names

    def settle(
        self, world: World | None, status: int, allowance: Allowance | None, cost: int, *, forced: bool
    ) -> Allowance | None:
        """What the headers say of the quota: a refusal costs one, or nothing if it is forced and its status is free."""
        if world is None:
            return None
        if allowance is None:
            return world.quota.state()
        if status < REFUSALS or not allowance.granted:
            return allowance
        free = forced and status in self._free
        owed = self.spent(status, cost, forced=forced)
        if cost > owed:
            allowance = world.quota.refund(cost - owed)
        if not free:
            return allowance
        if status == HTTPStatus.UNAUTHORIZED:  # whose quota it is, nobody could say
            return None
        return world.quota.refusal() if status == HTTPStatus.TOO_MANY_REQUESTS else allowance

    def spent(self, status: int, cost: int, *, forced: bool) -> int:
        """What of a granted cost an answer of that status keeps."""
        if status < REFUSALS:
            return cost
        return 0 if forced and status in self._free else min(cost, 1)

    def limited(
        self, world: World | None, reply: Reply, allowance: Allowance | None, refusal: ApiError | None
    ) -> Reply:
        """The reply with the headers that depend on the moment: limits, waits, and the date where time was moved."""
        headers: dict[str, str] = {}
        if world and allowance and refusal and refusal.retry_after is not None:
            allowance = allowance.ending(world.clock.now(), refusal.retry_after, world.clock.rate)
        if world and not world.clock.course.follows:  # a client may count from Date to Reset (RFC 9110 section 6.6.1)
            headers["Date"] = formatdate(world.clock.now(), usegmt=True)
        if allowance and allowance.remaining is not None:
            for name, fact in self._rate_headers:
                headers[name] = str(getattr(allowance, fact))
            if self._counts_down:
                headers[self._names["reset"]] = str(allowance.retry_after)
        if world and reply.status >= REFUSALS and "retry_after" in self._names:
            told = None
            if reply.status == HTTPStatus.TOO_MANY_REQUESTS and allowance:
                told = allowance.retry_after
            elif reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
                asked = refusal.retry_after if refusal else None
                told = wait(OUTAGE if asked is None else asked, world.clock.rate)
            if told is not None:
                headers[self._names["retry_after"]] = str(told)
                world.clock.owe(told)
        return reply.with_headers(headers)


def cost_of(world: World, operation: Operation, call: Call, problem: ApiError | None) -> tuple[int, ApiError | None]:
    """What the call costs, and what is wrong with it; also that it costs more than its plan will ever have."""
    cost = 1 if problem or call.value is None else operation.cost(call)
    window = world.quota.too_small(cost) if cost > 1 else None
    if window is None:
        return cost, problem
    return 1, refusals.too_costly(cost, world.account.plan.name, window.limit, window.seconds)
