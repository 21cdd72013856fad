"""The report: a verdict on the client of each key, with the requests that show it."""

from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed
from mock_server.web.console.orders import shown
from mock_server.web.control.call import ControlCall

LISTED = 50  # clients on the page, those of the newest keys


def page(call: ControlCall) -> Reply:
    """The report on one key's client, or on all."""
    keys = [world.account.key for world in call.known()]
    return shown(call, "/report", lambda told: _page(call, keys, told), limit=LISTED)


def _page(call: ControlCall, keys: list[str], told: dict[str, Any]) -> Reply:
    return framed(
        call,
        "report.html",
        "Report",
        "Report",
        verdict=told["verdict"],
        rows=list(zip(keys[-LISTED:], told["keys"], strict=False)),
        more=max(0, len(keys) - LISTED),
    )
