"""Webhooks and deliveries that differ where the page is silent."""

import base64
import hmac
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from contract_tests.tests.servers.api import LOOPBACK_URL, Api
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply, dump
from contract_tests.tests.servers.modifiers import Differing
from contract_tests.tests.servers.outbox import Delivery, Outbox
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

silent = Differing(keeps_assumed=False)


@silent.body(on=["createWebhook"], status=[201])
def webhook_id_is_called_id(body: Body) -> None:
    """A new webhook's id is called id."""
    body["id"] = body.pop("webhook_id")


@silent.body(on=["createWebhook"], status=[201])
def webhook_is_wrapped(body: Body) -> None:
    """A new webhook is told inside webhook."""
    inner = {name: body.pop(name) for name in tuple(body) if name != "success"}
    body["webhook"] = {"id": inner.pop("webhook_id"), **inner}


@silent.part
class OneSecretForTheAccount(Webhooks):
    """The account has one secret."""

    def secret(self, word: str) -> str:
        return "whsec_account_0123456789"


@silent.part
class WebhooksHaveUuids(Webhooks):
    """Webhooks' ids are UUIDs."""

    def id(self, word: str) -> str:
        return str(UUID(hex=word + "00000000"))


@silent.part
class SecretsArePlain(Webhooks):
    """Webhooks' secrets have no prefix."""

    def secret(self, word: str) -> str:
        return super().secret(word).removeprefix("whsec_")


@silent.part
class BareSignature(Outbox):
    """The signature is bare hex."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(subscription, body).removeprefix("sha256=")


@silent.part
class Base64Signature(Outbox):
    """The signature is base64."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return base64.b64encode(hmac.digest(subscription.secret.encode(), body, "sha256")).decode()


@silent.part
class TimedSignature(Outbox):
    """The signature covers a time and the body, and says so: t=...,v1=..."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        at = str(int(self.clock.now()))
        return f"t={at},v1=" + hmac.new(subscription.secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()


@silent.payload
def other_envelope(body: Body) -> None:
    """A delivery has event and shipment instead of type and data."""
    body["event"], body["shipment"] = body.pop("type"), body.pop("data")


@silent.part
class RetriesFourTimes(Outbox):
    """A failed delivery is repeated four times, 5 minutes apart."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery) if delivery.attempt < 5 else None
        return replace(again, due=delivery.first + 300 * delivery.attempt) if again else None


@silent.part
class ExceptionsOnly(Webhooks):
    """The filter exception fires for exception, not for failed attempts and returns."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        if event_type in {"failed_attempt", "returned"} and "all" not in subscription.events:
            return False
        return super().wants(subscription, event_type)


@silent.part
class HttpsOnly(Api):
    """A url must be HTTPS, on this machine too, so nothing can be received here."""

    def check_url(self, url: str) -> None:
        super().check_url(url)
        if LOOPBACK_URL.match(url):
            raise RefusalError("invalid_request", "url must be an HTTPS endpoint.")


@silent.part
class WebhooksAreSoldWithGrowth(Api):
    """Free and Starter may not make webhooks, as the page's cards have it."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        if key.plan.name in {"free", "starter"}:
            raise RefusalError("invalid_request", "Webhooks come with Growth.", status=403)
        return super().create_webhook(key, call)


@silent.part
class OneWebhookANumber(Webhooks):
    """A second webhook for number and url is 409."""

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        if any((each.number, each.url) == (number, url) for each in self.alive.values()):
            raise RefusalError("invalid_request", "There is such a webhook already.", status=409)
        return super().create(key, number, carrier, url, events)


@silent.part
class DeliveriesComeTwice(Outbox):
    """A delivery that was received comes once more, with the same id."""

    def send(self, delivery: Delivery) -> int | None:
        status = super().send(delivery)
        return super().send(delivery) if self.succeeded(status) else status


@silent.part
class NewWebhooksAreGreeted(Api):
    """A new webhook is sent a ping, which is no event."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        reply = super().create_webhook(key, call)
        made, outbox = self.world.webhooks.alive[reply.value()["webhook_id"]], self.world.outbox
        body = dump({"id": f"evt_{made.id[3:]}", "type": "ping", "webhook_id": made.id, "data": {"message": "hello"}})
        headers, now = tuple(outbox.headers(made, body).items()), self.world.clock.now()
        outbox.serial += 1
        outbox.put(Delivery(now, outbox.serial, now, 1, made.id, made.url, body, headers))
        return reply
