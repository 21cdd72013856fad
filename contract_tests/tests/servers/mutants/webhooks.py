"""Webhooks that are told or ended wrongly."""

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.directory import carriers
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.outbox import Delivery, Outbox
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("webhooks", "documented")
assumed = Breaking("webhooks", "assumed")


@documented.body("webhook.id", on=["createWebhook"], status=[201])
def no_id_is_told(body: Body) -> None:
    """A new webhook's id is not told."""
    del body["webhook_id"]


@documented.body("webhook.id", on=["createWebhook"], status=[201])
def id_told_is_another(body: Body) -> None:
    """The id told is a database key that deletes nothing."""
    body["webhook_id"] = "wh_4711"


@assumed.part("webhook.duplicates")
class OneIdForAll(Webhooks):
    """All webhooks for a number have the same id."""

    def word(self, count: int) -> str:
        return super().word(0)


@documented.part("webhook.delete.operation", "webhook.id")
class LiveWebhooksAreNotFound(Webhooks):
    """Deleting a webhook that is alive is 404."""

    def delete(self, key: Key, webhook_id: str) -> None:
        super().delete(key, webhook_id)
        raise RefusalError("not_found")


@documented.part("webhook.delete.silent")
class DeletedWebhooksAreTold(Webhooks):
    """A deleted webhook is still told."""

    def listening(self, number: str) -> tuple[Subscription, ...]:
        return tuple(each for each in self.ever() if each.number == number)

    def ever(self) -> tuple[Subscription, ...]:
        return (*self.alive.values(), *self.gone)

    def knows(self, webhook_id: str) -> bool:
        return webhook_id in {each.id for each in self.ever()}

    gone: tuple[Subscription, ...] = ()

    def delete(self, key: Key, webhook_id: str) -> None:
        found = self.alive.get(webhook_id)
        super().delete(key, webhook_id)
        self.gone = (*self.gone, found) if found else self.gone


@assumed.body("webhook.echo", on=["createWebhook"], status=[201])
def events_echoed_as_all(body: Body) -> None:
    """A new webhook always says events all."""
    body["events"] = ["all"]


@assumed.body("webhook.echo", on=["createWebhook"], status=[201])
def url_echoed_without_query(body: Body) -> None:
    """A new webhook's url has lost its path."""
    body["url"] = "/".join(body["url"].split("/")[:3])


@assumed.body("webhook.body", on=["createWebhook"], status=[201])
def events_told_as_text(body: Body) -> None:
    """A new webhook's events are a text."""
    body["events"] = ",".join(body["events"])


@assumed.body("webhook.body", on=["createWebhook"], status=[201])
def secret_is_not_told(body: Body) -> None:
    """A new webhook's secret is not told."""
    del body["secret"]


@assumed.body("webhook.body.carrier", on=["createWebhook"], status=[201])
def carrier_told_as_name(body: Body) -> None:
    """A new webhook names its carrier as people do."""
    body["carrier"] = carriers()[body["carrier"]].name if body["carrier"] else None


@assumed.part("webhook.body.secret")
class SecretsHaveNoPrefix(Webhooks):
    """Secrets do not start with whsec_."""

    def secret(self, word: str) -> str:
        return super().secret(word).removeprefix("whsec_")


@assumed.part("webhook.body", "webhook.echo")
class NumberIsNotNormalised(Api):
    """A webhook echoes its number as it was given."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        reply = super().create_webhook(key, call)
        return reply.with_value({**reply.value(), "tracking_number": self.json_object(call)["tracking_number"]})


@assumed.part("webhook.secret.fresh")
class OneSecretForAll(Webhooks):
    """All webhooks share one secret."""

    def secret(self, word: str) -> str:
        return super().secret("account")


@assumed.part("webhook.duplicates")
class DuplicatesConflict(Webhooks):
    """A second webhook for number and url is 409."""

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        if any((each.number, each.url) == (number, url) for each in self.alive.values()):
            raise RefusalError("invalid_request", "There is such a webhook already.", status=409)
        return super().create(key, number, carrier, url, events)


@assumed.part("webhook.duplicates")
class DuplicatesAreMerged(Webhooks):
    """A second webhook for number and url is the first."""

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        for each in self.alive.values():
            if (each.number, each.url, each.events) == (number, url, events):
                return each
        return super().create(key, number, carrier, url, events)


@assumed.part("webhook.foreign")
class ForeignWebhooksCanBeDeleted(Webhooks):
    """Any key can delete any webhook."""

    def owns(self, key: Key, subscription: Subscription) -> bool:
        return True


@assumed.part("webhook.foreign")
class ForeignWebhooksAre403(Webhooks):
    """Deleting another key's webhook is 403, which tells that it exists."""

    def delete(self, key: Key, webhook_id: str) -> None:
        found = self.alive.get(webhook_id)
        if found and not self.owns(key, found):
            raise RefusalError("unauthorized", status=403)
        super().delete(key, webhook_id)


@assumed.part("webhook.delete.404")
class DeletingIsIdempotent(Webhooks):
    """Deleting an unknown webhook is 204."""

    def delete(self, key: Key, webhook_id: str) -> None:
        if webhook_id in self.alive:
            super().delete(key, webhook_id)


@assumed.part("webhook.delete.pending")
class RetriesOutliveTheirWebhook(Outbox):
    """A delivery that waits for a retry is sent though its webhook was deleted."""

    def live(self, delivery: Delivery) -> bool:
        return delivery.attempt > 1 or super().live(delivery)


@assumed.part("webhook.secret.once")
class SecretIsDelivered(Outbox):
    """The secret stands in every delivery."""

    def payload(self, subscription: Subscription, event_type: str, data: Body, serial: int) -> Body:
        return {**super().payload(subscription, event_type, data, serial), "secret": subscription.secret}
