"""`/snapshot`: the worlds as one file, and back."""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from mock_server.domain.clock import still
from mock_server.domain.steps import Steps
from mock_server.persistence import snapshots
from mock_server.server.reply import Reply, in_parts
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import JSON, answer, encoded
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered, ordered
from mock_server.web.control.turns import SHORT, heavy, in_thread, in_turns, later
from mock_server.web.problems import Problem

PATIENCE = 15.0  # real seconds for another process to let its sandboxes in, or to be taken for dead
PAUSE = 0.1  # real seconds before it is looked again
PARTIAL = "the snapshot is not back as a whole: one of the processes has its keys and does nothing; put it back again"
WEIGHT = 25  # steps of a turn that one sandbox takes
SHIPMENT = 4  # how deep in a snapshot one shipment is


def take_snapshot(call: ControlCall) -> Reply:
    """What there is in this moment, written out beside the event loop."""
    call.seen_world()
    return in_turns(_taking(call))


def _taking(call: ControlCall) -> Steps[Reply]:
    written = yield from heavy(snapshots.taking(call.worlds, call.key), WEIGHT)
    return in_thread(partial(_content, written), _taken)


def _content(written: Callable[[], dict[str, Any]]) -> bytes:
    value = written()
    content = b"".join((*in_parts(value, SHIPMENT, encoded), b"\n"))
    for shipments in [value["server"]["shipments"], *(world["shipments"] for world in value["worlds"])]:
        _let_go(shipments)
    return content


def _let_go(many: list[Any]) -> None:
    """One by one: no thread has its turn while ten thousand are freed at once."""
    while many:
        many.pop()


def _taken(content: bytes) -> Reply:
    return Reply(HTTPStatus.OK, content, {"Content-Type": JSON})


def restore_snapshot(call: ControlCall) -> Reply:
    call.world()
    if len(call.content) <= SHORT:
        return _restored(call, snapshots.read_value(call.worlds, call.body(), call.key))
    return in_thread(partial(_read, call), partial(_restored, call))


def _read(call: ControlCall) -> snapshots.Found:
    value = call.body()
    found = snapshots.read_value(call.worlds, value, call.key)
    _let_go(value["worlds"])
    return found


def _restored(call: ControlCall, found: snapshots.Found) -> Reply:
    return in_turns(_entering(call, found))


def _entering(call: ControlCall, found: snapshots.Found) -> Steps[Reply]:
    with still(call.worlds.clock):
        steps = snapshots.entering(call.worlds, found)
        next(steps, None)
    yield from heavy(steps, WEIGHT)

    def restored() -> Reply:
        keys = 0 if call.echo else len({each.account.key for each in found.newcomers})
        return answer({"status": "restored", "keys": keys, "differences": found.differences})

    return later(partial(_all_there, call, restored)) if call.worlds.expected() else restored()


async def _all_there(call: ControlCall, restored: Callable[[], Reply]) -> Reply:
    """The reply once every sandbox is in a process; Problem if one stays where it cannot begin anew."""
    try:
        async with asyncio.timeout(PATIENCE):
            while call.worlds.expected():
                await asyncio.sleep(PAUSE)
                for _ in call.worlds.arriving():
                    await asyncio.sleep(0)
    except TimeoutError:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, PARTIAL, headers={"Retry-After": "1"}) from None
    return restored()


ROUTES = (
    ControlRoute("GET", "/snapshot", take_snapshot, spread=gathered("worlds", whole=True)),
    ControlRoute("PUT", "/snapshot", restore_snapshot, late=True, spread=ordered("keys", whole=True)),
)
