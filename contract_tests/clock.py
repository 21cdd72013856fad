"""Time, handed in: the system's, or one that a test moves."""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Unix seconds."""

    def sleep(self, seconds: float) -> None:
        """Comes back that much later."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()  # noqa: TID251 - this is the clock that is handed in

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: TID251 - really waiting is what this clock is for


@dataclass(slots=True)
class ManualClock:
    """Stands still until moved; sleeping moves it, so that no test ever waits."""

    instant: float = 1_781_514_000.0
    slept: float = 0.0

    def now(self) -> float:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.instant += seconds
        self.slept += seconds
