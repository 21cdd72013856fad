"""An application on its sockets: what is served where, and how."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from mock_server.web.connection import Connection
from mock_server.web.gateway import Application, Gateway, Refuse, plain
from mock_server.web.limits import Limits
from mock_server.web.listener import BACKLOG, url_of
from mock_server.web.service import Service


def fastest_event_loop() -> asyncio.AbstractEventLoop:
    """The loop of uvloop where that is installed; Windows has none."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return new_event_loop()


def today() -> str:
    """The wall clock as a Date header has it (RFC 9110 section 5.6.7)."""
    return formatdate(usegmt=True)


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: what the application adds to the server, and what tests put in its place."""

    refuse: Refuse = plain
    limits: Limits = field(default_factory=Limits)
    banner: str | None = None
    """The Server header; none by default, because the contract knows none."""
    on_start: Sequence[Callable[[asyncio.AbstractEventLoop], None]] = ()
    """Called with the event loop before the first connection; its `call_soon_threadsafe` is open to any thread."""
    date: Callable[[], str] = today
    """The Date header's value, asked for once a second."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """What a `Pause` waits on."""
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = fastest_event_loop


@dataclass(frozen=True, slots=True)
class Site:
    """An application on its sockets."""

    application: Application
    host: str
    sockets: tuple[socket.socket, ...]
    options: Options

    @property
    def url(self) -> str:
        return url_of(self.host, self.port)

    @property
    def port(self) -> int:
        port: int = self.sockets[0].getsockname()[1]
        return port

    async def run(self, on_ready: Callable[[Service], None], stop: asyncio.Event) -> None:
        """Accept connections until told to stop."""
        options = self.options
        service = Service(
            Gateway(self.application, options.refuse),
            options.limits,
            self._base(),
            banner=options.banner,
            date=options.date,
            sleep=options.sleep,
        )
        with contextlib.ExitStack() as undo:
            for listening in self.sockets:
                undo.callback(listening.close)
            for started in options.on_start:
                started(service.loop)
            servers = [
                await service.loop.create_server(lambda: Connection(service), sock=listening, backlog=BACKLOG)
                for listening in self.sockets
            ]
            undo.pop_all()
        service.tick()
        on_ready(service)
        await stop.wait()
        for server in servers:
            server.close()
        await service.stop()

    def _base(self) -> dict[str, Any]:
        """The part of an environ that is the same for every request."""
        return {
            "SERVER_NAME": self.host,
            "SERVER_PORT": str(self.port),
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,  # the input ends with the body, also where no Content-Length says so
        }
