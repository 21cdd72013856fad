"""The faults of one sandbox: which rules strike a call, counted exactly."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from threading import Lock
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.domain.clock import Clock
from mock_server.domain.randomness import stream
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.faults.fault import Occasion, ReplyFault
from mock_server.faults.matching import Subject
from mock_server.faults.rulebook import RuleBook, RulesInForce
from mock_server.faults.rules import Count, Rule

Strike = tuple[Rule, ReplyFault, Random]
"""A rule that strikes a call, its fault, and the fault's own chance."""


class ActiveFaults:
    """The rules that concern one sandbox, its own and those for all, with counts of its own.

    Rules are asked in order, and what one has decided the next do not see: two rules that each fail two calls make
    four failing calls. A lie sees only replies that it can change, and a rule that is used up sees nothing.
    """

    def __init__(
        self, clock: Clock, header_names: Mapping[str, str], books: Sequence[RuleBook], seed: int, key: str
    ) -> None:
        """`books` begins with the sandbox's own; chance follows from seed and key."""
        self.own = books[0]
        self._books = books
        self.on_changed: Callable[[tuple[Rule, ...]], object] = lambda _rules: None  # is told the rules in force
        self._clock = clock
        self._header_names = header_names
        self._seed, self._key = seed, key
        self._trial = Occasion(Random(0), header_names)
        self._counts: dict[object, Count] = {}  # by the rules' tallies
        self.turns = 0  # how often rules or counts have changed
        self._lock = Lock()
        for book in books:
            book.tell(self)
        self.refresh()

    def refresh(self) -> None:
        """Read the books anew; each calls this when it has changed."""
        with self._lock:
            self.turns += 1
            self._in_force = in_force = RulesInForce.together([book.in_force for book in self._books])
            if self._counts:
                known = {rule.tally for rule in in_force.rules}
                self._counts = {tally: count for tally, count in self._counts.items() if tally in known}
            # Asked for every call, so they are plain truths: is there a rule that could refuse it, or spoil its reply?
            self.refuses, self.spoils = bool(in_force.calls), bool(in_force.replies)
            self.forestalls, self.replaces = bool(in_force.losses), bool(in_force.replacements)
            self.misdelivers = bool(in_force.deliveries)
            self.present = bool(in_force.rules)
        self.on_changed(in_force.rules)

    def refusal(self, subject: Subject) -> ApiError | None:
        """The error that a rule has for the call, or None.

        Of a call about several parcels, rules that pick some by number or carrier are asked by `refusals`.
        """
        for rule, fault in self._in_force.calls:
            if (subject.several and rule.match.picks_parcels) or not self._concerns(rule, subject):
                continue
            if self._strike(rule) is not None:
                return fault.refusal(rule.id)
        return None

    def refusals(self, subject: Subject) -> dict[int, ApiError]:
        """The errors that rules have for single parcels of a call about several, by the parcels' places."""
        picking = [(rule, fault) for rule, fault in self._in_force.calls if rule.match.picks_parcels]
        refused: dict[int, ApiError] = {}
        for place, item in enumerate(subject.items()) if picking else ():
            for rule, fault in picking:
                if self._concerns(rule, item) and self._strike(rule) is not None:
                    refused[place] = fault.refusal(rule.id)
                    break
        return refused

    def forestall(self, subject: Subject) -> list[Strike]:
        """The rules that strike the call before it has had its effect, with their faults and the chance of each."""
        head = subject.method == "HEAD"
        asked = [
            (rule, fault)
            for rule, fault in self._in_force.losses
            if not (head and fault.in_transfer) and self._concerns(rule, subject)
        ]
        struck = ((rule, fault, self._strike(rule)) for rule, fault in asked)
        return [(rule, fault, chance) for rule, fault, chance in struck if chance is not None]

    def replacement(self, subject: Subject) -> ApiError | None:
        """The error that the client gets although the call has had its effect, or None."""
        for rule, fault in self._in_force.replacements:
            if self._concerns(rule, subject) and self._strike(rule) is not None:
                return fault.refusal(rule.id)
        return None

    def spoilt(self, reply: Reply, fault: ReplyFault, chance: Random) -> Reply:
        """The reply as that fault leaves it."""
        return fault.after(reply, Occasion(chance, self._header_names))

    def spoil(self, subject: Subject, reply: Reply) -> tuple[Reply, list[Rule]]:
        """The reply as the client is to get it, and the rules that struck it."""
        struck = []
        for rule, fault in self._in_force.replies:
            if (fault.in_transfer and subject.method == "HEAD") or rule.match.status not in {None, reply.status}:
                continue
            if not self._concerns(rule, subject) or fault.after(reply, self._trial) is reply:
                continue
            chance = self._strike(rule)
            if chance is not None:
                reply = self.spoilt(reply, fault, chance)
                struck.append(rule)
        return reply, struck

    def for_delivery(self, subject: Subject, event: Mapping[str, Any] | None = None) -> DeliveryPlan:
        """How that event about the subject is to be delivered."""
        delivery = DeliveryPlan(event=event)
        for rule, fault in self._in_force.deliveries:
            if not self._concerns(rule, subject):
                continue
            spoilt = fault.deliver(delivery)
            if spoilt is delivery or self._strike(rule) is None:
                continue
            delivery = replace(spoilt, faults=(*delivery.faults, rule.id))
            if delivery.dropped:
                break
        return delivery

    def rules(self) -> Iterator[tuple[Rule, Count]]:
        """Every rule that concerns the sandbox, in order, with how often it has seen and struck."""
        for rule in self._in_force.rules:
            yield rule, self.count(rule)

    def count(self, rule: Rule) -> Count:
        """How often the rule has seen and struck here until now."""
        return replace(self._counts.get(rule.tally) or Count())

    def recount(self, counts: Iterable[tuple[str, Count]]) -> None:
        """Take up the counts of rules, by their ids and in order, where another sandbox left them."""
        with self._lock:
            rules = iter(self._in_force.rules)
            for name, count in counts:
                rule = next((rule for rule in rules if rule.id == name), None)
                if rule is None:  # it is not there any more, and whatever came after it is counted anew
                    break
                self._counts[rule.tally] = replace(count)

    def _concerns(self, rule: Rule, subject: Subject) -> bool:
        """Whether the call may count for the rule; what is asked first is what tells soonest."""
        if rule.timed and not rule.holds(self._clock.now()):
            return False
        count = self._counts.get(rule.tally)
        return (count is None or count.applied < rule.times) and rule.match.accepts(subject)

    def _strike(self, rule: Rule) -> Random | None:
        """The chance of the fault if the rule strikes this call that concerns it, else None."""
        with self._lock:
            self.turns += 1
            count = self._counts.setdefault(rule.tally, Count())
            return count.turn(rule, lambda number: stream(self._seed, self._key, "fault", rule.id, number))
