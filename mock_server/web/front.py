"""What the server calls: the contract's operations are answered at once, the control plane by Flask."""

import asyncio
from functools import cached_property
from http import HTTPStatus
from threading import Lock, RLock
from typing import TYPE_CHECKING

from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.options import Options
from mock_server.server.parsing import Limits
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request
from mock_server.web.mock import Mock

if TYPE_CHECKING:
    from mock_server.web.app import MockServer

importing = RLock()
"""Who imports parts of Flask when they are first needed: two threads that do so at once find each other's halves."""


class Front:
    """The fast door: a tracking call is answered without Flask, which would say the same.

    Contexts, signals and the way through WSGI cost more than all the rest of a tracking call, and no operation uses
    them: 270 us of CPU by Flask's door, 15 by this one, measured in one process for a number asked before. What is
    under /__admin goes to Flask, which is imported beside the event loop when the first such call comes.
    """

    def __init__(self, mock: Mock, flask: "MockServer | None" = None) -> None:
        self.mock = mock
        self._making = Lock()
        if flask is not None:
            self.flask = flask

    @cached_property
    def flask(self) -> "MockServer":
        """The same mock as a Flask application."""
        with importing:
            from mock_server.web.app import MockServer  # noqa: PLC0415 - a fifth of the time to start, not always needed

        return MockServer(self.mock)

    def answer(self, request: Request) -> Reply:
        if not is_of_control(request):
            return self.mock.answer(request)
        if "flask" in self.__dict__:
            return self.flask.answer(request)

        async def later() -> Reply:
            return (await asyncio.to_thread(self.made)).answer(request)

        return Reply(HTTPStatus.OK, later=later)

    def made(self) -> "MockServer":
        """The same, made once, whatever threads ask."""
        with self._making:
            return self.flask

    def refuse(self, refusal: Refusal) -> Reply:
        if refusal.request is not None and is_of_control(refusal.request):
            return self.made().refuse(refusal)
        return self.mock.refuse(refusal)

    def options(self) -> Options:
        """How this project's server is to serve it."""
        return Options(
            refuse=self.refuse,
            limits=Limits(
                body_bytes=self.mock.pipeline.specification.extension("x-max-bytes"),
                large_bodies=frozenset({f"{CONTROL_PREFIX}/snapshot"}),
            ),
            on_start=(self.mock.scheduler.start,),
            on_listening=(self.mock.sender.listens_at,),
            on_stopping=(self.mock.leave,),
            drain_seconds=self.mock.worlds.foundation.settings.drain_seconds,
        )


def is_of_control(request: Request) -> bool:
    """Whether a request is for the control plane."""
    target = request.target
    return (request.path if "%" in target else target).startswith(CONTROL_PREFIX)
