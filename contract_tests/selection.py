"""Which clauses a run judges, and which breaches are known and let pass until a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from contract_tests.contract.files import ContractError
from contract_tests.target import Waiver


@dataclass(frozen=True, slots=True)
class Selection:
    """The clauses that are judged, and the waivers that hold on the day of the run."""

    only: Sequence[str] = ()
    leave_out: Sequence[str] = ()
    waivers: Sequence[Waiver] = ()
    today: date = date.min

    def judges(self, clause: str) -> bool:
        chosen = not self.only or any(fnmatchcase(clause, each) for each in self.only)
        return chosen and not any(fnmatchcase(clause, each) for each in self.leave_out)

    def waiver(self, clause: str) -> Waiver | None:
        """The waiver that lets the clause be broken today; its last day counts."""
        return next(
            (each for each in self.waivers if fnmatchcase(clause, each.clause) and self.today <= each.until), None
        )

    def ended(self, clause: str) -> Waiver | None:
        """A waiver of the clause whose day is over."""
        return next(
            (each for each in self.waivers if fnmatchcase(clause, each.clause) and self.today > each.until), None
        )

    def check(self, clauses: Mapping[str, object]) -> None:
        """Refuses a pattern that names no clause, because a misspelt one would silently judge nothing."""
        named = [
            ("--only", self.only),
            ("--except", self.leave_out),
            ("waivers", [each.clause for each in self.waivers]),
        ]
        for place, patterns in named:
            for pattern in patterns:
                if not any(fnmatchcase(each, pattern) for each in clauses):
                    raise ContractError(f"{place} {pattern}: no such clause; trackflow-contract run --list has them")
        if not any(map(self.judges, clauses)):
            raise ContractError("--only and --except leave no clause to judge")
