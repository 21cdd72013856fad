"""A mock for tests: one in a thread of this process, or one that runs already; with as many sandboxes as they want."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from mock_server.control_client import ControlPlane
from mock_server.settings import Settings
from mock_server.testing.receiver import Receiver
from mock_server.testing.sandbox import Sandbox, sandbox_on

if TYPE_CHECKING:
    from mock_server.proxy.entrance import Entrance
    from mock_server.proxy.entrances import Maker, Outside, Through


class RunningMock:
    """A mock while the `with` statement lasts; `url` is where."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        """DocumentError or ValueError says which file or setting is wrong.

        It listens on that port, or on a free one, whatever the settings say; ListenError if that cannot be.
        """
        from mock_server.web.front import Front  # noqa: PLC0415 - who attaches to a running mock need not load one
        from mock_server.web.mock import Mock  # noqa: PLC0415 - nor this

        self.settings = settings
        self._port = port
        self.front = Front(Mock(settings))
        self.url = ""
        self._receiver = Receiver()
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        from mock_server.server.background import BackgroundServer  # noqa: PLC0415 - who attaches to a running mock needs no server

        server = BackgroundServer(self.front.answer, self.settings.host, self._port, options=self.front.options())
        with ExitStack() as undo:
            undo.enter_context(self._receiver)
            self.url = undo.enter_context(server).url
            self._undo = undo.pop_all()
        self._server = server
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def sandbox(self, plan: str | None = None) -> AbstractContextManager[Sandbox]:
        """A sandbox of that plan, forgotten afterwards; SteeringError for an unknown plan."""
        return sandbox_on(self, self._receiver, plan=plan, token=self.settings.admin_token)

    def entrance(
        self, key: str, outside: "Outside", through: "Through" = lambda each: each
    ) -> "AbstractContextManager[Entrance]":
        """A proxy and TLS in the API's name, for that sandbox alone; CertificateError if they cannot be had.

        What is asked there comes `through` first.
        """
        return self._entrances.within(self._server, self.front.options(), key, outside, through)

    @cached_property
    def _entrances(self) -> "Maker":
        """What makes them all, under one authority."""
        from mock_server.domain.clock import SystemClock  # noqa: PLC0415 - few tests need an entrance
        from mock_server.proxy.entrances import Maker  # noqa: PLC0415 - nor this

        return Maker(self.front.mock.pipeline.specification.document, SystemClock().now)


def own_mock(**settings: Any) -> RunningMock:
    """A mock with these settings of `trackflow-mock serve`, on a free port unless they say which."""
    return RunningMock(Settings(**settings), settings.get("port", 0))


class AttachedMock:
    """A mock that runs already, on this machine or another; only its webhooks must reach this process by loopback."""

    def __init__(self, url: str, token: str | None = None) -> None:
        """`token` is its --admin-token, if it has one."""
        self.url = url
        self._token = token
        self._receiver = Receiver()

    def __enter__(self) -> Self:
        self._receiver.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._receiver.__exit__()

    def sandbox(self, plan: str | None = None) -> AbstractContextManager[Sandbox]:
        """A sandbox of that plan, forgotten afterwards; SteeringError for an unknown plan."""
        return sandbox_on(self, self._receiver, plan=plan, token=self._token)

    def entrance(self, key: str, outside: "Outside") -> "AbstractContextManager[Entrance]":
        """A proxy and TLS in the API's name, in this process; CertificateError if they cannot be had."""
        from mock_server.domain.clock import SystemClock  # noqa: PLC0415 - few tests need an entrance
        from mock_server.proxy.entrances import Maker  # noqa: PLC0415 - nor this

        document = ControlPlane(self.url, token=self._token).get("/contract.json")
        return Maker(document, SystemClock().now).beside(self.url, key, outside)


@contextmanager
def running(plan: str | None = None, **settings: Any) -> Iterator[Sandbox]:
    """A sandbox on a mock of its own, with these settings of `trackflow-mock serve`.

    It listens on a free port, or on the `port` that is given; ListenError if that is in use.
    """
    with own_mock(**settings) as mock, mock.sandbox(plan) as sandbox:
        yield sandbox
