"""Whoever asks for much waits for it; nobody else does."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from mock_server.contract.forms import Flaw, Forms
from mock_server.domain.clients.journal import Entry, Journal
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.steps import Steps
from mock_server.faults.scenarios import Scenario
from mock_server.server.reply import Reply, encode, in_parts
from mock_server.settings import Settings
from mock_server.tests.web.control.turning import answered, asked, with_others
from mock_server.web import console
from mock_server.web.control import ROUTES, report, turns
from mock_server.web.control.report import FEW
from mock_server.web.control.turns import SHORT, TURN, in_thread, in_turns, listed
from mock_server.web.front import Front
from mock_server.web.mock import Mock
from mock_server.world import Foundation

KEY = "tf_test_free_a"


def refused(number: int) -> Entry:
    """A request that broke the contract."""
    headers = {"x-api-key": KEY}
    return Entry(
        number, 0.0, KEY, "trackShipment", "GET", "/v2/track/x", headers, b"", 400, {}, b"", "invalid_tracking_number"
    )


@pytest.fixture
def front() -> Front:
    """A mock whose journals are full of refusals."""
    mock = Mock(Settings(journal_size=5 * TURN))
    world = mock.worlds.of(KEY)
    for number in range(5 * TURN):
        world.journal.record(refused(number))
    front = Front(mock)
    assert front.flask is not None
    return front


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("/requests/violations?limit=1", "GET", b""),
        ("/requests/unmatched", "GET", b""),
        ("/requests?limit=1000", "GET", b""),
        (f"/requests?limit=1000&key={KEY}", "GET", b""),
        ("/requests/find", "POST", b'{"match": {"body": {"x": 1}}}'),
        ("/requests/count", "POST", b"{}"),
        ("/requests/wait", "POST", b'{"match": {"method": "PUT"}, "timeoutMs": 0}'),
    ],
)
def test_a_question_about_many_requests_lets_others_have_their_turns(
    front: Front, path: str, method: str, body: bytes
) -> None:
    reply = asked(front, path, method, body)
    _, others = with_others(reply)
    assert others >= 4


def test_a_turn_is_over_when_it_has_computed_long(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter(range(1000))
    monkeypatch.setattr(turns, "thread_time", lambda: next(spent) * turns.LONGEST * 0.6)

    def work() -> Steps[Reply]:
        yield from (None,) * 8
        return Reply(200)

    reply, others = with_others(in_turns(work()))
    assert reply.status == 200
    assert others >= 4  # two steps in each


def test_a_search_in_the_console_lets_others_have_their_turns(front: Front) -> None:
    reply = asked(front, f"/requests?key={KEY}&text=nowhere", accept="text/html")
    page, others = with_others(reply)
    assert page.status == 200
    assert others >= 4


def test_one_request_is_found_without_a_look_at_all(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "entries", lambda _: pytest.fail("all were asked for"))
    assert asked(front, f"/requests/{TURN}?key={KEY}").value()["id"] == str(TURN)
    assert asked(front, f"/requests/{TURN}").value()["id"] == str(TURN)
    assert asked(front, "/requests/1000000").status == 404


def test_what_is_told_in_turns_is_what_is_told_at_once(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    in_parts = answered(asked(front, "/requests/violations?limit=3"))
    monkeypatch.setattr(turns, "TURN", 1_000_000)
    monkeypatch.setattr(turns, "LONGEST", 1_000.0)
    assert asked(front, "/requests/violations?limit=3") == in_parts
    assert in_parts.value()["meta"] == {"total": 5 * TURN}
    assert len(in_parts.value()["requests"]) == 3


def test_only_what_is_asked_for_is_shown() -> None:
    shown: list[int] = []
    reply = in_turns(listed(map(refused, range(10)), 2, lambda entry: shown.append(entry.id)))
    assert shown == [0, 1]
    assert reply.value()["meta"] == {"total": 10}


def test_a_long_report_is_made_beside_the_event_loop(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    made = report.judged

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread())
        return made(*given)

    monkeypatch.setattr(report, "judged", noted)
    reply = answered(asked(front, "/report"))
    assert reply.value()["keys"][0]["requests"] == 5 * TURN
    assert threads
    assert threading.main_thread() not in threads


def test_what_goes_wrong_in_a_thread_is_told_as_elsewhere(front: Front) -> None:
    forms = front.mock.worlds.foundation.vocabulary.forms
    reply = in_thread(lambda: forms.check("shipment.schema.json", 5), lambda _: Reply(200))
    assert answered(reply).status == 400


def test_the_first_control_call_does_not_hold_others_while_flask_is_made() -> None:
    front = Front(Mock(Settings()))
    reply = asked(front, "/health")
    assert reply.later is not None
    assert "flask" not in vars(front)
    assert answered(reply).status == 200
    assert asked(front, "/health").later is None


def pinning(count: int) -> bytes:
    """An order to play a scenario with so many shipments."""
    shipments = [{"tracking_number": f"RR{number:08}0GB", "status": "in_transit"} for number in range(count)]
    return json.dumps({"document": {"shipments": shipments}}).encode()


LONG = SHORT // len(pinning(1)) * 2
PINNED = "RR000000010GB"


def test_a_long_scenario_is_read_beside_the_event_loop(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    stage = Foundation.stage

    def noted(self: Foundation, name: str, document: Any) -> Scenario:
        threads.append(threading.current_thread())
        return stage(self, name, document)

    monkeypatch.setattr(Foundation, "stage", noted)
    worlds = front.mock.worlds
    reply = asked(front, f"/scenario?key={KEY}", "PUT", pinning(LONG))
    assert worlds.of(KEY).scenario.name == "none"
    assert answered(reply).status == 200
    assert worlds.of(KEY).scenario.name == "given"
    assert threads != [threading.main_thread()]
    changes = asked(front, "/changes").value()["changes"]
    assert [each["path"] for each in changes] == ["/__admin/scenario"]


LONG_BODIES = [
    (route.method, route.path.replace("<text>", "1Z999AA10123456784").replace("<identifier>", "rule"))
    for route in ROUTES
    if route.method in {"POST", "PUT"}
]


@pytest.mark.parametrize(("method", "path"), LONG_BODIES)
def test_a_long_body_is_never_tried_on_the_event_loop(
    front: Front, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    here: list[str] = []
    flaws = Forms.flaws

    def noted(self: Forms, form: str, value: Any) -> Iterator[Flaw]:
        if threading.current_thread() is threading.main_thread():
            here.append(form)
        return flaws(self, form, value)

    monkeypatch.setattr(Forms, "flaws", noted)
    reply = asked(front, path, method, encode({"unheard_of": ["of"] * SHORT}))
    answered(reply)
    assert here == []


def test_what_is_wrong_with_a_long_scenario_is_told_as_with_a_short_one(front: Front) -> None:
    wrong = pinning(LONG).replace(b"in_transit", b"in_transition", 1)
    reply = answered(asked(front, "/scenario", "PUT", wrong))
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json")
    assert "/document/shipments/0/status" in str(reply.value()) or "shipments[0].status" in str(reply.value())
    assert asked(front, "/changes").value()["changes"] == []


def test_pinned_shipments_are_made_when_they_are_asked_for(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(asked(front, "/scenario", "PUT", pinning(LONG)))
    made: list[str] = []
    journey = Pin.journey

    def noted(self: Pin, *given: Any) -> Journey:
        made.append(self.number.text)
        return journey(self, *given)

    monkeypatch.setattr(Pin, "journey", noted)
    world = front.mock.worlds.of("tf_test_free_b")
    assert made == []
    assert world.look_up(PINNED, None).tracked.status == "in_transit"
    assert world.look_up(PINNED, None).tracked.status == "in_transit"
    assert made == [PINNED]


def test_a_snapshot_is_written_and_read_beside_the_event_loop(front: Front) -> None:
    answered(asked(front, f"/scenario?key={KEY}", "PUT", pinning(LONG)))
    taken = answered(asked(front, f"/snapshot?key={KEY}"))
    assert len(taken.value()["worlds"][0]["shipments"]) == LONG
    other = Front(Mock(Settings(), front.mock.worlds.clock.base))
    assert other.flask is not None
    worlds = other.mock.worlds
    reply = asked(other, f"/snapshot?key={KEY}", "PUT", taken.content)
    assert not worlds.of(KEY).shipments.own
    assert answered(reply).value()["status"] == "restored"
    assert worlds.of(KEY).look_up(PINNED, None).facts("en") == front.mock.worlds.of(KEY).look_up(PINNED, None).facts(
        "en"
    )
    again = answered(asked(other, f"/snapshot?key={KEY}")).value()["worlds"][0]
    assert again["shipments"] == taken.value()["worlds"][0]["shipments"]


@pytest.mark.parametrize(
    ("path", "words"),
    [("/requests/unmatched", "Near misses"), ("/requests/violations", "Violations"), ("/report", "Report")],
)
def test_pages_of_the_console_show_what_is_told_later(front: Front, path: str, words: str) -> None:
    for number in range(2 * FEW):
        front.mock.worlds.of(KEY).journal.record(refused(number))
    page = answered(asked(front, path, accept="text/html"))
    assert page.status == 200
    assert words in page.content.decode()


def test_a_page_that_somebody_else_is_the_first_to_ask_for_is_waited_for(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = import_module("mock_server.web.console.trying")
    begun = ModuleType(whole.__name__)  # as others see a module while it is being imported
    monkeypatch.setitem(sys.modules, whole.__name__, begun)
    monkeypatch.setattr(console, "import_module", lambda name: whole if name == begun.__name__ else import_module(name))
    reply = asked(front, "/try", accept="text/html")
    assert (answered(reply) if reply.later else reply).status == 200


def test_what_the_first_shipment_needs_is_there_before_it_is_asked_for() -> None:
    script = "import sys; from mock_server.web.mock import Mock; mock = Mock(); assert 'faker' not in sys.modules; "
    script += "mock.warm(); assert 'faker' in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize("depth", range(5))
def test_what_is_encoded_in_parts_is_the_same(depth: int) -> None:
    value: Any = {"a": [{"b": [1, {"é": None}], "c": {}}, []], 'd"': "x", "e": 1.5, "f": True}
    assert b"".join(in_parts(value, depth)) == encode(value)
