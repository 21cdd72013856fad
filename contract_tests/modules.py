"""The files that the probes stand in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Modules:
    """Which file is about a clause, so that a reader of a report finds how it was tried."""

    by_clause: Mapping[str, str] = field(default_factory=dict)
    by_probe: Mapping[str, str] = field(default_factory=dict)

    def of(self, clause: str, probe: str | None) -> str | None:
        """The file of the probe that proves the clause.

        What every answer is checked for has none: for that, the one whose request showed it, or one of its subject.
        """
        return self.by_clause.get(clause) or self.by_probe.get(probe or "") or self._of_subject(clause)

    def _of_subject(self, clause: str) -> str | None:
        subject = clause.partition(".")[0] + "."
        return next((file for proven, file in self.by_clause.items() if proven.startswith(subject)), None)


def modules(probes: Iterable[tuple[str, Path, Collection[str]]]) -> Modules:
    """The files of probes with these names, paths and clauses; what several prove belongs to the first."""
    by_clause: dict[str, str] = {}
    by_probe: dict[str, str] = {}
    for name, path, clauses in probes:
        by_probe[name] = path.relative_to(_ROOT).as_posix()
        for clause in clauses:
            by_clause.setdefault(clause, by_probe[name])
    return Modules(by_clause, by_probe)
