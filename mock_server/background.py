"""A mock in a thread of this process, with as many sandboxes as tests want."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any, Self

from mock_server.receiver import Receiver
from mock_server.sandbox import Sandbox
from mock_server.settings import Settings
from mock_server.steering import ControlPlane


class RunningMock:
    """A mock on a free port of loopback while the `with` statement lasts; `url` is where."""

    def __init__(self, settings: Settings) -> None:
        """DocumentError or ValueError says which file or setting is wrong."""
        from mock_server.web.front import Front  # noqa: PLC0415 - what only attaches to a mock need not load one

        self.settings = settings
        self.front = Front(settings)
        self._keys = count(1)
        self._receiver = Receiver()
        self._undo = ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        from mock_server.web.server import BackgroundServer  # noqa: PLC0415 - as above

        server = BackgroundServer(self.front, self.settings.host, 0, options=self.front.options())
        self.url = self._undo.enter_context(server).url
        self._undo.enter_context(self._receiver)
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @contextmanager
    def sandbox(self, plan: str | None = None, name: str | None = None) -> Iterator[Sandbox]:
        """A sandbox of that plan, forgotten afterwards; `name` is the last part of its key, new for each if not given.

        ValueError for an unknown plan.
        """
        specification = self.front.pipeline.specification
        chosen = self.front.worlds.foundation.accounts.plan(plan or self.settings.default_plan).name
        key = f"tf_test_{chosen}_{name or f'sandbox-{next(self._keys)}'}"
        plane = ControlPlane(self.url, key, self.settings.admin_token)
        sandbox = Sandbox(plane, chosen, specification.base_path, self._receiver)
        sandbox.reset()
        try:
            yield sandbox
        finally:
            sandbox.reset()


@contextmanager
def running(plan: str | None = None, **settings: Any) -> Iterator[Sandbox]:
    """A sandbox on a mock of its own, with these settings of `trackflow-mock serve`."""
    with RunningMock(Settings(**settings)) as mock, mock.sandbox(plan) as sandbox:
        yield sandbox
