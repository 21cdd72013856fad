"""What comes back bit by bit."""

from collections.abc import Callable
from dataclasses import dataclass, field

from contract_tests.tests.servers.keys import Key


@dataclass(slots=True)
class Refilling:
    """What each key has left of its limit, all of which comes back in so many seconds."""

    seconds: float
    limit: Callable[[Key], int | None]
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # by key: how much, and when it was

    def left(self, key: Key, now: float) -> float:
        full = float(self.limit(key) or 0)
        left, at = self._left.get(key.text, (full, now))
        return min(full, left + (now - at) * full / self.seconds)

    def take(self, key: Key, cost: int, now: float) -> None:
        self._left[key.text] = (self.left(key, now) - cost, now)
