"""A mock of the TrackFlow shipment-tracking API v2."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from mock_server.version import __version__

if TYPE_CHECKING:
    from mock_server.testing.sandbox import Sandbox

__all__ = ["__version__", "running"]


def running(plan: str | None = None, **settings: Any) -> AbstractContextManager["Sandbox"]:
    """A sandbox on a mock in a thread of this process, while a `with` statement lasts.

    `plan` is the sandbox's; `settings` are those of `trackflow-mock serve`, by the names of Settings. DocumentError or
    ValueError says which of them is wrong.
    """
    from mock_server.testing.running import running as run  # noqa: PLC0415 - a version needs no server

    return run(plan, **settings)
