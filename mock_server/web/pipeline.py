"""What happens to a request, top to bottom."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import NOTHING, Call, Reply, encode
from mock_server.contract.operations import JSON, Answer, Operation
from mock_server.domain.journal import KEPT_BODY, Entry
from mock_server.domain.quota import Allowance, wait
from mock_server.domain.randomness import stream
from mock_server.faults.prefer import NONE, Preference, parse
from mock_server.web.renderings import Renderings
from mock_server.web.routes import Route, Router, unknown, wrong_method
from mock_server.world import World, Worlds

Handler = Callable[[World, Call], Answer]
FAULT_HEADER, APPLIED_HEADER = "X-Mock-Fault", "Preference-Applied"
OUTAGE = 5  # seconds of the sandbox's clock that a 503 asks to wait

log = logging.getLogger(__name__)


class Pipeline:
    """Answers calls to the contract's operations, with CONTRACT's order of checks."""

    def __init__(self, worlds: Worlds, handlers: Mapping[str, Handler]) -> None:
        self.worlds = worlds
        self.specification = worlds.foundation.specification
        self._settings = worlds.foundation.settings
        self._handlers = handlers
        self._router = Router(self.specification)
        self._renderings = Renderings()
        self._key_header = self.specification.key_header.lower()
        self._names = self.specification.headers
        self._rate_headers = [
            (self._names[fact], fact) for fact in ("limit", "remaining", "reset") if fact in self._names
        ]

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, broken: ApiError | None = None
    ) -> Reply:
        """The reply to one request, already in the journal; `broken` is what the server found wrong with it."""
        route = self._router.find(method, target)
        world: World | None = None
        allowance: Allowance | None = None
        refusal: ApiError | None = None
        preference, cost = NONE, 0
        try:
            if not route.methods:
                raise unknown(target, self.specification)
            world = self.worlds.of(headers.get(self._key_header))
            if route.operation is None:
                raise wrong_method(method, route)
            call, problem = self._read(
                world, route, broken, Call(method, target, route.path_params, route.query, headers, body)
            )
            cost = 1 if problem else route.operation.cost(call)
            allowance = world.quota.charge(cost)
            if not allowance.granted:
                raise ApiError("rate_limit_exceeded", f"{cost} lookups asked, {allowance.remaining} remain")
            if "prefer" in headers:
                preference = _preference(headers["prefer"], route.operation)
            reply = self._forced(route.operation, preference) or self._handle(world, route.operation, call, problem)
        except ApiError as error:
            refusal = error
            reply = self._refuse(route, error)
            allowance = self._settle(world, error, allowance, cost)
        except Exception as error:  # a bug of the mock: loud in the log, still an answer in the contract's shape
            log.exception("%s %s failed", method, target)
            refusal = ApiError("internal_error", f"{type(error).__name__}: {error}")
            reply = self._refuse(route, refusal)
        reply = self._finish(world, reply, allowance, refusal, preference)
        self._record(world, route, (method, target, headers, body), reply, refusal)
        return reply

    def refuse(self, error: ApiError) -> Reply:
        """The reply to what never became a request, in the journal of those without a key."""
        reply = self.specification.errors.reply(error)
        self._record(None, Route(), ("", "", NOTHING, b""), reply, error)
        return reply

    def _read(self, world: World, route: Route, broken: ApiError | None, call: Call) -> tuple[Call, ApiError | None]:
        """The call with its body read, and what is wrong with it: that is told only after the quota has had its say."""
        if broken or route.problem or route.operation is None:
            return call, broken or route.problem
        try:
            return route.operation.read(call, world.account.plan), None
        except ApiError as problem:
            return call, problem

    def _forced(self, operation: Operation, preference: Preference) -> Reply | None:
        """What the client preferred to get, instead of what the contract would say."""
        code, example = preference.code, preference.example
        if example is not None:
            return operation.example(example, code)
        if code is None or code == operation.status:
            return None
        if code < HTTPStatus.BAD_REQUEST:
            return operation.sample(stream(self._settings.seed, operation.id, code), code)
        kind = self.specification.errors.of_status(code)
        detail = "asked for by the Prefer header"
        if kind is None:
            raise ApiError("invalid_request", detail, status=HTTPStatus(code), injected="prefer")
        raise ApiError(kind.name, detail, injected="prefer")

    def _handle(self, world: World, operation: Operation, call: Call, problem: ApiError | None) -> Reply:
        if problem:
            raise problem
        handler = self._handlers.get(operation.id)
        if handler is None:
            return operation.sample(stream(self._settings.seed, operation.id, call.target, call.body))
        answer = handler(world, call)
        headers = {self._names[fact]: value for fact, value in (answer.headers or NOTHING).items()}
        if answer.facts is None:
            return Reply(operation.status, b"", headers, answer.pause)
        content = (
            self._write(operation, answer, call)
            if answer.key is None
            else self._renderings.body((operation.id, answer.key), lambda: self._write(operation, answer, call))
        )
        return Reply(operation.status, content, {"Content-Type": JSON, **headers}, answer.pause)

    def _write(self, operation: Operation, answer: Answer, call: Call) -> bytes:
        facts = answer.facts() if answer.facts else None
        return encode(operation.write(facts, stream(self._settings.seed, operation.id, call.target, call.body)))

    def _refuse(self, route: Route, error: ApiError) -> Reply:
        """The refusal in the contract's envelope, with the constant headers that its response declares."""
        reply = self.specification.errors.reply(error)
        if error.status is HTTPStatus.METHOD_NOT_ALLOWED:
            reply = reply.with_headers({"Allow": ", ".join(route.methods)})
        if route.operation and reply.status in route.operation.statuses:
            reply = reply.with_headers(route.operation.constant_headers(reply.status))
        return reply

    def _settle(self, world: World | None, error: ApiError, allowance: Allowance | None, cost: int) -> Allowance | None:
        """What the headers of a refusal say: a 429 that was forced costs nothing and looks like a real one."""
        if world is None:
            return None
        if allowance is None:
            return world.quota.state()
        if error.code == "rate_limit_exceeded" and allowance.granted:
            world.quota.refund(cost)
            return world.quota.refusal()
        return allowance

    def _finish(
        self,
        world: World | None,
        reply: Reply,
        allowance: Allowance | None,
        refusal: ApiError | None,
        preference: Preference,
    ) -> Reply:
        """The reply with the headers that depend on the moment: limits, waits and labels."""
        headers = dict(reply.headers)
        if allowance and allowance.remaining is not None:
            for name, fact in self._rate_headers:
                headers[name] = str(getattr(allowance, fact))
            if self._settings.reset_unit == "delta" and "reset" in self._names:
                headers[self._names["reset"]] = str(allowance.retry_after)
        if refusal and world and "retry_after" in self._names:
            told = None
            if refusal.code == "rate_limit_exceeded" and allowance:
                told = allowance.retry_after
            elif refusal.code == "carrier_unavailable":
                told = wait(OUTAGE, world.clock.pace)
            if told is not None:
                headers[self._names["retry_after"]] = str(told)
                world.clock.owe(told)
        if not self._settings.strict:
            if refusal and refusal.injected:
                headers[FAULT_HEADER] = refusal.injected
            if preference is not NONE:
                headers.setdefault(FAULT_HEADER, "prefer")
                headers[APPLIED_HEADER] = preference.applied()
        return replace(reply, headers=headers, pause=reply.pause + preference.delay)

    def _record(
        self,
        world: World | None,
        route: Route,
        request: tuple[str, str, Mapping[str, str], bytes],
        reply: Reply,
        refusal: ApiError | None,
    ) -> None:
        method, target, headers, body = request
        journal, clock = (world.journal, world.clock) if world else (self.worlds.stray, self.worlds.clock)
        journal.record(
            Entry(
                id=next(self.worlds.ids),
                at=clock.now(),
                key=headers.get(self._key_header),
                operation=route.operation.id if route.operation else None,
                method=method,
                target=target,
                headers=headers,
                body=body[:KEPT_BODY],
                status=reply.status,
                reply_headers=reply.headers,
                reply_body=reply.content[:KEPT_BODY],
                reason=str(refusal) if refusal else None,
                fault=reply.headers.get(FAULT_HEADER),
                real=self.worlds.clock.base.now(),
            )
        )


def _preference(header: str, operation: Operation) -> Preference:
    """What the client prefers; ApiError `invalid_request` if this operation can not do it."""
    preference = parse(header)
    if preference.code not in (None, *operation.statuses):
        raise ApiError(
            "invalid_request",
            f"Prefer: code={preference.code} is no status of {operation.id}; "
            f"it has {', '.join(map(str, operation.statuses))}",
        )
    if preference.example is not None:
        operation.example(preference.example, preference.code)
    return preference
