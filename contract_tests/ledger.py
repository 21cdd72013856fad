"""What was shown about each clause."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.contract.clauses import Clause
from contract_tests.exchange import Exchange
from contract_tests.masking import cut

_LONGEST = 300  # characters of what was expected or found that a person wants to read
PASSED, FAILED, WARNED, NOT_VERIFIED = "passed", "failed", "warned", "not_verified"


@dataclass(frozen=True, slots=True)
class Breach:
    """One observation that breaks a clause."""

    clause: str
    expected: str
    found: str
    exchange: Exchange | None
    probe: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run has shown about one clause."""

    clause: Clause
    verdict: str
    reason: str
    requests: int
    breaches: tuple[Breach, ...] = ()
    witness: Exchange | None = None

    @property
    def breach(self) -> Breach | None:
        """The breach that is easiest to repeat."""
        return min(self.breaches, key=lambda each: each.exchange.size if each.exchange else 10**9, default=None)


@dataclass(slots=True)
class _Evidence:
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    held: bool = False
    breaches: list[Breach] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


class Ledger:
    """Collects evidence per clause; a clause that nothing exercised is not verified, whatever else went well."""

    def __init__(
        self, clauses: Mapping[str, Clause], *, all_levels_fail: bool, mask: Callable[[str], str] = str
    ) -> None:
        self._mask = mask
        self._clauses = {name: each for name, each in clauses.items() if each.beyond_http is None}
        self._all_levels_fail = all_levels_fail
        self._evidence = {name: _Evidence() for name in self._clauses}
        self._alive = False
        self._log: list[Breach] = []

    def hold(self, clause: str | None, exchange: Exchange | None = None) -> None:
        """The clause could have been broken here and was not."""
        if clause in self._evidence:
            self._evidence[clause].held = True
            self._attach(clause, exchange)

    def breach(self, clause: str | None, exchange: Exchange | None, expected: str, found: Any, probe: str = "") -> None:
        """The clause was broken here."""
        if clause in self._evidence:
            name = exchange.probe if exchange and not probe else probe
            wanted, told = self._mask(expected), cut(self._mask(shown(found)), _LONGEST)
            found_here = Breach(clause, cut(wanted, _LONGEST), told, exchange, name)
            self._evidence[clause].breaches.append(found_here)
            self._log.append(found_here)
            self._attach(clause, exchange)

    def lives(self) -> None:
        """The target has answered something with success; before that, no clause passes."""
        self._alive = True

    def judge(self, clause: str, exchange: Exchange | None, expected: str, found: Any, *, holds: bool) -> bool:
        """Enters whether the clause held; answers the same."""
        if holds:
            self.hold(clause, exchange)
        else:
            self.breach(clause, exchange, expected, found)
        return holds

    def obstacle(self, clause: str, reason: str) -> None:
        """Why the clause could not be tried."""
        told = cut(self._mask(reason), _LONGEST)
        if clause in self._evidence and told not in self._evidence[clause].obstacles:
            self._evidence[clause].obstacles.append(told)

    def breaches(self) -> list[Breach]:
        """Every breach so far, in the order in which they were found."""
        return list(self._log)

    def fails(self, clause: str) -> bool:
        """Whether a breach of this clause fails the run, or only warns."""
        return self._all_levels_fail or self._clauses[clause].documented

    def verified(self, clause: str) -> bool:
        evidence = self._evidence.get(clause)
        return evidence is not None and (evidence.held or bool(evidence.breaches))

    def verdicts(self) -> list[Verdict]:
        return [self._verdict(name) for name in self._clauses]

    def _attach(self, clause: str, exchange: Exchange | None) -> None:
        if exchange is not None:
            self._evidence[clause].exchanges[exchange.number] = exchange

    def _verdict(self, name: str) -> Verdict:
        evidence, clause = self._evidence[name], self._clauses[name]
        requests = len(evidence.exchanges)
        if evidence.breaches:
            verdict = FAILED if self.fails(name) else WARNED
            first = evidence.breaches[0]
            reason = f"expected {first.expected}; found {first.found}"
            return Verdict(clause, verdict, reason, requests, tuple(evidence.breaches))
        if evidence.held and self._alive:
            witness = min(evidence.exchanges.values(), key=lambda each: each.size, default=None)
            return Verdict(clause, PASSED, "", requests, witness=witness)
        reason = "; ".join(evidence.obstacles) or "no request of this run could show it"
        if not self._alive:
            reason = "the target answered no request with success, so nothing is shown by its refusals"
        return Verdict(clause, NOT_VERIFIED, reason, requests)


def shown(value: Any) -> str:
    """The value as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
