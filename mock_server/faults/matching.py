"""Which calls a rule is about."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Any, Self

from mock_server.domain.tracking_numbers import normalise

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
    """A shipment that a call is about; `carrier` finds its carrier's code, and is asked only if a rule wants it."""

    tracking_number: str
    carrier: Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """A call as rules see it. A batch has `several` parcels, each of which can go wrong on its own."""

    operation: str | None = None
    method: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    parcels: Sequence[Parcel] = ()
    several: bool = False

    @classmethod
    def about(cls, operation: str, tracking_number: str, carrier: str | None) -> Self:
        """A delivery of that operation, or any other call about one shipment whose carrier is known."""
        return cls(operation, "POST", parcels=(Parcel(tracking_number, lambda: carrier),))

    def item(self, place: int) -> "Subject":
        """The call as if it were about that one parcel."""
        return Subject(self.operation, self.method, self.headers, (self.parcels[place],))


@dataclass(frozen=True, slots=True)
class Match:
    """What a call must be for a rule to see it; None is anything."""

    operation: Glob | None = None
    method: str | None = None
    tracking_number: Glob | None = None
    carrier: Glob | None = None
    headers: Mapping[str, Glob | bool] = field(default_factory=dict)

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
        )

    @property
    def picks_parcels(self) -> bool:
        """Whether it tells one parcel of a call from another."""
        return self.tracking_number is not None or self.carrier is not None

    def accepts(self, subject: Subject) -> bool:
        """Whether the call is one of these; of several parcels, one is enough."""
        return (
            (self.operation is None or self.operation.accepts(subject.operation))
            and (self.method is None or self.method == subject.method)
            and all(_fits(subject.headers.get(name), wanted) for name, wanted in self.headers.items())
            and (not self.picks_parcels or any(map(self._picks, subject.parcels)))
        )

    def _picks(self, parcel: Parcel) -> bool:
        return (self.tracking_number is None or self.tracking_number.accepts(parcel.tracking_number)) and (
            self.carrier is None or self.carrier.accepts(parcel.carrier())
        )


def _fits(value: str | None, wanted: Glob | bool) -> bool:
    return (value is not None) is wanted if isinstance(wanted, bool) else wanted.accepts(value)
