"""`/report`: how the clients behaved, key by key."""

from http import HTTPStatus
from typing import Any

from mock_server.domain.clients.conduct import Finding
from mock_server.domain.clients.journal import Entry, masked
from mock_server.domain.clients.report import overall, report
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply, in_parts
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import JSON, encoded
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered
from mock_server.web.control.turns import in_thread
from mock_server.world import World, journals

KEY = 2  # how deep in a report what is told of one key is
FEW = 200  # requests that are judged before anything else is answered
MOST_JUDGED = 20_000  # newest requests, of all keys together, so that nobody else has to wait for the report


def judged(call: ControlCall, world: World, entries: tuple[Entry, ...]) -> dict[str, Any]:
    """How the client of one key behaved."""
    told = report(call.plane.conversations.of(world, entries))
    return {
        "key": masked(world.account.key),
        "plan": world.account.plan.name,
        "requests": len(entries),
        "verdict": told.verdict,
        "findings": [shown(finding) for finding in told.findings],
    }


def show_report(call: ControlCall) -> Steps[Reply]:
    worlds = call.known()
    worlds = worlds[max(0, len(worlds) - call.number("limit", len(worlds))) :]
    of_each = []
    for each in journals.heard_of_each(call.worlds, worlds, MOST_JUDGED // (len(worlds) or 1)):
        of_each.append(each)
        yield

    def told() -> bytes:
        keys = [judged(call, world, entries) for world, entries in of_each]
        value = {"verdict": overall([each["verdict"] for each in keys]), "keys": keys}
        return b"".join((*in_parts(value, KEY, encoded), b"\n"))

    few = len(of_each) <= FEW and sum(len(entries) for _, entries in of_each) <= FEW
    return _answer(told()) if few else in_thread(told, _answer)


def _answer(content: bytes) -> Reply:
    return Reply(HTTPStatus.OK, content, {"Content-Type": JSON})


def shown(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "question": finding.question,
        "verdict": finding.verdict,
        "detail": finding.detail,
        "requests": [str(each) for each in finding.requests],
        "advice": finding.advice,
    }


ROUTES = (ControlRoute("GET", "/report", show_report, spread=gathered("keys", whole=True)),)
