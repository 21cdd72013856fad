"""Deliveries that are not sent, or say the wrong thing."""

from dataclasses import replace
from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.messages import Body
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.outbox import Delivery, Outbox
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("deliveries", "documented")
assumed = Breaking("deliveries", "assumed")


@documented.part("delivery.operation")
class NothingIsSent(Outbox):
    """Events are never delivered."""

    def post(self, subscription: Subscription, event_type: str, data: Body) -> None:
        pass


@documented.part("delivery.operation")
class EventsArePut(Outbox):
    """Events are sent with PUT."""

    method = "PUT"


@documented.part("delivery.operation")
class PathIsDropped(Outbox):
    """Events are posted to the root of the receiver."""

    def send(self, delivery: Delivery) -> int | None:
        return super().send(replace(delivery, url="/".join(delivery.url.split("/")[:3])))


@documented.part("delivery.operation")
class QueryIsDropped(Outbox):
    """The query of the url is dropped."""

    def send(self, delivery: Delivery) -> int | None:
        return super().send(replace(delivery, url=delivery.url.split("?")[0]))


@assumed.part("delivery.id.distinct")
class IdsAreTheWebhooks(Outbox):
    """All events of a webhook have the same id."""

    def event_id(self, subscription: Subscription, serial: int) -> str:
        return "evt_" + subscription.id.removeprefix("wh_")


@assumed.part("delivery.body.id")
class IdsAreNumbers(Outbox):
    """An event's id is a number."""

    def payload(self, subscription: Subscription, event_type: str, data: Body, serial: int) -> Body:
        return {**super().payload(subscription, event_type, data, serial), "id": serial}


@assumed.part("delivery.each")
class OneWebhookIsTold(Webhooks):
    """Of several webhooks for a number, the first is told."""

    def listening(self, number: str) -> tuple[Subscription, ...]:
        return super().listening(number)[:1]


@assumed.part("delivery.each", "delivery.operation")
class LatestWebhookIsTold(Webhooks):
    """Of several webhooks for a number, the latest is told."""

    def listening(self, number: str) -> tuple[Subscription, ...]:
        return super().listening(number)[-1:]


@assumed.part("delivery.content-type")
class DeliveriesAreText(Outbox):
    """Deliveries are labelled text/plain."""

    def headers(self, subscription: Subscription, body: bytes) -> dict[str, str]:
        return {**super().headers(subscription, body), "Content-Type": "text/plain"}


@assumed.part("delivery.content-type")
class DeliveriesAreForms(Outbox):
    """Deliveries are labelled as forms, as curl does by itself."""

    def headers(self, subscription: Subscription, body: bytes) -> dict[str, str]:
        return {**super().headers(subscription, body), "Content-Type": "application/x-www-form-urlencoded"}


@assumed.part("delivery.type")
class TypeIsAlwaysUpdated(Outbox):
    """Every event is tracking.updated."""

    def type(self, event_type: str) -> str:
        return "tracking.updated"


@assumed.part("delivery.type")
class TroubleIsAnUpdate(Outbox):
    """A failed attempt is tracking.updated."""

    def type(self, event_type: str) -> str:
        return "tracking.updated" if event_type == "failed_attempt" else super().type(event_type)


@assumed.part("delivery.body.type")
class TypeIsTheEvents(Outbox):
    """An event's type is the scan's, such as transit."""

    def type(self, event_type: str) -> str:
        return event_type


@assumed.payload("delivery.body")
def created_at_missing(body: Body) -> None:
    """A delivery has no created_at."""
    del body["created_at"]


@assumed.payload("delivery.body")
def delivery_called_event(body: Body) -> None:
    """A delivery has event instead of type."""
    body["event"] = body.pop("type")


@assumed.payload("delivery.body.data", "delivery.data.current", "delivery.body")
def data_is_a_summary(body: Body) -> None:
    """A delivery's data is number and status."""
    body["data"] = {name: body["data"][name] for name in ("tracking_number", "status")}


@assumed.payload("delivery.data.current", "delivery.body.data")
def data_has_the_new_event_only(body: Body) -> None:
    """A delivery's data has one event."""
    del body["data"]["events"][1:]


@assumed.payload("delivery.webhook_id")
def webhook_id_is_another(body: Body) -> None:
    """A delivery's webhook_id is not the subscription's."""
    body["webhook_id"] = "wh_0"


@assumed.part("delivery.data.current")
class DataIsOfBefore(Api):
    """A delivery's data is the shipment before the event."""

    def happen(self, text: str, event_type: str) -> None:
        number, carrier = self.world.directory.recognise(text, None)
        before = self.world.shipments.body(self.world.shipments.find(number, carrier))
        self.world.shipments.happen(number, carrier, event_type)
        for subscription in self.world.webhooks.listening(number):
            if self.world.webhooks.wants(subscription, event_type):
                self.world.outbox.post(subscription, event_type, before)


@assumed.part("delivery.data.current")
class EventIsToldBeforeItIsKnown(Api):
    """An event is delivered, and a GET never shows it."""

    def happen(self, text: str, event_type: str) -> None:
        number, _ = self.world.directory.recognise(text, None)
        before = self.world.shipments.moved.get(number)
        super().happen(text, event_type)
        if before is None:
            del self.world.shipments.moved[number]
        else:
            self.world.shipments.moved[number] = before


@assumed.part("track.events.grow", "track.safe")
class HistoryIsForgotten(Api):
    """With a new event, all older ones are forgotten."""

    def happen(self, text: str, event_type: str) -> None:
        super().happen(text, event_type)
        moved: dict[str, Any] = self.world.shipments.moved
        for number, shipment in moved.items():
            moved[number] = replace(shipment, events=shipment.events[:1])
