"""Rules in force: ordered lists that change as a whole, and tell those who read them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Protocol, Self
from weakref import WeakSet

from mock_server.faults.fault import CallFault, DeliveryFault, ReplyFault
from mock_server.faults.rules import Rule

MOST_RULES = 1000  # in one book; each call asks them one by one


class BookError(Exception):
    """A rule that a book cannot take; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rules of a book at one moment, oldest first, and by what they spoil, each with its fault."""

    rules: tuple[Rule, ...] = ()
    calls: tuple[tuple[Rule, CallFault], ...] = ()
    replies: tuple[tuple[Rule, ReplyFault], ...] = ()
    deliveries: tuple[tuple[Rule, DeliveryFault], ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Self:
        rules = tuple(rules)
        return cls(
            rules,
            tuple((rule, rule.fault) for rule in rules if isinstance(rule.fault, CallFault)),
            tuple((rule, rule.fault) for rule in rules if isinstance(rule.fault, ReplyFault)),
            tuple((rule, rule.fault) for rule in rules if isinstance(rule.fault, DeliveryFault)),
        )


class Reader(Protocol):
    """Somebody who wants to know when a book has changed."""

    def refresh(self) -> None: ...


class RuleBook:
    """An ordered list of rules with ids of their own, at most MOST_RULES."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.page = Page.of(rules)
        self._lock = Lock()
        self.readers: WeakSet[Reader] = WeakSet()

    def tell(self, reader: Reader) -> None:
        """Tell the reader of every change, as long as anybody else holds it."""
        with self._lock:
            self.readers.add(reader)

    def write(self, make: Callable[[str], Rule]) -> Rule:
        """Put a new rule at the end, made with an id that is free in this book; BookError as for `add`."""
        with self._lock:
            taken = {rule.id for rule in self.page.rules}
            free = (f"fault-{number}" for number in count(1))
            rule = make(next(name for name in free if name not in taken))
            self._append(rule)
            return rule

    def add(self, rule: Rule) -> None:
        """Put the rule at the end; BookError if its id is taken or the book is full."""
        with self._lock:
            self._append(rule)

    def remove(self, identifier: str | None = None) -> int:
        """Take out the rule of that id, or all; how many there were."""
        with self._lock:
            before = self.page.rules
            self._turn(Page.of(rule for rule in before if identifier not in {None, rule.id}))
            return len(before) - len(self.page.rules)

    def _append(self, rule: Rule) -> None:
        rules = self.page.rules
        if any(each.id == rule.id for each in rules):
            raise BookError(f"there is a rule {rule.id!r} already; delete it first, or choose another id")
        if len(rules) >= MOST_RULES:
            raise BookError(f"there are {MOST_RULES} rules already; delete some first")
        self._turn(Page.of((*rules, rule)))

    def _turn(self, page: Page) -> None:
        self.page = page
        for reader in tuple(self.readers):
            reader.refresh()
