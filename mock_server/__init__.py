"""A mock of the TrackFlow shipment-tracking API v2."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from mock_server.version import __version__

if TYPE_CHECKING:
    from mock_server.testing.sandbox import Sandbox
    from mock_server.web.app import MockServer

__all__ = ["__version__", "create_app", "running"]


def create_app() -> "MockServer":
    """The mock with its default settings as a Flask application, for `flask --app mock_server` and WSGI servers."""
    from mock_server.web.app import create_app as create  # noqa: PLC0415 - a version needs no Flask

    return create()


def running(plan: str | None = None, **settings: Any) -> AbstractContextManager["Sandbox"]:
    """A sandbox on a mock in a thread of this process, while a `with` statement lasts.

    `plan` is the sandbox's; `settings` are those of `trackflow-mock serve`, by the names of Settings. DocumentError or
    ValueError says which of them is wrong.
    """
    from mock_server.testing.running import running as run  # noqa: PLC0415 - a version needs no server

    return run(plan, **settings)
