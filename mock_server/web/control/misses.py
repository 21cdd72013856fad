"""`/requests/unmatched` and `/requests/violations`: what clients got wrong, and why."""

from http import HTTPStatus
from typing import Any

from mock_server.contract.breaches import Breaches, CitedClause
from mock_server.contract.near_misses import near_miss
from mock_server.contract.specification import Specification
from mock_server.domain.clients.journal import KEPT_BODY, Entry
from mock_server.domain.clients.shown import reason_of
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.requests import MOST_ENTRIES
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered
from mock_server.web.control.turns import in_turns, listed, those
from mock_server.world import journals


def unmatched(call: ControlCall) -> Reply:
    show, specification = call.plane.view.show, call.worlds.foundation.specification
    found = those(journals.heard(call.worlds, call.key), lambda entry: entry.operation is None)
    return in_turns(listed(found, _limit(call), lambda entry: {**show(entry), **missed(specification, entry)}))


def violations(call: ControlCall) -> Reply:
    show, breaches = call.plane.view.show, call.plane.breaches
    found = those(journals.heard(call.worlds, call.key), lambda entry: clause(breaches, entry))

    def shown(entry: Entry) -> dict[str, Any]:
        broken = clause(breaches, entry)
        return {**show(entry), "clause": broken and told(broken)}

    return in_turns(listed(found, _limit(call), shown))


def missed(specification: Specification, entry: Entry) -> dict[str, Any]:
    """The operation that a request came nearest to, and why it missed it."""
    if not entry.method:
        return {"nearest": None, "why": reason_of(entry)}
    miss = near_miss(specification, entry.method, entry.target)
    operation = miss.operation
    keyless = specification.key_header.lower() not in entry.headers
    lacks_key = f"; it also lacks {specification.key_header}" if keyless else ""
    nearest = {
        "operation": operation.id,
        "method": operation.method,
        "path": f"{specification.base_path}{operation.path}",
    }
    return {"nearest": nearest, "why": miss.reason + lacks_key}


def clause(breaches: Breaches, entry: Entry) -> CitedClause | None:
    """The clause that a request broke, if it was refused for one."""
    specification = breaches.specification
    if entry.injected or not entry.refusal:
        return None
    if entry.status == HTTPStatus.UNAUTHORIZED and specification.key_header.lower() not in entry.headers:
        return breaches.keyless()
    operation = specification.operations.get(entry.operation or "")
    parameters = breaches.parameters(operation, entry.target) if operation else {}
    # What was cut can no longer be checked; then the refusal itself says which clause it was.
    body = entry.body if len(entry.body) < KEPT_BODY else b""
    return breaches.clause(operation, entry.status, entry.refusal, parameters, body)


def told(clause: CitedClause) -> dict[str, str]:
    return {"id": clause.id, "title": clause.title, "source": clause.source}


def _limit(call: ControlCall) -> int:
    return call.number("limit", 100, MOST_ENTRIES)


ROUTES = (
    ControlRoute("GET", "/requests/unmatched", unmatched, spread=gathered("requests", "id", limit=100)),
    ControlRoute("GET", "/requests/violations", violations, spread=gathered("requests", "id", limit=100)),
)
