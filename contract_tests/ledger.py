"""What was shown about each clause."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from contract_tests.contract.clauses import Clause
from contract_tests.contract.cutting import cut
from contract_tests.exchange import Exchange
from contract_tests.selection import Selection
from contract_tests.target import Waiver

_EVERYTHING = Selection()
_LONGEST = 300  # characters of what was expected or found that a person wants to read
PASSED, FAILED, WARNED, NOT_VERIFIED = "passed", "failed", "warned", "not_verified"


@dataclass(frozen=True, slots=True)
class Breach:
    """One observation that breaks a clause, if what is `given` holds for this target."""

    clause: str
    expected: str
    found: str
    exchange: Exchange | None
    probe: str
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run has shown about one clause, and its share of the seconds that the requests took which showed it.

    The shares of all clauses add up to what those requests took.
    """

    clause: Clause
    verdict: str
    reason: str
    requests: int
    breaches: tuple[Breach, ...] = ()
    witness: Exchange | None = None
    waiver: Waiver | None = None
    seconds: float = 0.0

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
    """Collects evidence per clause; a clause that nothing exercised is not verified, whatever else went well.

    What the page documents is broken only by what rests on nothing that is assumed, or on assumptions that the run has
    shown to hold for this target. `places` are the paths that the page does not give, each with its assumed clause:
    whatever an operation there answers rests on that.
    """

    def __init__(
        self,
        clauses: Mapping[str, Clause],
        *,
        all_levels_fail: bool,
        places: Mapping[str, str] = MappingProxyType({}),
        mask: Callable[[str], str] = str,
        selection: Selection = _EVERYTHING,
    ) -> None:
        self._selection = selection
        self._mask = mask
        self._clauses = {name: each for name, each in clauses.items() if each.beyond_http is None}
        self._all_levels_fail = all_levels_fail
        self._evidence = {name: _Evidence() for name in self._clauses}
        self._alive = False
        self._log: list[Breach] = []
        self._places = places
        self.entered: set[tuple[str, str, tuple[str, ...]]] = set()  # probe, documented clause, what it rests on

    def judges(self, clause: str) -> bool:
        """Whether the run judges the clause at all."""
        return self._selection.judges(clause)

    @property
    def today(self) -> date:
        """The day of the run, by which waivers end."""
        return self._selection.today

    def hold(self, clause: str | None, exchange: Exchange | None = None) -> None:
        """The clause could have been broken here and was not."""
        if clause in self._evidence:
            self._evidence[clause].held = True
            self._attach(clause, exchange)

    def breach(
        self,
        clause: str | None,
        exchange: Exchange | None,
        expected: str,
        found: Any,
        probe: str = "",
        *,
        given: Sequence[str] = (),
    ) -> None:
        """The clause was broken here, if the clauses `given` hold for this target."""
        if clause in self._evidence:
            name = exchange.probe if exchange and not probe else probe
            rests = self._rests(clause, exchange, given)
            self._enter(clause, name, rests)
            wanted, told = self._mask(expected), cut(self._mask(shown(found)), _LONGEST)
            found_here = Breach(clause, cut(wanted, _LONGEST), told, exchange, name, rests)
            self._evidence[clause].breaches.append(found_here)
            self._log.append(found_here)
            self._attach(clause, exchange)

    def forget(self) -> None:
        """Drops all evidence: what answered so far was not the target."""
        self._evidence = {name: _Evidence() for name in self._clauses}
        self._log.clear()

    def lives(self) -> None:
        """The target has answered something with success; before that, no clause passes."""
        self._alive = True

    def judge(
        self,
        clause: str,
        exchange: Exchange | None,
        expected: str,
        found: Any,
        *,
        holds: bool,
        given: Sequence[str] = (),
    ) -> bool:
        """Enters whether the clause held, as far as the clauses `given` do; answers the same."""
        if holds:
            if clause in self._evidence and exchange is not None:
                self._enter(clause, exchange.probe, self._rests(clause, exchange, given))
            self.hold(clause, exchange)
        else:
            self.breach(clause, exchange, expected, found, given=given)
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
        counts = self._all_levels_fail or self._clauses[clause].documented
        return counts and self._selection.judges(clause) and self._selection.waiver(clause) is None

    def counts(self, breach: Breach) -> bool:
        """Whether everything that the breach rests on has been shown to hold for this target."""
        return not self.unshown([breach])

    def unshown(self, breaches: Sequence[Breach]) -> list[str]:
        """The clauses that these breaches rest on and that were not shown to hold here."""
        return [
            name for name in dict.fromkeys(name for each in breaches for name in each.given) if not self._holds(name)
        ]

    def verified(self, clause: str) -> bool:
        evidence = self._evidence.get(clause)
        return evidence is not None and (evidence.held or bool(evidence.breaches))

    def verdicts(self) -> list[Verdict]:
        judged = {name: each for name, each in self._evidence.items() if self._selection.judges(name)}
        sharing = Counter(number for each in judged.values() for number in each.exchanges)
        return [
            replace(
                self._verdict(name),
                seconds=sum(exchange.seconds / sharing[number] for number, exchange in evidence.exchanges.items()),
            )
            for name, evidence in judged.items()
        ]

    def _rests(self, clause: str, exchange: Exchange | None, given: Sequence[str]) -> tuple[str, ...]:
        """The assumed clauses that a verdict on a documented one rests on."""
        if not self._clauses[clause].documented:
            return ()
        operation = exchange.operation if exchange else None
        place = self._places.get(operation.path) if operation else None
        return tuple(dict.fromkeys((*given, *([place] if place else []))))

    def _enter(self, clause: str, probe: str, rests: tuple[str, ...]) -> None:
        if self._clauses[clause].documented:
            self.entered.add((probe.partition(":")[0], clause, rests))

    def _holds(self, clause: str) -> bool:
        evidence = self._evidence.get(clause)
        return evidence is not None and evidence.held and not evidence.breaches

    def _attach(self, clause: str, exchange: Exchange | None) -> None:
        if exchange is not None:
            self._evidence[clause].exchanges[exchange.number] = exchange

    def _verdict(self, name: str) -> Verdict:
        evidence, clause = self._evidence[name], self._clauses[name]
        requests = len(evidence.exchanges)
        breaches = [each for each in evidence.breaches if self.counts(each)]
        if breaches:
            verdict = FAILED if self.fails(name) else WARNED
            reason = f"expected {breaches[0].expected}; found {breaches[0].found}"
            waiver = self._selection.waiver(name) or self._selection.ended(name)
            return Verdict(clause, verdict, reason, requests, tuple(breaches), waiver=waiver)
        if evidence.breaches:
            first, unshown = evidence.breaches[0], ", ".join(self.unshown(evidence.breaches))
            reason = (
                f"expected {first.expected}; found {first.found}; but that rests on {unshown}, not shown to hold here"
            )
            return Verdict(clause, NOT_VERIFIED, reason, requests)
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
