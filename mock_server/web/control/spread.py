"""What a call without a key means where several processes are one mock: who is asked, and how their answers are one."""

from dataclasses import dataclass
from enum import Enum, auto


class How(Enum):
    HERE = auto()
    """Whoever is asked can tell."""
    ORDERED = auto()
    """It is done by all, one such call after the other."""
    GATHERED = auto()
    """Each tells a part."""
    FIRST = auto()
    """It is about one thing, which one of them has."""
    WAITS = auto()
    """It is over when all together have been asked often enough."""
    STREAMS = auto()
    """It goes on with what each of them tells."""
    INSTANCES = auto()
    """Each tells of itself, and who does not is told of."""
    MEASURED = auto()
    """Each measures itself."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`rows` is the list that each has a part of, `newest` what it is sorted by, the last first.

    Rows that agree in all of `same` are one; numbers that `adds` names are added, of the answer or of such rows.
    `whole` says that the answer would be wrong without anyone, or with one that has failed.
    """

    how: How = How.HERE
    rows: str = ""
    newest: str = ""
    same: tuple[str, ...] = ()
    adds: frozenset[str] = frozenset()
    limit: int = 0
    """How many rows are told unless the call says how many; 0 for all."""
    whole: bool = False


HERE = Spread()
FIRST = Spread(How.FIRST)
WAITS = Spread(How.WAITS)
STREAMS = Spread(How.STREAMS)
INSTANCES = Spread(How.INSTANCES)
MEASURED = Spread(How.MEASURED)


def ordered(*adds: str, rows: str = "", same: tuple[str, ...] = (), whole: bool = False) -> Spread:
    """Done by all, with these numbers added."""
    return Spread(How.ORDERED, rows, same=same, adds=frozenset(adds), whole=whole)


def gathered(
    rows: str, newest: str = "", *adds: str, same: tuple[str, ...] = (), limit: int = 0, whole: bool = False
) -> Spread:
    """A list of which each has a part, and numbers that are added."""
    return Spread(How.GATHERED, rows, newest, same, frozenset(adds), limit, whole)
