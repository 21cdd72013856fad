"""The one way to the target: budget, pacing, record and cleaning up."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from contract_tests.budget import Budget, BudgetSpentError
from contract_tests.contract.document import Contract
from contract_tests.contract.operations import Operation
from contract_tests.exchange import Exchange, Key, Response, SentRequest
from contract_tests.facts import UnverifiableError
from contract_tests.leftovers import Leftovers
from contract_tests.pacing import Pace, QuotaSpentError
from contract_tests.sleeper import Sleeper
from contract_tests.spoilt import (
    AGAIN,
    AGAIN_WHERE_IN_VAIN,
    FIRST_PAUSE_SECONDS,
    SLOW_SECONDS,
    Spoilt,
    SpoiltError,
    nobody_there,
    oddity,
)
from contract_tests.transport import READ_SECONDS, NoAnswerError, SilenceError, Transport

_TOO_MANY = 429
_PATIENCE = 3  # refusals in a row that are waited out before the key is given up for an operation

_NOTHING_BUT_429 = "nothing but 429 is answered here, however long one waits; run again when the quota is back"

AGENT = "trackflow-contract"


@dataclass(slots=True, repr=False)
class Session:
    """Sends requests to one target and keeps what came back."""

    contract: Contract
    base_url: str
    transport: Transport
    budget: Budget
    sleeper: Sleeper
    key: Key
    on_exchange: Callable[[Exchange], None]
    safe: bool = False
    standing: tuple[tuple[str, str], ...] = ()
    probe: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    paces: dict[str, Pace] = field(default_factory=dict)
    webhooks: dict[str, tuple[SentRequest, Key]] = field(default_factory=dict)
    leftovers: Leftovers = field(default_factory=Leftovers)
    hopeless: set[tuple[str, str]] = field(default_factory=set)
    spoilt: list[Spoilt] = field(default_factory=list)
    in_vain: bool = False
    silent: dict[tuple[str, str], str] = field(default_factory=dict)
    _undisturbed: bool = True

    def send(
        self,
        operation: Operation | None,
        method: str,
        target: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        key: Key | None,
        cost: int = 1,
        wanting_429: bool = False,
        wanting_5xx: bool = False,
        once: bool = False,
        cleaning: bool = False,
        small: bool = False,
    ) -> Exchange:
        """One exchange, within budget and quota; a 429 is waited out unless it is wanted.

        What may be a network's or a gateway's doing is asked again, or raises SpoiltError if it may be sent only once.
        `small` writes the name of the key's header in small letters, as HTTP/2 writes all of them.
        """
        if self.safe and method != "GET" and not cleaning:
            raise UnsafeError(f"{method} is not sent under --safe")
        url = self.base_url + target
        request = SentRequest(method, url, (*self._standing(key, small=small), *headers), body)
        pace = self._pace(key)
        lane = (key.text if key else "", operation.id if operation else target)
        if lane in self.hopeless and not wanting_429:
            raise QuotaSpentError(_NOTHING_BUT_429)
        # Where one operation never got through, the next one is given up sooner.
        patience = 0 if wanting_429 or pace is None else 1 if self.hopeless else _PATIENCE
        while True:
            if pace and not wanting_429:
                pace.before(cost)
            exchange = self._asked(operation, request, key, cost, taken=wanting_5xx, once=once, cleaning=cleaning)
            if pace:
                pace.after(exchange.response, exchange.cost)
            if exchange.status != _TOO_MANY or pace is None or patience == 0:
                break
            patience -= 1
            pace.refused(exchange.response, self.contract.header("retry_after"))
        if exchange.status == _TOO_MANY and not wanting_429:
            self.hopeless.add(lane)
            if not any(each.response.succeeded for each in self.exchanges):
                raise QuotaSpentError(_NOTHING_BUT_429)
        return exchange

    def left(self, key: Key) -> int | None:
        """How many requests the key has left of its minute, as far as its answers have told."""
        pace = self._pace(key)
        return pace.remaining if pace and self.sleeper.now() < pace.ends_at else None

    def make_room(self, cost: int) -> None:
        """Waits now for what requests of that cost would have to wait for later, when no time may pass."""
        pace = self._pace(self.key)
        if pace:
            pace.before(cost)

    def send_together(self, operation: Operation, target: str, count: int, *, key: Key) -> list[Exchange]:
        """So many of the same request at once."""
        request = SentRequest(operation.method, self.base_url + target, self._standing(key))
        for _ in range(count):
            self.budget.take(1)
        with ThreadPoolExecutor(count) as pool:
            sent = [each for each in pool.map(self._sent, [request] * count) if each is not None]
        return [
            self._kept(operation, request, key, 1, response, in_order=False, seconds=seconds)
            for response, seconds in sent
        ]

    def _sent(self, request: SentRequest) -> tuple[Response, float] | None:
        """The response and how long it took; None if it was spoilt on the way."""
        began = self.sleeper.clock.now()
        try:
            response = self.transport.send(request)
        except NoAnswerError:
            return None
        return (response, self.sleeper.clock.now() - began) if oddity(response) is None else None

    def close(self, *, gone: bool = False) -> list[str]:
        """Deletes what was created and is still there, unless nobody answers; says what could not be deleted."""
        operation, left = self.contract.operations.get("deleteWebhook"), []
        if gone:
            left = [f"webhook {each} could not be deleted: the target no longer answers" for each in self.webhooks]
            self.webhooks.clear()
        for identifier, (request, key) in list(self.webhooks.items()):
            target = request.url.removeprefix(self.base_url)
            try:
                answer = self.send(operation, request.method, target, key=key, cleaning=True)
            except (NoAnswerError, BudgetSpentError, QuotaSpentError, UnverifiableError) as error:
                left.append(f"webhook {identifier} could not be deleted: {error}")
                continue
            gone = answer.status in self.contract.refusals["not_found"].statuses  # a target may have ended it
            if answer.response.succeeded or gone:
                self.leftovers.remove(identifier)
            else:
                left.append(f"webhook {identifier} could not be deleted: {answer.status}")
        self.webhooks.clear()
        self.transport.close()
        return left

    def created(self, identifier: str, target: str, key: Key) -> None:
        """Remembers what must be deleted at the end, with a request set aside for it."""
        if identifier not in self.webhooks:
            self.budget.set_aside += 1
        self.webhooks[identifier] = (SentRequest("DELETE", self.base_url + target), key)
        self.leftovers.add(identifier, key.variable)

    def disturbed(self) -> None:
        """The target was put into another state: what it says of the quota next can't be compared with before."""
        self._undisturbed = False

    def deleted(self, identifier: str) -> None:
        self.leftovers.remove(identifier)
        if self.webhooks.pop(identifier, None):
            self.budget.set_aside -= 1

    def _asked(
        self,
        operation: Operation | None,
        request: SentRequest,
        key: Key | None,
        cost: int,
        *,
        taken: bool,
        once: bool,
        cleaning: bool,
    ) -> Exchange:
        """The answer, after asking again while it may be somebody else's; `taken` takes a 5xx as it is."""
        charged = cost if key else 0
        spoilt: list[Spoilt] = []
        again = 0 if once else AGAIN_WHERE_IN_VAIN if self.in_vain else AGAIN
        while True:
            self.budget.take(charged, cleaning=cleaning)
            began, failure, response = self.sleeper.clock.now(), None, None
            try:
                response = self._answer(operation, request)
                wanted = response.is_json and (taken or self._refuses_for_quota(response))
                odd = None if wanted else oddity(response)
            except SilenceError:
                raise
            except NoAnswerError as error:
                odd, failure = str(error), error
            seconds = self.sleeper.clock.now() - began
            if odd is None and response is not None:
                break
            slow = seconds > SLOW_SECONDS
            if (nobody_there(odd or "") and not self.exchanges) or (slow and spoilt):
                again = 0
            if len(spoilt) >= again:
                break
            spoilt.append(Spoilt(request, odd or "", self.probe))
            self.sleeper.clock.sleep(FIRST_PAUSE_SECONDS * 2 ** (len(spoilt) - 1))
        if odd is None:
            self.spoilt += spoilt
        elif once:
            self.spoilt.append(Spoilt(request, odd, self.probe))
            self.disturbed()
            raise SpoiltError(f"the answer was spoilt on the way: {odd}")
        elif spoilt:
            self.in_vain = True
        if spoilt:
            self.disturbed()
        if failure is not None:
            raise failure
        if response is None:
            raise NoAnswerError("no answer")
        return self._kept(operation, request, key, charged, response, again=len(spoilt), seconds=seconds)

    def _refuses_for_quota(self, response: Response) -> bool:
        """Whether it says, under whatever status, what no gateway says that only fails."""
        return self.contract.refusals["rate_limit_exceeded"].code in response.text

    def _answer(self, operation: Operation | None, request: SentRequest) -> Response:
        """What comes back; an endpoint that hung is given up, and one that had answered before is given up later."""
        name = operation.id if operation else request.url
        lanes = ((request.method, name), (request.method, request.url))
        for lane in lanes:
            if lane in self.silent:
                raise UnverifiableError(f"{request.method} {self.silent[lane]} was given up after {READ_SECONDS} s")
        try:
            return self.transport.send(request)
        except SilenceError as error:
            answered = any(each.operation is operation and each.response.succeeded for each in self.exchanges)
            again = any(method == request.method and place == name for (method, _), place in self.silent.items())
            lane = lanes[1] if answered and not again else lanes[0]
            self.silent[lane] = name
            raise SilenceError(str(error), operation) from None

    def reachable(self, *, times: int) -> bool:
        """Whether anybody answers at all, asked so many times with a second between."""
        request = SentRequest("GET", self.base_url, self._standing(self.key))
        for attempt in range(times):
            if attempt:
                self.sleeper.clock.sleep(1)
            try:
                self.transport.send(request)
            except NoAnswerError:
                continue
            return True
        return False

    def _kept(
        self,
        operation: Operation | None,
        request: SentRequest,
        key: Key | None,
        charged: int,
        response: Response,
        *,
        in_order: bool = True,
        again: int = 0,
        seconds: float = 0.0,
    ) -> Exchange:
        """The exchange on record, charged with what the contract says such an answer costs."""
        if response.status in self._free_statuses():
            self.budget.give_back(charged)
            charged = 0
        elif not response.succeeded and charged > 1:
            self.budget.give_back(charged - 1)
            charged = 1
        if not self.exchanges:
            self.sleeper.agree(response.header("Date"))
        exchange = Exchange(
            len(self.exchanges) + 1, request, response, operation, key, charged, self.probe,
            self.sleeper.now(), in_order, self._undisturbed, again, max(0.0, seconds),
        )  # fmt: skip
        self._undisturbed = True
        self.exchanges.append(exchange)
        self.on_exchange(exchange)
        return exchange

    def _free_statuses(self) -> Sequence[int]:
        found = self.contract.document.get("x-quota", {}).get("free_statuses", {}).get("statuses", ())
        return tuple(found)

    def _standing(self, key: Key | None, *, small: bool = False) -> tuple[tuple[str, str], ...]:
        ours = {"Accept": "application/json", "User-Agent": AGENT}
        given = {name.lower() for name, _ in self.standing}
        standing = (*((name, each) for name, each in ours.items() if name.lower() not in given), *self.standing)
        name = self.contract.key_header.lower() if small else self.contract.key_header
        return (*standing, (name, key.text)) if key else standing

    def _pace(self, key: Key | None) -> Pace | None:
        if key is None:
            return None
        if key.text not in self.paces:
            plan = self.contract.plans.get(key.plan or "")
            self.paces[key.text] = Pace(
                clock=self.sleeper,
                sleeper=self.sleeper,
                remaining_header=self.contract.header("remaining"),
                reset_header=self.contract.header("reset"),
                per_minute=plan.per_minute if plan else None,
            )
        return self.paces[key.text]


class UnsafeError(Exception):
    """The request would do more than read, and --safe was given."""


OBSTACLES = (UnverifiableError, BudgetSpentError, QuotaSpentError, UnsafeError)  # why something can't be shown
