"""Rules in force: ordered lists that change as a whole, and tell those who read them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Protocol, Self
from weakref import WeakSet

from mock_server.faults.fault import CallFault, DeliveryFault, MessageFault, Phase, ReplyFault
from mock_server.faults.rules import Rule

MOST_RULES = 1000  # in one book; each call asks them one by one


class RuleBookError(Exception):
    """A rule that a book cannot take; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules of a book at one moment, in their order, and by what they spoil, each with its fault.

    Paused ones are among the `rules` only.

    `calls` are refused and `losses` spoilt before they have had their effect, `replacements` and `replies` after it.
    Of the faults of messages, those are among the `deliveries` too whose rules name an operation, as it may be theirs.
    """

    rules: tuple[Rule, ...] = ()
    calls: tuple[tuple[Rule, CallFault], ...] = ()
    losses: tuple[tuple[Rule, ReplyFault], ...] = ()
    replacements: tuple[tuple[Rule, CallFault], ...] = ()
    replies: tuple[tuple[Rule, ReplyFault], ...] = ()
    deliveries: tuple[tuple[Rule, DeliveryFault | MessageFault], ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Self:
        rules = tuple(rules)
        active = [rule for rule in rules if not rule.paused]
        early = [rule for rule in active if rule.phase is Phase.BEFORE]
        late = [rule for rule in active if rule.phase is Phase.AFTER]
        return cls(
            rules,
            tuple((rule, rule.fault) for rule in early if isinstance(rule.fault, CallFault)),
            tuple((rule, rule.fault) for rule in early if isinstance(rule.fault, ReplyFault)),
            tuple((rule, rule.fault) for rule in late if isinstance(rule.fault, CallFault)),
            tuple((rule, rule.fault) for rule in late if isinstance(rule.fault, ReplyFault)),
            tuple(
                (rule, rule.fault)
                for rule in active
                if isinstance(rule.fault, DeliveryFault)
                or (isinstance(rule.fault, MessageFault) and rule.match.operation is not None)
            ),
        )

    @classmethod
    def together(cls, parts: Iterable[Self]) -> Self:
        """Those of several books, in their order; most sandboxes have none of their own."""
        every = tuple(parts)
        some = [part for part in every if part.rules]
        return (some or every)[0] if len(some) <= 1 else cls.of(rule for part in some for rule in part.rules)


class Listener(Protocol):
    """Somebody who wants to know when a book has changed."""

    def refresh(self) -> None: ...


class RuleBook:
    """An ordered list of rules with ids of their own, at most MOST_RULES."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.in_force = RulesInForce.of(rules)
        self._lock = Lock()
        self.listeners: WeakSet[Listener] = WeakSet()

    def tell(self, listener: Listener) -> None:
        """Tell the listener of every change, as long as anybody else holds it."""
        with self._lock:
            self.listeners.add(listener)

    def write(self, make: Callable[[str], Rule]) -> Rule:
        """Put a new rule at the end, made with an id that is free in this book; RuleBookError as for `add`."""
        with self._lock:
            taken = {rule.id for rule in self.in_force.rules}
            free = (f"fault-{number}" for number in count(1))
            rule = make(next(name for name in free if name not in taken))
            self._append(rule)
            return rule

    def add(self, rule: Rule) -> None:
        """Put the rule at the end; RuleBookError if its id is taken or the book is full."""
        with self._lock:
            self._append(rule)

    def put(self, rules: Iterable[Rule]) -> None:
        """Let these be the rules, in their order, instead of those that there are."""
        with self._lock:
            self._turn(RulesInForce.of(rules))

    def find(self, identifier: str) -> Rule | None:
        """The rule of that id, if there is one."""
        return next((rule for rule in self.in_force.rules if rule.id == identifier), None)

    def exchange(self, identifier: str, make: Callable[[Rule], Rule]) -> Rule | None:
        """Put what is made of the rule of that id in its place; None without one, RuleBookError for a taken id."""
        with self._lock:
            rules = list(self.in_force.rules)
            place = next((place for place, rule in enumerate(rules) if rule.id == identifier), None)
            if place is None:
                return None
            made = make(rules[place])
            if any(rule.id == made.id for other, rule in enumerate(rules) if other != place):
                raise RuleBookError(f"there is a rule {made.id!r} already; choose another id")
            rules[place] = made
            self._turn(RulesInForce.of(rules))
            return made

    def move(self, identifier: str, before: str | None) -> bool:
        """Let the rule be asked right before another one, or after all; false if this book has not both."""
        with self._lock:
            rules = list(self.in_force.rules)
            ids = [rule.id for rule in rules]
            if identifier not in ids or before not in {None, *ids}:
                return False
            if before != identifier:
                rule = rules.pop(ids.index(identifier))
                places = [each.id for each in rules]
                rules.insert(len(rules) if before is None else places.index(before), rule)
                self._turn(RulesInForce.of(rules))
            return True

    def remove(self, identifier: str | None = None) -> int:
        """Take out the rule of that id, or all; how many there were."""
        with self._lock:
            before = self.in_force.rules
            left = [rule for rule in before if identifier not in {None, rule.id}]
            if len(left) < len(before):
                self._turn(RulesInForce.of(left))
            return len(before) - len(left)

    def _append(self, rule: Rule) -> None:
        rules = self.in_force.rules
        if any(each.id == rule.id for each in rules):
            raise RuleBookError(f"there is a rule {rule.id!r} already; delete it first, or choose another id")
        if len(rules) >= MOST_RULES:
            raise RuleBookError(f"there are {MOST_RULES} rules already; delete some first")
        self._turn(RulesInForce.of((*rules, rule)))

    def _turn(self, in_force: RulesInForce) -> None:
        self.in_force = in_force
        for listener in tuple(self.listeners):
            listener.refresh()
