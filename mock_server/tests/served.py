"""A mock behind this project's server, as `trackflow-mock serve` has it."""

from mock_server.server.serving import BackgroundServer
from mock_server.web.app import MockServer
from mock_server.web.front import Front


def served(app: MockServer) -> BackgroundServer:
    """The server of a mock that the test already has, by its fast door."""
    front = Front(app.mock, app)
    return BackgroundServer(front.answer, options=front.options())
