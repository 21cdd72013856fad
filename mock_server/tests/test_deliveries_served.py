"""Deliveries of a mock that is a process of its own: crashes in the middle of a storm, and receivers that hang."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_server.domain.clock import to_text
from mock_server.tests.sending.receivers import Quiet, digest, given, listening
from mock_server.tests.served import serving

KEY = "tf_test_enterprise_storm"
LIFE = "1ZTFTEST0300000111"  # ten scans in 72 hours
HOUR = 3600
START = ("--clock", "2026-06-15T12:00:00Z", "--time-scale", "0")


def call(url: str, method: str, path: str, value: object = None, key: str = KEY) -> Any:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=300)
    try:
        connection.request(method, path, json.dumps(value), {"X-API-Key": key, "Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content) if content else None
    finally:
        connection.close()


def subscribe(url: str, target: str, count: int) -> dict[str, str]:
    """The secrets of so many webhooks, by their ids."""
    made = [call(url, "POST", "/v2/webhooks", {"tracking_number": LIFE, "url": target}) for _ in range(count)]
    return {each["webhook_id"]: each["secret"] for each in made}


def advance(url: str, hours: float) -> Any:
    return call(url, "PUT", f"/__admin/clock?key={KEY}", {"action": "advance", "seconds": hours * HOUR})


class Wide(Quiet):
    """Room for every connection that a storm may bring at once."""

    request_queue_size = 512


def test_a_kill_in_the_middle_of_a_storm_loses_nothing(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    seen: dict[str, set[bytes]] = {}
    wrong: list[bytes] = []
    secrets: dict[str, str] = {}
    enough, complete = Event(), Event()
    hooks, scans = 100, 10

    def take(headers: Message, body: bytes) -> int:
        event = json.loads(body)
        if given(headers) != f"sha256={digest(body, secrets[event['webhook_id']])}":
            wrong.append(body)
        seen.setdefault(event["id"], set()).add(body)
        if len(seen) >= hooks * scans // 4:
            enough.set()
        if len(seen) == hooks * scans:
            complete.set()
        return 204

    def storm(url: str) -> None:
        with suppress(OSError, HTTPException):  # it is to be killed before it can answer
            advance(url, 73)

    with listening(take, server_class=Wide) as receiver:
        with serving(*START, *state) as (process, url):
            secrets |= subscribe(url, receiver.url, hooks)
            thread = Thread(target=storm, args=(url,))
            thread.start()
            assert enough.wait(30)
            process.send_signal(signal.SIGKILL)
            process.wait()
            thread.join()
        before = len(seen)
        assert before < hooks * scans, "the storm was over before the kill"
        with serving(*START, *state) as (_, url):
            assert complete.wait(30), f"{len(seen)} of {hooks * scans} events came, {before} of them before the kill"
            assert call(url, "GET", f"/__admin/clock?key={KEY}")["now"] == "2026-06-18T13:00:00Z"
            assert len(call(url, "GET", f"/__admin/webhooks?key={KEY}")["webhooks"]) == hooks
    assert all(len(bodies) == 1 for bodies in seen.values()), "an event came twice with different bytes"
    assert wrong == []


def test_a_webhook_that_was_answered_is_there_after_a_kill_and_one_deleted_is_not(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    with serving(*START, *state) as (process, url):
        kept, deleted = subscribe(url, "http://127.0.0.1:9/", 2)
        call(url, "DELETE", f"/v2/webhooks/{deleted}")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with serving(*START, *state) as (_, url):
        assert [each["webhook_id"] for each in call(url, "GET", "/__admin/webhooks")["webhooks"]] == [kept]


def test_an_orderly_end_keeps_what_came_of_every_attempt(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    with listening(lambda _, __: 204) as receiver:
        with serving(*START, *state) as (process, url):
            subscribe(url, receiver.url, 3)
            assert advance(url, 73)["pending_deliveries"] == 0
            process.send_signal(signal.SIGTERM)
            process.wait()
        with serving(*START, *state) as (_, url):
            found = call(url, "GET", "/__admin/deliveries?state=delivered")
            assert found["meta"] == {"total": 30}
            assert advance(url, 1)["pending_deliveries"] == 0
    assert len(receiver.received) == 30


def test_a_second_mock_does_not_take_the_state_file_of_the_first(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    with serving(*state), pytest.raises(AssertionError, match="another mock has the state file"), serving(*state):
        pass


def test_a_scaled_clock_delivers_a_whole_life_by_itself() -> None:
    complete = Event()

    def take(_: Message, body: bytes) -> int:
        if json.loads(body)["type"] == "tracking.delivered":
            complete.set()
        return 204

    with serving("--clock", "2026-06-15T12:00:00Z", "--time-scale", "86400") as (_, url), listening(take) as receiver:
        subscribe(url, receiver.url, 1)
        assert complete.wait(300)
    assert [len(json.loads(body)["data"]["events"]) for _, body in receiver.received] == list(range(1, 11))


def test_on_the_real_clock_a_scan_that_comes_due_is_delivered_in_its_second() -> None:
    arrived = Event()

    def take(_headers: Message, _body: bytes) -> int:
        arrived.set()
        return 204

    with serving() as (_, url), listening(take) as receiver:
        subscribe(url, receiver.url, 1)
        due = to_text(call(url, "GET", f"/__admin/clock?key={KEY}")["unix"] + 2)
        call(url, "POST", f"/__admin/shipments/{LIFE}/events?key={KEY}", {"type": "exception", "timestamp": due})
        assert arrived.wait(300)
    assert json.loads(receiver.received[0][1])["data"]["events"][0]["timestamp"] == due


@contextmanager
def hanging() -> Iterator[tuple[str, list[socket.socket]]]:
    """A receiver that takes every connection and says nothing."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hooks", held
        server.shutdown(socket.SHUT_RDWR)
    for each in held:
        each.close()


def test_a_thousand_webhooks_on_a_receiver_that_hangs_keep_nobody_from_being_served() -> None:
    complete, ids = Event(), set[str]()

    def take(_: Message, body: bytes) -> int:
        ids.add(json.loads(body)["id"])
        if len(ids) == 10:
            complete.set()
        return 204

    with serving(*START) as (_, url), hanging() as (target, held), listening(take) as receiver:
        subscribe(url, target, 1000)
        subscribe(url, receiver.url, 1)
        storm = Thread(target=advance, args=(url, 73))
        storm.start()
        asked = 0
        while storm.is_alive():
            call(url, "GET", "/v2/track/1Z204E380338943508", key="tf_test_enterprise_other")
            asked += 1
        storm.join()
        assert asked, "the storm was over before anybody could ask"
        assert 0 < len(held) <= 8
        assert complete.wait(60), f"{len(ids)} of 10 events came beside those that hang"
        assert len(receiver.received) == 10
        assert call(url, "GET", f"/__admin/deliveries?key={KEY}&state=pending")["meta"]["total"] > 1000


HERE = [
    *("127.0.0.1", "localhost", "LOCALHOST.", "app.localhost", "127.1", "127.8.9.10", "2130706433", "0x7f000001"),
    *("017700000001", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]", "[::]", "0"),
]
ORDERS = ("/__admin/reset", "/__admin/deliveries/{id}/replay", "/%5F%5Fadmin/reset", "/v2/../__admin/reset")


def test_no_delivery_reaches_the_control_plane_by_any_name_of_this_machine() -> None:
    with serving(*START) as (_, url), listening(lambda _, __: 204) as receiver:
        port = urlsplit(url).port
        subscribe(url, receiver.url, 1)
        advance(url, 73)
        before = call(url, "GET", f"/__admin/deliveries?key={KEY}")["deliveries"]
        wanted = [f"http://{host}:{port}{order.replace('{id}', before[0]['id'])}" for host in HERE for order in ORDERS]
        made = [target for target in wanted if subscribed(url, target)]
        assert len(made) >= 4 * len(ORDERS)
        call(url, "POST", f"/__admin/webhooks/trigger?key={KEY}", {"number": LIFE, "event": "delivered"})
        advance(url, 10 * 24)
        after = call(url, "GET", f"/__admin/deliveries?key={KEY}")["deliveries"]
        mine = {each["id"] for each in before}
        assert len(receiver.received) == 11
        assert {each["state"] for each in after if each["url"] != receiver.url} <= {"failed", "blocked"}
        assert len([each for each in after if each["id"] not in mine]) == len(made) + 1
        assert len(call(url, "GET", f"/__admin/webhooks?key={KEY}")["webhooks"]) == len(made) + 1


def subscribed(url: str, target: str) -> bool:
    """Whether the API takes a webhook to there."""
    with suppress(AssertionError):
        return bool(subscribe(url, target, 1))
    return False
