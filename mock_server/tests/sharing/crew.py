"""Processes that are one mock, here as servers of one process: what differs from `serve --workers` is only where."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import requests

from mock_server.domain.clock import Clock
from mock_server.server.accepting import Listening
from mock_server.server.background import BackgroundServer
from mock_server.server.listening import listen_on
from mock_server.settings import Settings
from mock_server.sharing.joining import joined
from mock_server.sharing.membership import place
from mock_server.web.front import Front
from mock_server.web.mock import Mock

SECRET = "known to these alone"
LONG = 600.0  # real seconds: more than the busiest machine keeps anybody waiting


@contextmanager
def crew(folder: Path, clock: Clock, workers: int = 2, *, handoff: bool = True) -> Iterator[list[str]]:
    """The URL of each; without `handoff` no client's connection is handed over."""
    ticks = count()
    with ExitStack() as undo:
        members = [member(folder, clock, ticks, number, workers, handoff=handoff) for number in range(workers)]
        yield [undo.enter_context(each).url for each in members]


@contextmanager
def member(
    folder: Path, clock: Clock, ticks: Iterator[int], number: int, workers: int, *, handoff: bool
) -> Iterator[BackgroundServer]:
    share = joined(str(folder), number, workers, SECRET, lambda: next(ticks) / 1000, handoff=handoff)
    mock = Mock(Settings(workers=workers), clock, share.portion)
    front = Front(mock)
    share.order = None  # there is no parent here
    share.channels.patience = LONG
    router = share.router(front, front.answer)
    (sockets,) = listen_on("127.0.0.1", 0, None)
    options = replace(
        front.options(),
        listening=[Listening("127.0.0.1", sockets), share.door()],
        on_serving=(router.serving,),
        on_stopped=(router.close,),
    )
    with BackgroundServer(router.answer, options=options) as server:
        yield server


def key_of(number: int, workers: int = 2, plan: str = "free") -> str:
    """A key that is the worker's of that number."""
    keys = (f"tf_test_{plan}_shared{each}" for each in count())
    return next(key for key in keys if place(key, workers) == number)


def control(url: str, method: str, path: str, body: Any = None, status: int = 200, **query: str) -> Any:
    """What a control call answers, which has that status."""
    answer = requests.request(method, f"{url}/__admin{path}", json=body, params=query, timeout=60)
    assert answer.status_code == status, answer.text
    return answer.json()


def page(url: str, path: str) -> str:
    """A page of the console."""
    answer = requests.get(f"{url}/__admin{path}", headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.text
