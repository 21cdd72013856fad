"""`/shipments`: what a number stands for, in one sandbox or in all, and shipments of one's own."""

from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import to_text
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.numbers import normalise
from mock_server.domain.shipments.pinned import Pin, wish_of
from mock_server.web.control.plane import Plane
from mock_server.web.control.settling import when_settled
from mock_server.web.problems import Problem
from mock_server.world import World

FORM = "shipment.schema.json"
EVENT_FORM = f"{FORM}#/$defs/event"


def register(plane: Plane) -> None:
    worlds = plane.worlds
    foundation = worlds.foundation

    def recognised(text: str, carrier: str | None) -> TrackingNumber:
        try:
            return foundation.recognise(text, carrier)
        except ApiError as error:
            status = HTTPStatus.NOT_FOUND if error.code == "not_found" else HTTPStatus.BAD_REQUEST
            raise Problem(status, error.detail or error.code) from None

    def shown(number: TrackingNumber) -> dict[str, Any]:
        return facts(plane.world() or worlds.fresh(), number, future=request.args.get("future", "0") not in {"", "0"})

    def told(number: TrackingNumber, pending: int, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """The shipment, once its webhooks have been told."""
        answer, world = shown(number), plane.world()
        concerned = [world] if world else worlds.all()
        return when_settled(plane, concerned, pending, lambda: answer, status)

    @plane.blueprint.get("/shipments/<text>")
    def show_shipment(text: str) -> Response:
        return jsonify(shown(recognised(text, request.args.get("carrier"))))

    @plane.blueprint.put("/shipments/<text>")
    def pin_shipment(text: str) -> Response:
        wish = plane.read(FORM)
        if normalise(wish.get("tracking_number", text)) != normalise(text):
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                f"tracking_number {wish['tracking_number']!r} is not {text!r}, the one in the path",
            )
        number = recognised(text, carrier_of(wish) or request.args.get("carrier"))
        try:
            pending = worlds.pin(Pin(number, wish), plane.world())
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        return told(number, pending)

    @plane.blueprint.delete("/shipments/<text>")
    def unpin_shipment(text: str) -> Response:
        number = recognised(text, request.args.get("carrier"))
        if not worlds.unpin(number, plane.world()):
            raise Problem(HTTPStatus.NOT_FOUND, f"{number.text} of {number.carrier.code} is not pinned")
        return jsonify(shown(number))

    @plane.blueprint.post("/shipments/<text>/events")
    def add_event(text: str) -> Response:
        record = plane.read(EVENT_FORM)
        number = recognised(text, request.args.get("carrier"))
        try:
            pending = worlds.happen(number, record, plane.world())
        except ValueError as error:
            raise Problem(HTTPStatus.CONFLICT, str(error)) from None
        return told(number, pending, HTTPStatus.CREATED)


def carrier_of(wish: dict[str, Any]) -> str | None:
    """The carrier's code that a wish names, alone or as an answer of the API does."""
    carrier = wish.get("carrier")
    code: str | None = carrier["code"] if isinstance(carrier, dict) else carrier
    return code


def facts(world: World, number: TrackingNumber, *, future: bool) -> dict[str, Any]:
    """What the number stands for in the world, and if asked, the events to come, soonest first."""
    now = world.clock.now()
    journey = world.shipments.find(number, now)
    scenario = world.foundation.scenario(number)
    shipment = journey.at(now)
    told: dict[str, Any] = {
        "pinned": world.shipments.pinned(number),
        "scenario": scenario.scenario if scenario else None,
        "now": to_text(now),
        "shipment": shipment.facts("en"),
    }
    if future:
        told["future_events"] = wish_of(journey)["events"][: len(journey.events) - shipment.seen][::-1]
    return told
