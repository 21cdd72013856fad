"""Things worked out lately, so many and no more."""

from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers the newest values by key; the oldest goes when there are too many."""

    def __init__(self, most: int) -> None:
        self._values: dict[K, V] = {}
        self._most = most
        self._lock = Lock()
        self.get = self._values.get

    def put(self, key: K, value: V) -> None:
        with self._lock:
            if len(self._values) >= self._most and key not in self._values:
                del self._values[next(iter(self._values))]
            self._values[key] = value
