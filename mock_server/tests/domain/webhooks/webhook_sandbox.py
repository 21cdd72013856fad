"""What tests of deliveries share: webhooks with shipments made to measure, and attempts that turn out as told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.domain.clock import ManualClock, SandboxClock, from_text
from mock_server.domain.shipments.journey import Event, Journey
from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryPlan
from mock_server.domain.webhooks.records import Records
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.domain.webhooks.watches import News, WatchKey
from mock_server.domain.webhooks.webhooks import Webhooks
from mock_server.tests.domain.shipments.shipping import CARRIERS, DISPATCH, PHRASES, SPECIFICATION

START = from_text("2026-06-15T12:00:00Z")
HOUR = 3600
NUMBER = CARRIERS.recognise("1Z999AA10123456784", "ups")
TERMS = DeliveryTerms.from_document(SPECIFICATION.document)
PLACE: WatchKey = (NUMBER.text, "ups")
URL = "http://127.0.0.1:9/hooks"


def event(at: float, phrase: str = "departed_facility") -> Event:
    return Event(at, PHRASES[phrase], "Louisville, KY")


def journey(*events: Event) -> Journey:
    return replace(DISPATCH.journey(0, NUMBER, START), events=events, expires_at=None)


@dataclass(slots=True)
class WebhookSandbox:
    """The webhooks of a sandbox on a clock that stands until it is moved, and the one shipment that it knows."""

    events: Sequence[Event] = ()
    handlings: Sequence[DeliveryPlan] = ()
    terms: DeliveryTerms = TERMS
    records: Records | None = None
    base: ManualClock = field(default_factory=lambda: ManualClock(START))

    clock: SandboxClock = field(init=False)
    shipment: Journey | None = field(init=False)
    webhooks: Webhooks = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SandboxClock(self.base)
        self.shipment = journey(*self.events)
        self.handlings = list(self.handlings)
        self.webhooks = self.opened(self.records)

    def opened(self, records: Records | None) -> Webhooks:
        return Webhooks(self.terms, self.clock, self._find, self._handle, seed=0, key="tf_test_free_a", records=records)

    def _find(self, place: WatchKey, _: float) -> Journey | None:
        return self.shipment if place == PLACE else None

    def _handle(self, *_: object) -> DeliveryPlan:
        assert isinstance(self.handlings, list)
        return self.handlings.pop(0) if self.handlings else DeliveryPlan()

    def subscribe(self, *events: str, url: str = URL) -> Subscription:
        return self.webhooks.subscribe(*PLACE, url, events or ("all",))

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.collect()

    def collect(self) -> None:
        while self.webhooks.collect(5):
            pass

    def become(self, shipment: Journey, *places: int) -> None:
        """Let the shipment be another one, of which the events at those places are news."""
        self.webhooks.catch_up(*PLACE)  # type: ignore[arg-type]  # its carrier is known
        self.shipment = shipment
        seen = shipment.at(self.clock.now())
        self.webhooks.announce(*PLACE, [News(shipment.events[place], seen, place) for place in places])  # type: ignore[arg-type]  # its carrier is known
        self.collect()

    def take_all(self) -> list[Delivery]:
        taken = []
        while delivery := self.webhooks.take():
            taken.append(delivery)
        return taken

    def attempt(self, delivery: Delivery, status: int | None = 204, wait: float = 0.0, **said: Any) -> Delivery:
        """What has become of a delivery after an attempt with that answer."""
        self.webhooks.settle(delivery.id, attempted(delivery, status, **said), wait)
        return self.delivery(delivery.id)

    def delivery(self, delivery_id: str) -> Delivery:
        found = self.webhooks.queue.find(delivery_id)
        assert found is not None
        return found


def attempted(delivery: Delivery, status: int | None = 204, **said: Any) -> Attempt:
    headers: Mapping[str, str] = {"X-Test": "1"}
    problem = None if status else "no answer came"
    return Attempt(delivery.due or 0.0, START, 0.01, headers, **{"status": status, "problem": problem, **said})


LIFE = [
    event(START + HOUR, "picked_up"),
    event(START + 2 * HOUR, "weather_delay"),
    event(START + 3 * HOUR, "out_for_delivery"),
    event(START + 4 * HOUR, "delivered"),
]


def said(delivery: Delivery) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(delivery.body)
    return value


def told(sandbox: WebhookSandbox) -> list[str]:
    return [delivery.type for delivery in sandbox.webhooks.queue.all()]
