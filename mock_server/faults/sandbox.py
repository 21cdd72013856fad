"""The faults of one sandbox: which rules strike a call, counted exactly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from threading import Lock

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.domain.clock import Clock
from mock_server.domain.randomness import stream
from mock_server.faults.books import RuleBook
from mock_server.faults.fault import Delivery, Occasion
from mock_server.faults.matching import Subject
from mock_server.faults.rules import Count, Rule


class Faults:
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
        self._clock = clock
        self._header_names = header_names
        self._seed, self._key = seed, key
        self._trial = Occasion(Random(0), header_names)
        self._counts: dict[Rule, Count] = {}
        self._lock = Lock()

    @property
    def quiet(self) -> bool:
        """Whether no rule could strike a call or its reply."""
        for book in self._books:  # on the path of every request, where a generator would be felt
            if book.page.calls or book.page.replies:
                return False
        return True

    def refusal(self, subject: Subject) -> ApiError | None:
        """The error that a rule has for the call, or None.

        Of a call about several parcels, rules that pick some by number or carrier are asked by `refusals`.
        """
        now = self._clock.now()
        for rule, fault in (each for book in self._books for each in book.page.calls):
            if (subject.several and rule.match.picks_parcels) or not self._concerns(rule, subject, now):
                continue
            if self._strike(rule) is not None:
                return fault.refusal(rule.id)
        return None

    def refusals(self, subject: Subject) -> dict[int, ApiError]:
        """The errors that rules have for single parcels of a call about several, by the parcels' places."""
        now = self._clock.now()
        picking = [each for book in self._books for each in book.page.calls if each[0].match.picks_parcels]
        refused: dict[int, ApiError] = {}
        for place in range(len(subject.parcels)) if picking else ():
            item = subject.item(place)
            for rule, fault in picking:
                if self._concerns(rule, item, now) and self._strike(rule) is not None:
                    refused[place] = fault.refusal(rule.id)
                    break
        return refused

    def spoil(self, subject: Subject, reply: Reply) -> tuple[Reply, list[Rule]]:
        """The reply as the client is to get it, and the rules that struck it."""
        now = self._clock.now()
        struck = []
        for rule, fault in (each for book in self._books for each in book.page.replies):
            if not self._concerns(rule, subject, now) or fault.after(reply, self._trial) is reply:
                continue
            chance = self._strike(rule)
            if chance is not None:
                reply = fault.after(reply, Occasion(chance, self._header_names))
                struck.append(rule)
        return reply, struck

    def for_delivery(self, subject: Subject) -> Delivery:
        """How the event of that subject (operation, number, carrier) is to be delivered."""
        delivery = Delivery()
        now = self._clock.now()
        for rule, fault in (each for book in self._books for each in book.page.deliveries):
            spoilt = fault.deliver(delivery)
            if spoilt is delivery or not self._concerns(rule, subject, now) or self._strike(rule) is None:
                continue
            delivery = replace(spoilt, faults=(*delivery.faults, rule.id))
            if delivery.dropped:
                break
        return delivery

    def rules(self) -> Iterator[tuple[Rule, Count]]:
        """Every rule that concerns the sandbox, in order, with how often it has seen and struck."""
        for rule in (rule for book in self._books for rule in book.page.rules):
            yield rule, self.count(rule)

    def count(self, rule: Rule) -> Count:
        """How often the rule has seen and struck here until now."""
        return replace(self._counts.get(rule) or Count())

    def recount(self, identifier: str, count: Count) -> None:
        """Take up the count of the rule of that id where another sandbox left it."""
        for rule, _ in self.rules():
            if rule.id == identifier:
                self._counts[rule] = replace(count)

    def _concerns(self, rule: Rule, subject: Subject, now: float) -> bool:
        if not rule.holds(now):
            return False
        count = self._counts.get(rule)
        return (count is None or count.applied < rule.times) and rule.match.accepts(subject)

    def _strike(self, rule: Rule) -> Random | None:
        """The chance of the fault if the rule strikes this call that concerns it, else None."""
        with self._lock:
            count = self._counts.get(rule)
            if count is None:
                self._forget_removed()
                count = self._counts[rule] = Count()
            return count.turn(rule, lambda number: stream(self._seed, self._key, "fault", rule.id, number))

    def _forget_removed(self) -> None:
        rules = {rule for book in self._books for rule in book.page.rules}
        self._counts = {rule: count for rule, count in self._counts.items() if rule in rules}
