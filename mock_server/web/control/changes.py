"""`/changes`: who changed what by the control plane."""

from dataclasses import asdict
from itertools import islice
from typing import Any

from mock_server.domain.clock import to_text
from mock_server.server.reply import Reply
from mock_server.web.control.call import Change, ControlCall
from mock_server.web.control.replies import answer
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered

MOST_SHOWN = 1000


def list_changes(call: ControlCall) -> Reply:
    """The control calls that changed something, newest first; those about the key alone if there is `?key=`."""
    found = [each for each in reversed(call.plane.changes) if call.key in {None, each.key}]
    shown = [facts(each) for each in islice(found, call.number("limit", 100, MOST_SHOWN))]
    return answer({"changes": shown, "meta": {"total": len(found)}})


def facts(change: Change) -> dict[str, Any]:
    return {**asdict(change), "at": to_text(change.at)}


ROUTES = (ControlRoute("GET", "/changes", list_changes, spread=gathered("changes", "at", limit=100)),)
