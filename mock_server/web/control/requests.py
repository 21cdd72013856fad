"""`/requests`: what was asked and answered."""

from http import HTTPStatus

from flask import Response, jsonify

from mock_server.domain.journal import Journal, newest
from mock_server.web import entries
from mock_server.web.control.plane import Plane, number
from mock_server.web.problems import Problem

MOST_ENTRIES = 1000


def register(plane: Plane) -> None:
    worlds = plane.worlds
    key_header = worlds.foundation.specification.key_header

    def journals() -> list[Journal]:
        stray = [worlds.stray] if plane.key is None else []
        return [*(world.journal for world in plane.known()), *stray]

    @plane.blueprint.get("/requests")
    def list_requests() -> Response:
        found = newest(journals(), limit=number("limit", 100, MOST_ENTRIES), since=number("since", 0))
        shown = [entries.to_json(entry, key_header) for entry in found]
        return jsonify(requests=shown, meta={"total": sum(map(len, journals()))})

    @plane.blueprint.get("/requests/<int:entry_id>")
    def show_request(entry_id: int) -> Response:
        for journal in journals():
            for entry in journal.entries():
                if entry.id == entry_id:
                    return jsonify(entries.to_json(entry, key_header))
        raise Problem(HTTPStatus.NOT_FOUND, f"the journal has no request {entry_id}; old ones are let go")

    @plane.blueprint.delete("/requests")
    def forget_requests() -> Response:
        for journal in journals():
            journal.clear()
        return jsonify(status="forgotten")
