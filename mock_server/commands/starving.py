"""Starvation: for how long processes were ready to go on, and the machine was busy with others."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")  # as Linux tells of them; elsewhere nothing is known, and nobody has starved
NANOSECONDS = 1e9
Waits = Mapping[str, int]
"""By threads, the nanoseconds for which each was kept waiting for a processor since it began."""


def waits_of_this(processes: Path = PROCESSES) -> Waits:
    """Those of this process."""
    return _waits(processes / str(os.getpid()))


def waits_of_group(group: int, processes: Path = PROCESSES) -> Waits:
    """Those of every process of the group."""
    found: dict[str, int] = {}
    for stat in processes.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            # After the name, which may hold anything: the state, the parent, the group.
            if int(stat.read_text().rpartition(")")[2].split()[2]) == group:
                found.update(_waits(stat.parent))
    return found


def starved(now: Iterable[Waits], before: Waits) -> float:
    """Seconds for which the thread of each that waited longest has waited since then, one after another."""
    longest = (max((waited - before.get(thread, 0) for thread, waited in each.items()), default=0) for each in now)
    return sum(longest) / NANOSECONDS


def _waits(process: Path) -> Waits:
    waits = {}
    for file in process.glob("task/[0-9]*/schedstat"):
        with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            waits[file.parent.name] = int(file.read_text().split()[1])
    return waits
