"""`/requests`: what was asked and answered, and questions about it."""

from http import HTTPStatus
from itertools import islice, takewhile
from typing import Any

from mock_server.domain.clients.journal import Entry
from mock_server.domain.clock import to_text
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.matching import Test, match_of
from mock_server.web.control.replies import answer
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import FIRST, WAITS, gathered, ordered
from mock_server.web.control.turns import counted, in_turns, listed, those
from mock_server.web.control.waiting import Wait
from mock_server.web.problems import Problem
from mock_server.world import journals

MOST_ENTRIES = 1000
GAP = "another process answered for the key until then, and what it had heard went with it"
ASKING = "control.schema.json#/$defs/asking"
WAITING = "control.schema.json#/$defs/waiting"


def list_requests(call: ControlCall) -> Reply:
    limit, since = call.number("limit", 100, MOST_ENTRIES), call.number("since", 0)
    found = islice(takewhile(lambda entry: entry.id > since, journals.heard(call.worlds, call.key)), limit)
    return in_turns(listed(found, limit, call.plane.view.show, journals.heard_count(call.worlds, call.key), gaps(call)))


def gaps(call: ControlCall) -> list[dict[str, Any]]:
    """What the journals that the call is about are known to lack."""
    resumed = [(world.account.key, world.resumed) for world in call.known() if world.resumed is not None]
    return [{"key": key, "at": to_text(at), "why": GAP} for key, at in resumed]


def show_request(call: ControlCall, entry_id: int) -> Reply:
    return answer(call.plane.view.show(request_of(call, entry_id)))


def request_of(call: ControlCall, entry_id: int) -> Entry:
    """The request of that id; Problem 404 if the journal has none."""
    entry = journals.entry_of(call.worlds, entry_id, call.key)
    if entry is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"the journal has no request {entry_id}; old ones are let go")
    return entry


def forget_requests(call: ControlCall) -> Steps[Reply]:
    for world in call.known():
        world.journal.clear()
        yield
    call.worlds.stray.clear(call.key)
    return answer({"status": "forgotten"})


def count_requests(call: ControlCall) -> Reply:
    return in_turns(_count(call, match_of(call.read(ASKING).get("match", {}))))


def _count(call: ControlCall, fits: Test) -> Steps[Reply]:
    return answer({"count": (yield from counted(journals.heard(call.worlds, call.key), fits))})


def find_requests(call: ControlCall) -> Reply:
    order = call.read(ASKING)
    found = those(journals.heard(call.worlds, call.key), match_of(order.get("match", {})))
    return in_turns(listed(found, order.get("limit", 100), call.plane.view.show, gaps=gaps(call)))


def wait_for_requests(call: ControlCall) -> Reply:
    order = call.read(WAITING)
    match, key = match_of(order.get("match", {})), call.key

    def fits(entry: Entry) -> bool:
        return key in (None, entry.key) and match(entry)

    wait = Wait(call.worlds.archive, fits, order.get("atLeast", 1), order.get("timeoutMs", 5000) / 1000)
    return wait.reply(lambda: journals.heard(call.worlds, key))


ROUTES = (
    ControlRoute("GET", "/requests", list_requests, spread=gathered("requests", "id", limit=100)),
    ControlRoute("GET", "/requests/<int:entry_id>", show_request, spread=FIRST),
    ControlRoute("DELETE", "/requests", forget_requests, spread=ordered()),
    ControlRoute(
        "POST", "/requests/count", count_requests, ASKING, asks=True, spread=gathered("", "", "count", whole=True)
    ),
    ControlRoute(
        "POST", "/requests/find", find_requests, ASKING, asks=True, spread=gathered("requests", "id", limit=100)
    ),
    ControlRoute("POST", "/requests/wait", wait_for_requests, WAITING, asks=True, spread=WAITS),
)
