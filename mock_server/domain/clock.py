"""Time, handed in: every part asks a clock, and no part waits for the wall.

Instants are Unix seconds in UTC, as float.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the sandbox's time is, and how fast it runs beside real time (0 stands still)."""

    @property
    def scale(self) -> float: ...

    def now(self) -> float: ...


class SystemClock:
    """Real time."""

    scale = 1.0

    def now(self) -> float:
        return time.time()  # noqa: TID251 - the one place that reads the machine's clock


class ManualClock:
    """Stands still until moved. Sleeping moves it, so no test ever waits."""

    scale = 0.0

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def set(self, instant: float) -> None:
        self._now = instant


class SandboxClock:
    """A clock of its own over another one: it can be frozen, moved, and run faster or slower."""

    def __init__(self, base: Clock, start: float | None = None, scale: float = 1.0) -> None:
        self._base = base
        self._start, self._first_scale = start, scale
        self.reset()

    @property
    def scale(self) -> float:
        return self._scale * self._base.scale

    @property
    def frozen(self) -> bool:
        return self._scale == 0.0

    def now(self) -> float:
        origin, base_origin, scale = self._line
        return origin + (self._base.now() - base_origin) * scale

    def reset(self) -> None:
        """Back to how the clock began: its start instant if it has one, else its base's time."""
        now = self._base.now()
        self._scale = self._first_scale
        # One tuple, swapped whole, so that a reader in another thread never sees half a change.
        self._line = (self._start if self._start is not None else now, now, self._scale)

    def set(self, instant: float) -> None:
        self._line = (instant, self._base.now(), self._scale)

    def advance(self, seconds: float) -> None:
        self.set(self.now() + seconds)

    def run(self, scale: float) -> None:
        """From now on, so many sandbox seconds a real second; 0 stands still."""
        now = self.now()
        self._scale = scale
        self.set(now)

    def freeze(self) -> None:
        self.run(0.0)


def to_text(instant: float) -> str:
    """An instant as the page writes it: `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, whole seconds, UTC)."""
    return datetime.fromtimestamp(instant // 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_text(text: str) -> float:
    """Unix seconds of an RFC 3339 instant; without an offset it is UTC. ValueError if it is none."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
