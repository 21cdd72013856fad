"""The heartbeat: an instance says in time that it is alive, and sooner where another is missed."""

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Any, cast

import pytest

from mock_server.sharing import heartbeat
from mock_server.sharing.heartbeat import Heartbeat
from mock_server.sharing.leases import Leases

LONG = 3600.0


class ListeningStore:
    """Leases that hear each beat."""

    def __init__(self) -> None:
        self.heard = Event()

    def renewed(self) -> Callable[[], None]:
        self.heard.set()
        return lambda: None


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(heartbeat, "RENEWED", LONG)
    monkeypatch.setattr(heartbeat, "SOONER", 0.0)
    return ListeningStore()


def test_who_is_missed_is_looked_for_before_the_next_turn(hurried: ListeningStore) -> None:
    loop = asyncio.new_event_loop()
    beating = Heartbeat(cast("Leases", hurried), loop)
    beating.start()
    for _ in range(3):
        hurried.heard.clear()
        beating.sooner()
        assert hurried.heard.wait(60)
    beating.stop()
    loop.close()


def test_it_stops_at_once_and_says_nothing_more(hurried: ListeningStore) -> None:
    loop = asyncio.new_event_loop()
    beating = Heartbeat(cast("Leases", hurried), loop)
    beating.start()
    beating.stop()
    beating.stop()
    loop.close()
    assert not hurried.heard.is_set()
