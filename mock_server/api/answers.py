"""What handlers answer, from the body that is read to the body that is written."""

from collections.abc import Mapping
from copy import copy

from mock_server.api import injection, refusals
from mock_server.api.handlers import Handler
from mock_server.api.routes import Route
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import NOTHING, Call, Reply, encode
from mock_server.contract.operations import Answer, Operation
from mock_server.domain.randomness import stream
from mock_server.domain.recent import Recent
from mock_server.faults.prefer import NONE, Preference
from mock_server.world import World

RENDERED = 4096  # bodies that are not written again; about 8 MB of tracking answers


class Answers:
    """What the handlers answer, or the client prefers to get; `names` are the contract's headers by their facts."""

    def __init__(self, handlers: Mapping[str, Handler], names: Mapping[str, str]) -> None:
        self._handlers, self._names = handlers, names
        self._renderings: Recent[tuple[object, ...], bytes] = Recent(RENDERED)

    def made(
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
            content = _write(world, operation, answer, call)
            if place:
                self._renderings.put(place, content)
        return Reply(operation.status, content, {"Content-Type": operation.media_type, **headers}, answer.pause)


def read_body(world: World, route: Route, broken: ApiError | None, call: Call) -> tuple[Call, ApiError | None]:
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
        return call, problem.alone()


def _write(world: World, operation: Operation, answer: Answer, call: Call) -> bytes:
    facts = answer.facts() if answer.facts else None
    # What is remembered under a key must not depend on who asked first.
    chance = stream(world.seed, operation.id, *(answer.key or (call.target, call.body)))
    return encode(operation.write(facts, chance))
