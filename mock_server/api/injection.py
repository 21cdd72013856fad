"""What goes wrong on purpose with a call: instead of its effect, after it, and with its reply."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from mock_server.api.routes import Route
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call, Reply
from mock_server.contract.operations import Operation
from mock_server.domain.randomness import stream
from mock_server.faults.active import Strike
from mock_server.faults.matching import Parcel, Subject
from mock_server.faults.prefer import LABEL, NONE, Preference
from mock_server.faults.rules import Rule
from mock_server.world import FAULT_HEADER, Foundation, World

APPLIED_HEADER = "Preference-Applied"


def refuse(world: World, route: Route, call: Call) -> Call:
    """The call with the parcels that a fault rule refuses; ApiError if a rule refuses all of it."""
    subject = subject_of(world.foundation, route, call)
    refusal = world.faults.refusal(subject)
    if refusal:
        raise refusal
    refused = world.faults.refusals(subject) if subject.several else None
    return replace(call, refused=refused) if refused else call


def forestall(world: World, route: Route, call: Call) -> Sequence[Strike]:
    """The rules that strike the call before it has had its effect."""
    return world.faults.forestall(subject_of(world.foundation, route, call))


@dataclass(frozen=True, slots=True)
class Waited:
    """The fault rules that have let a call wait before it has its effect, and the number of the note that it came."""

    rules: Sequence[Rule] | None = None
    begun: int | None = None


NOT_WAITED = Waited()


@dataclass(frozen=True, slots=True)
class Postponed:
    """A reply that is still to come: the call has its effect when it has waited, if its client is still there."""

    pause: float
    again: Callable[[], Reply]

    async def __call__(self) -> Reply:
        await asyncio.sleep(self.pause)
        return self.again()


def postpone(
    world: World, early: Sequence[Strike], call: Call, broken: ApiError | None, answer: Callable[..., Reply]
) -> Reply:
    """The reply that comes when the call has waited; it is then answered as it came."""
    pause = sum(world.faults.spoilt(Reply(HTTPStatus.OK), fault, chance).pause for _, fault, chance in early)
    asked = (call.method, call.target, call.headers, call.body)
    number = world.note("begun", (*asked, broken.told if broken else None), len(call.body))
    again = partial(answer, *asked, broken, waited=Waited([rule for rule, *_ in early], number))
    return Reply(HTTPStatus.OK, later=Postponed(pause, again))


def lose(world: World, operation: Operation, call: Call, early: Sequence[Strike]) -> Reply:
    """What goes wrong instead of the call: a reply made up, spoilt, and nothing done."""
    reply = operation.sample(stream(world.seed, operation.id, call.target, call.body))
    for _, fault, chance in early:
        reply = world.faults.spoilt(reply, fault, chance)
    return reply


def replace_answer(world: World, route: Route, call: Call) -> None:
    """ApiError if a fault rule has another answer to a call that has had its effect."""
    refusal = world.faults.replacement(subject_of(world.foundation, route, call))
    if refusal:
        raise refusal


def prefer(world: World, operation: Operation, preference: Preference) -> Reply | None:
    """What the client prefers to get; None for the ordinary answer, ApiError where that is one."""
    if not preference.decides:
        return None
    chance = stream(world.seed, operation.id, preference.code)
    reply = preference.reply(operation, world.foundation.specification.errors, chance)
    return reply and reply.with_headers(operation.constant_headers(reply.status))


def names(call: Call, refusal: ApiError | None, preference: Preference, struck: Sequence[Rule]) -> tuple[str, ...]:
    """Of everything that had a hand in the reply and would not have in the real API."""
    given = [refusal.injected if refusal else None]
    given += [refused.injected for refused in call.refused.values()]
    given += [LABEL if preference is not NONE else None]
    given += [rule.id for rule in struck]
    return tuple(dict.fromkeys(name for name in given if name))


def label(reply: Reply, injected: Sequence[str], preference: Preference) -> Reply:
    """The reply saying what was injected."""
    labels = {FAULT_HEADER: ", ".join(injected)}
    return reply.with_headers(labels if preference is NONE else {**labels, APPLIED_HEADER: preference.applied()})


def subject_of(foundation: Foundation, route: Route, call: Call) -> Subject:
    """The call's operation, method and headers, and the parcels that it names in its path, body or batch."""
    operation = route.operation
    if operation is None:
        return Subject(None, call.method, call.headers, tuple)
    find = partial(_parcels, foundation, operation, call)
    return Subject(operation.id, call.method, call.headers, find, several=operation.items(call) is not None)


def _parcels(foundation: Foundation, operation: Operation, call: Call) -> Sequence[Parcel]:
    number = call.path_params.get("trackingNumber")
    if number is not None:
        return (foundation.parcel(number, call.query.get("carrier")),)
    items = operation.items(call)
    found = []
    for item in [call.value] if items is None else items:
        number = item.get("tracking_number") if isinstance(item, Mapping) else None
        if isinstance(number, str):
            found.append(foundation.parcel(number, item.get("carrier")))
    return found
