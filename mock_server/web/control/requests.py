"""`/requests`: what was asked and answered, and questions about it."""

from http import HTTPStatus
from itertools import islice, takewhile

from mock_server.domain.clients.journal import Entry
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route, answer
from mock_server.web.control.matching import match_of
from mock_server.web.control.waiting import Wait
from mock_server.web.problems import Problem

MOST_ENTRIES = 1000
ASKING = "control.schema.json#/$defs/asking"
WAITING = "control.schema.json#/$defs/waiting"


def list_requests(call: ControlCall) -> Reply:
    limit, since = call.number("limit", 100, MOST_ENTRIES), call.number("since", 0)
    found = takewhile(lambda entry: entry.id > since, call.worlds.heard(call.key))
    shown = [call.plane.view.show(entry) for entry in islice(found, limit)]
    total = sum(1 for _ in call.worlds.heard(call.key)) if call.key else call.worlds.archive.entries
    return answer({"requests": shown, "meta": {"total": total}})


def show_request(call: ControlCall, entry_id: int) -> Reply:
    for entry in call.worlds.heard(call.key):
        if entry.id == entry_id:
            return answer(call.plane.view.show(entry))
    raise Problem(HTTPStatus.NOT_FOUND, f"the journal has no request {entry_id}; old ones are let go")


def forget_requests(call: ControlCall) -> Reply:
    for world in call.known():
        world.journal.clear()
    call.worlds.stray.clear(call.key)
    return answer({"status": "forgotten"})


def count_requests(call: ControlCall) -> Reply:
    fits = match_of(call.read(ASKING).get("match", {}))
    return answer({"count": sum(map(fits, call.worlds.heard(call.key)))})


def find_requests(call: ControlCall) -> Reply:
    order = call.read(ASKING)
    fits = match_of(order.get("match", {}))
    found = [entry for entry in call.worlds.heard(call.key) if fits(entry)]
    shown = [call.plane.view.show(entry) for entry in found[: order.get("limit", 100)]]
    return answer({"requests": shown, "meta": {"total": len(found)}})


def wait_for_requests(call: ControlCall) -> Reply:
    order = call.read(WAITING)
    match, key = match_of(order.get("match", {})), call.key

    def fits(entry: Entry) -> bool:
        return key in (None, entry.key) and match(entry)

    wait = Wait(call.worlds.archive, fits, order.get("atLeast", 1), order.get("timeoutMs", 5000) / 1000)
    return wait.reply(lambda: call.worlds.heard(key))


ROUTES = (
    Route("GET", "/requests", list_requests),
    Route("GET", "/requests/<int:entry_id>", show_request),
    Route("DELETE", "/requests", forget_requests),
    Route("POST", "/requests/count", count_requests),
    Route("POST", "/requests/find", find_requests),
    Route("POST", "/requests/wait", wait_for_requests),
)
