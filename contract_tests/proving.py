"""How a probe says which clauses it is about."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

Probe = TypeVar("Probe", bound=Callable[..., Any])


def proves(*clauses: str, rank: int = 50) -> Callable[[Probe], Probe]:
    """Marks a probe with the clauses it can prove or break; probes of lower rank are sent first."""

    def mark(probe: Probe) -> Probe:
        marked: Probe = pytest.mark.proves(*clauses, rank=rank)(probe)
        return marked

    return mark
