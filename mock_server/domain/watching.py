"""Who is called when something happens, by whatever thread it happens on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Watchers(Generic[T]):
    """Those who are told of each thing of one kind; safe to use from several threads."""

    def __init__(self) -> None:
        self._watchers: tuple[Callable[[T], object], ...] = ()
        self._lock = Lock()
        self.count = 0  # of what there was to tell; more or less, where threads tell at once

    def __len__(self) -> int:
        return len(self._watchers)

    @contextmanager
    def watched(self, watcher: Callable[[T], object]) -> Iterator[None]:
        """While this is open, the watcher is called with each new thing."""
        with self._lock:
            self._watchers += (watcher,)
        try:
            yield
        finally:
            with self._lock:
                self._watchers = tuple(each for each in self._watchers if each is not watcher)

    def tell(self, thing: T) -> None:
        """Call them all."""
        self.count += 1
        for watcher in self._watchers:
            watcher(thing)
