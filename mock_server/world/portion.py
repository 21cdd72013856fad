"""What part of a mock one process is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from mock_server.world.foundation import Foundation
from mock_server.world.newcomers import Opening
from mock_server.world.owners import Holding


def everything(_key: str) -> bool:
    """So it is with every key."""
    return True


@dataclass(frozen=True)
class StartingState:
    """How the mock as a whole stands when the process starts, and whose the keys are that were made."""

    opening: Callable[[Foundation], Opening]
    holdings: Mapping[str, Holding]


@dataclass(frozen=True)
class Portion:
    """The keys that are this process's, and what requests are numbered by; all, and 1, 2, 3, where it is alone.

    `begun` tells whether another process has let a key of its own begin anew since all were told to. `beginning` is
    told to one that joins others. Of several with one state file each has a `number`; one that was
    `resumed` has been there before.
    """

    mine: Callable[[str], bool] = everything
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    begun: Callable[[str], bool] = everything
    beginning: StartingState | None = None
    number: int | None = None
    resumed: bool = False
