"""The scenarios: what each does, and an editor whose errors are told at their line."""

from mock_server.server.reply import Reply
from mock_server.web.console.frame import framed
from mock_server.web.console.orders import ConsoleCall, Filled, get, keyed
from mock_server.web.control.call import ControlCall

BLANK = """\
description: What it is for.
clock: 2026-06-15T12:00:00Z
faults:
  - id: ups-down
    fault: { type: error, code: carrier_unavailable }
    match: { carrier: ups }
"""


def page(call: ControlCall) -> Reply:
    """What is played, what could be, and the text of the one in the address's `edit`."""
    listed = get(call, "/scenarios")["scenarios"]
    chosen = next((each for each in listed if each["name"] == call.query.get("edit")), None)
    return framed(
        call,
        "scenario.html",
        "Scenarios",
        "Scenarios",
        now_playing=get(call, "/scenario"),
        scenarios=[(each, ConsoleCall("PUT", "/scenario", keyed(call), {"name": each["name"]})) for each in listed],
        text=chosen["yaml"] if chosen else BLANK,
        editing=chosen["name"] if chosen else None,
    )


def play_text(form: dict[str, str], call: ControlCall) -> Filled:
    """The order of the editor; DocumentError or FormError says at which line the text is wrong."""
    text = form.get("yaml", "").replace("\r\n", "\n")
    return Filled(ConsoleCall("PUT", "/scenario", keyed(call), text=text), "The scenario is played from its start")
