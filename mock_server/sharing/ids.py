"""Numbers for requests that are never two processes', and grow with time in all of them together."""

from collections.abc import Callable, Iterator

TICK = 1e-5  # seconds


def interleaved(number: int, count: int, now: Callable[[], float], since: float = 0.0) -> Iterator[int]:
    """The numbers of one process of `count`; `now` are seconds, from `since` on, of a clock that all of them share."""
    last = 0
    while True:
        tick = int((now() - since) / TICK)
        last = tick if tick > last else last + 1
        yield last * count + number
