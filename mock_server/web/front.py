"""What the server calls: the contract's operations are answered at once, the control plane by Flask."""

from collections.abc import Iterable
from functools import cached_property, partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from mock_server.api import carriers, tracking, webhooks  # noqa: F401 - importing them registers their handlers
from mock_server.api.handlers import HANDLERS
from mock_server.api.pipeline import Pipeline
from mock_server.contract.errors import ApiError
from mock_server.domain.clock import Clock
from mock_server.sending.allowed import AllowedHosts
from mock_server.sending.scheduler import Scheduler
from mock_server.sending.sender import Sender
from mock_server.settings import Settings
from mock_server.web.binding import StartResponse, body, headers, respond, target
from mock_server.web.environ import Environ
from mock_server.web.limits import Limits
from mock_server.web.server import Options
from mock_server.web.transport import Answer
from mock_server.world import Foundation, Worlds

if TYPE_CHECKING:
    from mock_server.persistence.state_file import StateFile
    from mock_server.web.app import MockServer

CONTROL_PREFIX = "/__admin"


class Front:
    """A WSGI application that answers the contract's operations before Flask opens a request context.

    Sessions, signals and context locals cost more than all the rest of a tracking call, and no operation uses
    them. What is under /__admin goes to Flask, which is imported when the first such call comes.
    """

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        """DocumentError or ValueError says which file or setting is wrong."""
        settings = settings or Settings()
        self.worlds = Worlds(Foundation(settings, clock), _state(settings.state))
        if settings.snapshot:
            _start_from(settings.snapshot, self.worlds)
        self.pipeline = Pipeline(self.worlds, HANDLERS)
        sender = Sender(AllowedHosts(settings.webhook_allow), self.worlds.foundation.terms.rules.timeout_seconds)
        self.scheduler = Scheduler(self.worlds, sender, self.worlds.clock.base)

    @cached_property
    def flask(self) -> "MockServer":
        """The same mock as a Flask application."""
        from mock_server.web.app import MockServer  # noqa: PLC0415 - a fifth of the time to start, and not always asked for

        return MockServer(self)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL_PREFIX):
            return self.flask(environ, start_response)  # type: ignore[arg-type]  # werkzeug's own alias is narrower
        reply = self.pipeline.answer(environ["REQUEST_METHOD"], target(environ), headers(environ), body(environ))
        return respond(reply, start_response)

    def options(self) -> Options:
        """How this project's server is to serve the application."""
        return Options(
            refuse=self.refuse,
            limits=Limits(
                body_bytes=self.pipeline.specification.extension("x-max-bytes"),
                large_bodies=frozenset({f"{CONTROL_PREFIX}/snapshot"}),
            ),
            on_start=(self.scheduler.start,),
        )

    def close(self) -> None:
        """Leave what is to be kept as it is; to be called when nothing is served any more."""
        if self.worlds.state:
            self.worlds.state.close()

    def refuse(self, status: int, reason: str, environ: Environ | None) -> Answer:
        """What the server answers itself: broken HTTP, too large a body, a bug of the application."""
        if environ and environ["PATH_INFO"].startswith(CONTROL_PREFIX):
            return self.flask.refuse(status, reason)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            error = ApiError("internal_error", reason)
        else:
            # The contract knows 413 and 400; the finer statuses of HTTP are told in words.
            known = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            error = ApiError("invalid_request", reason, status=HTTPStatus(status) if known else None)
        if environ is None or error.code == "internal_error":
            reply = self.pipeline.refuse(error)
        else:
            reply = self.pipeline.answer(environ["REQUEST_METHOD"], target(environ), headers(environ), b"", error)
        return Answer(reply.status, list(reply.headers.items()), reply.content)


def _start_from(name: str, worlds: Worlds) -> None:
    """Let the mock start, and start again after a reset, from a snapshot; DocumentError if it cannot."""
    from mock_server.persistence import snapshots  # noqa: PLC0415 - only who starts from one needs it

    settings = worlds.foundation.settings
    if settings.state or settings.scenario:
        other = "--state" if settings.state else "--scenario"
        raise ValueError(f"--snapshot and {other} both say how to start; give one of them")
    value = snapshots.load(worlds.foundation, Path(name))
    worlds.beginning = partial(snapshots.opened, worlds.foundation, value)
    worlds.reset()


def _state(name: str | None) -> "StateFile | None":
    if name is None:
        return None
    from mock_server.persistence.state_file import StateFile  # noqa: PLC0415 - SQLite takes a while to import, and is not always asked for

    return StateFile(Path(name))
