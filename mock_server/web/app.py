"""The Flask application: the contract's operations, and the control plane beside them."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from mock_server import __version__
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.domain.clock import Clock
from mock_server.settings import Settings
from mock_server.web import carriers, tracking, webhooks  # noqa: F401 - importing them registers their handlers
from mock_server.web.binding import StartResponse, body, headers, respond, target
from mock_server.web.control import CONTROL_PREFIX, control_plane
from mock_server.web.handlers import HANDLERS
from mock_server.web.pipeline import Pipeline
from mock_server.web.problems import Problem, from_http, render
from mock_server.world import Foundation, Worlds


class MockServer(Flask):
    """A Flask application that answers the contract's operations before Flask opens a request context.

    Sessions, signals and context locals cost more than all the rest of a tracking call, and no operation uses
    them. The control plane under /__admin goes through Flask as usual.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__("mock_server", static_folder=None)
        self.pipeline = pipeline
        self.worlds = pipeline.worlds
        self.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it

    def wsgi_app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL_PREFIX):
            return super().wsgi_app(environ, start_response)  # type: ignore[arg-type]  # werkzeug's own alias is narrower
        reply = self.pipeline.answer(environ["REQUEST_METHOD"], target(environ), headers(environ), body(environ))
        return respond(reply, start_response)

    def refuse(self, error: ApiError) -> Reply:
        """A refusal in the contract's envelope, for what never became a request: broken HTTP, too large a body."""
        return self.pipeline.specification.errors.reply(error)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> MockServer:
    """A mock with these settings; DocumentError or ValueError says which file or setting is wrong."""
    settings = settings or Settings()
    app = MockServer(Pipeline(Worlds(Foundation(settings, clock)), HANDLERS))
    app.register_error_handler(Problem, render)
    app.register_error_handler(HTTPException, from_http)
    app.register_blueprint(control_plane(app.worlds, __version__), url_prefix=CONTROL_PREFIX)
    return app
