"""How a probe says which clauses it is about."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import pytest

Probe = TypeVar("Probe", bound=Callable[..., Any])


def proves(
    *clauses: str, rank: int = 50, minutes: int = 0, given: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Callable[[Probe], Probe]:
    """Marks a probe with the clauses it can prove or break; probes of lower rank are sent first.

    `given` names, by documented clause, the assumed ones that some of the probe's evidence about it rests on.
    `minutes` are those that the probe waits for where time can't be moved.
    """

    def mark(probe: Probe) -> Probe:
        marked: Probe = pytest.mark.proves(*clauses, rank=rank, minutes=minutes, given=given)(probe)
        return marked

    return mark
