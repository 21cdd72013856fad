"""`/report`: how the clients behaved, key by key."""

from itertools import islice
from typing import Any

from mock_server.domain.clients.conduct import Finding
from mock_server.domain.clients.journal import Entry, masked
from mock_server.domain.clients.report import overall, report
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered
from mock_server.web.control.turns import in_thread
from mock_server.world import World, journals

FEW = 200  # requests that are judged before anything else is answered
MOST_JUDGED = 20_000  # newest requests, of all keys together, so that nobody else has to wait for the report


def heard(call: ControlCall, world: World, most: int) -> tuple[Entry, ...]:
    """So many of the newest requests of one key, oldest first."""
    return tuple(islice(journals.heard(call.worlds, world.account.key), most))[::-1]


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


def show_report(call: ControlCall) -> Reply:
    worlds = call.known()
    worlds = worlds[max(0, len(worlds) - call.number("limit", len(worlds))) :]
    of_each = [(world, heard(call, world, MOST_JUDGED // len(worlds))) for world in worlds]

    def keys() -> list[dict[str, Any]]:
        return [judged(call, world, entries) for world, entries in of_each]

    if sum(len(entries) for _, entries in of_each) <= FEW:
        return _answer(keys())
    return in_thread(keys, _answer)


def _answer(keys: list[dict[str, Any]]) -> Reply:
    return answer({"verdict": overall([each["verdict"] for each in keys]), "keys": keys})


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
