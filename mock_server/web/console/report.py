"""The report: a verdict on the client of each key, with the requests that show it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed
from mock_server.web.console.orders import shown
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer

LISTED = 50  # clients on the page, those of the newest keys


def page(call: ControlCall) -> Reply:
    """The report on one key's client, or on all."""
    page = partial(_page, call)
    return shown(call, "/console/report", page) if call.key is None and call.ask_all else _clients(call, page)


def listed(call: ControlCall) -> Reply:
    """The report of one process of several, by key."""
    return _clients(call, answer)


def _clients(call: ControlCall, then: Callable[[dict[str, Any]], Reply]) -> Reply:
    keys = [world.account.key for world in call.known()]

    def with_keys(told: dict[str, Any]) -> Reply:
        rows = [{"key": key, "client": client} for key, client in zip(keys[-LISTED:], told["keys"], strict=False)]
        return then({"verdict": told["verdict"], "keys": rows, "meta": {"total": len(keys)}})

    return shown(replace(call, ask_all=None), "/report", with_keys, limit=LISTED)


def _page(call: ControlCall, told: dict[str, Any]) -> Reply:
    return framed(
        call,
        "report.html",
        "Report",
        "Report",
        verdict=told["verdict"],
        rows=[(each["key"], each["client"]) for each in told["keys"]],
        more=told["meta"]["total"] - len(told["keys"]),
    )
