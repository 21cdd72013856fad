"""What clients asked and were answered, read as the contract writes it: under the mock's own names."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from mock_server.api.routes import Router
from mock_server.contract.operations import Operation
from mock_server.contract.specification import Specification
from mock_server.domain.clients.conversation import Conversation
from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.spending import BATCH, TRACK
from mock_server.domain.recent import Recent
from mock_server.domain.shipments.numbers import normalise
from mock_server.world import World

MOST_KNOWN = 20_000  # answers whose status is remembered, at some 150 bytes
UNREAD = ""  # stands for no status; where a fault has told it, it is read again


class Conversations:
    """Reads entries of journals under one contract, overlays applied."""

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        self._router = Router(specification)
        self._statuses: Recent[tuple[str, bytes], str | None] = Recent(MOST_KNOWN)

    def of(self, world: World, entries: Sequence[Entry]) -> Conversation:
        """What one key asked and was answered, oldest first."""
        headers = self._specification.headers
        return Conversation(
            entries,
            rate=world.clock.rate,
            retry_after=headers.get("retry_after", ""),
            reset=headers.get("reset", ""),
            final=self._specification.final_statuses,
            batch_size=world.account.plan.batch_size,
            asked=self.asked,
            shown=self.shown,
        )

    def subject(self, entry: Entry) -> str | None:
        """The tracking number that one call is about, in its path, normalised, or in its body."""
        number = self._router.find(entry.method, entry.target.partition("?")[0]).path_params.get("trackingNumber")
        if number is not None:
            return normalise(number)
        operation = self._operation(entry)
        return _text(operation.asked(entry.body), "tracking_number") if operation and entry.body else None

    def asked(self, entry: Entry) -> list[str] | None:
        """The tracking numbers of a batch, normalised; None if its body was cut or is none."""
        operation = self._operation(entry)
        facts: Any = operation.asked(entry.body) if operation else None
        try:
            return [normalise(item["tracking_number"]) for item in facts["shipments"]]
        except (LookupError, TypeError, AttributeError):
            return None

    def shown(self, entry: Entry) -> Iterable[tuple[str, str | None]]:
        """Each shipment that a success shows, with its status if it has one; none of a batch that was cut."""
        operation = self._operation(entry)
        if operation and operation.id == TRACK and (number := self.subject(entry)):
            return [(number, self._status(operation, entry.reply_body))]
        return _results(operation.told(entry.reply_body)) if operation and operation.id == BATCH else ()

    def _status(self, operation: Operation, body: bytes) -> str | None:
        """The status in a body of tracking, which is read once: whoever is judged is judged again and again."""
        answer = operation.id, blake2b(body, digest_size=16).digest()
        status = self._statuses.get(answer, UNREAD)
        if status == UNREAD:
            status = _status(operation, body)
            self._statuses.put(answer, status)
        return status

    def _operation(self, entry: Entry) -> Operation | None:
        return self._specification.operations.get(entry.operation or "")


def _status(operation: Operation, body: bytes) -> str | None:
    """The status in a tracking body, even in one that was cut."""
    facts = operation.told(body)
    name = operation.reply_shape and operation.reply_shape.name_of("status")
    if facts is None and operation.reply_shape and name:
        found = re.search(rb'"%s": ?"([^"\\]+)"' % re.escape(name.encode()), body)
        facts = operation.reply_shape.read({name: found[1].decode()}) if found else None
    return _text(facts, "status")


def _results(facts: Any) -> Iterator[tuple[str, str | None]]:
    results = facts.get("results") if isinstance(facts, Mapping) else None
    for each in results if isinstance(results, list) else ():
        number = _text(each, "tracking_number")
        if number is not None:
            yield number, _text(each, "status")


def _text(facts: Any, name: str) -> str | None:
    found = facts.get(name) if isinstance(facts, Mapping) else None
    return found if isinstance(found, str) else None
