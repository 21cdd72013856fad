"""Events to order: what a delivery about a number would say, without waiting for it, and also without a server."""

from collections.abc import Mapping
from typing import Any

from contract_tests.contract.loading import fixture
from contract_tests.contract.pointers import follow
from mock_server.domain.shipments.calendar import DAY
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.shipments.source import ShipmentSource
from mock_server.domain.webhooks.events import WebhookEvent
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.world import Foundation, World
from mock_server.world.foundation import shipped_places

EXAMPLE_SECRET = "/components/schemas/Webhook/properties/secret/examples/0"  # noqa: S105 - where the contract shows one
STATUSES = "/components/schemas/Tracking/$defs/status/oneOf"
EXAMPLE_STATUS = "/components/schemas/Tracking/properties/status/examples/0"


class SampleEvents:
    """Any event about any number, as the mock of these settings would deliver it."""

    def __init__(self, foundation: Foundation) -> None:
        document = foundation.specification.document
        self.terms = DeliveryTerms.from_document(document)
        self.events = self.terms.events
        self.secret: str = follow(document, EXAMPLE_SECRET)
        self.webhook_id: str = self.events.facts(next(iter(self.events.examples.values())))["webhook_id"]
        self._statuses = [entry.get("x-value", entry["const"]) for entry in follow(document, STATUSES)]
        self._usual_status: str = follow(document, EXAMPLE_STATUS)
        self._foundation = foundation

    def event_type(self, word: str) -> str:
        """The event type of that name, or whose last part it is; ValueError with the choices for any other."""
        for name in self.events.types:
            if word in {name, name.rpartition(".")[2]}:
                return name
        choices = ", ".join(name.rpartition(".")[2] for name in self.events.types)
        raise ValueError(f"{word!r} is no event; there are {choices}")

    def status(self, event_type: str, word: str | None = None) -> str:
        """The status that such an event gives: the one asked for, or the type's first.

        ValueError if the status asked for is none, or does not come with that type.
        """
        statuses = self.events.statuses(event_type)
        if word is None:
            return statuses[0] if statuses else self._usual_status
        if word not in self._statuses:
            raise ValueError(f"{word!r} is no status; there are {', '.join(self._statuses)}")
        if self.events.type_of(word) != event_type:
            raise ValueError(f"status {word!r} comes with {self.events.type_of(word)}, not with {event_type}")
        return word

    def number(self, text: str | None, status: str) -> TrackingNumber:
        """The number in words, or else a magic one whose shipment has that status; ApiError if it is no number."""
        if text is None:
            scenarios = {name for name, each in self._foundation.magic.scenarios.items() if each.journey == status}
            text = next(row.number for row in self._foundation.magic.magic_numbers() if row.scenario in scenarios)
        return self._foundation.recognise(text, None)

    def data(self, number: TrackingNumber, status: str, world: World) -> Mapping[str, Any]:
        """The world's shipment as it would be answered, had it just got that status; it stays as it is."""
        now = world.clock.now()
        staged = self._journey(number, status, now).at(now)
        told = world.as_if_said(number, staged.events[0].phrase) if staged.events else staged
        return told.facts(world.language(None))

    def event(self, number: TrackingNumber, status: str, now: float, event_id: str, webhook_id: str) -> WebhookEvent:
        """The event that gives the number's shipment that status at the instant."""
        snapshot = self._journey(number, status, now).at(now)
        data = snapshot.facts(self._foundation.language(""))
        return WebhookEvent(event_id, self.events.type_of(status), now, webhook_id, data)

    def _journey(self, number: TrackingNumber, status: str, now: float) -> Journey:
        """A journey that has the status, its last scan within the last 24 hours where that is what gave it."""
        foundation = self._foundation
        source = ShipmentSource(shipped_places(), foundation.phrases, fixture("journeys.json"), staged=lambda _: status)
        journey = source.journey(foundation.settings.seed, number, now)
        last = journey.events[-1] if journey.events else None
        if last is None or last.at > now or last.phrase.status != status:
            return journey
        return journey.shifted((now - last.at) // DAY * DAY)
