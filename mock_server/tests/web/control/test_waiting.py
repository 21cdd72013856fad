"""Waiting over a real socket, because only an event loop can wait for others."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_server.domain.clients.journal import Entry
from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.tests.web.control.admin import FREE, OTHER, Admin
from mock_server.web.app import MockServer, create_app


class WaitingMock:
    """A running mock whose tests know when somebody has begun to wait."""

    def __init__(self, app: MockServer, url: str) -> None:
        self.archive = app.worlds.archive
        self.url = url
        self.begun = threading.Semaphore(0)
        self._watched = self.archive.watchers.watched
        self.archive.watchers.watched = self.watched  # type: ignore[method-assign]  # it tells the test, and does its work

    def watched(self, watcher: Callable[[Entry], object]) -> Any:
        self.begun.release()
        return self._watched(watcher)

    def call(self, method: str, path: str, value: object = None, key: str | None = None) -> tuple[int, Any]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        headers = {"X-API-Key": key} if key else {}
        connection.request(method, path, None if value is None else json.dumps(value), headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body)

    def wait(self, value: object, query: str = "") -> "Waiter":
        waiter = Waiter(self, value, query)
        waiter.start()
        assert self.begun.acquire(timeout=20)
        return waiter


class Waiter(threading.Thread):
    def __init__(self, site: WaitingMock, value: object, query: str) -> None:
        super().__init__(daemon=True)
        self.site, self.value, self.query = site, value, query

    def run(self) -> None:
        self.answer = self.site.call("POST", f"/__admin/requests/wait{self.query}", self.value)

    def result(self) -> tuple[int, Any]:
        self.join(20)
        return self.answer


@pytest.fixture
def site() -> Iterator[WaitingMock]:
    app = create_app(Settings())
    with served(app) as server:
        yield WaitingMock(app, server.url)


def test_what_has_come_already_is_answered_at_once(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask(FREE)
    assert admin.post("/requests/wait", {"atLeast": 2, "timeoutMs": 0}) == {"count": 2}


def test_without_time_to_wait_what_has_not_come_is_408(admin: Admin) -> None:
    admin.ask(FREE)
    problem = admin.problem("POST", "/requests/wait", {"match": {"status": 404}, "timeoutMs": 0})
    assert problem["status"] == 408
    assert problem["detail"].startswith("0 of 1 requests came within 0 ms")


def test_the_answer_comes_as_soon_as_it_holds_and_others_are_served_meanwhile(site: WaitingMock) -> None:
    site.call("GET", "/v2/carriers", key=FREE)
    waiter = site.wait({"match": {"operation": "listCarriers"}, "atLeast": 3, "timeoutMs": 20_000})
    for key in (FREE, OTHER):
        assert waiter.is_alive()
        site.call("GET", "/v2/carriers", key=key)
    assert waiter.result() == (200, {"count": 3})


def test_one_key_waits_for_its_own_requests_wherever_they_were_heard(site: WaitingMock) -> None:
    waiter = site.wait({"atLeast": 2, "timeoutMs": 20_000}, f"?key={FREE}")
    site.call("GET", "/v2/carriers", key=OTHER)
    site.call("GET", "/v2/parcels", key=FREE)
    site.call("GET", "/v2/carriers", key=FREE)
    assert waiter.result() == (200, {"count": 2})


def test_after_the_timeout_it_is_408_with_what_came(site: WaitingMock) -> None:
    waiter = site.wait({"atLeast": 2, "timeoutMs": 1})
    status, problem = waiter.result()
    assert (status, problem["title"]) == (408, "Request Timeout")


def test_nobody_is_watched_for_any_more_when_the_wait_is_over(site: WaitingMock) -> None:
    site.wait({"atLeast": 1, "timeoutMs": 1}).result()
    assert len(site.archive.watchers) == 0


def test_a_client_that_is_gone_no_longer_waits(site: WaitingMock) -> None:
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    connection.request("POST", "/__admin/requests/wait", json.dumps({"timeoutMs": 20_000}))
    assert site.begun.acquire(timeout=20)
    # A reset, because a client that only stops sending may still want its answer.
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    asked = 0
    while site.archive.watchers and asked < 1000:  # the server learns of it in its own time
        site.call("GET", "/__admin/version")
        asked += 1
    assert len(site.archive.watchers) == 0
