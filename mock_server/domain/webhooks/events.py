"""Webhook events: what a delivery says, which filter lets it through, and the bytes that are sent and signed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.shapes import Shape
from mock_server.domain.clock import to_text
from mock_server.domain.randomness import stream

FILTER = "#/components/schemas/Webhook/$defs/events"


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event for one subscription.

    `created_at` is Unix seconds; `data` is the facts of the track body at that moment, in English.
    """

    id: str
    type: str
    created_at: float
    webhook_id: str
    data: Mapping[str, Any]

    def facts(self) -> Mapping[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "created_at": to_text(self.created_at),
            "webhook_id": self.webhook_id,
            "data": self.data,
        }


def event_id(seed: int, *key: object) -> str:
    """An id drawn from the seed and what tells this event from all others."""
    return f"evt_{stream(seed, 'event', *key).randbytes(12).hex()}"


class EventCatalogue:
    """The contract's event types and filters, and the form of its events."""

    def __init__(self, operation: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        """`operation` is the one that delivers events."""
        body = resolve(document, operation["requestBody"])
        ((self.media_type, content),) = body["content"].items()
        schema = resolve(document, content["schema"])
        self.examples: Mapping[str, Any] = {
            name: resolve(document, example)["value"] for name, example in content.get("examples", {}).items()
        }
        self.mock_only = frozenset(
            name for name, each in schema["properties"].items() if isinstance(each, Mapping) and each.get("x-mock-only")
        )
        """Names of what the mock's deliveries have beyond TrackFlow's, as far as anybody knows."""
        self._shape = Shape(schema, document)
        self._types = dict(_statuses(resolve(document, schema["properties"]["type"])))
        self._filters = dict(_statuses(resolve(document, resolve(document, FILTER)["items"])))

    @property
    def types(self) -> tuple[str, ...]:
        """Every event type, by the mock's own names."""
        return tuple(self._types)

    @property
    def filters(self) -> tuple[str, ...]:
        """Every filter, by the mock's own names."""
        return tuple(self._filters)

    def knows(self, name: str) -> bool:
        """Whether that is a filter."""
        return name in self._filters

    def statuses(self, event_type: str) -> tuple[str, ...] | None:
        """The statuses whose arrival is an event of that type; None for the type of all others."""
        return self._types[event_type]

    def type_of(self, status: str) -> str:
        """The type of an event that gave its shipment this status."""
        named = (name for name, statuses in self._types.items() if statuses is not None and status in statuses)
        rest = (name for name, statuses in self._types.items() if statuses is None)
        return next(named, None) or next(rest)

    def lets_through(self, filters: Iterable[str], status: str) -> bool:
        """Whether a subscription with these filters is told of an event that gave its shipment this status.

        A filter that the contract does not know lets nothing through.
        """
        wanted = (self._filters[name] for name in filters if name in self._filters)
        return any(statuses is None or status in statuses for statuses in wanted)

    def value(self, event: WebhookEvent, known_as: str | None = None) -> dict[str, Any]:
        """The event as the contract has it; under another id, it is the same in all that does not follow from that."""
        facts = event.facts() if known_as is None else {**event.facts(), "id": known_as}
        value: dict[str, Any] = self._shape.write(facts, Random(event.id))
        return value

    def body(self, event: WebhookEvent) -> bytes:
        """The exact bytes that are sent and signed, on every attempt."""
        return encode(self.value(event))

    def facts(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """What an event or example in the contract's form says, under the mock's own names."""
        facts: dict[str, Any] = self._shape.read(value)
        return facts


def encode(event: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON that no library writes by itself: spaces in the envelope, none inside, no needless escapes.

    A receiver that parses a delivery and checks the signature of what it wrote again is refused here, and not for the
    first time in production (EasyPost/easypost-node#467).
    """
    members = (f"{json.dumps(name)}: {_compact(value)}" for name, value in event.items())
    return f"{{ {', '.join(members)} }}".encode()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _statuses(schema: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Each name that a schema's `oneOf` allows, with its `x-statuses`."""
    for entry in schema["oneOf"]:
        statuses = entry.get("x-statuses")
        yield entry.get("x-value", entry["const"]), None if statuses is None else tuple(statuses)
