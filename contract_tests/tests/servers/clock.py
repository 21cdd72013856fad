"""The time a server lives in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Unix seconds of `source`, moved ahead by every `advance`."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:  # noqa: TID251 - the one place that asks the machine
        self._source = source
        self._ahead = 0.0

    def now(self) -> float:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


def instant(seconds: float) -> str:
    """Unix seconds as the contract writes them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
