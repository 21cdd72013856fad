"""A mock behind this project's server, as `trackflow-mock serve` has it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from mock_server.server.background import BackgroundServer
from mock_server.web.app import MockServer
from mock_server.web.front import Front


def served(app: MockServer, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> BackgroundServer:
    """The server of a mock that the test already has, by its fast door; `sleep` is how it waits."""
    front = Front(app.mock, app)
    return BackgroundServer(front.answer, options=replace(front.options(), sleep=sleep))
