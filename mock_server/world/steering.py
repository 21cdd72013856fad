"""What is done to one world, or to all there are and will be, and to those who listen for it."""

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from typing import Any

from mock_server.domain.clock import Change, Course, still
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.pinned import Pin, wish_of
from mock_server.domain.shipments.source import identity
from mock_server.domain.steps import Steps, finished
from mock_server.world.world import World
from mock_server.world.worlds import Worlds


def move_clock(worlds: Worlds, change: Change, world: World | None = None) -> int:
    """Let one world's clock take another course, or the server's and every world's; the deliveries pending then.

    What `change` raises for any of them, it raises before the first has moved.
    """
    return finished(moving_clock(worlds, change, world))


def moving_clock(worlds: Worlds, change: Change, world: World | None = None) -> Steps[int]:
    """The same step by step: all clocks move in the first, then one world in each looks at what that means for it."""
    moved = [world] if world else worlds.all()
    clocks = [each.clock for each in moved] + ([] if world else [worlds.clock])
    with still(worlds.clock):
        base = worlds.clock.base.now()
        alike: dict[Course, Course] = {}  # most clocks are on the same course, so that few changes have to be made
        for clock in clocks:
            if clock.course not in alike:
                alike[clock.course] = change(clock.course, base)
        for each in moved:
            each.webhooks.notice()
        for clock in clocks:
            clock.change(lambda course, base: alike.get(course) or change(course, base), base)
    return (yield from _moved(worlds, world))


def resetting_clock(worlds: Worlds, world: World | None = None) -> Steps[int]:
    """Let one world's clock follow the server's again, or all do so after it went back to its start; as above."""
    moved = [world] if world else worlds.all()
    with still(worlds.clock):
        if world is None:
            worlds.clock.reset()
        for each in moved:
            each.webhooks.notice()
            each.clock.follow(worlds.clock)
    return (yield from _moved(worlds, world))


def pinning(worlds: Worlds, pin: Pin, world: World | None = None) -> Steps[int]:
    """Let the number stand for that shipment in one world, or in all there are and will be; deliveries pending.

    Step by step, one world in each. ValueError for a wish that contradicts itself changes nothing, and comes in the
    first.
    """
    asked = world or worlds
    pin.checked(asked.seed, worlds.foundation.source, asked.clock.now())
    if world is None:
        worlds.pins.put(identity(pin.number), pin)
    pending = 0
    for each in worlds.each(world):
        each.pin(pin)
        pending += sum(told(each, pin.number) for told in worlds.on_pinned)
        yield
    return pending


def unpinning(worlds: Worlds, number: TrackingNumber, world: World | None = None) -> Steps[bool]:
    """Let the number stand for what everybody finds, in one world or in all; whether that changed anything.

    Step by step, one world in each.
    """
    changed = world is None and worlds.pins.drop(identity(number))
    for each in worlds.each(world):
        changed = each.unpin(number) or changed
        yield
    return changed


def happening(
    worlds: Worlds, number: TrackingNumber, record: Mapping[str, Any], world: World | None = None, *, anew: bool = False
) -> Steps[int]:
    """An event for one world's shipment, or for that of all there are and will be; the deliveries pending then.

    Step by step, one world in each. ValueError as `World.happen` has it, in the first; of many worlds, those are left
    out.
    """
    if world is None:
        fresh = worlds.fresh()
        fresh.happen(number, record, anew=anew)
        pinned = Pin(number, wish_of(fresh.shipments.find(number, fresh.clock.now())))
        worlds.pins.put(identity(number), pinned)
    pending = 0
    for each in worlds.each(world):
        with nullcontext() if world else suppress(ValueError):
            event = each.happen(number, record, anew=anew)
            pending += sum(told(each, number, event) for told in worlds.on_event)
        yield
    return pending


def _moved(worlds: Worlds, world: World | None) -> Steps[int]:
    pending = 0
    for each in worlds.each(world):
        each.note("clock", each.clock.course)
        each.webhooks.moved()
        pending += sum(told(each) for told in worlds.on_clock_moved)
        yield
    return pending
