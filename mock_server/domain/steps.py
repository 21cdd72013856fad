"""Work in steps, so that others can have their turns in between."""

from collections.abc import Generator
from typing import Generic, TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that can pause wherever it yields, and what it comes to."""


class SteppedWork(Generic[T]):
    """The steps of some work, to be gone through once; then `value` is what it came to."""

    value: T

    def __init__(self, work: Steps[T]) -> None:
        self._work = work

    def __iter__(self) -> Steps[None]:
        self.value = yield from self._work


def finished(work: Steps[T]) -> T:
    """What the work comes to, done at once."""
    outcome = SteppedWork(work)
    for _ in outcome:
        pass
    return outcome.value
