"""`/clock`: one clock for everything, of one sandbox or of all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from itertools import islice
from types import MappingProxyType
from typing import Any

from mock_server.domain.clock import Change, Course, SandboxClock, from_text, to_text
from mock_server.domain.steps import Steps
from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.matching import numbers
from mock_server.web.control.replies import answer, refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered, ordered
from mock_server.web.control.turns import heavy
from mock_server.web.problems import Problem
from mock_server.world import World, journals, steering
from mock_server.world.upcoming import UpcomingEvent, upcoming

DAY = 86_400  # seconds
MOST_AHEAD = 366 * DAY
WEIGHT = 25  # steps of a turn that the events of one shipment take
MOST_READ = 200  # newest requests in which shipments are looked for
MOST_ASKED = 100  # texts in them that could be numbers
FORM = "control.schema.json#/$defs/clock"
ClockOrder = Mapping[str, Any]

MOVES: Mapping[str, Callable[[Course, float, ClockOrder], Course]] = MappingProxyType(
    {
        "freeze": lambda course, base, _: course.run(base, 0.0),
        "advance": lambda course, base, order: course.advance(base, order["seconds"]),
        "set": lambda course, base, order: course.set(base, from_text(order["instant"])),
        "scale": lambda course, base, order: course.run(base, float(order["factor"])),
    }
)


def shown(call: ControlCall) -> Steps[dict[str, Any]]:
    world = call.seen_world()
    if world:
        return reading(world.clock)
    moved = {}
    for each in call.worlds.all():
        if each.clock.course != call.worlds.clock.course:
            moved[each.account.key] = reading(each.clock)
            yield
    return {**reading(call.worlds.clock), "keys": moved}


def show_clock(call: ControlCall) -> Steps[Reply]:
    return answer((yield from shown(call)))


def move_clock(call: ControlCall) -> Steps[Reply]:
    order = call.read(FORM)
    world = call.world()
    with refused(ValueError):
        if order["action"] == "reset":
            pending = yield from steering.resetting_clock(call.worlds, world)
        else:
            pending = yield from steering.moving_clock(call.worlds, change_of(order), world)
    facts, moved = (yield from shown(call)), [world] if world else call.worlds.all()
    return call.when_settled(moved, pending, lambda: {**facts, **waiting(moved)})


def waiting(worlds: Sequence[World]) -> dict[str, int]:
    """How many deliveries wait for a retry that is not due yet, and how many were blocked."""
    return {
        "retrying_deliveries": sum(world.webhooks.queue.retrying(world.clock.now()) for world in worlds),
        "blocked_deliveries": sum(world.webhooks.queue.states[DeliveryState.BLOCKED] for world in worlds),
    }


def show_upcoming(call: ControlCall) -> Steps[Reply]:
    """What will happen in so many seconds of the sandbox's clock."""
    world, seconds = call.seen_world(), call.number("seconds", DAY, MOST_AHEAD)
    if world is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "say whose clock it is, with ?key=")
    coming = yield from awaited(call, world, seconds)
    shown = [told(world, each) for each in coming[: call.number("limit", 100, 1000)]]
    return answer({**reading(world.clock), "upcoming": shown, "meta": {"total": len(coming)}})


def awaited(call: ControlCall, world: World, seconds: float) -> Steps[list[UpcomingEvent]]:
    """What comes in so many seconds, also to the shipments that the key's client has asked for lately."""
    tracked = call.worlds.foundation.specification.operations
    asked: dict[str, None] = {}
    for entry in islice(journals.heard(call.worlds, world.account.key), MOST_READ):
        if entry.operation in tracked and len(asked) < MOST_ASKED:
            asked |= dict.fromkeys(numbers(entry))
    return (yield from heavy(upcoming(world, world.clock.now() + seconds, asked), WEIGHT))


def told(world: World, coming: UpcomingEvent) -> dict[str, Any]:
    return {
        "at": to_text(coming.at),
        "in_seconds": round(coming.at - world.clock.now(), 3),
        "kind": coming.kind,
        "subject": coming.subject,
        "text": coming.text,
        "webhooks": coming.webhooks,
    }


def change_of(order: ClockOrder) -> Change:
    """What the order does to a clock's course."""
    move = MOVES[order["action"]]

    def change(course: Course, base: float) -> Course:
        moved = move(course, base, order)
        return replace(moved, auto_advance=float(order["auto_advance"])) if "auto_advance" in order else moved

    return change


def reading(clock: SandboxClock) -> dict[str, Any]:
    """What a clock shows, and how it goes on."""
    now, course = clock.now(), clock.course
    return {
        "now": to_text(now),
        "unix": now,
        "scale": course.scale,
        "frozen": clock.frozen,
        "auto_advance": course.auto_advance,
    }


ROUTES = (
    ControlRoute("GET", "/clock", show_clock, spread=gathered("keys")),
    ControlRoute(
        "PUT",
        "/clock",
        move_clock,
        FORM,
        spread=ordered("pending_deliveries", "retrying_deliveries", "blocked_deliveries", rows="keys"),
    ),
    ControlRoute("GET", "/clock/upcoming", show_upcoming),
)
