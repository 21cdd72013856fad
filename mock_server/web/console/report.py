"""The report: a verdict on the client of each key, with the requests that show it."""

from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed
from mock_server.web.console.orders import get
from mock_server.web.control.call import ControlCall


def page(call: ControlCall) -> Reply:
    """The report on one key's client, or on all."""
    told = get(call, "/report")
    keys = [world.account.key for world in call.known()]
    return framed(
        call,
        "report.html",
        "Report",
        "Report",
        verdict=told["verdict"],
        rows=list(zip(keys, told["keys"], strict=False)),
    )
