"""`/states`: provider states, Pact's convention for what a test needs the other side to be like."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError
from mock_server.faults.rules import Rule, check_name
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, ControlRoute, refused
from mock_server.web.control.spread import ordered
from mock_server.web.problems import Problem
from mock_server.world import World, Worlds, steering

FORM = "control.schema.json#/$defs/state"
Params = Mapping[str, Any]


def set_state(call: ControlCall) -> Reply:
    order = call.read(FORM)
    name, params = order["state"], order.get("params", {})
    if name not in STATES:
        raise Problem(HTTPStatus.NOT_FOUND, f"{name!r} is no state; there are {', '.join(STATES)}")
    world = call.world_of(params["key"]) if "key" in params else call.world()
    try:
        with refused(ValueError, HTTPStatus.CONFLICT), refused(ApiError):
            pending = STATES[name](call.worlds, world, params)
    except FormError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw.below("/params")]) from None
    return call.when_settled([world] if world else call.worlds.all(), pending, lambda: {"state": name})


def carrier_unavailable(worlds: Worlds, world: World | None, params: Params) -> int:
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
    return 0


def carrier_available(worlds: Worlds, world: World | None, params: Params) -> int:
    """A carrier is back, if that state had taken it down."""
    books = [world.faults.own] if world else [worlds.rules, *(each.faults.own for each in worlds.all())]
    for book in books:
        book.remove(_outage(params["carrier"]))
    return 0


def event_occurs(worlds: Worlds, world: World | None, params: Params) -> int:
    """A shipment is scanned, and its subscribers are told; if the same has just happened, a second later.

    Nothing follows a shipment's end, so the number begins another life then.
    """
    number = worlds.foundation.recognise(params["tracking_number"], params.get("carrier"))
    scan = {"type": params["type"]}
    try:
        return steering.happen(worlds, number, scan, world, anew=True)
    except ValueError:
        steering.move_clock(worlds, lambda course, base: course.advance(base, 1.0), world)
        return steering.happen(worlds, number, scan, world, anew=True)


def time_passes(worlds: Worlds, world: World | None, params: Params) -> int:
    return steering.move_clock(worlds, lambda course, base: course.advance(base, params["seconds"]), world)


def quota_used(worlds: Worlds, world: World | None, params: Params) -> int:
    """So many lookups remain in each window of the key, or of every key in use."""
    if world and not world.account.plan.limits:
        raise ValueError(f"the {world.account.plan.name} plan is unlimited, so its quota cannot be used up")
    for each in [world] if world else worlds.all():
        each.leave(params["remaining"])
    return 0


STATES: Mapping[str, Callable[[Worlds, World | None, Params], int]] = MappingProxyType(
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


ROUTES = (ControlRoute("POST", "/states", set_state, of_all=True, spread=ordered("pending_deliveries")),)
