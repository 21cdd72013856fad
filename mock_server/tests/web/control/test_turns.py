"""Whoever asks for much waits for it; nobody else does."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mock_server.domain.clients.journal import Entry
from mock_server.server.reply import Reply
from mock_server.server.request import Peer, Request
from mock_server.settings import Settings
from mock_server.web.control import report, turns
from mock_server.web.control.turns import TURN, in_thread, in_turns, listed
from mock_server.web.front import Front
from mock_server.web.mock import Mock

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


def asked(front: Front, path: str, method: str = "GET", body: bytes = b"") -> Reply:
    peer = Peer("127.0.0.1", 1, "127.0.0.1", 8080)
    headers = {"host": "127.0.0.1:8080", "content-type": "application/json"}
    return front.answer(Request(method, f"/__admin{path}", headers, peer, body))


async def turns_of_others(later: Callable[[], Any]) -> tuple[Reply, int]:
    """The reply, and how often something else had its turn before it came."""
    others = 0

    async def other() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    other_task = asyncio.get_running_loop().create_task(other())
    reply: Reply = await later()
    while reply.later is not None:
        reply = await reply.later()
    other_task.cancel()
    return reply, others


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
    assert reply.later is not None
    _, others = asyncio.run(turns_of_others(reply.later))
    assert others >= 4


def test_what_is_told_in_turns_is_what_is_told_at_once(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    later = asked(front, "/requests/violations?limit=3").later
    assert later is not None
    in_parts, _ = asyncio.run(turns_of_others(later))
    monkeypatch.setattr(turns, "TURN", 1_000_000)
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
    later = asked(front, "/report").later
    assert later is not None
    reply, _ = asyncio.run(turns_of_others(later))
    assert reply.value()["keys"][0]["requests"] == 5 * TURN
    assert threads
    assert threading.main_thread() not in threads


def test_what_goes_wrong_in_a_thread_is_told_as_elsewhere(front: Front) -> None:
    forms = front.mock.worlds.foundation.vocabulary.forms
    later = in_thread(lambda: forms.check("shipment.schema.json", 5), lambda _: Reply(200)).later
    assert later is not None
    assert asyncio.run(turns_of_others(later))[0].status == 400


def test_the_first_control_call_does_not_hold_others_while_flask_is_made() -> None:
    front = Front(Mock(Settings()))
    reply = asked(front, "/health")
    assert reply.later is not None
    assert "flask" not in vars(front)
    answered, _ = asyncio.run(turns_of_others(reply.later))
    assert answered.status == 200
    assert asked(front, "/health").later is None
