"""The Flask application: the contract's operations, and the control plane beside them."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Flask
from werkzeug.exceptions import HTTPException

from mock_server import __version__
from mock_server.contract.errors import ApiError
from mock_server.domain.clock import Clock
from mock_server.settings import Settings
from mock_server.web import carriers, tracking, webhooks  # noqa: F401 - importing them registers their handlers
from mock_server.web.binding import StartResponse, body, headers, respond, target
from mock_server.web.control import CONTROL_PREFIX, control_plane
from mock_server.web.environ import Environ
from mock_server.web.handlers import HANDLERS
from mock_server.web.limits import Limits
from mock_server.web.outbound import Desk
from mock_server.web.pipeline import Pipeline
from mock_server.web.postman import Postman
from mock_server.web.problems import Problem, from_http, render
from mock_server.web.reach import Reach
from mock_server.web.server import Options
from mock_server.web.transport import Answer
from mock_server.world import Foundation, Worlds


class MockServer(Flask):
    """A Flask application that answers the contract's operations before Flask opens a request context.

    Sessions, signals and context locals cost more than all the rest of a tracking call, and no operation uses
    them. The control plane under /__admin goes through Flask as usual.
    """

    def __init__(self, pipeline: Pipeline, desk: Desk) -> None:
        super().__init__("mock_server", static_folder=None)
        self.pipeline = pipeline
        self.worlds = pipeline.worlds
        self.desk = desk
        self.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it

    def wsgi_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL_PREFIX):
            return super().wsgi_app(environ, start_response)  # type: ignore[arg-type]  # werkzeug's own alias is narrower
        reply = self.pipeline.answer(environ["REQUEST_METHOD"], target(environ), headers(environ), body(environ))
        return respond(reply, start_response)

    def options(self) -> Options:
        """How this project's server is to serve the application."""
        return Options(
            refuse=self.refuse,
            limits=Limits(body_bytes=self.pipeline.specification.extension("x-max-bytes")),
            on_start=(self.desk.start,),
        )

    def refuse(self, status: int, reason: str, environ: Environ | None) -> Answer:
        """What the server answers itself: broken HTTP, too large a body, a bug of the application."""
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


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> MockServer:
    """A mock with these settings; DocumentError or ValueError says which file or setting is wrong."""
    settings = settings or Settings()
    worlds = Worlds(Foundation(settings, clock))
    postman = Postman(Reach(settings.webhook_allow), worlds.foundation.mailing.rules.timeout_seconds)
    app = MockServer(Pipeline(worlds, HANDLERS), Desk(worlds, postman, worlds.clock.base))
    app.register_error_handler(Problem, render)
    app.register_error_handler(HTTPException, from_http)
    app.register_blueprint(control_plane(app.worlds, __version__, app.desk), url_prefix=CONTROL_PREFIX)
    return app
