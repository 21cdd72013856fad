"""A mock of the TrackFlow shipment-tracking API v2, for the tests of its clients."""

from typing import TYPE_CHECKING, Any

from mock_server import __version__, running

if TYPE_CHECKING:
    from mock_server.testing.recorded import RecordedRequest as Request
    from mock_server.testing.sandbox import Sandbox

__all__ = ["Request", "Sandbox", "__version__", "running"]


def __getattr__(name: str) -> Any:
    """Types are imported once they are asked for, so that loading the pytest plugin costs next to nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "Sandbox":
        from mock_server.testing.sandbox import Sandbox  # noqa: PLC0415 - see above

        return Sandbox
    from mock_server.testing.recorded import RecordedRequest  # noqa: PLC0415 - see above

    return RecordedRequest
