"""One of several processes that `serve --workers` starts; people start none by themselves."""

import asyncio
import gc
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.logs import configure
from mock_server.cli.serve import refusals
from mock_server.settings import Settings
from mock_server.world import keeping

if TYPE_CHECKING:
    from mock_server.sharing.workers import WorkerTask


@click.command(hidden=True)
def worker() -> None:
    """Serve as the parent says on standard input, until it says no more."""
    from mock_server.sharing.workers import WorkerTask

    gc.disable()
    link = socket.socket(fileno=os.dup(0))
    with link.makefile("rb") as told:
        task = WorkerTask(**json.loads(told.readline()))
    settings = settings_of(task.settings)
    configure(settings.log_format, sys.stderr)
    with refusals():
        _serve(task, settings, _Parent(link))


def settings_of(told: Mapping[str, Any]) -> Settings:
    """The settings that the parent has written down."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Settings(**{**values, "overlay": tuple(map(Path, told["overlay"]))})


def _serve(task: "WorkerTask", settings: Settings, parent: "_Parent") -> None:
    from mock_server.cli.doors import doors
    from mock_server.server.accepting import Listening
    from mock_server.server.serving import serve as serve_http
    from mock_server.sharing.joining import joined
    from mock_server.sharing.sequence import caught_up
    from mock_server.sharing.starting_state import read
    from mock_server.web.front import Front
    from mock_server.web.mock import Mock

    share = joined(
        task.folder,
        task.number,
        settings.workers,
        task.secret,
        partial(_since, task.epoch),
        beginning=None if task.opening is None else read(task.opening),
        resumed=task.again,
    )
    mock = Mock(settings, portion=share.portion)
    front = Front(mock)
    if task.missed:
        asyncio.run(caught_up(front.answer, task.missed))
    keeping.keep(mock.worlds)
    served = doors(mock, front, os.environ, share)
    listening = [
        Listening(settings.host, [socket.socket(fileno=each) for each in door], secure)
        for door, secure in zip(task.sockets, (None, served.options.secure), strict=False)
    ]
    options = replace(
        served.options,
        listening=[*listening, share.door()],
        on_start=[*served.options.on_start, parent.hear],
        before_clients=parent.met,
        after_clients=parent.met,
    )
    serve_http(
        served.answer,
        settings.host,
        settings.port,
        on_ready=partial(_ready, Thread(target=mock.warm, daemon=True).start),
        options=options,
    )
    mock.close()


def _ready(then: Callable[[], None], *_urls: str) -> None:
    from mock_server.server.collecting import considerate

    considerate()
    then()


def _since(epoch: float) -> float:
    return time.monotonic() - epoch


class _Parent:
    """What the parent has to say: when all processes have come as far as this one, and, by its end, when to stop."""

    def __init__(self, link: socket.socket) -> None:
        link.settimeout(0)
        self._link = link
        self._gone = False
        self._told = asyncio.Event()

    def hear(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen from now on."""
        loop.add_reader(self._link.fileno(), self._heard, loop)

    async def met(self) -> None:
        """Say that this one is there, or has no clients any more, and wait for the others.

        Before the first there is nobody to answer for their keys, and before the second they need this one for its own.
        """
        from mock_server.sharing.workers import HERE

        if not self._gone:
            self._told.clear()
            with suppress(OSError):  # the parent has gone, which is heard all the same
                await asyncio.get_running_loop().sock_sendall(self._link, HERE)
            await self._told.wait()

    def _heard(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            told = self._link.recv(64)
        except BlockingIOError:
            return
        except OSError:
            told = b""
        self._told.set()
        if not told:
            self._gone = True
            loop.remove_reader(self._link.fileno())
            os.kill(os.getpid(), signal.SIGTERM)
