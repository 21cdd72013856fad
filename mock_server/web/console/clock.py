"""The clock: what time it is there, how to move it, and what will happen then."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any

from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed
from mock_server.web.console.orders import ConsoleCall, Filled, keyed
from mock_server.web.control.call import ControlCall
from mock_server.web.control.clock import DAY, awaited, told
from mock_server.world.upcoming import UpcomingEvent, UpcomingKind

MINUTE, HOUR = 60, 3600  # seconds
LISTED = 60  # things to come


@dataclass(frozen=True, slots=True)
class Move:
    """One way to let time pass, and how many things happen meanwhile."""

    label: str
    order: ConsoleCall
    done: str
    count: int = 0


def page(call: ControlCall) -> Steps[Reply]:
    coming = yield from ahead(call)
    return framed(
        call,
        "clock.html",
        "Clock",
        "Clock",
        moves=moves(call, coming),
        courses=courses(call),
        upcoming=coming_soon(call, coming, days=30, most=LISTED),
    )


def ahead(call: ControlCall) -> Steps[list[UpcomingEvent]]:
    """What comes in a year, where the page is about a key."""
    world = call.seen_world()
    return (yield from awaited(call, world, 366 * DAY)) if world else []


def coming_soon(call: ControlCall, coming: Sequence[UpcomingEvent], *, days: int, most: int) -> list[dict[str, Any]]:
    """So much of it at most, as far as it comes in so many days."""
    world = call.seen_world()
    until = world.clock.now() + days * DAY if world else 0.0
    return [told(world, each) for each in islice(coming, most) if world and each.at <= until]


def moves(call: ControlCall, coming: Sequence[UpcomingEvent]) -> list[Move]:
    """The usual steps ahead."""
    world = call.seen_world()
    clock = world.clock if world else call.worlds.clock
    now = clock.now()

    def by(label: str, seconds: float) -> Move:
        order = ConsoleCall("PUT", "/clock", keyed(call), {"action": "advance", "seconds": seconds})
        count = bisect_right(coming, now + seconds, key=attrgetter("at"))
        return Move(label, order, f"Time went on by {label.lstrip('+ ')}", count)

    def until(label: str, instant: float) -> Move:
        whole = int(instant - now) + 1
        return by(label, whole)

    scan = next((each for each in coming if each.kind is UpcomingKind.SCAN), None)
    further = [until("To the next scan", scan.at)] if scan else []
    return [
        by("+ 1 min", MINUTE),
        by("+ 1 h", HOUR),
        until("To the next minute", (now // MINUTE + 1) * MINUTE - 1),
        until("To midnight", (now // DAY + 1) * DAY - 1),
        *further,
    ]


def courses(call: ControlCall) -> list[Move]:
    """The usual ways to go on."""

    def course(label: str, done: str, **body: Any) -> Move:
        return Move(label, ConsoleCall("PUT", "/clock", keyed(call), body), done)

    return [
        course("Freeze", "The clock stands still", action="freeze"),
        course("Run", "The clock runs as real time does", action="scale", factor=1),
        course("A minute a second", "A minute passes in a second", action="scale", factor=MINUTE),
        course("An hour a second", "An hour passes in a second", action="scale", factor=HOUR),
        course("Reset", "The clock is as at the start", action="reset"),
    ]


def set_clock(form: dict[str, str], call: ControlCall) -> Filled:
    """The order of the form with a date picker; the zone is UTC or the browser's."""
    text = form.get("/instant", "")
    offset = form.get("offset", "") if form.get("zone") == "local" else "Z"
    instant = f"{text}{':00' if text.count(':') == 1 else ''}{offset or 'Z'}"
    return Filled(ConsoleCall("PUT", "/clock", keyed(call), {"action": "set", "instant": instant}), "The clock is set")


def scale_clock(form: dict[str, str], call: ControlCall) -> Filled:
    """The order of the form with a speed."""
    return Filled(
        ConsoleCall("PUT", "/clock", keyed(call), {"action": "scale", "factor": number(form.get("/factor", ""))}),
        "The clock runs so",
    )


def number(text: str) -> Any:
    """A number, or the text where it is none, so that the control plane says what is wrong with it."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
