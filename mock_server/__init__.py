"""A mock of the TrackFlow shipment-tracking API v2."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_server.sandbox import Sandbox

__version__ = "0.1.0"


def running(plan: str | None = None, **settings: Any) -> AbstractContextManager["Sandbox"]:
    """A sandbox on a mock in a thread of this process, while a `with` statement lasts.

    `plan` is the sandbox's; `settings` are those of `trackflow-mock serve`, by the names of Settings. DocumentError or
    ValueError says which of them is wrong.
    """
    from mock_server.background import running as run  # noqa: PLC0415 - a version needs no server

    return run(plan, **settings)
