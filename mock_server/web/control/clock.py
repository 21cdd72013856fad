"""`/clock`: one clock for everything, of one sandbox or of all."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from flask import Response, jsonify

from mock_server.domain.clock import Change, Course, SandboxClock, from_text, to_text
from mock_server.web.control.plane import Plane
from mock_server.web.control.settling import when_settled
from mock_server.web.problems import Problem

FORM = "control.schema.json#/$defs/clock"
Order = Mapping[str, Any]

MOVES: Mapping[str, Callable[[Course, float, Order], Course]] = MappingProxyType(
    {
        "freeze": lambda course, base, _: course.run(base, 0.0),
        "advance": lambda course, base, order: course.advance(base, order["seconds"]),
        "set": lambda course, base, order: course.set(base, from_text(order["instant"])),
        "scale": lambda course, base, order: course.run(base, float(order["factor"])),
    }
)


def register(plane: Plane) -> None:
    worlds = plane.worlds

    def shown() -> dict[str, Any]:
        world = plane.world()
        if world:
            return facts(world.clock)
        moved = {each.account.key: each.clock for each in worlds.all() if each.clock.course != worlds.clock.course}
        return {**facts(worlds.clock), "keys": {key: facts(clock) for key, clock in moved.items()}}

    @plane.blueprint.get("/clock")
    def show_clock() -> Response:
        return jsonify(shown())

    @plane.blueprint.put("/clock")
    def move_clock() -> Response:
        order = plane.read(FORM)
        world = plane.world()
        try:
            if order["action"] == "reset":
                pending = worlds.reset_clock(world)
            else:
                pending = worlds.move_clock(change_of(order), world)
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        answer, moved = shown(), [world] if world else worlds.all()
        return when_settled(plane, moved, pending, lambda: answer)


def change_of(order: Order) -> Change:
    """What the order does to a clock's course."""
    move = MOVES[order["action"]]

    def change(course: Course, base: float) -> Course:
        moved = move(course, base, order)
        return replace(moved, auto_advance=float(order["auto_advance"])) if "auto_advance" in order else moved

    return change


def facts(clock: SandboxClock) -> dict[str, Any]:
    """What a clock shows, and how it goes on."""
    now, course = clock.now(), clock.course
    return {
        "now": to_text(now),
        "unix": now,
        "scale": course.scale,
        "frozen": clock.frozen,
        "auto_advance": course.auto_advance,
    }
