"""`/webhooks` and `/deliveries`: who is told of what, and what came of it."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from heapq import heappush, heapreplace
from http import HTTPStatus
from itertools import islice
from typing import Any

from mock_server.api.webhooks import subscribe
from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import masked
from mock_server.domain.clients.shown import without_secrets
from mock_server.domain.clock import to_text
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer, refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import FIRST, gathered, ordered
from mock_server.web.control.turns import in_turns, rows
from mock_server.web.problems import Problem
from mock_server.world import World

MOST_SHOWN = 1000
LOOKED = 50  # deliveries that are looked at in one step of a turn
FILTERS = ("webhook_id", "type", "state", "tracking_number", "event_id")
WEIGHT = 10  # steps of a turn that an event takes which is made for one sandbox
SUBSCRIPTION = "webhook.schema.json#/$defs/request"
TRIGGER = "control.schema.json#/$defs/trigger"


def list_webhooks(call: ControlCall) -> Steps[Reply]:
    worlds = call.known()
    each = (webhook(world, each) for world in worlds for each in world.webhooks.subscriptions.all())
    total = sum(len(world.webhooks.subscriptions) for world in worlds)
    return rows("webhooks", islice(each, call.number("limit", MOST_SHOWN, MOST_SHOWN)), meta={"total": total})


def add_webhook(call: ControlCall) -> Reply:
    wanted = call.read(SUBSCRIPTION)
    world = call.world()
    if world is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "say whose webhook it is, with ?key=")
    with refused(ApiError):
        made = subscribe(world, wanted)
    world.note("subscribe", wanted)
    return answer({**webhook(world, made), "secret": made.secret}, HTTPStatus.CREATED)


def remove_webhook(call: ControlCall, webhook_id: str) -> Reply:
    for world in call.known():
        if webhook_id in world.webhooks.subscriptions:
            with refused(ApiError, HTTPStatus.NOT_FOUND):
                world.webhooks.unsubscribe(webhook_id)
            world.note("unsubscribe", webhook_id)
            return answer({"status": "deleted"})
    raise Problem(HTTPStatus.NOT_FOUND, f"there is no webhook {webhook_id!r}; GET /webhooks lists those there are")


def list_deliveries(call: ControlCall) -> Steps[Reply]:
    found, total = yield from asked_for(call, call.number("limit", 100, MOST_SHOWN))
    return (yield from rows("deliveries", (summary(*each) for each in found), meta={"total": total}))


def find(call: ControlCall, delivery_id: str) -> tuple[World, Delivery]:
    for world in call.known():
        delivery = world.webhooks.queue.find(delivery_id)
        if delivery:
            return world, delivery
    raise Problem(HTTPStatus.NOT_FOUND, f"there is no delivery {delivery_id!r}; old ones are let go")


def show_delivery(call: ControlCall, delivery_id: str) -> Reply:
    return answer(whole(*find(call, delivery_id), call.plane.wall.now()))


def replay(call: ControlCall, delivery_id: str) -> Reply:
    world, delivery = find(call, delivery_id)
    call.plane.scheduler.replay(world, delivery)

    def told() -> dict[str, Any]:
        return whole(world, world.webhooks.queue.find(delivery_id) or delivery, call.plane.wall.now())

    return call.when_settled([world], 1, told)


def send_now(call: ControlCall, delivery_id: str) -> Reply:
    """The attempt that waits for its time is made at once."""
    world, delivery = find(call, delivery_id)
    if delivery.state is not DeliveryState.PENDING:
        again = f"POST /deliveries/{delivery_id}/replay sends it again"
        raise Problem(HTTPStatus.CONFLICT, f"{delivery_id} waits for nothing, it is {delivery.state}; {again}")
    world.webhooks.queue.postpone(delivery_id, world.clock.now())
    world.note("send", delivery_id)

    def told() -> dict[str, Any]:
        return whole(world, world.webhooks.queue.find(delivery_id) or delivery, call.plane.wall.now())

    return call.when_settled([world], call.plane.scheduler.news(world), told)


def trigger(call: ControlCall) -> Steps[Reply]:
    order = call.read(TRIGGER)
    samples = call.plane.sample_events
    with refused(ValueError), refused(ApiError):
        event_type = samples.event_type(order["event"])
        status = samples.status(event_type)
        parcel = samples.number(order["number"], status)
    worlds, made, pending = [], [], 0
    for world in call.known():
        yield from (None,) * WEIGHT
        if not world.webhooks.hears(parcel.text, status):
            continue
        data = samples.data(parcel, status, world)
        ordered = world.webhooks.order(parcel.text, event_type, status, data)
        world.note("order", (parcel.text, event_type, status, data), len(ordered[0].body))
        made += [(world, each.id) for each in ordered]
        pending += call.plane.scheduler.news(world)
        worlds.append(world)
    if not made:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            f"no webhook for {parcel.text} lets {event_type} through; POST one to /v2/webhooks",
        )

    def told(settled: Reply) -> Reply:
        found = ((world, world.webhooks.queue.find(each)) for world, each in made)
        shown = (summary(world, delivery) for world, delivery in found if delivery)
        return in_turns(rows("deliveries", shown, **settled.value()))

    return call.when_settled(worlds, pending, dict).then(told)


def asked_for(call: ControlCall, most: int) -> Steps[tuple[list[tuple[World, Delivery]], int]]:
    """The newest deliveries that the call's query asks for, at most so many, newest first; and how many there are."""
    query = {name: call.query[name] for name in FILTERS if name in call.query}
    if query.get("state", DeliveryState.PENDING) not in list(DeliveryState):
        raise Problem(HTTPStatus.BAD_REQUEST, f"state={query['state']!r} is none; there are {', '.join(DeliveryState)}")
    newest: list[tuple[float, int, World, Delivery]] = []  # a heap; of two at once, the one that was found first stays
    total = 0
    for looked, (world, each) in enumerate(_newest_of_each(call.known(), call.query.get("since")), 1):
        if not looked % LOOKED:
            yield
        if all(getattr(each, name) == value for name, value in query.items()):
            total += 1
            found = each.created_at, -total, world, each
            if len(newest) < most:
                heappush(newest, found)
            elif newest and found[:2] > newest[0][:2]:
                heapreplace(newest, found)
    return [(world, each) for _, _, world, each in sorted(newest, reverse=True)], total


def _newest_of_each(worlds: Sequence[World], since: str | None) -> Iterator[tuple[World, Delivery]]:
    """The deliveries of one world after the other, those of each newest first; later than the one of that id."""
    for world in worlds:
        deliveries = world.webhooks.queue.all()
        if since and world.webhooks.queue.find(since):
            deliveries = deliveries[[each.id for each in deliveries].index(since) + 1 :]
        for each in reversed(deliveries):
            yield world, each


def webhook(world: World, subscription: Subscription) -> dict[str, Any]:
    """A subscription as the control plane shows it: its secret was shown once, to whom it was given."""
    facts = {name: value for name, value in subscription.facts().items() if name != "success"}
    return {
        **facts,
        "url": without_secrets(subscription.url),
        "secret": masked(subscription.secret),
        "key": masked(world.account.key),
    }


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
        "url": without_secrets(delivery.url),
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
            "url": without_secrets(delivery.url),
            "headers": dict(headers),
            "body": delivery.body.decode(),
            "body_base64": b64encode(delivery.body).decode(),
        },
        "signature": headers.get(terms.scheme.header),
        "signature_check": checked(world, delivery, headers.get(terms.scheme.header)),
        "attempts": [attempted(count, each) for count, each in enumerate(delivery.attempts, 1)],
    }


def checked(world: World, delivery: Delivery, signature: str | None) -> str:
    """What a receiver that checks signatures finds: right, wrong, missing, or unknown where the webhook is gone."""
    if signature is None:
        return "missing"
    secrets = [each.secret for each in world.webhooks.subscriptions.all() if each.webhook_id == delivery.webhook_id]
    if not secrets:
        return "unknown"
    return "right" if world.foundation.terms.scheme.accepts(secrets[0], delivery.body, signature) else "wrong"


def attempted(count: int, attempt: Attempt) -> dict[str, Any]:
    response = {
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
        "response": response if attempt.status is not None else None,
        "problem": attempt.problem,
        "replay": attempt.replay,
    }


ROUTES = (
    ControlRoute("GET", "/webhooks", list_webhooks, spread=gathered("webhooks", limit=MOST_SHOWN)),
    ControlRoute("POST", "/webhooks", add_webhook, SUBSCRIPTION),
    ControlRoute("DELETE", "/webhooks/<webhook_id>", remove_webhook, spread=FIRST),
    ControlRoute("GET", "/deliveries", list_deliveries, spread=gathered("deliveries", "created_at", limit=100)),
    ControlRoute("GET", "/deliveries/<delivery_id>", show_delivery, spread=FIRST),
    ControlRoute("POST", "/deliveries/<delivery_id>/replay", replay, spread=FIRST),
    ControlRoute("POST", "/deliveries/<delivery_id>/send", send_now, spread=FIRST),
    ControlRoute(
        "POST", "/webhooks/trigger", trigger, TRIGGER, spread=ordered("pending_deliveries", rows="deliveries")
    ),
)
