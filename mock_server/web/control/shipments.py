"""`/shipments`: what a number stands for, in one sandbox or in all, and shipments of one's own."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import from_text, in_range, to_text
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.shipments.numbers import normalise
from mock_server.domain.shipments.pinned import Pin, wish_of
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer, refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import ordered
from mock_server.web.control.turns import heavy, rows
from mock_server.web.problems import Problem
from mock_server.world import World, steering

FORM = "shipment.schema.json"
WEIGHT = 5  # steps of a turn that one shipment takes, which may have to be made first
EVENT_FORM = f"{FORM}#/$defs/event"


def recognised(call: ControlCall, text: str, carrier: str | None) -> TrackingNumber:
    try:
        return call.worlds.foundation.recognise(text, carrier)
    except ApiError as error:
        status = HTTPStatus.NOT_FOUND if error.code == "not_found" else HTTPStatus.BAD_REQUEST
        raise Problem(status, error.detail or error.code) from None


def shown(call: ControlCall, number: TrackingNumber) -> dict[str, Any]:
    future = call.query.get("future", "0") not in {"", "0"}
    with refused(ValueError):
        at = in_range(from_text(call.query["at"])) if call.query.get("at") else None
    return facts(call.seen_world() or call.worlds.fresh(), number, future=future, at=at)


def told(call: ControlCall, number: TrackingNumber, pending: int, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """The shipment, once its webhooks have been told."""
    shipment, world = shown(call, number), call.world()
    concerned = [world] if world else call.worlds.all()
    return call.when_settled(concerned, pending, lambda: shipment, status)


def show_shipment(call: ControlCall, text: str) -> Reply:
    return answer(shown(call, recognised(call, text, call.query.get("carrier"))))


def pin_shipment(call: ControlCall, text: str) -> Steps[Reply]:
    wish = call.read(FORM)
    if normalise(wish.get("tracking_number", text)) != normalise(text):
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"tracking_number {wish['tracking_number']!r} is not {text!r}, the one in the path",
        )
    number = recognised(call, text, carrier_of(wish) or call.query.get("carrier"))
    with refused(ValueError):
        pending = yield from heavy(steering.pinning(call.worlds, Pin(number, wish), call.world()), WEIGHT)
    return told(call, number, pending)


def unpin_shipment(call: ControlCall, text: str) -> Steps[Reply]:
    number = recognised(call, text, call.query.get("carrier"))
    if not (yield from heavy(steering.unpinning(call.worlds, number, call.world()), WEIGHT)):
        raise Problem(HTTPStatus.NOT_FOUND, f"{number.text} of {number.carrier.code} is not pinned")
    return answer(shown(call, number))


def add_event(call: ControlCall, text: str) -> Steps[Reply]:
    record = call.read(EVENT_FORM)
    number = recognised(call, text, call.query.get("carrier"))
    with refused(ValueError, HTTPStatus.CONFLICT):
        pending = yield from heavy(steering.happening(call.worlds, number, record, call.world()), WEIGHT)
    return told(call, number, pending, HTTPStatus.CREATED)


def carrier_of(wish: dict[str, Any]) -> str | None:
    """The carrier's code that a wish names, alone or as an answer of the API does."""
    carrier = wish.get("carrier")
    code: str | None = carrier["code"] if isinstance(carrier, dict) else carrier
    return code


def list_shipments(call: ControlCall) -> Steps[Reply]:
    """The shipments that the sandbox has of its own, or those that every new one gets."""
    world = call.seen_world() or call.worlds.fresh()
    own = tuple(world.shipments.own.values())
    pinned = (
        facts_of(world, world.shipments.looked_at(each), world.clock.now(), future=False)
        for each in own[: call.number("limit", len(own))]
    )
    return heavy(rows("shipments", pinned, meta={"total": len(own)}), WEIGHT)


def list_numbers(call: ControlCall) -> Reply:
    """The magic numbers of one carrier, or of a few that show every form."""
    with refused(ValueError):
        rows = call.worlds.foundation.magic.magic_numbers(call.query.get("carrier") or None)
    return answer({"numbers": [asdict(row) for row in rows], "meta": {"total": len(rows)}})


def facts(world: World, number: TrackingNumber, *, future: bool, at: float | None = None) -> dict[str, Any]:
    """What the number stands for in the world, now or at another instant, and if asked the events to come."""
    now = world.clock.now()
    journey = world.shipments.find(number, now)  # a life that begins when it is first seen begins now, whatever `at` is
    if at is not None:
        now, journey = at, world.shipments.find(number, at)
    return facts_of(world, journey, now, future=future)


def facts_of(world: World, journey: Journey, now: float, *, future: bool) -> dict[str, Any]:
    """The same of a shipment that the number stands for."""
    number, shipment = journey.number, journey.at(now)
    scenario = world.foundation.scenario(number)
    told: dict[str, Any] = {
        "pinned": world.shipments.pinned(number),
        "scenario": scenario.scenario if scenario else None,
        "now": to_text(now),
        "shipment": shipment.facts("en"),
    }
    if future:
        told["future_events"] = wish_of(journey)["events"][: len(journey.events) - shipment.seen][::-1]
    return told


ROUTES = (
    ControlRoute("GET", "/numbers", list_numbers),
    ControlRoute("GET", "/shipments", list_shipments),
    ControlRoute("GET", "/shipments/<text>", show_shipment),
    ControlRoute("PUT", "/shipments/<text>", pin_shipment, FORM, spread=ordered("pending_deliveries")),
    ControlRoute("DELETE", "/shipments/<text>", unpin_shipment, spread=ordered()),
    ControlRoute("POST", "/shipments/<text>/events", add_event, EVENT_FORM, spread=ordered("pending_deliveries")),
)
