"""`/snapshot`: the worlds as one file, and back."""

from mock_server.persistence import snapshots
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route, answer


def take_snapshot(call: ControlCall) -> Reply:
    call.seen_world()
    return answer(snapshots.take(call.worlds, call.key))


def restore_snapshot(call: ControlCall) -> Reply:
    value = call.body()
    call.world()
    differences = snapshots.restore(call.worlds, value, call.key)
    return answer({"status": "restored", "keys": len(call.known()), "differences": differences})


ROUTES = (
    Route("GET", "/snapshot", take_snapshot),
    Route("PUT", "/snapshot", restore_snapshot),
)
