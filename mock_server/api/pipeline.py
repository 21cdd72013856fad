"""What happens to a request, top to bottom."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from time import perf_counter

from mock_server.api.routes import IDENTITY, Route, Router, coded, unknown, wrong_method
from mock_server.api.subjects import subject_of
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import NOTHING, Call, Reply, encode
from mock_server.contract.operations import Answer, Operation
from mock_server.domain.clients.journal import KEPT_BODY, Entry, Struck
from mock_server.domain.quota import Allowance, wait
from mock_server.domain.randomness import stream
from mock_server.domain.recent import Recent
from mock_server.faults.active import Strike
from mock_server.faults.prefer import LABEL, NONE, Preference, read
from mock_server.faults.rules import Rule
from mock_server.world import FAULT_HEADER, World, Worlds

Handler = Callable[[World, Call], Answer]
APPLIED_HEADER = "Preference-Applied"
RENDERED = 4096  # bodies that are not written again; about 8 MB of tracking answers
NO_CALL = Call("", "")
OUTAGE = 5  # seconds of the sandbox's clock that a 503 asks to wait

log = logging.getLogger(__name__)


class Pipeline:
    """Answers calls to the contract's operations, with the order of checks that the contract's order.* clauses have."""

    def __init__(
        self, worlds: Worlds, handlers: Mapping[str, Handler], timer: Callable[[], float] = perf_counter
    ) -> None:
        """`timer` tells the journal how long an answer took, in real seconds."""
        self.worlds = worlds
        self.specification = worlds.foundation.specification
        self._settings = worlds.foundation.settings
        self._handlers = handlers
        self._timer = timer
        self._router = Router(self.specification)
        self._renderings: Recent[tuple[object, ...], bytes] = Recent(RENDERED)
        self._key_header = self.specification.key_header.lower()
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
        delayed: Sequence[Rule] | None = None,
    ) -> Reply:
        """The reply to one request, already in the journal; `broken` is what the server found wrong with it.

        `delayed` are the fault rules that have let it wait before it has its effect; None if it has not waited yet.
        """
        begun, route = self._timer(), self._router.find(method, target)
        call = Call(method, target, route.path_params, route.query, headers, body)
        if route.operation and route.operation.public and not self._known(headers.get(self._key_header)):
            return self._for_guest(route, route.operation, call, broken)
        world: World | None = None
        allowance: Allowance | None = None
        refusal: ApiError | None = None
        preference, cost, done = NONE, 0, False
        early: Sequence[Strike] = ()
        try:
            if not route.methods:
                raise unknown(target, self.specification)
            world = self.worlds.of(headers.get(self._key_header))
            if route.operation is None:
                raise wrong_method(method, route)
            call, problem = self._read(world, route, broken, call)
            early = self._forestall(world, route, call) if world.faults.forestalls and delayed is None else ()
            if early and all(fault.delays for _, fault, _ in early):
                again = partial(
                    self.answer, method, target, headers, body, broken, delayed=[rule for rule, *_ in early]
                )
                return self._postponed(world, early, again)
            if early:
                reply = self._lost(world, route.operation, call, early)
            else:
                cost = 1 if problem else route.operation.cost(call)
                allowance = world.quota.charge(cost)
                if not allowance.granted:
                    raise ApiError("rate_limit_exceeded", f"{cost} lookups asked, {allowance.remaining} remain")
                if "prefer" in headers:
                    preference = read(headers["prefer"], route.operation)
                if world.faults.refuses and not preference.decides:
                    call = self._strike(world, route, call)
                reply = self._preferred(world, route.operation, preference) or self._handle(
                    world, route.operation, call, problem
                )
                if world.faults.replaces and not preference.decides:
                    done = True
                    self._replace(world, route, call)
        except ApiError as error:
            refusal = error
            reply = self._refuse(route, call, error)
        except Exception as error:  # a bug of the mock: loud in the log, still an answer in the contract's shape
            log.exception("%s %s failed", method, target)
            refusal = ApiError("internal_error", f"{type(error).__name__}: {error}")
            reply = self._refuse(route, call, refusal)
        forced = preference.decides or (refusal is not None and refusal.injected is not None)
        settled = allowance if done else self._settle(world, reply.status, allowance, cost, forced=forced)
        reply = self._limited(world, reply, settled, refusal)
        reply, struck = self._spoilt(world, route, call, preference.after(reply))
        struck = [*(delayed or ()), *(rule for rule, *_ in early), *struck]
        injected = _injected(call, refusal, preference, struck)
        reply = self._labelled(reply, injected, preference)
        self._record(
            world,
            route,
            call,
            reply,
            refusal=refusal,
            injected=injected,
            struck=struck,
            quota=_quota(allowance, cost, cost if done else self._spent(reply.status, cost, forced=forced)),
            seconds=self._timer() - begun + reply.pause,
        )
        return reply

    def refuse(self, error: ApiError, call: Call = NO_CALL) -> Reply:
        """The reply to what is not looked at, or never became a request, in the journal of those without a key."""
        reply = self.specification.errors.reply(error)
        self._record(None, Route(), call, reply, refusal=error)
        return reply

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
            reply = self._preferred(world, operation, preference) or self._handle(world, operation, call, problem)
        except ApiError as error:
            refusal, reply = error, self._refuse(route, call, error)
        reply, struck = self._spoilt(None, route, call, preference.after(reply))
        injected = _injected(call, refusal, preference, struck)
        reply = self._labelled(reply, injected, preference)
        self._record(None, route, call, reply, refusal=refusal, injected=injected, struck=struck)
        return reply

    def _read(self, world: World, route: Route, broken: ApiError | None, call: Call) -> tuple[Call, ApiError | None]:
        """The call with its body read, and what is wrong with it: that is told only after the quota has had its say."""
        if broken or route.problem or route.operation is None:
            return call, broken or route.problem
        if problem := coded(call):
            return call, problem
        try:
            return route.operation.read(call, world.account.plan), None
        except ApiError as problem:
            return call, problem

    def _strike(self, world: World, route: Route, call: Call) -> Call:
        """The call with the parcels that a fault rule refuses; ApiError if a rule refuses all of it."""
        subject = subject_of(world.foundation, route, call)
        refusal = world.faults.refusal(subject)
        if refusal:
            raise refusal
        refused = world.faults.refusals(subject) if subject.several else None
        return replace(call, refused=refused) if refused else call

    def _forestall(self, world: World, route: Route, call: Call) -> Sequence[Strike]:
        return world.faults.forestall(subject_of(world.foundation, route, call))

    def _postponed(self, world: World, early: Sequence[Strike], again: Callable[[], Reply]) -> Reply:
        """The reply that is still to come: the call has its effect when it has waited, if its client is still there."""
        pause = sum(world.faults.spoilt(Reply(HTTPStatus.OK), fault, chance).pause for _, fault, chance in early)

        async def later() -> Reply:
            await asyncio.sleep(pause)
            return again()

        return Reply(HTTPStatus.OK, later=later)

    def _lost(self, world: World, operation: Operation, call: Call, early: Sequence[Strike]) -> Reply:
        """What goes wrong instead of the call: a reply made up, spoilt, and nothing done."""
        reply = operation.sample(stream(world.seed, operation.id, call.target, call.body))
        for _, fault, chance in early:
            reply = world.faults.spoilt(reply, fault, chance)
        return reply

    def _replace(self, world: World, route: Route, call: Call) -> None:
        """ApiError if a fault rule has another answer to a call that has had its effect."""
        refusal = world.faults.replacement(subject_of(world.foundation, route, call))
        if refusal:
            raise refusal

    def _preferred(self, world: World, operation: Operation, preference: Preference) -> Reply | None:
        """What the client preferred to get, if it did; ApiError where that is one."""
        if not preference.decides:
            return None
        chance = stream(world.seed, operation.id, preference.code)
        reply = preference.reply(operation, self.specification.errors, chance)
        return reply and reply.with_headers(operation.constant_headers(reply.status))

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
        return encode(operation.write(facts, stream(world.seed, operation.id, call.target, call.body)))

    def _refuse(self, route: Route, call: Call, error: ApiError) -> Reply:
        """The refusal in the contract's envelope, with the constant headers that its response declares."""
        reply = self.specification.errors.reply(error)
        if error.status is HTTPStatus.METHOD_NOT_ALLOWED:
            reply = reply.with_headers({"Allow": ", ".join(route.allowed)})
        if error.status is HTTPStatus.UNSUPPORTED_MEDIA_TYPE and coded(call):
            reply = reply.with_headers({"Accept-Encoding": IDENTITY})
        return reply.with_headers(route.constant_headers(reply.status))

    def _settle(
        self, world: World | None, status: int, allowance: Allowance | None, cost: int, *, forced: bool
    ) -> Allowance | None:
        """What the headers say of the quota: a refusal costs one, or nothing if it is forced and its status is free."""
        if world is None:
            return None
        if allowance is None:
            return world.quota.state()
        if status < HTTPStatus.BAD_REQUEST or not allowance.granted:
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
        if status < HTTPStatus.BAD_REQUEST:
            return cost
        return 0 if forced and status in self._free else min(cost, 1)

    def _limited(
        self, world: World | None, reply: Reply, allowance: Allowance | None, refusal: ApiError | None
    ) -> Reply:
        """The reply with the headers that depend on the moment: limits, waits, and the date where time was moved."""
        headers = dict(reply.headers)
        if world and not world.clock.course.follows:  # a client may count from Date to Reset (RFC 9110 section 6.6.1)
            headers["Date"] = formatdate(world.clock.now(), usegmt=True)
        if allowance and allowance.remaining is not None:
            for name, fact in self._rate_headers:
                headers[name] = str(getattr(allowance, fact))
            if self._settings.reset_unit == "delta" and "reset" in self._names:
                headers[self._names["reset"]] = str(allowance.retry_after)
        if world and "retry_after" in self._names:
            told = None
            if reply.status == HTTPStatus.TOO_MANY_REQUESTS and allowance:
                told = allowance.retry_after
            elif reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
                told = wait((refusal and refusal.retry_after) or OUTAGE, world.clock.rate)
            if told is not None:
                headers[self._names["retry_after"]] = str(told)
                world.clock.owe(told)
        return Reply(reply.status, reply.content, headers, reply.pause, reply.wire)

    def _spoilt(self, world: World | None, route: Route, call: Call, reply: Reply) -> tuple[Reply, Sequence[Rule]]:
        """The reply as fault rules leave it, whatever it was, and the rules that struck it."""
        faults = world.faults if world else self.worlds.stray_faults
        return faults.spoil(subject_of(self.worlds.foundation, route, call), reply) if faults.spoils else (reply, ())

    def _labelled(self, reply: Reply, injected: Sequence[str], preference: Preference) -> Reply:
        """The reply saying what was injected, unless nothing outside the contract may be sent."""
        if self._settings.strict or not injected:
            return reply
        labels = {FAULT_HEADER: ", ".join(injected)}
        return reply.with_headers(labels if preference is NONE else {**labels, APPLIED_HEADER: preference.applied()})

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
    ) -> None:
        journal, clock = (world.journal, world.clock) if world else (self.worlds.stray, self.worlds.clock)
        journal.record(
            Entry(
                id=next(self.worlds.ids),
                at=clock.now(),
                key=call.headers.get(self._key_header),
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
            )
        )


def _quota(allowance: Allowance | None, cost: int, spent: int) -> tuple[int, int] | None:
    """The lookups that remained before a call and after it; None where nothing was asked of a quota."""
    if allowance is None or allowance.remaining is None:
        return None
    if not allowance.granted:
        return allowance.remaining, allowance.remaining
    before = allowance.remaining + cost
    return before, before - spent


def _injected(call: Call, refusal: ApiError | None, preference: Preference, struck: Sequence[Rule]) -> tuple[str, ...]:
    """Names of everything that had a hand in the reply and would not have in the real API."""
    if not (call.refused or refusal or struck or preference is not NONE):
        return ()
    names = [refusal.injected if refusal else None]
    names += [refused.injected for refused in call.refused.values()]
    names += [LABEL if preference is not NONE else None]
    names += [rule.id for rule in struck]
    return tuple(dict.fromkeys(name for name in names if name))
