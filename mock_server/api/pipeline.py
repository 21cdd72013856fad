"""What happens to a request, top to bottom."""

import logging
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from mock_server.api import injection, refusals
from mock_server.api.answers import Answers, read_body
from mock_server.api.charging import REFUSALS, Charging, cost_of
from mock_server.api.handlers import Handler
from mock_server.api.injection import NOT_WAITED, Waited
from mock_server.api.keys import Keys
from mock_server.api.recorder import Recorder
from mock_server.api.routes import Route, Router
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call, Reply
from mock_server.contract.operations import Operation
from mock_server.domain.clients.journal import rest_of
from mock_server.domain.quota import UNLIMITED, Allowance, around
from mock_server.faults.active import Strike
from mock_server.faults.prefer import NONE, Preference, read
from mock_server.faults.rules import Rule
from mock_server.world import World, Worlds

NO_CALL = Call("", "")

log = logging.getLogger(__name__)


class Pipeline:
    """Answers calls to the contract's operations, with the order of checks that the contract's order.* clauses have."""

    def __init__(
        self, worlds: Worlds, handlers: Mapping[str, Handler], timer: Callable[[], float] = perf_counter
    ) -> None:
        """`timer` tells the journal how long an answer took, in real seconds."""
        self.worlds = worlds
        self.specification = worlds.foundation.specification
        self._strict = worlds.foundation.settings.strict
        self._base = worlds.clock.base
        self._timer = timer
        self._router = Router(self.specification)
        self._keys = Keys(worlds.foundation)
        self._answers = Answers(handlers, self.specification.headers)
        self._charging = Charging(worlds.foundation)
        self._recorder = Recorder(worlds, self._keys.header)
        own = any(each.credentials for each in self.specification.operations.values())
        self.usual_header = None if own else self._keys.header
        """The header, in small letters, that has the key of any request; None where operations have it elsewhere."""

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
        key = self._keys.of(operation, call) if operation and operation.credentials else headers.get(self._keys.header)
        if operation and operation.public and not self._keys.known(key):
            return self._for_guest(route, operation, call, broken)
        world: World | None = None
        allowance: Allowance | None = None
        refusal: ApiError | None = None
        preference, preferred, cost, done = NONE, False, 0, False
        early: Sequence[Strike] = ()
        try:
            if not route.methods:
                raise refusals.unknown(call, self.specification, strict=self._strict)
            world = self.worlds.of(key)
            if operation is None:
                raise refusals.wrong_method(call.method, route)
            call, problem = read_body(world, route, broken, call)
            early = injection.forestall(world, route, call) if world.faults.forestalls and not waited.rules else ()
            if early and all(fault.delays for _, fault, _ in early):
                return injection.postpone(world, early, call, broken, self.answer)
            if early:
                reply = injection.lose(world, operation, call, early)
            else:
                cost, problem = cost_of(world, operation, call, problem)
                allowance = world.quota.charge(cost)
                if not allowance.granted:
                    raise ApiError("rate_limit_exceeded", f"{cost} lookups asked, {allowance.remaining} remain")
                preference = read(headers["prefer"], operation) if "prefer" in headers else NONE
                preferred = preference is not NONE and preference.decides
                if world.faults.refuses and not preferred:
                    call = injection.refuse(world, route, call)
                reply = self._answers.made(world, operation, call, problem, preference)
                if world.faults.replaces and not preferred:
                    done = True
                    injection.replace_answer(world, route, call)
        except ApiError as error:
            refusal = error.alone()
            reply = refusals.reply(self.specification, route, call, error)
        except Exception as error:  # a bug of the mock: loud in the log, still an answer in the contract's shape
            log.exception("%s %s failed", call.method, call.target)
            refusal = ApiError("internal_error", f"{type(error).__name__}: {error}")
            reply = refusals.reply(self.specification, route, call, refusal)
        forced = preferred or (refusal is not None and refusal.injected is not None)
        settled = allowance if done else self._charging.settle(world, reply.status, allowance, cost, forced=forced)
        reply = self._charging.limited(world, reply, settled, refusal)
        reply, struck = self._spoilt(world, route, call, reply, preference)
        struck = [*(waited.rules or ()), *(rule for rule, *_ in early), *struck] if early or waited.rules else struck
        reply, injected = self._labelled(reply, call, refusal, preference, struck)
        spent = cost if done else self._charging.spent(reply.status, cost, forced=forced)
        if world and world.kept and _lost(world, allowance, reply.status):
            (reply, refusal), spent = self._unkept(world, route, call, allowance, spent), 0
        self._recorder.record(
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

    def _unkept(
        self, world: World, route: Route, call: Call, allowance: Allowance | None, spent: int
    ) -> tuple[Reply, ApiError]:
        """The refusal of a call whose promise cannot be kept, which costs nothing."""
        if allowance and allowance.granted and spent:
            allowance = world.quota.refund(spent)
        refusal = world.webhooks.records.refusal()
        reply = refusals.reply(self.specification, route, call, refusal)
        return self._charging.limited(world, reply, allowance, refusal), refusal

    def refuse(self, error: ApiError, call: Call = NO_CALL) -> Reply:
        """The reply to what is not looked at, or never became a request, in the journal of those without a key."""
        reply = self.specification.errors.reply(error)
        self._recorder.record(None, Route(), call, reply, refusal=error)
        return reply

    def key_of(self, method: str, target: str, headers: Mapping[str, str]) -> str | None:
        """The key that a request will be answered under, good or bad."""
        key = headers.get(self._keys.header)
        operation = self._router.find(method, target).operation
        if operation is None or not operation.credentials:
            return key
        return self._keys.of(operation, Call(method, target, headers=headers))

    def _for_guest(self, route: Route, operation: Operation, call: Call, broken: ApiError | None) -> Reply:
        """The reply to a request without a key where the contract asks for none: nobody's quota, nobody's faults."""
        world, preference, refusal = self.worlds.fresh(), NONE, None
        try:
            call, problem = read_body(world, route, broken, call)
            preference = read(call.headers["prefer"], operation) if "prefer" in call.headers else NONE
            reply = self._answers.made(world, operation, call, problem, preference)
        except ApiError as error:
            refusal, reply = error.alone(), refusals.reply(self.specification, route, call, error)
        reply, struck = self._spoilt(None, route, call, reply, preference)
        reply, injected = self._labelled(reply, call, refusal, preference, struck)
        self._recorder.record(None, route, call, reply, refusal=refusal, injected=injected, struck=struck)
        return reply

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
        if self._strict or not injected:
            return reply, injected
        return injection.label(reply, injected, preference), injected


def _lost(world: World, allowance: Allowance | None, status: int) -> bool:
    """Whether what a call has changed of its sandbox could not be kept.

    Most calls of an unlimited plan change nothing, and a store is to cost those hardly anything.
    """
    records = world.webhooks.records
    changes = allowance is not UNLIMITED or status >= REFUSALS or world.faults.present or records.pending
    return changes and records.keep(all_of_it=False) is not None
