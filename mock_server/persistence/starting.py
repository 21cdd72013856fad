"""How a mock was started, as far as that says how it begins."""

from typing import Any

from mock_server.world import Foundation

STARTING = ("seed", "scenario", "clock", "time_scale")
"""Settings that say how a mock starts; under others, how the mock as a whole was left is not gone on with."""


def started(foundation: Foundation) -> dict[str, Any]:
    """These settings."""
    return {name: getattr(foundation.settings, name) for name in STARTING}
