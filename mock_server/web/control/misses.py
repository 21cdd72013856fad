"""`/requests/unmatched` and `/requests/violations`: what clients got wrong, and why."""

from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from mock_server.contract.breaches import Breaches, Clause
from mock_server.contract.near_misses import near_miss
from mock_server.domain.clients.journal import KEPT_BODY, Entry
from mock_server.domain.clients.shown import reason_of
from mock_server.web.control.plane import Plane, number
from mock_server.web.control.requests import MOST_ENTRIES, shower


def register(plane: Plane) -> None:
    worlds = plane.worlds
    specification = worlds.foundation.specification
    key_header = specification.key_header.lower()
    breaches = Breaches(specification)
    show = shower(plane)

    @plane.blueprint.get("/requests/unmatched")
    def unmatched() -> Response:
        entries = (entry for entry in worlds.heard(plane.key) if entry.operation is None)
        return _listed([{**show(entry), **missed(entry)} for entry in entries])

    @plane.blueprint.get("/requests/violations")
    def violations() -> Response:
        broken = ((entry, clause(entry)) for entry in worlds.heard(plane.key))
        return _listed([{**show(entry), "clause": told(found)} for entry, found in broken if found])

    def missed(entry: Entry) -> dict[str, Any]:
        if not entry.method:
            return {"nearest": None, "why": reason_of(entry)}
        miss = near_miss(specification, entry.method, entry.target)
        operation = miss.operation
        lacks_key = f"; it also lacks {specification.key_header}" if key_header not in entry.headers else ""
        nearest = {
            "operation": operation.id,
            "method": operation.method,
            "path": f"{specification.base_path}{operation.path}",
        }
        return {"nearest": nearest, "why": miss.reason + lacks_key}

    def clause(entry: Entry) -> Clause | None:
        if entry.injected or not entry.refusal:
            return None
        if entry.status == HTTPStatus.UNAUTHORIZED and key_header not in entry.headers:
            return breaches.keyless()
        operation = specification.operations.get(entry.operation or "")
        parameters = breaches.parameters(operation, entry.target) if operation else {}
        # What was cut can no longer be checked; then the refusal itself says which clause it was.
        body = entry.body if len(entry.body) < KEPT_BODY else b""
        return breaches.clause(operation, entry.status, entry.refusal, parameters, body)


def told(clause: Clause) -> dict[str, str]:
    return {"id": clause.id, "title": clause.title, "source": clause.source}


def _listed(requests: list[dict[str, Any]]) -> Response:
    return jsonify(requests=requests[: number("limit", 100, MOST_ENTRIES)], meta={"total": len(requests)})
