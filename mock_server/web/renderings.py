"""Bodies already rendered, so that an answer that has not changed is not written and checked again."""

from collections.abc import Callable
from threading import Lock

KEPT = 4096  # bodies; about 8 MB of tracking answers


class Renderings:
    """Remembers the newest bodies by key; the oldest goes when there are too many."""

    def __init__(self, kept: int = KEPT) -> None:
        self._bodies: dict[object, bytes] = {}
        self._kept = kept
        self._lock = Lock()

    def body(self, key: object, render: Callable[[], bytes]) -> bytes:
        """The body under that key, rendered now if it is not remembered."""
        body = self._bodies.get(key)
        if body is None:
            body = render()
            with self._lock:
                if len(self._bodies) >= self._kept:
                    del self._bodies[next(iter(self._bodies))]
                self._bodies[key] = body
        return body
