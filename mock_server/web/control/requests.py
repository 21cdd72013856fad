"""`/requests`: what was asked and answered, and questions about it."""

from collections.abc import Callable
from http import HTTPStatus
from itertools import islice, takewhile
from typing import Any

from flask import Response, jsonify

from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.shown import EntryView
from mock_server.web.control.matching import match_of
from mock_server.web.control.plane import Plane, number
from mock_server.web.control.waiting import Wait
from mock_server.web.problems import Problem

MOST_ENTRIES = 1000
ASKING = "control.schema.json#/$defs/asking"
WAITING = "control.schema.json#/$defs/waiting"


def register(plane: Plane) -> None:
    worlds = plane.worlds
    show = shower(plane)

    @plane.blueprint.get("/requests")
    def list_requests() -> Response:
        limit, since = number("limit", 100, MOST_ENTRIES), number("since", 0)
        found = takewhile(lambda entry: entry.id > since, worlds.heard(plane.key))
        shown = [show(entry) for entry in islice(found, limit)]
        total = sum(1 for _ in worlds.heard(plane.key)) if plane.key else worlds.archive.entries
        return jsonify(requests=shown, meta={"total": total})

    @plane.blueprint.get("/requests/<int:entry_id>")
    def show_request(entry_id: int) -> Response:
        for entry in worlds.heard(plane.key):
            if entry.id == entry_id:
                return jsonify(show(entry))
        raise Problem(HTTPStatus.NOT_FOUND, f"the journal has no request {entry_id}; old ones are let go")

    @plane.blueprint.delete("/requests")
    def forget_requests() -> Response:
        for world in plane.known():
            world.journal.clear()
        worlds.stray.clear(plane.key)
        return jsonify(status="forgotten")

    @plane.blueprint.post("/requests/count")
    def count_requests() -> Response:
        fits = match_of(plane.read(ASKING).get("match", {}))
        return jsonify(count=sum(map(fits, worlds.heard(plane.key))))

    @plane.blueprint.post("/requests/find")
    def find_requests() -> Response:
        order = plane.read(ASKING)
        fits = match_of(order.get("match", {}))
        found = [entry for entry in worlds.heard(plane.key) if fits(entry)]
        shown = [show(entry) for entry in found[: order.get("limit", 100)]]
        return jsonify(requests=shown, meta={"total": len(found)})

    @plane.blueprint.post("/requests/wait")
    def wait_for_requests() -> Response:
        order = plane.read(WAITING)
        match, key = match_of(order.get("match", {})), plane.key

        def fits(entry: Entry) -> bool:
            return key in (None, entry.key) and match(entry)

        wait = Wait(worlds.archive, fits, order.get("atLeast", 1), order.get("timeoutMs", 5000) / 1000)
        return wait.response(lambda: worlds.heard(key))


def shower(plane: Plane) -> Callable[[Entry], dict[str, Any]]:
    """How the plane shows an entry."""
    return EntryView(plane.worlds.foundation.specification).show
