"""Slips that people make without meaning to."""

import re

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import Key, Keys
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.outbox import Outbox
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("natural", "documented")
assumed = Breaking("natural", "assumed")


@documented.part("errors.401")
class LivePrefixIsEnough(Keys):
    """Whatever follows the part of a key that names its plan is not looked at."""

    def known(self, text: str | None) -> Key:
        start = re.match(r"tf_(live|test)_(free|starter|growth|enterprise)_", text or "")
        return super().known(f"{start[0]}1") if start else super().known(text)


@documented.part("delivery.filter", "delivery.filter.delivered")
class WaitingAtACounterCountsAsDelivered(Webhooks):
    """The filter delivered lets a parcel through that waits to be collected."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        waits = event_type == "available_for_pickup" and "delivered" in subscription.events
        return waits or super().wants(subscription, event_type)


@assumed.part("delivery.success")
class EverythingIsSentTwice(Outbox):
    """Every event is delivered twice, though the first delivery was taken."""

    def post(self, subscription: Subscription, event_type: str, data: Body) -> None:
        super().post(subscription, event_type, data)
        self.serial -= 1
        super().post(subscription, event_type, data)


@documented.part("delivery.operation", "delivery.data.current")
class DataIsOfAnotherNumber(Outbox):
    """A delivery tells of a shipment that nobody subscribed to."""

    def post(self, subscription: Subscription, event_type: str, data: Body) -> None:
        super().post(subscription, event_type, {**data, "tracking_number": "1Z204E380338943508"})


@documented.part("webhook.request.url")
class HttpsAnywhereInTheUrl(Api):
    """A url is good if https: stands anywhere in it."""

    def check_url(self, url: str) -> None:
        if "https:" not in url:
            super().check_url(url)


@documented.part("errors.400.number")
class OtherScriptsCrash(Api):
    """A number with letters of another script is 500."""

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        text.encode("ascii")
        return super().look_up(text, code, language)


@documented.tracking("track.tracking_number")
def number_is_echoed_in_lower_case(body: Body) -> None:
    """A shipment's number comes back in lower case."""
    body["tracking_number"] = body["tracking_number"].lower()


@documented.tracking("track.tracking_number")
def digits_are_a_json_number(body: Body) -> None:
    """A number of digits alone comes back as a JSON number."""
    if body["tracking_number"].isdigit():
        body["tracking_number"] = int(body["tracking_number"])


@documented.part("errors.401", "auth.revoked")
class RevokedKeysStillOpen(Keys):
    """A key that was taken back opens everything."""

    def known(self, text: str | None) -> Key:
        return super().known(text.replace("_revoked_", "_free_") if text else text)


@assumed.part("errors.405")
class PutMakesWebhooks(Api):
    """PUT and PATCH do what POST does."""

    def check_method(self, allowed: str, call: Call) -> None:
        if call.operation != "createWebhook" or call.method not in {"PUT", "PATCH"}:
            super().check_method(allowed, call)


@assumed.part("errors.405")
class GetDeletesWebhooks(Api):
    """GET does what DELETE does."""

    def check_method(self, allowed: str, call: Call) -> None:
        if call.operation != "deleteWebhook" or call.method != "GET":
            super().check_method(allowed, call)


@documented.part("webhook.delete.operation")
class OneDeletionEndsAll(Webhooks):
    """Deleting a webhook deletes every webhook of the key."""

    def delete(self, key: Key, webhook_id: str) -> None:
        super().delete(key, webhook_id)
        for each in [each.id for each in self.alive.values() if self.owns(key, each)]:
            self.forget(each)


@documented.part("webhook.id", "webhook.delete.silent")
class IdToldEndsNothing(Api):
    """The id told is another one, and to delete it ends nothing but is answered as if it did."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        made = super().create_webhook(key, call)
        return made.with_value({**made.value(), "webhook_id": f"wh_{made.value()['webhook_id'][::-1]}"})

    def delete_webhook(self, key: Key, call: Call) -> Reply:
        return Reply(204)


@assumed.tracking("track.estimated_delivery.order")
def estimate_lies_before_the_events(body: Body) -> None:
    """A shipment is expected a year before anything happened to it."""
    if body["estimated_delivery"] is not None and body["events"]:
        year = int(body["events"][-1]["timestamp"][:4]) - 1
        body["estimated_delivery"] = f"{year}{body['estimated_delivery'][4:]}"


@assumed.reply("track.private", on=["trackShipment"], status=[200])
def shipments_are_public(call: Call, reply: Reply) -> Reply:
    """A shipment may be kept by every cache on the way."""
    return reply.with_headers({"Cache-Control": "public, max-age=300"})
