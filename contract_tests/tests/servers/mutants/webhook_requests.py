"""Webhooks that are accepted or refused wrongly."""

from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("webhook requests", "documented")
assumed = Breaking("webhook requests", "assumed")


@documented.part("webhook.request.url")
class HttpIsAccepted(Api):
    """A url with http:// is accepted."""

    def check_url(self, url: str) -> None:
        if not url.startswith("http://"):
            super().check_url(url)


@documented.part("webhook.request.url", "webhook.url.code")
class AnyUrlIsAccepted(Api):
    """Any text is accepted as url."""

    def check_url(self, url: str) -> None:
        pass


@documented.part("webhook.request.url")
class UrlWithPathIsRefused(Api):
    """A url with a path and a query is refused."""

    def check_url(self, url: str) -> None:
        super().check_url(url)
        if url.startswith("https://") and url.count("/") > 2:
            raise RefusalError("invalid_request", "url must be an origin.")


@documented.part("webhook.request.required")
class UrlIsOptional(Api):
    """A webhook without url is accepted."""

    def json_object(self, call: Call) -> Body:
        body = super().json_object(call)
        return {"url": "https://example.com/default", **body} if call.operation == "createWebhook" else body


@documented.part("webhook.request.required")
class NumberIsOptional(Api):
    """A webhook without tracking_number is accepted."""

    def json_object(self, call: Call) -> Body:
        body = super().json_object(call)
        return {"tracking_number": "1Z999AA10123456784", **body} if call.operation == "createWebhook" else body


@documented.part("webhook.request.events")
class EventsAreRequired(Api):
    """A webhook without events is refused."""

    def filter(self, body: Body) -> tuple[str, ...]:
        if "events" not in body:
            raise RefusalError("invalid_request", "events is required.")
        return super().filter(body)


@documented.part("webhook.request.events")
class ExceptionIsRefused(Api):
    """The event name exception is unknown."""

    def filter(self, body: Body) -> tuple[str, ...]:
        if "exception" in body.get("events", []):
            raise RefusalError("invalid_request", "Unknown event 'exception'.")
        return super().filter(body)


@documented.part("webhook.request.events")
class TwoEventsAreRefused(Api):
    """Two event names in one filter are refused."""

    def filter(self, body: Body) -> tuple[str, ...]:
        if len(body.get("events", [])) > 1:
            raise RefusalError("invalid_request", "One event only.")
        return super().filter(body)


@documented.part("webhook.request.events")
class EventsMustBeText(Api):
    """The filter is a text with commas instead of a list."""

    def filter(self, body: Body) -> tuple[str, ...]:
        events = body.get("events", "all")
        if not isinstance(events, str):
            raise RefusalError("invalid_request", "events must be a text.")
        return super().filter({"events": events.split(",")})


@assumed.part("webhook.path")
class WebhooksAreElsewhere(Api):
    """Webhooks are posted to /v2/subscriptions."""

    def route(self, call: Call) -> tuple[str, Call]:
        if call.path == "/v2/webhooks":
            raise RefusalError("not_found", f"There is nothing at {call.path}.")
        return super().route(replace(call, path=call.path.replace("/v2/subscriptions", "/v2/webhooks")))


@assumed.part("webhook.events.unknown")
class UnknownEventsAreAccepted(Api):
    """An unknown event name is accepted."""

    def filter(self, body: Body) -> tuple[str, ...]:
        events = body.get("events", ["all"])
        super().filter({"events": [each for each in events if each == "all"] or ["all"]})
        return tuple(events) or super().filter(body)


@assumed.part("webhook.events.nonempty")
class EmptyFilterIsAccepted(Api):
    """An empty list of events is accepted."""

    def filter(self, body: Body) -> tuple[str, ...]:
        return () if body.get("events") == [] else super().filter(body)


@assumed.part("webhook.events.default")
class DefaultIsDelivered(Api):
    """Without events, a webhook gets delivered only."""

    def filter(self, body: Body) -> tuple[str, ...]:
        return super().filter({"events": ["delivered"], **body})


@assumed.reply("webhook.url.code", on=["createWebhook"], status=[400])
def http_is_422(call: Call, reply: Reply) -> Reply:
    """A url that is not HTTPS is 422 invalid_url."""
    body = reply.body.replace(b"invalid_request", b"invalid_url")
    return replace(reply, status=422, body=body) if b"HTTPS" in reply.body else reply


@assumed.part("webhook.number.malformed")
class MalformedNumbersAreSubscribed(Api):
    """A webhook for a malformed number is accepted."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        body = self.json_object(call)
        number = self.world.directory.normalise(str(body.get("tracking_number")))
        if number.isalnum() and 5 <= len(number) <= 50:
            return super().create_webhook(key, call)
        return super().create_webhook(key, replace(call, body=call.body.replace(number.encode(), b"MALFORMED")))


@assumed.part("webhook.number.unknown")
class UnknownNumbersAreRefused(Api):
    """A webhook for a number without data is 404."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        reply = super().create_webhook(key, call)
        self.look_up(reply.value()["tracking_number"], None)
        return reply


@assumed.part("webhook.plans")
class WebhooksNeedGrowth(Api):
    """Free and Starter may not make webhooks."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        if key.plan.name in {"free", "starter"}:
            raise RefusalError("invalid_request", "Webhooks come with Growth.", status=403)
        return super().create_webhook(key, call)


@assumed.part("webhook.body.carrier", "webhook.number.unknown")
class UndetectedNumbersAreRefused(Api):
    """A webhook for a number that no carrier recognises is 404."""

    def create_webhook(self, key: Key, call: Call) -> Reply:
        reply = super().create_webhook(key, call)
        found = self.world.directory.detect(reply.value()["tracking_number"])
        if found is None:
            raise RefusalError("not_found")
        return reply
