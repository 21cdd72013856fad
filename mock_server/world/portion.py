"""What part of a mock one process is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count


def everything(_key: str) -> bool:
    """Every key is this process's."""
    return True


@dataclass(frozen=True)
class Portion:
    """The keys that are this process's, and what requests are numbered by; all, and 1, 2, 3, where it is alone."""

    mine: Callable[[str], bool] = everything
    ids: Iterator[int] = field(default_factory=lambda: count(1))
