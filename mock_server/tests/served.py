"""A mock behind this project's server: as `trackflow-mock serve` has it, or that command itself."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mock_server.server.background import BackgroundServer
from mock_server.web.app import MockServer
from mock_server.web.front import Front

LISTENING = "listening on "


def served(app: MockServer, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> BackgroundServer:
    """The server of a mock that the test already has, by its fast door; `sleep` is how it waits."""
    front = Front(app.mock, app)
    return BackgroundServer(front.answer, options=replace(front.options(), sleep=sleep))


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`serve` as a process of its own on a free port: the process, and its URL."""
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith(LISTENING), process.communicate()
            yield process, line.removeprefix(LISTENING).strip()
        finally:
            process.kill()
