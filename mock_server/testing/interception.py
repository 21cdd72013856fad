"""Requests of this process to the API's own host, sent to a sandbox instead."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mock_server.commands.environment import environment
from mock_server.commands.hooks.redirect import Redirect
from mock_server.proxy.entrance import AUTHORITY_VARIABLE, Entrance
from mock_server.proxy.entrances import Outside
from mock_server.proxy.upstream import Upstream


@contextmanager
def intercepted(opened: Callable[[Outside], AbstractContextManager[Entrance]]) -> Iterator[None]:
    """What Python clients of this process, and processes they start, send to the API's host enters there meanwhile."""
    before = dict(os.environ)
    with (
        opened(Outside(Upstream.of(before))) as entrance,
        tempfile.TemporaryDirectory(prefix="trackflow-mock-") as folder,
    ):
        variables = environment(before, entrance, Path(folder))
        redirect = Redirect(
            entrance.host, entrance.port, entrance.secure, variables[AUTHORITY_VARIABLE], entrance.offline
        )
        changed = {name: text for name, text in variables.items() if before.get(name) != text}
        os.environ.update(changed)
        redirect.install()
        try:
            yield
        finally:
            redirect.remove()
            for name in changed:
                if name in before:
                    os.environ[name] = before[name]
                else:
                    os.environ.pop(name, None)
