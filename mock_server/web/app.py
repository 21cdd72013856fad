"""The mock as a Flask application."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Flask
from werkzeug.exceptions import HTTPException

from mock_server.domain.clock import Clock
from mock_server.settings import Settings
from mock_server.version import __version__
from mock_server.web.binding import StartResponse
from mock_server.web.control import control_plane
from mock_server.web.environ import Environ
from mock_server.web.front import CONTROL_PREFIX, Front
from mock_server.web.problems import Problem, from_http, render
from mock_server.web.transport import Answer


class MockServer(Flask):
    """The control plane in Flask's hands, and all else in its front's."""

    def __init__(self, front: Front) -> None:
        super().__init__(__name__, static_folder=None)
        self.front = front
        self.pipeline, self.worlds, self.scheduler = front.pipeline, front.worlds, front.scheduler
        self.options = front.options
        self.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
        self.register_error_handler(Problem, render)
        self.register_error_handler(HTTPException, from_http)
        self.register_blueprint(control_plane(self.worlds, __version__, self.scheduler), url_prefix=CONTROL_PREFIX)

    def wsgi_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL_PREFIX):
            return super().wsgi_app(environ, start_response)  # type: ignore[arg-type]  # werkzeug's own alias is narrower
        return self.front(environ, start_response)

    def refuse(self, status: int, reason: str) -> Answer:
        """What the server answers itself to a control call: a problem as all there, and none of the journal's."""
        response = render(Problem(HTTPStatus(status), reason))
        headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
        return Answer(status, headers, response.get_data())


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> MockServer:
    """A mock with these settings; DocumentError or ValueError says which file or setting is wrong."""
    return Front(settings, clock).flask
