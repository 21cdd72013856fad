"""What clients made to measure did in a world, without running any."""

import json
from collections.abc import Sequence
from dataclasses import replace

from mock_server.commands.process import Ending
from mock_server.domain.clients.journal import Entry, Struck
from mock_server.lab.baseline import Baseline
from mock_server.lab.calls import calls_of
from mock_server.lab.comparison import Comparison
from mock_server.lab.failures import STRIKE, Point
from mock_server.lab.outcome import TrialOutcome
from mock_server.lab.setup import Setup
from mock_server.tests.lab.client_calls import SPECIFICATION

KEY = "tf_test_growth_1"


def tracked(number: str, *, struck: bool = False) -> Entry:
    """A question for one shipment; one that is struck is refused on purpose."""
    target = f"/v2/track/{number}"
    entry = Entry(1, 0.0, KEY, "trackShipment", "GET", target, {}, b"", 200, {}, b'{"status": "in_transit"}')
    return _refused(entry) if struck else entry


def batched(*numbers: str, struck: bool = False) -> Entry:
    """A question for a batch of them; struck, it is refused as a whole."""
    asked = json.dumps({"shipments": [{"tracking_number": number} for number in numbers]}).encode()
    told = json.dumps({"results": [{"tracking_number": number, "status": "in_transit"} for number in numbers]}).encode()
    entry = Entry(1, 0.0, KEY, "trackBatch", "POST", "/v2/track/batch", {}, asked, 200, {}, told)
    return _refused(entry) if struck else entry


def batched_but(refused: str, *numbers: str) -> Entry:
    """A question for a batch of which one is refused on purpose."""
    told = [{"tracking_number": each, "status": None if each == refused else "in_transit"} for each in numbers]
    return replace(batched(*numbers), reply_body=json.dumps({"results": told}).encode(), injected=(f"{STRIKE}1",))


def created(number: str, *, cut: bool = False) -> Entry:
    """A webhook made for a shipment; if it is cut, the answer says so by its status alone."""
    asked = json.dumps({"tracking_number": number, "url": "https://example.com/hook"}).encode()
    entry = Entry(1, 0.0, KEY, "createWebhook", "POST", "/v2/webhooks", {}, asked, 201, {}, b'{"webhook_id": "wh_1"}')
    lost = (Struck(f"{STRIKE}1", "truncate_body", lost=True),)
    return replace(entry, struck=lost, injected=(f"{STRIKE}1",)) if cut else entry


def outcome(*entries: Entry, stdout: str = "", out_of_time: bool = False, delivered: int = 0) -> TrialOutcome:
    """Of a command that asked so, said so and left with 0."""
    own = tuple(each for each in entries if each.key == KEY)
    strikes = sum(bool(each.injected) for each in entries)
    return TrialOutcome(
        Setup("growth"), KEY, Ending(0, out_of_time), stdout, "", own, entries, {f"{STRIKE}1": strikes},
        0, {}, (), 0, delivered, (),
    )  # fmt: skip


def compared(usual: TrialOutcome, then: TrialOutcome, point: Point) -> Comparison:
    """A command that always does the one thing beside what it did in the world of the point."""
    return Comparison(baseline(usual), point, then, 30.0)


def baseline(*usual: TrialOutcome) -> Baseline:
    return Baseline(usual, tuple(calls_of(usual[0].entries, SPECIFICATION)))


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """The entries a second after each other."""
    return [replace(each, id=place, real=float(place)) for place, each in enumerate(entries, 1)]


def _refused(entry: Entry) -> Entry:
    return replace(entry, status=500, reply_body=b"{}", refusal="internal_error", injected=(f"{STRIKE}1",))
