"""Which calls a rule is about."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import partial
from typing import Any, Self

from mock_server.domain.shipments.numbers import normalise

WILDCARDS = frozenset("*?")


@dataclass(frozen=True, slots=True)
class Glob:
    """A text in which * stands for any characters and ? for one."""

    text: str
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, text: str) -> Self:
        # Brackets mean themselves here. fnmatch makes each * an atomic group, so no text takes it long to refuse.
        wild = WILDCARDS & set(text)
        return cls(text, re.compile(translate(text.replace("[", "[[]"))) if wild else None)

    def accepts(self, text: str | None) -> bool:
        if text is None:
            return False
        return text == self.text if self.pattern is None else self.pattern.match(text) is not None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A shipment that a call is about: its normalised number, and its carrier's code if it has one."""

    tracking_number: str
    carrier: str | None


class Subject:
    """A call as rules see it. A batch has `several` parcels, each of which can go wrong on its own.

    Its parcels are found when a rule first asks for them, because most rules never do.
    """

    __slots__ = ("_find", "_parcels", "headers", "method", "operation", "several")

    def __init__(
        self,
        operation: str | None,
        method: str,
        headers: Mapping[str, str],
        find_parcels: Callable[[], Sequence[Parcel]],
        *,
        several: bool = False,
    ) -> None:
        self.operation = operation
        self.method = method
        self.headers = headers
        self.several = several
        self._find = find_parcels
        self._parcels: Sequence[Parcel] | None = None

    @classmethod
    def about(cls, operation: str, tracking_number: str, carrier: str | None) -> Self:
        """A delivery of that operation about a shipment whose carrier is known."""
        return cls(operation, "POST", {}, lambda: (Parcel(tracking_number, carrier),))

    @property
    def parcels(self) -> Sequence[Parcel]:
        if self._parcels is None:
            self._parcels = self._find()
        return self._parcels

    def items(self) -> "Iterator[Subject]":
        """The call once for each of its parcels, as if it were about that one alone."""
        for parcel in self.parcels:
            yield Subject(self.operation, self.method, self.headers, partial(tuple, (parcel,)))


@dataclass(frozen=True, slots=True)
class Match:
    """What a call must be for a rule to see it; None is anything."""

    operation: Glob | None = None
    method: str | None = None
    tracking_number: Glob | None = None
    carrier: Glob | None = None
    headers: Mapping[str, Glob | bool] = field(default_factory=dict)
    status: int | None = None
    """Of the answer, for rules that strike when there is one."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The match that a document of the published form describes."""

        def glob(name: str) -> Glob | None:
            return Glob.of(document[name]) if name in document else None

        number = document.get("tracking_number")
        headers = {
            name.lower(): Glob.of(value) if isinstance(value, str) else value
            for name, value in document.get("header", {}).items()
        }
        return cls(
            glob("operation"),
            document.get("method"),
            None if number is None else Glob.of(normalise(number)),
            glob("carrier"),
            headers,
            document.get("status"),
        )

    @property
    def picks_parcels(self) -> bool:
        """Whether it tells one parcel of a call from another."""
        return self.tracking_number is not None or self.carrier is not None

    def accepts(self, subject: Subject) -> bool:
        """Whether the call is one of these; of several parcels, one is enough."""
        if self.operation is not None and not self.operation.accepts(subject.operation):
            return False
        if self.method is not None and self.method != subject.method:
            return False
        for name, wanted in self.headers.items():
            if not _fits(subject.headers.get(name), wanted):
                return False
        if self.tracking_number is None and self.carrier is None:
            return True
        return any(map(self._picks, subject.parcels))

    def _picks(self, parcel: Parcel) -> bool:
        return (self.tracking_number is None or self.tracking_number.accepts(parcel.tracking_number)) and (
            self.carrier is None or self.carrier.accepts(parcel.carrier)
        )


def _fits(value: str | None, wanted: Glob | bool) -> bool:
    return (value is not None) is wanted if isinstance(wanted, bool) else wanted.accepts(value)
