"""`/states`: provider states, Pact's convention for what a test needs the other side to be like."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError
from mock_server.domain.clock import Course
from mock_server.domain.steps import Steps
from mock_server.faults.rules import Rule, check_name
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import ordered
from mock_server.web.problems import Problem
from mock_server.world import World, Worlds, steering

FORM = "control.schema.json#/$defs/state"
Params = Mapping[str, Any]
Pending = Steps[int]
"""What is done step by step, a sandbox in each, and the deliveries that are pending then."""


def set_state(call: ControlCall) -> Steps[Reply]:
    order = call.read(FORM)
    name, params = order["state"], order.get("params", {})
    if name not in STATES:
        raise Problem(HTTPStatus.NOT_FOUND, f"{name!r} is no state; there are {', '.join(STATES)}")
    world = call.world_of(params["key"]) if "key" in params else call.world()
    try:
        with refused(ValueError, HTTPStatus.CONFLICT), refused(ApiError):
            pending = yield from STATES[name](call.worlds, world, params)
    except FormError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw.below("/params")]) from None
    return call.when_settled([world] if world else call.worlds.all(), pending, lambda: {"state": name})


def carrier_unavailable(worlds: Worlds, world: World | None, params: Params) -> Pending:
    """A carrier is down, by a fault rule that the list of rules shows."""
    vocabulary = worlds.foundation.vocabulary
    check_name("/carrier", params["carrier"], vocabulary.carriers, "carrier code")
    outage = {
        "fault": {"type": "error", "code": "carrier_unavailable"},
        "match": {"carrier": params["carrier"]},
    }
    book = world.faults.own if world else worlds.rules
    rule = Rule.from_document(outage, _outage(params["carrier"]), vocabulary)
    if all(each.id != rule.id for each in book.in_force.rules):
        book.add(rule)
    yield
    return 0


def carrier_available(worlds: Worlds, world: World | None, params: Params) -> Pending:
    """A carrier is back, if that state had taken it down."""
    if world is None:
        worlds.rules.remove(_outage(params["carrier"]))
    for each in worlds.each(world):
        each.faults.own.remove(_outage(params["carrier"]))
        yield
    return 0


def event_occurs(worlds: Worlds, world: World | None, params: Params) -> Pending:
    """A shipment is scanned, and its subscribers are told; if the same has just happened, a second later.

    Nothing follows a shipment's end, so the number begins another life then.
    """
    number = worlds.foundation.recognise(params["tracking_number"], params.get("carrier"))
    scan = {"type": params["type"]}
    try:
        return (yield from steering.happening(worlds, number, scan, world, anew=True))
    except ValueError:
        yield from steering.moving_clock(worlds, lambda course, base: course.advance(base, 1.0), world)
        return (yield from steering.happening(worlds, number, scan, world, anew=True))


def time_passes(worlds: Worlds, world: World | None, params: Params) -> Pending:
    return (yield from steering.moving_clock(worlds, partial(_later, params["seconds"]), world))


def _later(seconds: float, course: Course, base: float) -> Course:
    return course.advance(base, seconds)


def quota_used(worlds: Worlds, world: World | None, params: Params) -> Pending:
    """So many lookups remain in each window of the key, or of every key in use."""
    if world and not world.account.plan.limits:
        raise ValueError(f"the {world.account.plan.name} plan is unlimited, so its quota cannot be used up")
    for each in worlds.each(world):
        each.leave(params["remaining"])
        yield
    return 0


STATES: Mapping[str, Callable[[Worlds, World | None, Params], Pending]] = MappingProxyType(
    {
        "carrier unavailable": carrier_unavailable,
        "carrier available": carrier_available,
        "event occurs": event_occurs,
        "time passes": time_passes,
        "quota used": quota_used,
    }
)


def _outage(carrier: str) -> str:
    return f"outage-{carrier}"


ROUTES = (ControlRoute("POST", "/states", set_state, FORM, of_all=True, spread=ordered("pending_deliveries")),)
