"""`/webhooks` and `/deliveries`: who is told of what, and what came of it."""

from base64 import b64encode
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import Response, jsonify, request

from mock_server.api.webhooks import subscribe
from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import masked
from mock_server.domain.clock import to_text
from mock_server.domain.webhooks.delivery import Attempt, Delivery, State
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.receivers.sample_event import SampleEvents
from mock_server.web.control.plane import Plane, number
from mock_server.web.control.settling import when_settled
from mock_server.web.problems import Problem
from mock_server.world import World

MOST_SHOWN = 1000
SUBSCRIPTION = "webhook.schema.json#/$defs/request"
TRIGGER = "control.schema.json#/$defs/trigger"


def register(plane: Plane) -> None:
    @plane.blueprint.get("/webhooks")
    def list_webhooks() -> Response:
        shown = [webhook(world, each) for world in plane.known() for each in world.webhooks.subscriptions.all()]
        return jsonify(webhooks=shown[: number("limit", MOST_SHOWN, MOST_SHOWN)], meta={"total": len(shown)})

    @plane.blueprint.post("/webhooks")
    def add_webhook() -> tuple[Response, HTTPStatus]:
        request = plane.read(SUBSCRIPTION)
        world = plane.world()
        if world is None:
            raise Problem(HTTPStatus.BAD_REQUEST, "say whose webhook it is, with ?key=")
        try:
            made = subscribe(world, request)
        except ApiError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, error.detail or error.code) from None
        return jsonify({**webhook(world, made), "secret": made.secret}), HTTPStatus.CREATED

    @plane.blueprint.get("/deliveries")
    def list_deliveries() -> Response:
        found = list(wanted(plane.known()))
        shown = [summary(world, each) for world, each in islice(found, number("limit", 100, MOST_SHOWN))]
        return jsonify(deliveries=shown, meta={"total": len(found)})

    def find(delivery_id: str) -> tuple[World, Delivery]:
        for world in plane.known():
            delivery = world.webhooks.queue.find(delivery_id)
            if delivery:
                return world, delivery
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no delivery {delivery_id!r}; old ones are let go")

    @plane.blueprint.get("/deliveries/<delivery_id>")
    def show_delivery(delivery_id: str) -> Response:
        return jsonify(whole(*find(delivery_id), plane.wall.now()))

    @plane.blueprint.post("/deliveries/<delivery_id>/replay")
    def replay(delivery_id: str) -> Response:
        world, delivery = find(delivery_id)
        plane.scheduler.replay(world, delivery)

        def told() -> dict[str, Any]:
            return whole(world, world.webhooks.queue.find(delivery_id) or delivery, plane.wall.now())

        return when_settled(plane, [world], 1, told)

    sample_events = SampleEvents(plane.worlds.foundation)

    @plane.blueprint.post("/webhooks/trigger")
    def trigger() -> Response:
        order = plane.read(TRIGGER)
        try:
            event_type = sample_events.event_type(order["event"])
            status = sample_events.status(event_type)
            parcel = sample_events.number(order["number"], status)
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        except ApiError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, error.detail or error.code) from None
        worlds, made = plane.known(), []
        for world in worlds:
            data = sample_events.data(parcel, status, world)
            made += [(world, each.id) for each in world.webhooks.order(parcel.text, event_type, status, data)]
        if not made:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                f"no webhook for {parcel.text} lets {event_type} through; POST one to /v2/webhooks",
            )
        pending = sum(plane.scheduler.news(world) for world in worlds)

        def told() -> dict[str, Any]:
            found = ((world, world.webhooks.queue.find(each)) for world, each in made)
            return {"deliveries": [summary(world, delivery) for world, delivery in found if delivery]}

        return when_settled(plane, worlds, pending, told)


def wanted(worlds: list[World]) -> Iterator[tuple[World, Delivery]]:
    """The deliveries that the call's query asks for, newest first."""
    query = {name: request.args.get(name) for name in ("webhook_id", "type", "state", "tracking_number", "event_id")}
    state, since = query["state"], request.args.get("since")
    if state is not None and state not in list(State):
        raise Problem(HTTPStatus.BAD_REQUEST, f"state={state!r} is none; there are {', '.join(State)}")
    found = []
    for world in worlds:
        deliveries = world.webhooks.queue.all()
        ids = [each.id for each in deliveries]
        first = ids.index(since) + 1 if since in ids else 0
        found += [(world, each) for each in reversed(deliveries[first:])]
    found.sort(key=lambda pair: pair[1].created_at, reverse=True)
    for world, each in found:
        if all(value is None or getattr(each, name) == value for name, value in query.items()):
            yield world, each


def webhook(world: World, subscription: Subscription) -> dict[str, Any]:
    """A subscription as the control plane shows it: its secret was shown once, to whom it was given."""
    facts = {name: value for name, value in subscription.facts().items() if name != "success"}
    return {**facts, "secret": masked(subscription.secret), "key": masked(world.account.key)}


def summary(world: World, delivery: Delivery) -> dict[str, Any]:
    """What became of a delivery, in short."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "type": delivery.type,
        "webhook_id": delivery.webhook_id,
        "tracking_number": delivery.tracking_number,
        "key": masked(world.account.key),
        "url": delivery.url,
        "created_at": to_text(delivery.created_at),
        "state": delivery.state,
        "note": delivery.note,
        "faults": list(delivery.faults),
        "attempts": len(delivery.attempts),
        "last_status": last.status if last else None,
        "last_problem": last.problem if last else None,
        "next_attempt_at": None if delivery.due is None else to_text(delivery.due),
    }


def whole(world: World, delivery: Delivery, now: float) -> dict[str, Any]:
    """Everything about a delivery: the exact bytes, the signature, and each attempt with the receiver's answer."""
    terms = world.foundation.terms
    headers = delivery.attempts[-1].headers if delivery.attempts else terms.headers(delivery, now)
    return {
        **summary(world, delivery),
        "request": {
            "method": "POST",
            "url": delivery.url,
            "headers": dict(headers),
            "body": delivery.body.decode(),
            "body_base64": b64encode(delivery.body).decode(),
        },
        "signature": headers.get(terms.scheme.header),
        "attempts": [attempted(count, each) for count, each in enumerate(delivery.attempts, 1)],
    }


def attempted(count: int, attempt: Attempt) -> dict[str, Any]:
    answer = {
        "status": attempt.status,
        "headers": dict(attempt.answer_headers),
        "body": attempt.answer_body.decode("utf-8", "backslashreplace"),
    }
    return {
        "number": count,
        "at": to_text(attempt.at),
        "real": attempt.real,
        "milliseconds": round(attempt.seconds * 1000, 3),
        "headers": dict(attempt.headers),
        "response": answer if attempt.status is not None else None,
        "problem": attempt.problem,
        "replay": attempt.replay,
    }
