"""Slips in subscriptions and deliveries, as queues, caches and signing code make them."""

import hmac
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply, dump
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.outbox import Delivery, Outbox
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("natural", "documented")
assumed = Breaking("natural", "assumed")


@assumed.part("track.normalisation", "webhook.echo", "delivery.each", "delivery.operation")
class NumbersAreKeptAsTyped(Api):
    """A webhook's number is kept as it was typed, and told as it should have been; it hears nothing then."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        made = super().create_webhook(key, call)
        kept, typed = self.world.webhooks.alive, str(json.loads(call.body)["tracking_number"])
        identifier = made.value()["webhook_id"]
        kept[identifier] = replace(kept[identifier], number=typed)
        return made


@documented.part("webhook.id", "webhook.delete.operation", "webhook.duplicates")
class TheSameAgainReplacesTheWebhook(Webhooks):
    """A second webhook for a number and a url takes the place of the first."""

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        for each in [each for each in self.alive.values() if (each.number, each.url) == (number, url)]:
            self.forget(each.id)
        return super().create(key, number, carrier, url, events)


@documented.part("webhook.delete.operation", "webhook.delete.silent")
class DeletionGoesByNumber(Webhooks):
    """Deleting a webhook deletes every webhook for its number."""

    def forget(self, webhook_id: str) -> None:
        gone = self.alive.get(webhook_id)
        for each in [each.id for each in self.alive.values() if gone and each.number == gone.number]:
            super().forget(each)


@assumed.part("delivery.success", "delivery.filter.all", "delivery.each", "delivery.id.distinct")
class EachNameThatFitsDelivers(Api):
    """An event is delivered once for each name of the filter that it fits."""

    def happen(self, text: str, event_type: str) -> None:
        super().happen(text, event_type)
        number, carrier = self.world.directory.recognise(text, None)
        shipment = self.world.shipments.find(number, carrier)
        for each in self.world.webhooks.listening(number):
            fitting = [
                name for name in each.events if self.world.webhooks.wants(replace(each, events=(name,)), event_type)
            ]
            for _ in fitting[1:]:
                self.world.outbox.post(each, event_type, self.world.shipments.body(shipment))


@assumed.part("delivery.id.stable")
class RetriesTellTheLatest(Outbox):
    """A retry tells of the shipment as it is then."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.latest: dict[str, Body] = {}

    def post(self, subscription: Subscription, event_type: str, data: Body) -> None:
        self.latest[subscription.id] = data
        super().post(subscription, event_type, data)

    def again(self, delivery: Delivery) -> Delivery | None:
        again, subscription = super().again(delivery), self.webhooks.alive.get(delivery.webhook_id)
        if again is None or subscription is None:
            return again
        body = dump({**json.loads(delivery.body), "data": self.latest[delivery.webhook_id], "attempt": again.attempt})
        return replace(again, body=body, headers=tuple(self.headers(subscription, body).items()))


@documented.part("delivery.signature.hmac", "delivery.id.stable", "delivery.signature.raw")
class RetriesKeepTheFirstSignature(Outbox):
    """A retry says which attempt it is, under the signature of the first."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery)
        return again and replace(again, body=dump({**json.loads(again.body), "attempt": again.attempt}))


@assumed.part("delivery.signature.raw", "delivery.signature.hmac")
class EscapedTextIsSigned(Outbox):
    """The body is signed with its letters beyond ASCII escaped, and sent with them as they are."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(subscription, json.dumps(json.loads(body)).encode())


@documented.part("delivery.signature.hmac")
class KeyAndMessageAreExchanged(Outbox):
    """The secret is signed with the body as the key."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + hmac.new(body, subscription.secret.encode(), sha256).hexdigest()


@documented.part("delivery.signature.hmac")
class SecretsHaveALineBreak(Outbox):
    """The secret is read from a file, line break and all."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(replace(subscription, secret=subscription.secret + "\n"), body)


@documented.part("delivery.operation")
class UrlsAreDecoded(Outbox):
    """The escapes of a url are undone before it is called."""

    def put(self, delivery: Delivery) -> None:
        super().put(replace(delivery, url=unquote(delivery.url).replace(" ", "%20")))


@assumed.part("delivery.body")
class DeliveriesAreLists(Outbox):
    """A delivery is a list of one event."""

    def put(self, delivery: Delivery) -> None:
        subscription = self.webhooks.alive.get(delivery.webhook_id)
        body = b"[" + delivery.body + b"]"
        if subscription is not None and not delivery.body.startswith(b"["):
            delivery = replace(delivery, body=body, headers=tuple(self.headers(subscription, body).items()))
        super().put(delivery)


@documented.part("delivery.filter", "delivery.filter.exception")
class FiltersAreReadAsOneText(Webhooks):
    """A filter of several names is kept as one text, which fits an event only if it is that name."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        return len(subscription.events) == 1 and super().wants(subscription, event_type)


@assumed.part("delivery.filter.all", "delivery.filter", "delivery.operation")
class AllAmongOthersIsNothing(Webhooks):
    """The name all counts only if it stands alone."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        names = subscription.events
        return super().wants(
            replace(subscription, events=names if len(names) == 1 else tuple(each for each in names if each != "all")),
            event_type,
        )


@documented.part("webhook.delete.silent")
class DeletedWebhooksStayInACache(Webhooks):
    """A number's webhooks are remembered from the first event on."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.kept: dict[str, dict[str, Subscription]] = {}

    def listening(self, number: str) -> tuple[Subscription, ...]:
        kept = self.kept.setdefault(number, {})
        kept.update({each.id: each for each in super().listening(number)})
        return tuple(kept.values())

    def knows(self, webhook_id: str) -> bool:
        return any(webhook_id in kept for kept in self.kept.values())
