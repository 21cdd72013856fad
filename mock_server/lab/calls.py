"""Calls: what a client asks for when nothing goes wrong, named so that a fault rule can pick one out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from http import HTTPStatus
from itertools import zip_longest
from operator import and_
from typing import Any

from mock_server.api.conversations import Conversations
from mock_server.contract.specification import Specification
from mock_server.domain.clients.conversation import call_of
from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.spending import BATCH

Identity = tuple[str, str, bytes]
CREATE = "createWebhook"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110 section 9.2.1


@dataclass(frozen=True, slots=True)
class ClientCall:
    """The so many-eth call of an operation; `subject` is the number that it is about, `items` those of a batch."""

    operation: str
    ordinal: int
    method: str
    target: str
    subject: str | None
    items: tuple[str, ...]
    earlier: int
    """Calls before it that a rule for the operation and the subject would see."""
    identity: Identity | None
    """None where it is another in every world, as with ids that are made there."""
    status: int
    reading: Conversations = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        return f"{self.operation}#{self.ordinal}"

    @property
    def safe(self) -> bool:
        """Whether asking twice is asking once."""
        return self.method in SAFE

    @property
    def repeatable(self) -> bool:
        """Whether it only looks something up, so that nobody has to fear a second attempt."""
        return self.safe or bool(self.items)

    def match(self, number: str | None = None) -> dict[str, Any]:
        """What a rule's `match` must be for this call, or for one item of it."""
        wanted = number or self.subject
        return {"operation": self.operation, **({"tracking_number": wanted} if wanted else {})}

    def asked(self, entry: Entry) -> bool:
        """Whether the entry asks the same: by method, target and body, or for the same number by the operation."""
        if entry.operation != self.operation:
            return False
        if self.subject is not None:
            return self.reading.subject(entry) == self.subject
        return self.identity is None or call_of(entry) == self.identity


def calls_of(entries: Sequence[Entry], specification: Specification) -> list[ClientCall]:
    """The calls of the contract's operations among the entries, in order."""
    ordinals: Counter[str] = Counter()
    seen: Counter[tuple[str, str | None]] = Counter()
    found = []
    reading = Conversations(specification)
    for entry in entries:
        operation = entry.operation
        if operation is None or operation not in specification.operations:
            continue
        ordinals[operation] += 1
        subject = reading.subject(entry)
        items = tuple(reading.asked(entry) or ()) if operation == BATCH else ()
        found.append(
            ClientCall(
                operation,
                ordinals[operation],
                entry.method,
                entry.target,
                subject,
                items,
                seen[operation, subject],
                call_of(entry),
                entry.status,
                reading,
            )
        )
        seen[operation, subject] += 1
    return found


def shipments_told(entries: Sequence[Entry], reading: Conversations) -> Counter[str]:
    """How often answers tell of each shipment."""
    return Counter(
        number
        for entry in entries
        if entry.status < HTTPStatus.BAD_REQUEST
        for number, status in reading.shown(entry)
        if status is not None
    )


def steady(first: Sequence[ClientCall], other: Sequence[ClientCall]) -> list[ClientCall]:
    """The calls, those of another identity in another run without one."""
    pairs = zip_longest(first, other)
    return [
        call if twin and twin.identity == call.identity else replace(call, identity=None)
        for call, twin in pairs
        if call
    ]


def sketch(calls: Sequence[ClientCall]) -> list[tuple[str, str | None]]:
    """What of the calls must be the same in every run."""
    return [(call.operation, call.subject) for call in calls]


def shared(runs: Sequence[Sequence[ClientCall]]) -> list[ClientCall]:
    """The calls that every run makes; if no two make the same, as many as the shortest."""
    shortest = min(runs, key=len)
    common = reduce(and_, (Counter(sketch(run)) for run in runs))
    found = []
    for call, what in zip(shortest, sketch(shortest), strict=True):
        if common[what]:
            common[what] -= 1
            found.append(call)
    return found or list(shortest)


def told(calls: Sequence[ClientCall]) -> str:
    """How many calls of which operation, in words."""
    counts = Counter(call.operation for call in calls)
    return ", ".join(f"{name} x{number}" if number > 1 else name for name, number in counts.items())
