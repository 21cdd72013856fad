"""The five operations, from request to answer."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.directory import Carrier, Directory
from contract_tests.tests.servers.keys import Key, Keys
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply
from contract_tests.tests.servers.outbox import Outbox
from contract_tests.tests.servers.quota import Allowance, Quota
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.shipments import Shipments
from contract_tests.tests.servers.texts import spoken
from contract_tests.tests.servers.webhooks import Webhooks

# A path that is written out comes before one with a parameter.
ROUTES = (
    ("/v2/track/batch", "POST", "trackBatch"),
    ("/v2/track/([^/]+)", "GET", "trackShipment"),
    ("/v2/carriers", "GET", "listCarriers"),
    ("/v2/webhooks", "POST", "createWebhook"),
    ("/v2/webhooks/([^/]+)", "DELETE", "deleteWebhook"),
)
LARGEST_BODY = 1024 * 1024
ALWAYS_DOWN = "yodel"
LOOPBACK_URL = re.compile(r"http://([A-Za-z0-9-]+\.)*(localhost|127(\.[0-9]{1,3}){3}|\[::1\])([:/?#]|$)")


@dataclass(frozen=True, slots=True)
class World:
    """Everything a request can see or change."""

    clock: Clock
    keys: Keys
    quota: Quota
    directory: Directory
    shipments: Shipments
    webhooks: Webhooks
    outbox: Outbox


class Api:
    """Checks route, key, method, quota and request, in that order, and looks up."""

    def __init__(self, world: World, rewrites: Sequence[Callable[[Call, Reply], Reply]]) -> None:
        self.world, self.rewrites = world, rewrites
        self.down = {ALWAYS_DOWN}

    def answer(self, call: Call) -> Reply:
        key, allowance = None, None
        try:
            allowed, call = self.route(call)
            key = self.world.keys.admit(call)
            allowance = self.world.quota.charge(key, call, 0)
            self.check_method(allowed, call)
            allowance = self.charge(key, call)
            if not allowance.granted:
                raise self.over_quota(allowance)
            reply = self.operate(key, call)
        except RefusalError as refusal:
            reply = self.refuse(refusal)
        reply = reply.with_headers(self.limits(allowance))
        for rewrite in self.rewrites:
            reply = rewrite(call, reply)
        return reply

    def route(self, call: Call) -> tuple[str, Call]:
        """The path's method, and the call with its operation if it has that method."""
        for pattern, method, operation in ROUTES:
            match = re.fullmatch(pattern, call.path)
            if match:
                argument = unquote(match[1]) if match.groups() else ""
                return method, replace(call, operation=operation, argument=argument)
        raise RefusalError("not_found", f"There is nothing at {call.path}.")

    def check_method(self, allowed: str, call: Call) -> None:
        if call.method != allowed:
            message = f"{call.method} is not answered here; use {allowed}."
            raise RefusalError("invalid_request", message, status=405, headers={"Allow": allowed})

    def charge(self, key: Key, call: Call) -> Allowance:
        return self.world.quota.charge(key, call, self.cost(key, call))

    def over_quota(self, allowance: Allowance) -> RefusalError:
        return RefusalError(
            "rate_limit_exceeded",
            headers={"Retry-After": str(allowance.retry_after), "Cache-Control": "no-store"},
        )

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        if allowance is None or allowance.remaining is None:
            return {}
        return {"X-RateLimit-Remaining": str(allowance.remaining), "X-RateLimit-Reset": str(allowance.reset)}

    def cost(self, key: Key, call: Call) -> int:
        """One, or the length of a valid batch."""
        if call.operation != "trackBatch":
            return 1
        try:
            return len(self.batch(key, call))
        except RefusalError:
            return 1

    def refuse(self, refusal: RefusalError) -> Reply:
        return json_reply(refusal.status, {"success": False, "error": refusal.error()}).with_headers(refusal.headers)

    def operate(self, key: Key, call: Call) -> Reply:
        operations: dict[str | None, Callable[[Key, Call], Reply]] = {
            "trackShipment": self.track_shipment,
            "trackBatch": self.track_batch,
            "listCarriers": self.list_carriers,
            "createWebhook": self.create_webhook,
            "deleteWebhook": self.delete_webhook,
        }
        return operations[call.operation](key, call)

    def track_shipment(self, key: Key, call: Call) -> Reply:
        language = self.language(call)
        body = self.look_up(call.argument, call.query.get("carrier"), language)
        return json_reply(200, body).with_headers({"Content-Language": language})

    def language(self, call: Call) -> str:
        return spoken(call.query.get("lang"))

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        number, carrier = self.world.directory.recognise(text, code)
        self.check_available(carrier)
        return self.world.shipments.body(self.world.shipments.find(number, carrier), language)

    def check_available(self, carrier: Carrier) -> None:
        if carrier.code in self.down:
            raise RefusalError("carrier_unavailable", headers={"Retry-After": "30"})

    def track_batch(self, key: Key, call: Call) -> Reply:
        results = [self.result(item) for item in self.batch(key, call)]
        return json_reply(200, {"success": True, "count": len(results), "results": results})

    def result(self, item: Body) -> Body:
        try:
            return self.look_up(item["tracking_number"], item.get("carrier"))
        except RefusalError as refusal:
            number = self.world.directory.normalise(item["tracking_number"])
            return {"success": False, "tracking_number": number, "error": refusal.error()}

    def batch(self, key: Key, call: Call) -> list[Body]:
        """The shipments asked for; raises invalid_request."""
        shipments = self.json_object(call).get("shipments")
        if not isinstance(shipments, list):
            raise RefusalError("invalid_request", "shipments must be a list.")
        self.check_size(key, len(shipments))
        for item in shipments:
            self.check_item(item)
        return shipments

    def check_size(self, key: Key, size: int) -> None:
        plan = key.plan
        if not 1 <= size <= plan.batch_size:
            message = f"shipments has {size} items; the {plan.name} plan allows 1 to {plan.batch_size}."
            raise RefusalError("invalid_request", message)

    def check_item(self, item: Any) -> None:
        if not isinstance(item, dict) or not isinstance(item.get("tracking_number"), str):
            raise RefusalError("invalid_request", "Each shipment needs a tracking_number, a string.")
        if not isinstance(item.get("carrier", ""), str):
            raise RefusalError("invalid_request", "A shipment's carrier must be a string.")

    def json_object(self, call: Call) -> Body:
        """The body; raises invalid_request with 413, 415 or 400."""
        self.check_length(call)
        self.check_media_type(call)
        try:
            value = json.loads(call.body)
        except ValueError:
            raise RefusalError("invalid_request", "The body is not JSON.") from None
        if not isinstance(value, dict):
            raise RefusalError("invalid_request", "The body must be a JSON object.")
        return value

    def check_length(self, call: Call) -> None:
        if len(call.body) > LARGEST_BODY:
            raise RefusalError("invalid_request", f"At most {LARGEST_BODY} bytes are read.", status=413)

    def check_media_type(self, call: Call) -> None:
        if call.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise RefusalError("invalid_request", "Send application/json.", status=415)

    def list_carriers(self, key: Key, call: Call) -> Reply:
        rows = self.world.directory.rows()
        return json_reply(200, {"count": len(rows), "carriers": rows})

    def create_webhook(self, key: Key, call: Call) -> Reply:
        body = self.json_object(call)
        for field in ("tracking_number", "url"):
            if not isinstance(body.get(field), str):
                raise RefusalError("invalid_request", f"{field} is required, as a string.")
        self.check_url(body["url"])
        events = self.filter(body)
        number = self.world.directory.number(body["tracking_number"])
        carrier = self.world.directory.detect(number)
        subscription = self.world.webhooks.create(key, number, carrier.code if carrier else None, body["url"], events)
        return json_reply(201, subscription.body())

    def check_url(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            secure = parts.scheme == "https" and bool(parts.hostname)
        except ValueError:
            secure = False
        if not secure and not LOOPBACK_URL.match(url):
            raise RefusalError("invalid_request", "url must be an HTTPS endpoint.")

    def filter(self, body: Body) -> tuple[str, ...]:
        events = body.get("events", ["all"])
        known = (
            isinstance(events, list) and events and all(each in ("delivered", "exception", "all") for each in events)
        )
        if not known:
            raise RefusalError("invalid_request", "events may hold delivered, exception and all.")
        return tuple(events)

    def delete_webhook(self, key: Key, call: Call) -> Reply:
        self.world.webhooks.delete(key, call.argument)
        return Reply(204)

    def happen(self, text: str, event_type: str) -> None:
        """A scan: the shipment moves on, and every webhook that wants it is told."""
        number, carrier = self.world.directory.recognise(text, None)
        shipment = self.world.shipments.happen(number, carrier, event_type)
        for subscription in self.world.webhooks.listening(number):
            if self.world.webhooks.wants(subscription, event_type):
                self.world.outbox.post(subscription, event_type, self.world.shipments.body(shipment))
