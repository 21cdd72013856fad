"""What happens to a request, top to bottom."""

import logging
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from email.utils import formatdate
from http import HTTPStatus
from time import perf_counter

from mock_server.api import injection, refusals
from mock_server.api.handlers import Handler
from mock_server.api.injection import NOT_WAITED, Waited
from mock_server.api.routes import Route, Router
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import NOTHING, Call, Reply, encode
from mock_server.contract.operations import Answer, Operation
from mock_server.domain.clients import REQUESTS
from mock_server.domain.clients.journal import KEPT_BODY, Entry, Rest, Struck, rest_of
from mock_server.domain.clients.shown import EntryView
from mock_server.domain.quota import Allowance, around, wait
from mock_server.domain.randomness import stream
from mock_server.domain.recent import Recent
from mock_server.faults.active import Strike
from mock_server.faults.prefer import NONE, Preference, read
from mock_server.faults.rules import Rule
from mock_server.world import World, Worlds, keeping

RENDERED = 4096  # bodies that are not written again; about 8 MB of tracking answers
NO_CALL = Call("", "")
REFUSALS = int(HTTPStatus.BAD_REQUEST)  # the statuses from which on an answer is one
OUTAGE = 5  # seconds of the sandbox's clock that a 503 asks to wait

log = logging.getLogger(__name__)
requests_log = logging.getLogger(REQUESTS)


class Pipeline:
    """Answers calls to the contract's operations, with the order of checks that the contract's order.* clauses have."""

    def __init__(
        self, worlds: Worlds, handlers: Mapping[str, Handler], timer: Callable[[], float] = perf_counter
    ) -> None:
        """`timer` tells the journal how long an answer took, in real seconds."""
        self.worlds = worlds
        self.specification = worlds.foundation.specification
        self._settings = worlds.foundation.settings
        self._view = EntryView(worlds.foundation.specification) if self._settings.log_requests else None
        self._base = worlds.clock.base
        self._handlers = handlers
        self._timer = timer
        self._router = Router(self.specification)
        self._renderings: Recent[tuple[object, ...], bytes] = Recent(RENDERED)
        self._key_header = self.specification.key_header.lower()
        self._usual = not any(each.credentials for each in self.specification.operations.values())
        self._names = self.specification.headers
        self._free = frozenset(self.specification.extension("x-quota")["free_statuses"]["statuses"])
        self._rate_headers = [
            (self._names[fact], fact) for fact in ("limit", "remaining", "reset") if fact in self._names
        ]

    def answer(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        broken: ApiError | None = None,
        *,
        waited: Waited = NOT_WAITED,
    ) -> Reply:
        """The reply to one request, already in the journal; `broken` is what the server found wrong with it.

        `waited` is what has let it wait before it has its effect.
        """
        mine = self._base.hold()  # one request, one instant: asked once more at that instant, it is answered alike
        try:
            route = self._router.find(method, target)
            call = Call(method, target, route.path_params, route.query, headers, body)
            return self._answer(route, call, broken, waited)
        finally:
            if mine:
                self._base.release()

    def _answer(self, route: Route, call: Call, broken: ApiError | None, waited: Waited) -> Reply:
        begun, operation, headers = self._timer(), route.operation, call.headers
        key = self._key(operation, call) if operation and operation.credentials else headers.get(self._key_header)
        if operation and operation.public and not self._known(key):
            return self._for_guest(route, operation, call, broken)
        world: World | None = None
        allowance: Allowance | None = None
        refusal: ApiError | None = None
        preference, preferred, cost, done = NONE, False, 0, False
        early: Sequence[Strike] = ()
        try:
            if not route.methods:
                raise refusals.unknown(call.method, call.target, self.specification)
            world = self.worlds.of(key)
            if operation is None:
                raise refusals.wrong_method(call.method, route)
            call, problem = self._read(world, route, broken, call)
            early = injection.forestall(world, route, call) if world.faults.forestalls and not waited.rules else ()
            if early and all(fault.delays for _, fault, _ in early):
                return injection.postpone(world, early, call, broken, self.answer)
            if early:
                reply = injection.lose(world, operation, call, early)
            else:
                cost, problem = _cost(world, operation, call, problem)
                allowance = world.quota.charge(cost)
                if not allowance.granted:
                    raise ApiError("rate_limit_exceeded", f"{cost} lookups asked, {allowance.remaining} remain")
                if "prefer" in headers:
                    preferred = (preference := read(headers["prefer"], operation)).decides
                if world.faults.refuses and not preferred:
                    call = injection.refuse(world, route, call)
                reply = self._made(world, operation, call, problem, preference)
                if world.faults.replaces and not preferred:
                    done = True
                    injection.replace_answer(world, route, call)
        except ApiError as error:
            refusal = error
            reply = refusals.reply(self.specification, route, call, error)
        except Exception as error:  # a bug of the mock: loud in the log, still an answer in the contract's shape
            log.exception("%s %s failed", call.method, call.target)
            refusal = ApiError("internal_error", f"{type(error).__name__}: {error}")
            reply = refusals.reply(self.specification, route, call, refusal)
        forced = preferred or (refusal is not None and refusal.injected is not None)
        settled = allowance if done else self._settle(world, reply.status, allowance, cost, forced=forced)
        reply = self._limited(world, reply, settled, refusal)
        reply, struck = self._spoilt(world, route, call, reply, preference)
        struck = [*(waited.rules or ()), *(rule for rule, *_ in early), *struck] if early or waited.rules else struck
        reply, injected = self._labelled(reply, call, refusal, preference, struck)
        spent = cost if done else self._spent(reply.status, cost, forced=forced)
        reply, refusal, spent = self._kept(world, route, call, reply, refusal=refusal, allowance=allowance, spent=spent)
        self._record(
            world,
            route,
            call,
            reply,
            refusal=refusal,
            injected=injected,
            struck=struck,
            quota=around(allowance, cost, spent),
            seconds=self._timer() - begun + reply.pause,
            rest=rest_of(
                call.body,
                reply.content,
                pause=reply.pause,
                wire=reply.wire,
                broken=broken.told if broken else None,
                begun=waited.begun,
            ),
        )
        return reply

    def _kept(
        self,
        world: World | None,
        route: Route,
        call: Call,
        reply: Reply,
        *,
        refusal: ApiError | None,
        allowance: Allowance | None,
        spent: int,
    ) -> tuple[Reply, ApiError | None, int]:
        """The answer once what it promises is kept, or a refusal that costs nothing."""
        if world is None or not world.kept or keeping.keep(self.worlds, world.account.key) is None:
            return reply, refusal, spent
        if allowance and allowance.granted and spent:
            allowance = world.quota.refund(spent)
        refusal = world.webhooks.records.refusal()
        reply = refusals.reply(self.specification, route, call, refusal)
        return self._limited(world, reply, allowance, refusal), refusal, 0

    def refuse(self, error: ApiError, call: Call = NO_CALL) -> Reply:
        """The reply to what is not looked at, or never became a request, in the journal of those without a key."""
        reply = self.specification.errors.reply(error)
        self._record(None, Route(), call, reply, refusal=error)
        return reply

    def key_of(self, method: str, target: str, headers: Mapping[str, str]) -> str | None:
        """The key that a request will be answered under, good or bad."""
        key = headers.get(self._key_header)
        if self._usual:
            return key
        operation = self._router.find(method, target).operation
        if operation is None or not operation.credentials:
            return key
        return self._key(operation, Call(method, target, headers=headers))

    def _key(self, operation: Operation, call: Call) -> str | None:
        """The key where the operation has it; one that asks for none may be given it in the usual place."""
        found = operation.credentials.key(call, self._known) if operation.credentials else None
        return found or (call.headers.get(self._key_header) if operation.public else None)

    def _known(self, key: str | None) -> bool:
        try:
            self.worlds.foundation.accounts.authenticate(key)
        except ApiError:
            return False
        return True

    def _for_guest(self, route: Route, operation: Operation, call: Call, broken: ApiError | None) -> Reply:
        """The reply to a request without a key where the contract asks for none: nobody's quota, nobody's faults."""
        world, preference, refusal = self.worlds.fresh(), NONE, None
        try:
            call, problem = self._read(world, route, broken, call)
            preference = read(call.headers["prefer"], operation) if "prefer" in call.headers else NONE
            reply = self._made(world, operation, call, problem, preference)
        except ApiError as error:
            refusal, reply = error, refusals.reply(self.specification, route, call, error)
        reply, struck = self._spoilt(None, route, call, reply, preference)
        reply, injected = self._labelled(reply, call, refusal, preference, struck)
        self._record(None, route, call, reply, refusal=refusal, injected=injected, struck=struck)
        return reply

    def _read(self, world: World, route: Route, broken: ApiError | None, call: Call) -> tuple[Call, ApiError | None]:
        """The call with its body read, and what is wrong with it: that is told only after the quota has had its say."""
        if broken or route.problem or route.operation is None:
            return call, broken or route.problem
        if "content-encoding" in call.headers and (problem := refusals.coded(call)):
            return call, problem
        if not route.operation.reads:
            return call, None
        try:
            return route.operation.read(call, world.account.plan), None
        except ApiError as problem:
            return call, problem

    def _made(
        self, world: World, operation: Operation, call: Call, problem: ApiError | None, preference: Preference
    ) -> Reply:
        """What the client prefers to get, or else what the handler answers."""
        preferred = None if preference is NONE else injection.prefer(world, operation, preference)
        return preferred or self._handle(world, operation, call, problem)

    def _handle(self, world: World, operation: Operation, call: Call, problem: ApiError | None) -> Reply:
        if problem:
            raise copy(problem)  # routes are remembered, and an exception keeps every frame that it is raised through
        handler = self._handlers.get(operation.id)
        if handler is None:
            chance = stream(world.seed, operation.id, call.target, call.body)
            return operation.sample(chance, accept=call.headers.get("accept", ""))
        answer = handler(world, call)
        headers = {self._names[fact]: value for fact, value in (answer.headers or NOTHING).items()}
        if answer.facts is None:
            return Reply(operation.status, b"", headers, answer.pause)
        place = answer.key and (operation.id, answer.key)
        content = self._renderings.get(place) if place else None
        if content is None:
            content = self._write(world, operation, answer, call)
            if place:
                self._renderings.put(place, content)
        return Reply(operation.status, content, {"Content-Type": operation.media_type, **headers}, answer.pause)

    def _write(self, world: World, operation: Operation, answer: Answer, call: Call) -> bytes:
        facts = answer.facts() if answer.facts else None
        # What is remembered under a key must not depend on who asked first.
        chance = stream(world.seed, operation.id, *(answer.key or (call.target, call.body)))
        return encode(operation.write(facts, chance))

    def _settle(
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
        owed = self._spent(status, cost, forced=forced)
        if cost > owed:
            allowance = world.quota.refund(cost - owed)
        if not free:
            return allowance
        if status == HTTPStatus.UNAUTHORIZED:  # whose quota it is, nobody could say
            return None
        return world.quota.refusal() if status == HTTPStatus.TOO_MANY_REQUESTS else allowance

    def _spent(self, status: int, cost: int, *, forced: bool) -> int:
        """What of a granted cost an answer of that status keeps."""
        if status < REFUSALS:
            return cost
        return 0 if forced and status in self._free else min(cost, 1)

    def _limited(
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
            if self._settings.reset_unit == "delta" and "reset" in self._names:
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

    def _spoilt(
        self, world: World | None, route: Route, call: Call, reply: Reply, preference: Preference
    ) -> tuple[Reply, Sequence[Rule]]:
        """The reply as it was preferred and as fault rules leave it, whatever it was, and the rules that struck it."""
        if preference is not NONE:
            reply = preference.after(reply)
        faults = world.faults if world else self.worlds.stray_faults
        if not faults.spoils:
            return reply, ()
        return faults.spoil(injection.subject_of(self.worlds.foundation, route, call), reply)

    def _labelled(
        self,
        reply: Reply,
        call: Call,
        refusal: ApiError | None,
        preference: Preference,
        struck: Sequence[Rule],
    ) -> tuple[Reply, tuple[str, ...]]:
        """The reply saying what was injected, unless nothing outside the contract may be sent; and what was."""
        if not (call.refused or refusal or struck or preference is not NONE):
            return reply, ()
        injected = injection.names(call, refusal, preference, struck)
        if self._settings.strict or not injected:
            return reply, injected
        return injection.label(reply, injected, preference), injected

    def _record(
        self,
        world: World | None,
        route: Route,
        call: Call,
        reply: Reply,
        *,
        refusal: ApiError | None,
        injected: tuple[str, ...] = (),
        struck: Sequence[Rule] = (),
        quota: tuple[int, int] | None = None,
        seconds: float = 0.0,
        rest: Rest | None = None,
    ) -> None:
        """Enter the call in the journal."""
        journal, clock = (world.journal, world.clock) if world else (self.worlds.stray, self.worlds.clock)
        entry = Entry(
            id=next(self.worlds.ids),
            at=clock.now(),
            key=world.account.key if world else call.headers.get(self._key_header),
            operation=route.operation.id if route.operation else None,
            method=call.method,
            target=call.target,
            headers=call.headers,
            body=call.body[:KEPT_BODY],
            status=reply.status,
            reply_headers=reply.headers,
            reply_body=reply.content[:KEPT_BODY],
            refusal=refusal.code if refusal else None,
            detail=refusal.detail if refusal else None,
            injected=injected,
            struck=tuple(Struck(rule.id, rule.fault.type, rule.fault.loses) for rule in struck) if struck else (),
            real=self.worlds.clock.base.now(),
            quota=quota,
            seconds=seconds,
            rest=rest,
        )
        journal.record(entry)
        if self._view:
            requests_log.info("%s", self._view.line(entry))


def _cost(world: World, operation: Operation, call: Call, problem: ApiError | None) -> tuple[int, ApiError | None]:
    """What the call costs, and what is wrong with it; also that it costs more than its plan will ever have."""
    cost = 1 if problem or call.value is None else operation.cost(call)
    window = world.quota.too_small(cost) if cost > 1 else None
    if window is None:
        return cost, problem
    return 1, refusals.too_costly(cost, world.account.plan.name, window.limit, window.seconds)
