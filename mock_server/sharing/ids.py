"""Numbers for requests that are never two processes', and grow with time in all of them together."""

from collections.abc import Callable, Iterator

TICK = 1e-5  # seconds


def interleaved(number: int, count: int, now: Callable[[], float]) -> Iterator[int]:
    """The numbers of one process of `count`; `now` are seconds of a clock that all of them share."""
    last = 0
    while True:
        last = max(last + 1, int(now() / TICK))
        yield last * count + number
